"""Scoring rules of a survey: the versions, a next one, and what rules make of data."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from scoring.computing import OPTIONS, edition_tree, run_options
from scoring.figures.words import listed
from scoring.forms.rules import LookForm, RuleForm, WholeForm, read_draft
from scoring.models import DataSet, ScoringRules
from scoring.rules import ruled
from scoring.selectors.normalisation import Look, look_at
from scoring.selectors.scoring_rules import newest_rules, rule_rows, rules_in_words, rules_of
from scoring.services.base_year import base_ends, open_ends, with_base
from scoring.services.rule_checks import Whole, options_of, rule_problems, tidy, whole_problems
from scoring.services.scoring_rules import Asked, rules_create
from scoring.views.pages import account, scoring_page
from surveys.access import READS, SCORES, survey_for
from surveys.errors import Refused
from surveys.models import Survey


@login_required
@require_safe
def rules(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The versions, each with what differs from the edition in words."""
    survey = survey_for(request.user, survey_id, *READS)
    found = rules_in_words(survey.edition, rules_of(survey))
    return scoring_page(
        request, survey, "data", "rules", versions=found, frozen=survey.edition.state == "frozen",
        usual_tie=OPTIONS["tie_tolerance"], has_data=DataSet.objects.filter(survey=survey).exists(),
    )  # fmt: skip


