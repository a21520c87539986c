"""The row view: the pairs of a section on rows of seventeen, a dozen to a page, as on the paper form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surveys.errors import Refused
from surveys.forms.answer import row_answers
from surveys.models import Expert, JudgmentEvent, MoreImportant
from surveys.rows import scale_row, value_of
from surveys.selectors.questionnaire import Place, Said, Stage, Way, minutes_for, said_by, trail_of, way_of
from surveys.services.judgments import ClosedSurvey, Shown
from surveys.services.judgments_many import judgments_record_many

from .reading import reading_of, remember_view
from .saving import keep_late_rows
from .script_data import script_data
from .session import for_expert, go, go_to_pair, go_to_section, page

MOST_ROWS = 12
Source = JudgmentEvent.Source


@dataclass(frozen=True)
class Row:
    place: Place
    html: SafeString
    revision: int


@dataclass(frozen=True)
class Leaf:
    """One page of rows: pages are as equal as can be, so that 55 pairs make five of eleven."""

    number: int
    count: int
    places: list[Place]

    @property
    def last(self) -> bool:
        return self.number == self.count


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def rows(request: HttpRequest, expert: Expert, node_id: int) -> HttpResponse:
    if request.method != "POST" and not expert.survey.takes_answers:
        return go("contents", expert)
    said = said_by(expert)
    way = way_of(expert, said)
    stage = way.stage(node_id)
    if stage is None:
        raise Http404("There is no such section.")
    leaf = leaf_of(stage, request.GET.get("page", ""), request.GET.get("pair", ""))
    if request.method == "POST":
        return _record(request, expert, stage, leaf)
    response = _page(request, expert, way, stage, leaf, said)
    remember_view(request, response, "row")
    return response


def rows_again(request: HttpRequest, expert: Expert, node_id: int, problem: str, status: int) -> HttpResponse:
    """What came could not be stored: the page with everything that was chosen on it, ready to be sent again."""
    said = said_by(expert)
    way = way_of(expert, said)
    stage = way.stage(node_id)
    if stage is None:
        raise Http404("There is no such section.")
    leaf = leaf_of(stage, request.GET.get("page", ""))
    return _page(request, expert, way, stage, leaf, said, problem=problem, status=status)


def leaf_of(stage: Stage, wanted: str, pair: str = "") -> Leaf:
    """The page that was asked for or holds the pair at this position, else the first with an open pair."""
    places = [place for place in stage.places if place.planned or place.answered]
    count = ceil(len(places) / MOST_ROWS)
    size = ceil(len(places) / count)
    leaves = [places[start : start + size] for start in range(0, len(places), size)]
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:6]) <= len(leaves):
        number = int(wanted[:6])
    else:
        holding = (at for at, leaf in enumerate(leaves, 1) if any(str(place.position) == pair for place in leaf))
        open_leaves = (at for at, leaf in enumerate(leaves, 1) if any(not place.answered for place in leaf))
        number = next(holding, 0) or next(open_leaves, 1)
    return Leaf(number, len(leaves), leaves[number - 1])


def _page(
    request: HttpRequest,
    expert: Expert,
    way: Way,
    stage: Stage,
    leaf: Leaf,
    said: Said,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    trail = trail_of(expert)
    seconds, carried = trail.pace, trail.carried(said)
    context: dict[str, Any] = {
        "way": way,
        "stage": stage,
        "leaf": leaf,
        "rows": [_row(expert, place, said, request.POST) for place in leaf.places],
        "problems": [problem] if problem else [],
        "minutes": minutes_for(way.total - way.answered, seconds),
        "data": script_data(expert, way, said, reading_of(request), seconds=seconds, carried=carried),
        "carried_from": trail.carried_from if any(it.comparison.pk in carried for it in leaf.places) else "",
        "key": uuid.uuid4(),
    }
    return page(request, expert, "rows.html", status=status, **context)


def _row(expert: Expert, place: Place, said: Said, sent: Mapping[str, str]) -> Row:
    """What was `sent` stands on the row before what is stored, with the revision that it was said upon."""
    pair, judgment = place.comparison, said.get(place.comparison.pk)
    stored = value_of(judgment.more_important, judgment.strength) if judgment else None
    seen = sent.get(f"seen-{pair.pk}", "")
    revision = judgment.revision if judgment else 0
    left, right = (pair.item_b, pair.item_a) if place.swapped else (pair.item_a, pair.item_b)
    others = [(MoreImportant.CANNOT_JUDGE.value, _("Cannot judge"))] if expert.survey.missing_allowed else []
    html = scale_row(
        f"pair-{pair.pk}",
        left.name,
        right.name,
        number=place.number,
        chosen=sent.get(f"pair-{pair.pk}", stored),
        swapped=place.swapped,
        others=others,
    )
    return Row(place, html, int(seen[:9]) if seen.isascii() and seen.isdigit() else revision)


def _record(request: HttpRequest, expert: Expert, stage: Stage, leaf: Leaf) -> HttpResponse:
    """Every row of the page at once: all that was said, or nothing where something cannot be."""
    try:
        stopped = _store(request, expert, leaf.places, request.POST)
    except Refused as refused:
        return rows_again(request, expert, stage.node_id, str(refused), 422)
    if stopped:
        return stopped
    if not leaf.last:
        return _to_leaf(expert, stage, leaf.number + 1)
    way = way_of(expert)
    done = way.stage(stage.node_id)
    if done and done.complete and len(stage.places) > 1:
        return go_to_section(expert, stage.node_id)
    return go_to_pair(expert, way.next_open(leaf.places[-1].position))


def _store(
    request: HttpRequest, expert: Expert, places: Sequence[Place], sent: Mapping[str, str]
) -> HttpResponse | None:
    """None where all is stored; else where the expert goes. Raises Refused for what no row can say."""
    here = {place.comparison.pk: place for place in places}
    answers, base = row_answers(sent, here)
    shown = {pair: Shown(JudgmentEvent.View.ROW, here[pair].number, here[pair].swapped) for pair in answers}
    try:
        events = judgments_record_many(expert, answers, base=base, source=Source.FORM, shown=shown)
    except ClosedSurvey as closed:
        messages.error(request, keep_late_rows(expert, answers, sent.get("key", ""), closed))
        return go("contents", expert)
    if any(event.conflict for event in events):
        messages.warning(request, _("Some pairs were answered differently on another device: please choose."))
        return go("contents", expert)
    return None


def rows_keep(request: HttpRequest, expert: Expert, carried: Mapping[str, str]) -> HttpResponse:
    """Store the rows of a page that had lost its session, and go back to them."""
    node = carried["node"]
    stage = way_of(expert).stage(int(node)) if node.isascii() and node.isdigit() and len(node) < 10 else None
    if stage is None:
        raise Http404("There is no such section.")
    try:
        stopped = _store(request, expert, stage.places, carried)
    except Refused as refused:
        messages.error(request, str(refused))
        return go("contents", expert)
    if stopped is None:
        messages.success(request, _("The answers of your page were saved."))
    return stopped or HttpResponseRedirect(reverse("surveys:rows", args=[expert.survey_id, stage.node_id]))


def _to_leaf(expert: Expert, stage: Stage, number: int) -> HttpResponseRedirect:
    address = reverse("surveys:rows", args=[expert.survey_id, stage.node_id])
    return HttpResponseRedirect(f"{address}?page={number}#question")
