"""The same judgments by both ways to combine experts and both ways to find weights, with the panel's intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

import ahp
from surveys.errors import Refused
from surveys.models import PanelResult, Survey
from surveys.selectors.panel_now import PanelNow, panel_then

LARGEST = 2000
"""Members up to which every answer is read again to compare; beyond, the stored result stands alone."""
KEPT = 32
Aggregation = Survey.Aggregation


@dataclass(frozen=True)
class Way:
    """Global weights by one aggregation and one method. `chosen`: it is the survey's own."""

    aggregation: str
    method: str
    chosen: bool
    weights: Mapping[str, float]

    @property
    def short(self) -> str:
        return "AIJ" if self.aggregation == Aggregation.JUDGMENTS else "AIP"

    @property
    def method_label(self) -> str:
        return str(Survey.Method(self.method).label)


@dataclass(frozen=True)
class FourWays:
    """`intervals`: code → the range in which the local weight is to be expected, 95 of 100 times, from the differences
    between the experts; no range where fewer than two experts count.
    """

    ways: list[Way]
    intervals: Mapping[str, tuple[float, float]]

    def of(self, code: str) -> list[tuple[Way, float]]:
        return [(way, way.weights[code]) for way in self.ways]

    @property
    def largest_gap(self) -> float:
        """By how much the four differ at most, at any node."""
        return max((max(found) - min(found) for found in self._columns()), default=0.0)

    def _columns(self) -> list[list[float]]:
        codes = self.ways[0].weights if self.ways else {}
        return [[way.weights[code] for way in self.ways] for code in codes]


def four_ways(result: PanelResult | None) -> FourWays | None:
    """None where there is no computed panel, or too large a one. A result never changes, so each process computes it
    once; its input hash is part of the key, since a primary key may be given twice where a database was emptied.
    """
    if result is None or result.computed_at is None or result.members.count() > LARGEST:
        return None
    return _kept(result.pk, result.input_hash, result.computed_at.isoformat())


@lru_cache(maxsize=KEPT)
def _kept(result_id: int, _input_hash: str, _computed_at: str) -> FourWays | None:
    result = PanelResult.objects.select_related("survey__edition").get(pk=result_id)
    panel = panel_then(result)
    try:
        ways = [way for aggregation in Aggregation.values for way in _ways(panel, aggregation)]
    except (Refused, ahp.AHPError):
        return None
    return FourWays(ways, _intervals(panel))


def _ways(panel: PanelNow, aggregation: str) -> list[Way]:
    """Both methods, the eigenvector first."""
    method, own = panel.method, aggregation == panel.method.aggregation
    group = panel.computed_by(aggregation=aggregation).group
    found = [
        Way(aggregation, method.method, own, group.whole),
        Way(aggregation, method.other, False, group.second_whole),
    ]
    return sorted(found, key=lambda way: way.method)


def _intervals(panel: PanelNow) -> dict[str, tuple[float, float]]:
    """Node by node; experts whose answers do not link all items of a node say nothing there."""
    questions, own = panel.questions, panel.own_weights
    found: dict[str, tuple[float, float]] = {}
    for place, (code, children) in enumerate(questions.codes.items()):
        local, shares = own[:, questions.items[code]], panel.weights[:, place]
        usable = (shares > 0) & ~np.isnan(local).any(axis=1)
        if len(children) < 2 or usable.sum() < 2:
            continue
        sure = ahp.group_intervals(local[usable], expert_weights=shares[usable])
        ends = zip(sure.low.tolist(), sure.high.tolist(), strict=True)
        found.update(zip(children, ends, strict=True))
    return found