@login_required
@require_safe
def rules_look(request: HttpRequest, survey_id: int) -> HttpResponse:
    """What a version of the rules, or the edition itself, makes of a data set."""
    survey = survey_for(request.user, survey_id, *READS)
    version = _number(request.GET.get("rules", ""))
    chosen = rules_of(survey).filter(number=version).first() if version else None
    form = LookForm(request.GET or None, survey=survey)
    data = form.cleaned_data["data_set"] if form.is_valid() else None
    data = data or DataSet.objects.filter(survey=survey).order_by("-pk").first()
    if data is None:
        messages.info(request, _("There are no data yet to try the rules on."))
        return redirect("scoring:rules", survey.pk)
    look = look_at(data, run_options(chosen), form.weights)
    form.initial["data_set"] = data.pk
    return scoring_page(
        request, survey, "data", "rules_look", form=form, data_set=data, look=look, chosen=chosen,
        versions=list(rules_of(survey)), weights=form.weights, synthetic=data.synthetic,
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def rules_new(request: HttpRequest, survey_id: int) -> HttpResponse:
    """A next version. Until it is stored everything lies in the page: each button sends the whole draft along."""
    survey = survey_for(request.user, survey_id, *SCORES)
    if survey.edition.state != "frozen":
        messages.error(
            request, _("Freeze the edition of the indicator system first: rules belong to a tree that stays.")
        )
        return redirect("scoring:rules", survey.pk)
    try:
        draft = Draft(request, survey)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("scoring:rules_new", survey.pk)
    if request.method == "POST":
        stored = draft.act()
        if stored is not None:
            messages.success(request, _("Version %(version)s of the rules is stored.") % {"version": stored})
            return redirect("scoring:rules", survey.pk)
    status = 422 if draft.problems or (draft.rule and draft.rule.errors) else 200
    return scoring_page(request, survey, "data", "rules_new", status=status, **draft.context())


def _said(rules: ScoringRules) -> dict[str, str]:
    """What holds for a whole version, as a person would write it."""
    numbers = {name: f"{float(text):.15g}" for name, text in rules.options.items()}
    return numbers | {f"name_{language.replace('-', '_')}": name for language, name in rules.name.items()}


def _number(text: str) -> int:
    """A number as our own pages write it; 0 for everything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class Draft:
    """The page of a next version between two requests. Its `changes` are tidy at all times.

    Nothing of it is believed: the changes are read as a stranger's, and checked as a whole before they are stored.
    """

    def __init__(self, request: HttpRequest, survey: Survey) -> None:
        self.request, self.survey = request, survey
        self.tree = edition_tree(survey.edition)
        newest = newest_rules(survey)
        self.newest = newest.number if newest else 0
        posted = request.POST if request.method == "POST" else None
        if posted is not None:
            self.changes = tidy(read_draft(posted.get("draft", ""), self.tree), self.tree)
            self.base = DataSet.objects.filter(survey=survey, pk=_number(posted.get("base", ""))).first()
            self.seen = _number(posted.get("seen", ""))
        else:
            self.changes = tidy(newest.rules if newest else {}, self.tree)
            self.base, self.seen = newest.base if newest else None, self.newest
        self.whole = WholeForm(posted, initial=_said(newest) if newest else {})
        self.look_form = LookForm(posted, survey=survey)
        self.problems: list[str] = []
        self.rule: RuleForm | None = None
        self.code = ""
        self.look: Look | None = None

    def act(self) -> ScoringRules | None:
        """What the button that was pressed asks for; first, what was typed into an open rule is taken. A version, where
        one was stored.
        """
        post = self.request.POST
        if "drop" in post:
            self.changes.pop(post["drop"], None)
            return None
        if not self._put(post.get("open", "")):
            return None
        if "edit" in post:
            self._open(post["edit"])
        elif "bases" in post:
            self._take_base()
        elif "look" in post:
            self._look()
        elif "store" in post:
            return self._store()
        return None

    def context(self) -> dict[str, Any]:
        return {
            "rows": rule_rows(self.survey.edition, self.changes),
            "draft": json.dumps(self.changes, ensure_ascii=False),
            "base": self.base, "based": len(base_ends(self.changes, self.base)) if self.base else 0, "seen": self.seen,
            "whole": self.whole, "rule": self.rule, "code": self.code, "problems": self.problems,
            "names": dict(self.tree.rows[self.code].names) if self.code else {}, "look_form": self.look_form,
            "look": self.look, "weights": self.look_form.weights, "synthetic": self._synthetic(),
            "data_sets": self.look_form.fields["data_set"].queryset.exists(),  # type: ignore[attr-defined]
        }  # fmt: skip

    def _open(self, code: str, bound: Any = None) -> None:
        if code in self.tree.rows:
            row = ruled(self.tree, self.changes).rows[code]
            self.rule, self.code = RuleForm(bound, leaf=not self.tree.children[code], row=row), code

    def _put(self, code: str) -> bool:
        """Take the open rule into the draft. False where it is not fit, and stays open."""
        self._open(code, self.request.POST)
        if self.rule is None:
            return True
        if not self.rule.is_valid():
            return False
        changes = tidy({**self.changes, code: self.rule.change()}, self.tree)
        self.problems = list(rule_problems({code: changes[code]} if code in changes else {}, self.tree))
        if not self.problems:
            self.changes, self.rule, self.code = changes, None, ""
        return not self.problems

    def _data(self) -> DataSet | None:
        found: DataSet | None = self.look_form.cleaned_data["data_set"] if self.look_form.is_valid() else None
        if found is None:
            self.problems.append(_("Choose the data."))
        return found

    def _take_base(self) -> None:
        """Every indicator whose bounds come from the data, or from another base year, takes those of this one."""
        data = self._data()
        if data is None:
            return
        changes = tidy(with_base(self.changes, self.tree, data, self.base), self.tree)
        self.problems = list(rule_problems(changes, self.tree))
        if self.problems:
            return
        taken = len(base_ends(changes, data))
        if not taken:
            self.problems = [_("No bound was taken: these data give none to an indicator that has none of its own.")]
            return
        self.changes, self.base = changes, data
        left = listed(open_ends(changes, self.tree))
        if left:
            messages.info(self.request, _("Still bounded by the data that are scored: %(codes)s.") % {"codes": left})

    def _look(self) -> None:
        whole, data = self._whole(), self._data()
        self.problems += rule_problems(self.changes, self.tree)
        if whole and data and not self.problems:
            options = {**run_options(None), **options_of(whole), "rules": self.changes}
            self.look = look_at(data, options, self.look_form.weights)

    def _store(self) -> ScoringRules | None:
        whole = self._whole()
        if whole is None or self.problems:
            return None
        said = self.whole.cleaned_data["reason"], self.whole.texts("name")
        try:
            return rules_create(
                self.survey, Asked(self.changes, whole, self._true_base(), *said, self.seen), user=account(self.request)
            )
        except Refused as refusal:
            self.problems = str(refusal).splitlines()
            self.seen = self.newest  # what was stored meanwhile has been told now
            return None

    def _true_base(self) -> DataSet | None:
        """The base year, while any of its bounds is left."""
        return self.base if self.base and base_ends(self.changes, self.base) else None

    def _whole(self) -> Whole | None:
        if not self.whole.is_valid():
            self.problems = [
                _("%(field)s: %(sentence)s") % {"field": self.whole[name].label, "sentence": sentence}
                for name, sentences in self.whole.errors.items() for sentence in sentences
            ]  # fmt: skip
            return None
        whole = self.whole.whole()
        self.problems = list(whole_problems(whole, self.changes))
        return None if self.problems else whole

    def _synthetic(self) -> bool:
        """Synthetic data that are tried on say so on this page."""
        return self.survey.synthetic or bool(self.look and self.look.synthetic)
