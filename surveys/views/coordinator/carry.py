"""Answers of an earlier survey into this one: what would come for each expert, then one click."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from surveys.access import RUNS, survey_for, surveys_run_by
from surveys.errors import Refused
from surveys.forms.carrying import CarryForm
from surveys.models import Survey
from surveys.selectors.carrying import BY_CODE, BY_PERSON, carry_plan, same_people, sources_among
from surveys.services.carrying import carries_check, judgments_carry
from surveys.views.coordinator.pages import account, survey_page


@login_required
@require_http_methods(["GET", "POST"])
def carry(request: HttpRequest, survey_id: int) -> HttpResponse:
    """GET shows what would come, as often as wanted; POST brings it for the experts that are ticked."""
    survey = survey_for(request.user, survey_id, *RUNS)
    sources = sources_among(surveys_run_by(request.user), survey)
    sent = request.POST if request.method == "POST" else request.GET if "source" in request.GET else None
    form = CarryForm(sent or _usual(survey, sources), sources=sources)
    plan, refusal = None, ""
    if sources and form.is_valid():
        try:
            if request.method == "POST":
                return _carried(request, survey, form)
            carries_check(form.earlier, survey)
            plan = carry_plan(form.earlier, survey, form.chosen)
        except Refused as refused:
            refusal = str(refused)
    elif request.method == "POST":
        refusal = _("Choose the survey whose answers are to be carried over.")
    context: dict[str, object] = {"form": form, "sources": sources, "plan": plan, "refusal": refusal}
    return survey_page(request, survey, "progress", "carry", **context)


def _usual(survey: Survey, sources: list[Survey]) -> dict[str, str]:
    """The newest survey; by person wherever some are known in both."""
    if not sources:
        return {}
    match = BY_PERSON if same_people(sources[0], survey) else BY_CODE
    return {"source": str(sources[0].pk), "match": match}


def _carried(request: HttpRequest, survey: Survey, form: CarryForm) -> HttpResponse:
    experts = request.POST.getlist("experts")
    counts = judgments_carry(form.earlier, survey, form.chosen, experts=experts, user=account(request))
    total = sum(counts.values())
    if total:
        sentence = ngettext(
            "%(total)d answer carried over, for %(experts)d experts.",
            "%(total)d answers carried over, for %(experts)d experts.",
            total,
        )
        messages.success(request, sentence % {"total": total, "experts": len(counts)})
    else:
        messages.info(request, _("Nothing was left to carry over: these answers are given here already."))
    return redirect("surveys:survey", survey.pk)
