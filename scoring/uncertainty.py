"""How sure ranks are: under other weights, other methods, other sets of indicators. Only numpy.

Weights are draws x leaves, scores of leaves leaf x unit on the scale of 0 to 100, ranks draws x units by competition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.normalising import Array, LeafRule
from scoring.ranking import TIE_TOLERANCE, Children, NodeRule, aggregate, competition_ranks

Ranks = NDArray[np.int16]
Local = Mapping[str, Sequence[float]]

BLOCK = 512
"""Draws that are ranked at once: their scores stay in the cache."""
CELLS = 1 << 20
"""Scores of all nodes that are held at once where every node must be computed."""


@dataclass(frozen=True)
class RankIntervals:
    """For each unit the ends of its rank interval, its middle rank, and how often it is among the first `top`."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    middle: Array
    among_first: Array


def leaf_weights(children: Children, root: str, local: Mapping[str, ArrayLike]) -> tuple[list[str], Array]:
    """Return the leaves below `root` and their weights in it, draws x leaves.

    `local` are local weights, draws x children of the node (or one row, the same in every draw).

    >>> codes, weights = leaf_weights({"r": ["a", "b"], "a": ["c", "d"]}, "r", {"r": [[.5, .5]], "a": [[.2, .8]]})
    >>> codes, weights.tolist()
    (['c', 'd', 'b'], [[0.1, 0.4, 0.5]])
    """
    codes: list[str] = []
    columns: list[Array] = []
    stack: list[tuple[str, Array]] = [(root, np.ones(1))]
    while stack:
        code, weight = stack.pop()
        below = children.get(code, ())
        if not below:
            codes.append(code)
            columns.append(weight)
            continue
        own = np.atleast_2d(np.asarray(local[code], dtype=float))
        stack += [(child, weight * own[:, place]) for place, child in reversed(list(enumerate(below)))]
    return codes, np.stack(np.broadcast_arrays(*columns), axis=1)


def ranks_of_draws(
    weights: Array, scores: Array, *, tolerance: float = TIE_TOLERANCE, decimals: int | None = None
) -> Ranks:
    """Rank the units in every draw of weights: the order of ``weights @ scores``, ties sharing the better rank.

    Parameters
    ----------
    weights : array, draws x leaves.
    scores : array, leaf x unit; nan is not allowed, see `ranks_of_scores` for scores with gaps.

    Examples
    --------
    >>> ranks_of_draws(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[10.0, 20.0, 20.0], [30.0, 0.0, 10.0]])).tolist()
    [[3, 1, 1], [1, 3, 2]]
    """
    ranks = np.empty((len(weights), scores.shape[1]), dtype=np.int16)
    for first in range(0, len(weights), BLOCK):
        block = slice(first, first + BLOCK)
        ranks[block] = ranks_of_scores(weights[block] @ scores, tolerance=tolerance, decimals=decimals)
    return ranks


