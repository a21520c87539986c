"""What a run's studies of other panels say of its ranks."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from scoring.figures.words import listed, told_together
from scoring.models import ScoringRun, Study
from scoring.ranking import Ranks
from scoring.selectors.board import RunBoard
from scoring.services.studies import JOB
from surveys.selectors.jobs import Pairs, finds_surveys

Intervals = dict[int, tuple[int, int]]
Document = dict[str, Any]


def newest_document(run: ScoringRun, kind: str) -> Document | None:
    found = Study.objects.filter(run=run, kind=kind, computed_at__isnull=False).order_by("-pk").first()
    return json.loads(found.document) if found else None


def rank_intervals_of(run: ScoringRun, code: str) -> Intervals:
    """Position of a unit → the ends of its rank interval on a node; nothing where no study of other panels is there."""
    document = newest_document(run, Study.Kind.PANEL)
    return intervals_in(document, code) if document else {}


def intervals_in(document: Document, code: str) -> Intervals:
    node = document["nodes"].get(code)
    if node is None:
        return {}
    return {unit: (low, high) for unit, (low, high) in enumerate(zip(node["low"], node["high"], strict=True)) if low}


def interval_text(ends: tuple[int, int]) -> str:
    """One rank, or two ends."""
    low, high = ends
    return str(low) if low == high else f"{low}–{high}"


def stability(board: RunBoard, document: Document, code: str) -> str:
    """How many ranks hold, and among which the order does not."""
    intervals, ranks = intervals_in(document, code), board.ranks_of(code)
    ranked = [unit for unit in board.ranked(code) if unit in intervals]
    sentence = _("%(sure)d of %(count)d units keep their rank within one place.") % {
        "sure": sum(high - low <= 1 for low, high in map(intervals.__getitem__, ranked)), "count": len(ranked),
    }  # fmt: skip
    found = [
        interval_text((int(ranks[group[0]]), int(ranks[group[-1]]))) for group in close_groups(ranked, ranks, intervals)
    ]
    if not found:
        return sentence
    told = _("Close together, and not stable in their order, are ranks %(groups)s.") % {"groups": listed(found[:8])}
    return told_together(sentence, told)


def close_groups(ranked: Sequence[int], ranks: Ranks, intervals: Intervals) -> list[list[int]]:
    """Units in the order of their ranks where each reaches the rank of its neighbour; who stands alone is left out."""
    groups: list[list[int]] = []
    for unit in ranked:
        before = groups[-1][-1] if groups else None
        if before is not None and intervals[before][1] >= ranks[unit] and intervals[unit][0] <= ranks[before]:
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return [group for group in groups if len(group) > 1]


@finds_surveys(JOB, gettext_noop("A study: how sure the ranks are"))
def _of_study(subjects: Collection[int]) -> Pairs:
    return Study.objects.filter(pk__in=subjects).values_list("pk", "run__survey_id")
