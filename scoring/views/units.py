"""One unit: its profile, and why it has the score it has."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from scoring.models import DataUnit, ScoringRun
from scoring.selectors.board import RunBoard, board_of
from scoring.selectors.explained import Explained, peers, profile_figure, strengths
from scoring.selectors.marks import legend
from scoring.selectors.runs import profile, run_origins
from scoring.selectors.studies import rank_intervals_of
from scoring.views.pages import computed_run_of, scoring_page
from surveys.access import READS, survey_for
from surveys.whole import whole


@login_required
@require_safe
def unit(request: HttpRequest, survey_id: int, number: int, unit_id: int) -> HttpResponse:
    """On every node; with `beside`, another unit's scores next to it."""
    survey = survey_for(request.user, survey_id, *READS)
    found = computed_run_of(survey, number)
    chosen = get_object_or_404(found.data_set.units, pk=unit_id)
    board = board_of(found)
    place = _place(board, chosen)
    rows, (strong, weak) = profile(board.tree, chosen), strengths(board, place)
    other, marks = _beside(request, found), board.marks.to(chosen.name)
    return scoring_page(
        request, survey, "runs", "unit", run=found, synthetic=found.synthetic, origins=run_origins(found), unit=chosen,
        rows=list(zip(rows, profile(board.tree, other) if other else rows, strict=True)), whole=rows[0], strong=strong,
        weak=weak, figure=profile_figure(board, place), peers=[board.units[at] for at in peers(board, place)],
        units=board.units, other=other, interval=rank_intervals_of(found, board.root).get(place), marks=marks,
        legend=legend(marks.values()),
    )  # fmt: skip


@login_required
@require_safe
def why(request: HttpRequest, survey_id: int, number: int, unit_id: int, code: str) -> HttpResponse:
    """Why this unit has this score on this node."""
    survey = survey_for(request.user, survey_id, *READS)
    found = computed_run_of(survey, number)
    chosen = get_object_or_404(found.data_set.units, pk=unit_id)
    board = board_of(found)
    if code not in board.place:
        raise Http404("This run has no such node.")
    told = Explained(board, _place(board, chosen), code)
    return scoring_page(
        request, survey, "runs", "why", run=found, synthetic=found.synthetic, origins=run_origins(found), unit=chosen,
        told=told, path=board.tree.path(told.node),
        neighbours=[(each, board.units[each.unit]) for each in told.neighbours],
    )  # fmt: skip


def _place(board: RunBoard, chosen: DataUnit) -> int:
    return next(place for place, unit in enumerate(board.units) if unit.pk == chosen.pk)


def _beside(request: HttpRequest, run: ScoringRun) -> DataUnit | None:
    asked = request.GET.get("beside", "")
    return run.data_set.units.filter(pk=number).first() if (number := whole(asked)) is not None else None
