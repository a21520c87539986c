"""What made a rank change between two runs: data, bounds, weights, or the set of indicators. Only numpy.

Every factor is taken from the first run or from the second; what a factor gives is its mean effect over all orders in
which they may be exchanged (L. S. Shapley, 1953, A value for n-person games, in: Contributions to the Theory of Games
II, pp. 307-317). The parts add up to the whole change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

from scoring.normalising import Array, LeafRule, normalise
from scoring.ranking import competition_ranks

FACTORS = ("data", "bounds", "weights", "indicators")
Chosen = frozenset[str]
"""The factors that are taken from the second run."""


@dataclass(frozen=True)
class Side:
    """One run, over the units that both have: leaf → global weight, values by unit, bounds, rule."""

    weights: Mapping[str, float]
    values: Mapping[str, Array]
    bounds: Mapping[str, tuple[float, float]]
    rules: Mapping[str, LeafRule]


@dataclass(frozen=True)
class Split:
    """By factor what each unit's score and rank gained or lost; they add up to `scores` and `ranks`.

    A rank that falls from 3 to 5 has changed by 2.
    """

    by_score: Mapping[str, Array]
    by_rank: Mapping[str, Array]
    scores: Array
    ranks: Array


def split(before: Side, after: Side) -> Split:
    """Raises ValueError where a value is missing: then no factor can be exchanged alone."""
    known: dict[Chosen, Array] = {}

    def scores(chosen: Chosen) -> Array:
        if chosen not in known:
            known[chosen] = scores_by(before, after, chosen)
        return known[chosen]

    def ranks(chosen: Chosen) -> Array:
        return competition_ranks(scores(chosen)).astype(float)

    whole: Chosen = frozenset(FACTORS)
    none: Chosen = frozenset()
    return Split(
        shapley(FACTORS, scores), shapley(FACTORS, ranks), scores(whole) - scores(none), ranks(whole) - ranks(none)
    )


def shapley(factors: Sequence[str], value: Callable[[Chosen], Array]) -> dict[str, Array]:
    """The mean effect of each factor over all orders.

    >>> found = shapley(("x", "y"), lambda chosen: np.array([float("x" in chosen) + 2.0 * (len(chosen) == 2)]))
    >>> {name: part.tolist() for name, part in found.items()}
    {'x': [2.0], 'y': [1.0]}
    """
    count = len(factors)
    found = {}
    for factor in factors:
        others = [other for other in factors if other != factor]
        total: Array | float = 0.0
        for size in range(count):
            share = factorial(size) * factorial(count - size - 1) / factorial(count)
            for chosen in combinations(others, size):
                base = frozenset(chosen)
                total = total + share * (value(base | {factor}) - value(base))
        found[factor] = np.asarray(total)
    return found


def scores_by(before: Side, after: Side, chosen: Chosen) -> Array:
    """The scores of all units with these factors from the second run and the others from the first."""
    weights = _weights(before, after, indicators="indicators" in chosen, weights="weights" in chosen)
    columns, rules = [], {}
    for code in weights:
        first, second = (after, before) if "data" in chosen else (before, after)
        columns.append(first.values.get(code, second.values.get(code)))
        first, second = (after, before) if "bounds" in chosen else (before, after)
        low, high = first.bounds.get(code) or second.bounds[code]
        rule = (after if code in after.rules else before).rules[code]
        rules[code] = LeafRule(
            direction=rule.direction, low=low, high=high, cap=rule.cap, transform=rule.transform,
            target_low=rule.target_low, target_high=rule.target_high, neutral=rule.neutral,
        )  # fmt: skip
    values = np.array(columns).T
    if np.isnan(values).any():
        raise ValueError("a value is missing")
    found = normalise(values, list(weights), rules)
    row: Array = np.array(list(weights.values())) @ found.scores
    return row


def _weights(before: Side, after: Side, *, indicators: bool, weights: bool) -> dict[str, float]:
    """Those of the chosen indicators: where one has no weight on the chosen side, it keeps its own."""
    codes = (after if indicators else before).weights
    first, second = (after, before) if weights else (before, after)
    found = {code: first.weights.get(code, second.weights.get(code, 0.0)) for code in codes}
    total = sum(found.values())
    return {code: weight / total for code, weight in found.items()}
