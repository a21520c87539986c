"""Decisions about an expert's answers: first their effect on weights and ranks, then the button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from scoring.selectors.effects import effect
from scoring.views.pages import account, scoring_page
from scoring.views.ranks import Chosen, chosen_ranks
from surveys.access import RUNS, survey_for
from surveys.addresses import way_back
from surveys.errors import Refused
from surveys.forms.decisions import BecauseForm, ExclusionForm
from surveys.models import Decision, Expert, Indicator, Survey
from surveys.selectors.careless import signs_of
from surveys.selectors.decisions import decisions_told, declared_rules, excluded_now
from surveys.selectors.panel_now import PanelNow, panel_now
from surveys.services.decisions import decision_accept, decision_exclude, decision_undo, survey_unmask
from surveys.services.expert_weights import SETTLED
from surveys.views.coordinator.pages import done

Act = Decision.Act


@dataclass(frozen=True)
class Question:
    """What is about to be decided, and what the panel would be then."""

    act: str
    expert: Expert
    node: Indicator | None
    after: Callable[[PanelNow], PanelNow]
    deed: Callable[[str, str], Decision]
    said: str
    undoes: Decision | None = None

    @property
    def back(self) -> str:
        """The page that shows what was decided."""
        survey, code = self.expert.survey_id, self.expert.code
        if self.node:
            return reverse("surveys:matrix", args=[survey, code, self.node.code])
        return reverse("surveys:expert", args=[survey, code])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, survey_id: int, code: str, node: str) -> HttpResponse:
    """The matrix counts as it was handed in."""
    survey = survey_for(request.user, survey_id, *RUNS)
    expert, found, user = _expert(survey, code), _node(survey, node), account(request)
    question = Question(
        Act.ACCEPT,
        expert,
        found,
        lambda panel: panel,
        lambda reason, _rule: decision_accept(expert, found, reason=reason, user=user),
        _("Accepted. The matrix counts as it was handed in, and the reason is printed with the result."),
    )
    return _ask(request, survey, question)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exclude_here(request: HttpRequest, survey_id: int, code: str, node: str) -> HttpResponse:
    """The expert's answers at one node are left out."""
    survey = survey_for(request.user, survey_id, *RUNS)
    return _exclude(request, survey, _expert(survey, code), _node(survey, node))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exclude_all(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """All of the expert's answers are left out."""
    survey = survey_for(request.user, survey_id, *RUNS)
    return _exclude(request, survey, _expert(survey, code), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, survey_id: int, decision_id: int) -> HttpResponse:
    """A decision is taken back."""
    survey = survey_for(request.user, survey_id, *RUNS)
    decisions = Decision.objects.select_related("expert__person", "node", "decided_by").exclude(act=Act.UNDO)
    decision = get_object_or_404(decisions, pk=decision_id, expert__survey=survey)
    decision.expert.survey = survey
    user = account(request)
    question = Question(
        Act.UNDO,
        decision.expert,
        decision.node,
        lambda panel: panel.excluding(excluded_now(survey, panel.questions.tree, but=decision)),
        lambda reason, _rule: decision_undo(decision, reason=reason, user=user),
        _("Undone. Both the decision and the undoing stay in the list."),
        decision,
    )
    return _ask(request, survey, question)


@login_required
@require_POST
def unmask(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Show the units' names beside the ranks, for a reason; from then on every decision carries the mark of it."""
    survey = survey_for(request.user, survey_id, *RUNS)
    reason = request.POST.get("reason", "")
    shown = done(request, lambda: survey_unmask(survey, reason=reason, user=account(request)))
    back = way_back(request, reverse("scoring:what_if", args=[survey.pk]))
    return redirect(f"{back.split('?')[0]}?names=1#ranks" if shown else back)


def _exclude(request: HttpRequest, survey: Survey, expert: Expert, node: Indicator | None) -> HttpResponse:
    user, codes = account(request), [node.code] if node else None
    question = Question(
        Act.EXCLUDE,
        expert,
        node,
        lambda panel: panel.leaving_out(expert, codes),
        lambda reason, rule: decision_exclude(expert, node, reason=reason, rule=rule, user=user),
        _("Left out. It counts when the panel's result is computed again."),
    )
    return _ask(request, survey, question)


def _ask(request: HttpRequest, survey: Survey, question: Question) -> HttpResponse:
    """The effect with the form; a POST decides."""
    form = _form(request, survey, question)
    if not form.is_valid():
        return _page(request, survey, question, form, status=422 if form.is_bound else 200)
    try:
        question.deed(form.cleaned_data["reason"], form.cleaned_data.get("rule", ""))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, survey, question, form, status=409)
    messages.success(request, question.said)
    return redirect(question.back)


def _form(request: HttpRequest, survey: Survey, question: Question) -> BecauseForm:
    posted = request.POST if request.method == "POST" else None
    if question.act == Act.EXCLUDE:
        return ExclusionForm(posted, rules=declared_rules(survey))
    return BecauseForm(posted)


def _page(
    request: HttpRequest, survey: Survey, question: Question, form: BecauseForm, *, status: int = 200
) -> HttpResponse:
    submission = question.expert.submissions.select_related("expert__survey__edition").order_by("-number").first()
    if submission is None:
        messages.error(request, _("This expert has not handed in yet: there is nothing to decide about."))
        return redirect(question.back)
    panel = panel_now(survey)
    chosen: Chosen = chosen_ranks(request, survey, panel.questions.tree, question.node)
    found = effect(panel, question.after(panel), chosen.board, chosen.nodes)
    context: dict[str, Any] = {
        "question": question,
        "form": form,
        "effect": found,
        "here": found.at(question.node),
        "chosen": chosen,
        "settled": survey.state in SETTLED,
        "rules": declared_rules(survey),
        "signs": signs_of(submission, panel.questions),
        "told": [told for told in decisions_told(survey, question.expert) if told.standing],
    }
    return scoring_page(request, survey, "consistency", "decide", status=status, **context)


def _expert(survey: Survey, code: str) -> Expert:
    found: Expert = get_object_or_404(survey.experts.select_related("person"), code=code)
    found.survey = survey
    return found


def _node(survey: Survey, code: str) -> Indicator:
    """A node at which something was compared."""
    found = Indicator.objects.filter(edition_id=survey.edition_id, code=code, children__isnull=False).first()
    if found is None:
        raise Http404("No such matrix.")
    return found
