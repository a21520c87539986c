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

from scoring.computing import edition_tree, run_options
from scoring.forms.rules import LookForm, RuleForm, WholeForm, read_draft
from scoring.models import DataSet, ScoringRules
from scoring.rules import ruled
from scoring.selectors.normalisation import Look, look_at
from scoring.selectors.scoring_rules import newest_rules, rule_rows, rules_in_words, rules_of
from scoring.services.scoring_rules import (
    Asked,
    bounds_from,
    options_of,
    rule_problems,
    rules_create,
    tidy,
    whole_problems,
)
from scoring.views.pages import account, scoring_page
from surveys.access import READS, SCORES, survey_for
from surveys.errors import Refused
from surveys.models import Survey
from surveys.texts import text_in


@login_required
@require_safe
def rules(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The versions, each with what differs from the edition in words."""
    survey = survey_for(request.user, survey_id, *READS)
    found = [(each, rules_in_words(each)) for each in rules_of(survey)]
    return scoring_page(request, survey, "data", "rules", versions=found, frozen=survey.edition.state == "frozen")


@login_required
@require_safe
def rules_look(request: HttpRequest, survey_id: int) -> HttpResponse:
    """What a version of the rules, or the edition itself, makes of a data set."""
    survey = survey_for(request.user, survey_id, *READS)
    version = request.GET.get("rules", "")
    chosen = rules_of(survey).filter(number=int(version)).first() if version.isdigit() and len(version) < 9 else None
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
    return scoring_page(request, survey, "data", "rules_new", status=422 if draft.problems else 200, **draft.context())


def _said(rules: ScoringRules) -> dict[str, str]:
    """What holds for a whole version, as a person would write it."""
    numbers = {name: f"{float(text):g}" for name, text in rules.options.items()}
    return numbers | {f"name_{language.replace('-', '_')}": name for language, name in rules.name.items()}


class Draft:
    """The page of a next version between two requests."""

    def __init__(self, request: HttpRequest, survey: Survey) -> None:
        self.request, self.survey = request, survey
        self.tree = edition_tree(survey.edition)
        newest = newest_rules(survey)
        posted = request.POST if request.method == "POST" else None
        self.changes = (
            read_draft(posted.get("draft", "")) if posted is not None else dict(newest.rules if newest else {})
        )
        self.base = self._base(posted.get("base", "") if posted is not None else newest and newest.base_id)
        self.whole = WholeForm(posted, initial=_said(newest) if newest else {})
        self.look_form = LookForm(posted, survey=survey)
        self.problems: list[str] = []
        self.rule: RuleForm | None = None
        self.code = ""
        self.look: Look | None = None

    def act(self) -> ScoringRules | None:
        """What the button that was pressed asks for. A version, where one was stored."""
        post = self.request.POST
        if "edit" in post:
            self._open(post["edit"])
        elif "put" in post:
            self._put(post["put"])
        elif "drop" in post:
            self.changes.pop(post["drop"], None)
        elif "bases" in post:
            self._take_base()
        elif "look" in post:
            self._look()
        elif "store" in post:
            return self._store()
        return None

    def context(self) -> dict[str, Any]:
        return {
            "rows": rule_rows(self.survey.edition, tidy(self.changes, self.tree)),
            "draft": json.dumps(tidy(self.changes, self.tree), ensure_ascii=False), "base": self.base,
            "whole": self.whole, "rule": self.rule, "code": self.code, "problems": self.problems,
            "look_form": self.look_form, "look": self.look, "named": self._named(),
            "weights": self.look_form.weights, "data_sets": self.look_form.fields["data_set"].queryset.exists(),  # type: ignore[attr-defined]
        }  # fmt: skip

    def _open(self, code: str, bound: Any = None) -> None:
        if code in self.tree.rows:
            row = ruled(self.tree, self.changes).rows[code]
            self.rule, self.code = RuleForm(bound, leaf=not self.tree.children[code], row=row), code

    def _put(self, code: str) -> None:
        self._open(code, self.request.POST)
        if self.rule is None or not self.rule.is_valid():
            return
        changes = tidy({**self.changes, code: self.rule.change()}, self.tree)
        self.problems = list(rule_problems({code: changes[code]} if code in changes else {}, self.tree))
        if not self.problems:
            self.changes, self.rule = changes, None

    def _take_base(self) -> None:
        """Every indicator whose bounds come from the data takes those of the base year."""
        data = self.look_form.cleaned_data["data_set"] if self.look_form.is_valid() else None
        if data is None:
            self.problems = [_("Choose the data of the base year.")]
            return
        rows = ruled(self.tree, self.changes).rows
        codes = [
            code for code in self.tree.leaves
            if not {"low", "high"} & set(rows[code].scoring) and rows[code].direction != "target"
        ]  # fmt: skip
        found = bounds_from(data, codes)
        self.changes |= {code: {**self.changes.get(code, {}), **bounds} for code, bounds in found.items()}
        self.base = data

    def _look(self) -> None:
        whole = self._whole()
        data = self.look_form.cleaned_data["data_set"] if self.look_form.is_valid() else None
        self.problems += rule_problems(tidy(self.changes, self.tree), self.tree)
        if whole and data and not self.problems:
            options = {**run_options(None), **options_of(whole), "rules": tidy(self.changes, self.tree)}
            self.look = look_at(data, options, self.look_form.weights)

    def _store(self) -> ScoringRules | None:
        whole = self._whole()
        if whole is None or self.problems:
            return None
        asked = Asked(self.changes, whole, self.base, self.whole.cleaned_data["reason"], self.whole.texts("name"))
        try:
            return rules_create(self.survey, asked, user=account(self.request))
        except Refused as refusal:
            self.problems = str(refusal).splitlines()
            return None

    def _whole(self) -> Any:
        if not self.whole.is_valid():
            self.problems = [str(error) for errors in self.whole.errors.values() for error in errors]
            return None
        whole = self.whole.whole()
        self.problems = list(whole_problems(whole, self.changes))
        return None if self.problems else whole

    def _base(self, key: Any) -> DataSet | None:
        found = str(key or "")
        if not found.isdigit() or len(found) > 9:
            return None
        return DataSet.objects.filter(survey=self.survey, pk=int(found)).first()

    def _named(self) -> str:
        return text_in(dict(self.tree.rows[self.code].names)) if self.code else ""