def ranks_by_rules(
    children: Children,
    root: str,
    local: Mapping[str, ArrayLike],
    leaves: Sequence[str],
    scores: Array,
    *,
    draws: int,
    rules: Mapping[str, LeafRule] | None = None,
    nodes: Mapping[str, NodeRule] | None = None,
    tolerance: float = TIE_TOLERANCE,
    decimals: int | None = None,
) -> Ranks:
    """Rank the units on `root` in every draw, whatever the means and the gaps: every node by `scoring.ranking`.

    Parameters
    ----------
    local : for each node below `root` its local weights, draws x children (or one row, the same in every draw).
    leaves, scores : the leaves below `root` and their scores, leaf x unit; nan is missing: see the rules.

    Examples
    --------
    >>> geometric = {"r": NodeRule(aggregation="geometric")}
    >>> scores = np.array([[100.0, 36.0, 0.0], [1.0, 36.0, 100.0]])
    >>> ranks_by_rules({"r": ["a", "b"]}, "r", {"r": [[.5, .5], [.9, .1]]}, ["a", "b"], scores, draws=2,
    ...                nodes=geometric).tolist()
    [[2, 1, 3], [1, 2, 3]]
    """
    units, below = scores.shape[1], [node for node, _share in _shares(children, root)]
    full = {node: np.broadcast_to(local[node], (draws, len(children[node]))) for node in below}
    size = max(1, CELLS // (units * (len(leaves) + len(below))))
    ranks = np.empty((draws, units), dtype=np.int16)
    for first in range(0, draws, size):
        block = slice(first, min(first + size, draws))
        count = block.stop - first  # draws side by side, as if each were more units
        weights = {node: np.repeat(found[block].T, units, axis=1) for node, found in full.items()}
        tiled = np.tile(scores, (1, count))
        _codes, table, _notices = aggregate(tiled, leaves, children, weights, root=root, rules=rules, nodes=nodes)
        ranks[block] = ranks_of_scores(table[0].reshape(count, units), tolerance=tolerance, decimals=decimals)
    return ranks


def ranks_of_scores(scores: Array, *, tolerance: float = TIE_TOLERANCE, decimals: int | None = None) -> Ranks:
    """Rank every row, of scores rounded to `decimals` where such are given; nan has rank 0.

    The bits of a positive number are in its order, so that a number and the place of its unit (in the last bits, which
    is far below the tolerance) are sorted at once.
    """
    if decimals is not None:
        scores = np.round(scores, decimals)
    count, least = scores.shape[1], float(scores.min(initial=0.0))
    missing = np.isnan(scores) if np.isnan(least) else None
    if missing is not None:
        scores = _gaps_last(scores, missing)
        least = float(scores.min(initial=0.0))
    mask = (1 << max(count - 1, 1).bit_length()) - 1
    keys = np.ascontiguousarray(scores - least).view(np.int64)
    keys &= ~mask
    keys |= np.arange(count)
    keys.sort(axis=1)
    ranks = np.empty(scores.shape, dtype=np.int16)
    places = (keys & mask) + (np.arange(len(scores)) * count)[:, np.newaxis]
    ranks.ravel()[places.ravel()] = np.tile(np.arange(count, 0, -1, dtype=np.int16), len(scores))
    keys &= ~mask
    gaps = np.diff(keys.view(np.float64), axis=1)
    if gaps.min(initial=np.inf) <= 2 * tolerance:  # near a tie: as everywhere else
        for row in np.flatnonzero((gaps <= 2 * tolerance).any(axis=1)).tolist():
            ranks[row] = competition_ranks(scores[row], tolerance)
    if missing is not None:
        ranks[missing] = 0
    return ranks


def _gaps_last(scores: Array, missing: NDArray[np.bool_]) -> Array:
    """Below every score, and apart from one another so that gaps look like no tie."""
    apart = np.nanmin(scores) if not missing.all() else 0.0
    return np.where(missing, apart - 1e-3 * np.arange(1, scores.shape[1] + 1), scores)


def rank_intervals(ranks: Ranks, *, confidence: float = 0.90, top: int = 10) -> RankIntervals:
    """Ends of the middle `confidence` of each unit's ranks; ranks are whole, so the ends are ranks that occurred.

    Draws in which a unit has no score, and so rank 0, are left out; 0 where it has none in any.
    """
    tail = (1 - confidence) / 2
    ends = [tail, 0.5, 1 - tail]
    low, middle, high = np.quantile(ranks, ends, axis=0, method="inverted_cdf")
    for unit in np.flatnonzero((ranks == 0).any(axis=0) & (ranks > 0).any(axis=0)).tolist():
        own = ranks[:, unit]
        low[unit], middle[unit], high[unit] = np.quantile(own[own > 0], ends, method="inverted_cdf")
    return RankIntervals(
        low.astype(np.int64), high.astype(np.int64), middle.astype(float), ((ranks > 0) & (ranks <= top)).mean(axis=0)
    )


def beats(ranks: Ranks, units: Sequence[int]) -> Array:
    """Return the share of draws in which the first unit stands before the second; a shared rank counts half.

    A unit without a rank stands behind all others.

    >>> beats(np.array([[1, 2], [1, 2], [2, 1], [1, 1]], dtype=np.int16), [0, 1]).tolist()
    [[0.5, 0.625], [0.375, 0.5]]
    """
    chosen = ranks[:, list(units)]
    chosen = np.where(chosen > 0, chosen, np.iinfo(np.int16).max)
    before = np.empty((len(units), len(units)))
    for place in range(len(units)):
        own = chosen[:, [place]]
        before[place] = (own < chosen).mean(axis=0) + (own == chosen).mean(axis=0) / 2
    return before


def recentred(local: Sequence[float], drawn: Array, group: Sequence[float]) -> Array:
    """The draws of a node's local weights around the weights that were used: each moves as the panel's own would."""
    moved = np.asarray(local, dtype=float) * drawn / np.asarray(group, dtype=float)
    weights: Array = moved / moved.sum(axis=1, keepdims=True)
    return weights


def without(children: Children, local: Local, code: str) -> dict[str, list[float]] | None:
    """The local weights as if an indicator were not there: its siblings share its weight, as theirs stand.

    A node that nothing is left below goes too. None where nothing is left at all.
    """
    found = {node: list(weights) for node, weights in local.items()}
    parents = {child: node for node, below in children.items() for child in below}
    gone = code
    while gone in parents:
        node = parents[gone]
        weights = found.get(node)
        if weights is None:
            return None  # above the node that is scored
        weights[list(children[node]).index(gone)] = 0.0
        total = sum(weights)
        if total > 0:
            found[node] = [weight / total for weight in weights]
            return found
        gone = node
    return None


def equal(children: Children, local: Local) -> dict[str, list[float]]:
    """Equal local weights everywhere."""
    return {node: [1 / len(children[node])] * len(children[node]) for node in local}


@dataclass(frozen=True)
class Flip:
    """The local weight of `child` below `node` at which two units are level, the others in proportion."""

    node: str
    child: str
    weight: float
    needed: float

    @property
    def change(self) -> float:
        return self.needed - self.weight


def flips(children: Children, local: Local, root: str, scores: Mapping[str, Array], a: int, b: int) -> Iterator[Flip]:
    """For every node and child the weight that makes units a and b level on `root`, where there is one from 0 to 1.

    Arithmetic means only. With w for the child and the others in proportion, the score of the node is
    w s(child) + (1 - w) o, where o is what the others give; the difference at the root is linear in w.
    `scores` are those of every node by code.
    """
    gap = float(scores[root][a] - scores[root][b])
    for node, share in _shares(children, root, local):
        below = list(children[node])
        for place, child in enumerate(below):
            weight = local[node][place]
            if weight >= 1 or len(below) < 2:
                continue
            own = float(scores[child][a] - scores[child][b])
            others = (float(scores[node][a] - scores[node][b]) - weight * own) / (1 - weight)
            slope = share * (own - others)
            if slope and 0 <= (needed := weight - gap / slope) <= 1:
                yield Flip(node, child, weight, needed)


def least_shift(weights: Array, difference: Array) -> Array | None:
    """The least that must be moved between leaves, in all, to make two units level; None where nothing does.

    `difference` is what the one unit's scores of the leaves are above the other's. Returned are the changes of
    `weights`: they sum to zero, ``(weights + changes) @ difference`` is zero, and no other changes that do so and leave
    no weight below zero move less (half the sum of their sizes): a weight that goes from one leaf to another closes as
    much of the gap as the differences there differ, so it goes to where the one behind is best, and comes first from
    where it is worst.

    >>> least_shift(np.array([0.5, 0.3, 0.2]), np.array([10.0, 0.0, -10.0])).round(3).tolist()
    [-0.15, 0.0, 0.15]
    """
    gap = float(weights @ difference)
    ahead = difference if gap >= 0 else -difference
    best = int(ahead.argmin())
    if ahead[best] > 0:
        return None
    missing, changes = abs(gap), np.zeros_like(weights)
    for leaf in np.argsort(-ahead, kind="stable").tolist():
        closes = float(ahead[leaf] - ahead[best])
        if missing <= 0 or closes <= 0:
            break
        moved = min(float(weights[leaf]), missing / closes)
        changes[leaf] -= moved
        changes[best] += moved
        missing -= moved * closes
    return changes


def _shares(children: Children, root: str, local: Local | None = None) -> Iterator[tuple[str, float]]:
    """Every node with children from `root` down, and its weight in it (1 where no local weights are given)."""
    stack = [(root, 1.0)]
    while stack:
        node, share = stack.pop()
        if below := children.get(node):
            yield node, share
            weights = local[node] if local else [1.0] * len(below)
            stack += [(child, share * weight) for child, weight in zip(below, weights, strict=True)]
