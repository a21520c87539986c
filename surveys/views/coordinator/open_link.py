"""The open link of a survey: made, shut, and what everybody who answered by it says."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from surveys.access import READS, RUNS, survey_for
from surveys.addresses import open_address
from surveys.exports.open_result import open_note, open_result_csv, open_result_name
from surveys.forms.open_link import OpenLinkForm
from surveys.models import OpenLink, Survey
from surveys.qr import qr_svg
from surveys.selectors.consistency import method_label, table_label
from surveys.selectors.open_results import (
    LEVELS,
    link_of_survey,
    newest_computed_open,
    nodes_of,
    open_state,
    spreads,
    weight_lines,
)
from surveys.selectors.panel_answers import kept_questions
from surveys.selectors.weights import newest_computed
from surveys.services.looks import export_note
from surveys.services.open_links import open_link_make, open_link_shut
from surveys.services.open_results import open_result_request
from surveys.tasks import enqueue
from surveys.views.coordinator.pages import account, done, file_answer, survey_page


@login_required
@require_safe
def open_link(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    link = link_of_survey(survey)
    if link is None:
        early = survey.state in (Survey.State.DRAFT, Survey.State.PILOT)
        return survey_page(request, survey, "panel", "open_link_none", form=OpenLinkForm(), early=early)
    address = open_address(link.slug)
    state = open_state(link)
    context = {"link": link, "state": state, "job": state.job, "address": address, "qr": qr_svg(address)}
    return survey_page(request, survey, "panel", "open_link", **context, **_result(survey, link))


def _result(survey: Survey, link: OpenLink) -> dict[str, Any]:
    """The newest weights that are there, while newer ones may be on their way."""
    result = newest_computed_open(link)
    if result is None:
        return {}
    result.link, parts, panel = link, nodes_of(result), newest_computed(survey)
    return {
        "result": result,
        "panel": panel,
        "lines": weight_lines(kept_questions(survey.edition).tree, parts, panel),
        "spreads": spreads(parts),
        "levels": LEVELS,
        "note": open_note(result),
        "method": method_label(result.method),
        "table": table_label(result.random_index),
        "aggregation": Survey.Aggregation(result.aggregation).label,
    }


@login_required
@require_POST
def open_link_new(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    form = OpenLinkForm(request.POST)
    if form.is_valid():
        slug, said = form.cleaned_data["slug"], _("The open link is made. It takes answers once the survey is open.")
        done(request, lambda: open_link_make(survey, slug, user=account(request)), said)
    return redirect("surveys:open_link", survey.pk)


@login_required
@require_POST
def open_link_close(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    link = _link(survey)
    said = _("The open link is shut: it takes no answers. What was submitted stays.")
    done(request, lambda: open_link_shut(link, user=account(request)), said)
    return redirect("surveys:open_link", survey.pk)


@login_required
@require_POST
def open_link_compute(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    link = _link(survey)
    done(request, lambda: _request_result(link, account(request)))
    return redirect("surveys:open_link", survey.pk)


@transaction.atomic
def _request_result(link: OpenLink, user: User) -> None:
    _result, jobs = open_result_request(link, user=user)
    for job in jobs:
        enqueue(job)


@login_required
@require_safe
def open_link_export(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The weights of the newest result."""
    survey = survey_for(request.user, survey_id, *READS)
    link = _link(survey)
    result = newest_computed_open(link)
    if result is None:
        raise Http404("Nothing was computed.")
    result.link = link
    content = open_result_csv(result, kept_questions(survey.edition).tree, newest_computed(survey))
    name = open_result_name(result)
    export_note(survey, name, user=account(request))
    return file_answer(content, name, "text/csv; charset=utf-8")


def _link(survey: Survey) -> OpenLink:
    link = link_of_survey(survey)
    if link is None:
        raise Http404("This survey has no open link.")
    return link
