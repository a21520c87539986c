"""Surveys: the list, a new one, the desk with the progress of its panel, and the stage it is in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.access import READS, RUNS, survey_for, surveys_of
from surveys.exports.panel import XLSX, panel_bytes
from surveys.forms.surveys import MoveForm, SurveyForm
from surveys.models import Survey
from surveys.selectors.board import board_of, days_left
from surveys.selectors.coverage import coverage_of
from surveys.selectors.late import late_waiting
from surveys.selectors.overview import overview
from surveys.selectors.packages import taken_in
from surveys.selectors.progress import panel_progress
from surveys.selectors.readiness import MEANINGS, moves_of
from surveys.services.looks import export_note
from surveys.services.surveys import MOVES, survey_create, survey_move
from surveys.views.coordinator.pages import account, done, posted, survey_page


@login_required
@require_safe
def survey_list(request: HttpRequest) -> HttpResponse:
    cards = overview(surveys_of(request.user))
    synthetic = any(card.survey.synthetic for card in cards)
    return render(request, "surveys/survey_list.html", {"cards": cards, "synthetic": synthetic})


@login_required
@require_http_methods(["GET", "POST"])
def survey_new(request: HttpRequest) -> HttpResponse:
    user = account(request)
    form = SurveyForm(posted(request), user=user, initial={"edition": request.GET.get("edition")})
    if form.is_valid():
        edition = form.cleaned_data["edition"]
        survey = survey_create(
            edition=edition,
            title=form.texts("title"),
            user=user,
            synthetic=edition.system.synthetic,
            **form.settings(),
        )
        return redirect("surveys:survey", survey.pk)
    return render(request, "surveys/survey_new.html", {"form": form})


@login_required
@require_safe
def survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Who is missing, first; then what the survey needs to go on."""
    found = survey_for(request.user, survey_id, *READS)
    progress, coverage = panel_progress(found), coverage_of(found)
    stages = [(state, label, _passed(state, found.state)) for state, label in Survey.State.choices]
    context = {
        "progress": progress,
        "board": board_of(progress, request.GET.dict()),
        "days_left": days_left(found),
        "moves": moves_of(found, MOVES[found.state], coverage, progress.missing),
        "meaning": MEANINGS[Survey.State(found.state)],
        "stages": stages,
        "coverage": coverage,
        "late": late_waiting(found),
        "taken_in": taken_in(found),
        "at_top": True,
    }
    return survey_page(request, found, "progress", "survey", **context)


@login_required
@require_safe
def progress_export(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Whom to call: the lines that the filters of the page show, with addresses. Never an answer."""
    found = survey_for(request.user, survey_id, *RUNS)
    board = board_of(panel_progress(found), request.GET.dict())
    content = panel_bytes(board.rows)
    export_note(found, f"experts-{found.pk}.xlsx", user=account(request))
    headers = {
        "Content-Disposition": f'attachment; filename="experts-{found.pk}.xlsx"', "Cache-Control": "no-store",
    }  # fmt: skip
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _passed(state: str, now: str) -> bool:
    order = list(Survey.State.values)
    return order.index(state) < order.index(now)


@login_required
@require_POST
def survey_move_to(request: HttpRequest, survey_id: int) -> HttpResponse:
    found = survey_for(request.user, survey_id, *RUNS)
    form = MoveForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        to = given["to"]
        said = _("The survey is now: %(state)s.") % {"state": Survey.State(to).label}
        done(
            request,
            lambda: survey_move(found, to, user=account(request), reason=given["reason"], pilot=given["pilot"]),
            said,
        )
    return redirect("surveys:survey", found.pk)
