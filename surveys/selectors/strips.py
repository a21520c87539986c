"""One strip for each item: a dot for every expert's own weight, the group's weight and its interval, as numbers that a
template writes into SVG attributes. All in percent of the strip's width; where experts are many, bars instead of dots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from surveys.models import Indicator
from surveys.selectors.panel_answers import Array

MOST_DOTS = 60
BINS = 40
LEVELS = (50, 32, 68, 14, 86)  # where dots go that would lie on each other, in percent of the height
DOT = 1.6  # the width of a dot


@dataclass(frozen=True)
class Dot:
    left: float
    top: float
    code: str
    weight: float


@dataclass(frozen=True)
class Bar:
    left: float
    width: float
    top: float
    height: float


@dataclass(frozen=True)
class Strip:
    """An item: the group's weight, the interval of it, and how the experts' own weights lie."""

    item: Indicator
    group: float | None
    low: float | None
    high: float | None
    quartiles: tuple[float, float, float]
    spread: float
    variation: float
    scale: float
    dots: Sequence[Dot] = ()
    bars: Sequence[Bar] = ()

    @property
    def group_left(self) -> float | None:
        return None if self.group is None else self._left(self.group)

    @property
    def low_left(self) -> float | None:
        return None if self.low is None else self._left(self.low)

    @property
    def interval_width(self) -> float | None:
        return None if self.low is None or self.high is None else self._left(self.high) - self._left(self.low)

    @property
    def box_left(self) -> float:
        return self._left(self.quartiles[0])

    @property
    def box_width(self) -> float:
        return self._left(self.quartiles[2]) - self._left(self.quartiles[0])

    def _left(self, weight: float) -> float:
        return place_of(weight, self.scale)


def place_of(weight: float, scale: float) -> float:
    """Where a weight stands, in percent; two percent are left free at both ends."""
    return round(2 + 96 * weight / scale, 2)


def scale_of(weights: Array) -> float:
    """The end of the axis: the next full tenth."""
    return min(1.0, max(0.1, ceil(float(weights.max()) * 10 - 1e-9) / 10))


def dots_of(weights: Array, codes: Sequence[str], scale: float) -> list[Dot]:
    """Dots that would lie on each other step up and down in turn."""
    taken: Counter[int] = Counter()
    dots = []
    for weight, code in sorted(zip(weights.tolist(), codes, strict=True)):
        left = place_of(weight, scale)
        level = taken[int(left / DOT)]
        taken[int(left / DOT)] += 1
        dots.append(Dot(left, LEVELS[level % len(LEVELS)], code, weight))
    return dots


def bars_of(weights: Array, scale: float) -> list[Bar]:
    """How many weights fall into each fortieth of the axis; the fullest reaches the top."""
    counts, edges = np.histogram(weights, bins=BINS, range=(0.0, scale))
    tallest, width = int(counts.max()), round(96 / BINS, 2)
    return [
        Bar(place_of(float(edge), scale), width, round(96 - 92 * count / tallest, 2), round(92 * count / tallest, 2))
        for count, edge in zip(counts.tolist(), edges[:-1].tolist(), strict=True)
        if count
    ]
