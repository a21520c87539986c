"""How sure ranks are: under other weights, other methods, other sets of indicators. Only numpy.

Weights are draws x leaves, scores of leaves leaf x unit on the scale of 0 to 100, ranks draws x units by competition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.normalising import Array
from scoring.ranking import TIE_TOLERANCE, Children, competition_ranks

Ranks = NDArray[np.int16]
Local = Mapping[str, Sequence[float]]

BLOCK = 512
"""Draws that are ranked at once: their scores stay in the cache."""


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


def ranks_of_draws(weights: Array, scores: Array, *, tolerance: float = TIE_TOLERANCE) -> Ranks:
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
        ranks[block] = ranks_of_scores(weights[block] @ scores, tolerance=tolerance)
    return ranks


def ranks_of_scores(scores: Array, *, tolerance: float = TIE_TOLERANCE) -> Ranks:
    """Rank every row; nan has rank 0.

    The bits of a positive number are in its order, so that a number and the place of its unit (in the last bits, which
    is far below the tolerance) are sorted at once.
    """
    count = scores.shape[1]
    if np.isnan(scores).any():
        return np.array([competition_ranks(row, tolerance) for row in scores], dtype=np.int16)
    least = scores.min(initial=0.0)
    keys = np.ascontiguousarray(scores - least if least < 0 else scores + 0.0).view(np.int64)
    mask = (1 << max(count - 1, 1).bit_length()) - 1
    keys = (keys & ~mask) | np.arange(count)
    keys.sort(axis=1)
    units = keys & mask
    ranks = np.empty(scores.shape, dtype=np.int16)
    places = (np.arange(len(scores)) * count)[:, np.newaxis] + units
    ranks.ravel()[places.ravel()] = np.tile(np.arange(count, 0, -1, dtype=np.int16), len(scores))
    ordered = (keys & ~mask).view(np.float64)
    tied = np.flatnonzero((np.diff(ordered, axis=1) <= 2 * tolerance).any(axis=1))
    for row in tied.tolist():  # near a tie: as everywhere else
        ranks[row] = competition_ranks(scores[row], tolerance)
    return ranks


def rank_intervals(ranks: Ranks, *, confidence: float = 0.90, top: int = 10) -> RankIntervals:
    """Ends of the middle `confidence` of each unit's ranks; ranks are whole, so the ends are ranks that occurred."""
    tail = (1 - confidence) / 2
    low, middle, high = np.quantile(ranks, [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf")
    return RankIntervals(
        low.astype(np.int64), high.astype(np.int64), middle.astype(float), ((ranks > 0) & (ranks <= top)).mean(axis=0)
    )


def beats(ranks: Ranks, units: Sequence[int]) -> Array:
    """Return the share of draws in which the first unit stands before the second; a shared rank counts half.

    >>> beats(np.array([[1, 2], [1, 2], [2, 1], [1, 1]], dtype=np.int16), [0, 1]).tolist()
    [[0.5, 0.625], [0.375, 0.5]]
    """
    chosen = ranks[:, list(units)].astype(np.int16)
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
    for node, share in _shares(children, local, root):
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


def _shares(children: Children, local: Local, root: str) -> Iterator[tuple[str, float]]:
    """Every node with children below `root`, and its weight in it."""
    stack = [(root, 1.0)]
    while stack:
        node, share = stack.pop()
        if children.get(node):
            yield node, share
            stack += [(child, share * weight) for child, weight in zip(children[node], local[node], strict=True)]
