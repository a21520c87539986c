"""What is said of a judgment matrix beside its CR: the geometric index with its limit, and circles as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ahp
from surveys.models import Indicator
from surveys.selectors.circles import circles_told

SHOWN_CIRCLES = 5


@dataclass(frozen=True)
class Measures:
    """None where nothing can be tested. The limit of the geometric index answers to CR 0.10."""

    geometric: float | None
    geometric_limit: float | None
    circles: list[str]

    @property
    def first_circles(self) -> list[str]:
        return self.circles[:SHOWN_CIRCLES]

    @property
    def more_circles(self) -> int:
        return max(0, len(self.circles) - SHOWN_CIRCLES)


def measures_of(matrix: ahp.Matrix, items: Sequence[Indicator]) -> Measures:
    """Of a matrix whose answers link all its items."""
    found = ahp.consistency(matrix)
    circles = circles_told(matrix, {item.code: item for item in items})
    return Measures(found.geometric_index, found.geometric_threshold, circles)
