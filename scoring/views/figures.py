"""Figures of a node, on its page and as files."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from scoring.figures.files import TYPES, figure_bytes
from scoring.models import ScoringRun
from scoring.selectors.board import board_of
from scoring.selectors.pictures import picture
from scoring.selectors.studies import rank_intervals_of
from scoring.views.pages import account, computed_run_of
from surveys.access import READS, survey_for
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import file_answer


@login_required
@require_safe
def figure(request: HttpRequest, survey_id: int, number: int, code: str, show: str, kind: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    board = board_of(run)
    if kind not in TYPES or code not in board.place:
        raise Http404("No such figure.")
    found = picture(board, code, show, rank_intervals_of(run, code))
    if found is None:
        raise Http404("No such figure.")
    name = file_name(run, found.key, kind)
    export_note(survey, name, user=account(request))
    # A file to keep: an SVG that is opened on this site could do what the site may.
    return file_answer(figure_bytes(found, kind), name, TYPES[kind])


def file_name(run: ScoringRun, key: str, kind: str) -> str:
    marks = [*(["draft"] if run.preview else []), *(["synthetic"] if run.synthetic else [])]
    return "-".join([str(run), key, *marks]) + f".{kind}"
