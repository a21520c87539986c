"""Why a score is what it is. Only numpy: scores and weights in, points and gaps out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.normalising import Array, LeafRule


@dataclass(frozen=True)
class Parts:
    """The children of a node for one unit: weights as they were used (0 where nothing is there), and points.

    Under an arithmetic mean the points add up to the score; under another mean there are none.
    """

    weights: Array
    points: Array | None


@dataclass(frozen=True)
class Lift:
    """How far one indicator alone would have to move for a unit to be level with another: in points of its score, and
    on the raw scale where its bounds and direction allow it.
    """

    code: str
    score: float
    needed: float
    raw: float | None


def parts_of(scores: Array, weights: Sequence[float], aggregation: str = "arithmetic") -> Parts:
    """Share out the weights of what is missing, and multiply.

    >>> found = parts_of(np.array([50.0, np.nan, 100.0]), [0.5, 0.25, 0.25])
    >>> found.weights.round(4).tolist(), found.points.round(4).tolist()
    ([0.6667, 0.0, 0.3333], [33.3333, 0.0, 33.3333])
    """
    there = ~np.isnan(scores)
    used = np.where(there, np.asarray(weights, dtype=float), 0.0)
    total = used.sum()
    used = used / total if total > 0 else used
    points = used * np.where(there, scores, 0.0) if aggregation == "arithmetic" else None
    return Parts(used, points)


def gap_parts(weights: Mapping[str, float], scores: Mapping[str, Array], a: int, b: int) -> list[tuple[str, float]]:
    """What each leaf gives to the distance between two units, the largest first; they add up to it.

    `weights` are those of the leaves in the node, `scores` their scores by unit. Arithmetic means without gaps.

    >>> gap_parts({"x": 0.75, "y": 0.25}, {"x": np.array([80.0, 60.0]), "y": np.array([0.0, 40.0])}, 0, 1)
    [('x', 15.0), ('y', -10.0)]
    """
    parts = [(code, float(weight * (scores[code][a] - scores[code][b]))) for code, weight in weights.items()]
    return sorted(parts, key=lambda part: -abs(part[1]))


def lifts(
    weights: Mapping[str, float],
    scores: Mapping[str, float],
    gap: float,
    rules: Mapping[str, LeafRule],
    bounds: Mapping[str, tuple[float, float]],
    *,
    highest: float = 100.0,
) -> list[Lift]:
    """For each leaf what it alone would need to close a gap, as far as its scale reaches; the smallest first."""
    found = []
    for code, weight in weights.items():
        if weight <= 0 or np.isnan(scores[code]):
            continue
        needed = scores[code] + gap / weight
        if needed <= highest:
            found.append(Lift(code, scores[code], needed, _raw(needed / highest, rules[code], bounds.get(code))))
    return sorted(found, key=lambda lift: lift.needed - lift.score)


def _raw(share: float, rule: LeafRule, bounds: tuple[float, float] | None) -> float | None:
    """The raw value of a share of the scale; None for targets, which have two, and where nothing is measured."""
    if bounds is None or rule.direction == "target":
        return None
    low, high = bounds
    if rule.transform == "ln":
        low, high = float(np.log(low)), float(np.log(high))
    value = high - share * (high - low) if rule.direction == "cost" else low + share * (high - low)
    return float(np.exp(value)) if rule.transform == "ln" else value
