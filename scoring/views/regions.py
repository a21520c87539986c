"""A run by region, by type, and by what its units lie in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scoring.exports import TYPES
from scoring.selectors.board import board_of
from scoring.selectors.regions import Regions, regions_table, way_words
from scoring.selectors.runs import run_origins
from scoring.stamped import stamped_file
from scoring.views.pages import account, computed_run_of, scoring_page
from surveys.access import READS, survey_for
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import file_answer

FIRST, MOST_FIRST = 10, 1000


@login_required
@require_safe
def regions(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    """`by` chooses the grouping, `first` how many units are counted as the first ones."""
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    found = Regions(board_of(run))
    way, first = _way(request, found), _first(request)
    codes = found.codes
    words = way_words()
    return scoring_page(
        request, survey, "runs", "regions", run=run, synthetic=run.synthetic, origins=run_origins(run), way=way,
        ways=[(each, words[each]) for each in found.ways], first=first, board=found.board,
        nodes=[found.board.tree.nodes[code] for code in codes],
        table=found.table(way, codes, first=first) if way else [], ungrouped=found.ungrouped(way) if way else 0,
    )  # fmt: skip


@login_required
@require_safe
def regions_export(request: HttpRequest, survey_id: int, number: int, kind: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    found = Regions(board_of(run))
    way, first = _way(request, found), _first(request)
    if kind not in ("csv", "xlsx") or not way:
        raise Http404("There is nothing to group.")
    heading, rows = regions_table(found, way, first)
    stamps = " / ".join(found.board.stamps)
    name = f"{run}-{way}.{kind}"
    export_note(survey, name, user=account(request))
    return file_answer(stamped_file(kind, _("Regions"), heading, rows, stamps), name, TYPES[kind])


def _way(request: HttpRequest, found: Regions) -> str:
    asked = request.GET.get("by", "")
    return asked if asked in found.ways else next(iter(found.ways), "")


def _first(request: HttpRequest) -> int:
    text = request.GET.get("first", "")
    return min(max(int(text), 1), MOST_FIRST) if text.isascii() and text.isdigit() and len(text) < 7 else FIRST
