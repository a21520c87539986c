"""From scores of leaves to scores and ranks of every node. Only numpy: arrays in, arrays out.

Arrays are node x unit: a row is one node, and every unit is computed in the same order of additions, so that equal
units get equal scores to the last bit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.normalising import (
    Array,
    Bounds,
    Fault,
    Groups,
    LeafRule,
    Normalised,
    Notice,
    ScoringError,
    find_faults,
    normalise,
)

__all__ = [
    "Fault",
    "LeafRule",
    "NodeRule",
    "Normalised",
    "Notice",
    "Scores",
    "ScoringError",
    "aggregate",
    "competition_ranks",
    "find_faults",
    "normalise",
    "score",
]

Ranks = NDArray[np.int64]
Units = NDArray[np.bool_]
Children = Mapping[str, Sequence[str]]
Local = Mapping[str, Sequence[float]]

# On the scale of 0 to 100, where rounding errors of a weighted sum stay below 1e-12.
TIE_TOLERANCE = 1e-9
WEIGHT_TOLERANCE = 1e-9
COVERAGE = 0.5


@dataclass(frozen=True, kw_only=True)
class NodeRule:
    """How a node with children is scored.

    `aggregation` is arithmetic, geometric or harmonic. Children without a score are left out and the others re-weighted
    if at least `coverage` of the children is present, by weight and by count. `missing` says how the node above treats
    this one when it has no score itself: refuse, leave_out or reweight.
    """

    aggregation: str = "arithmetic"
    missing: str = "refuse"
    coverage: float = COVERAGE


@dataclass(frozen=True)
class Scores:
    """Scores and ranks of all units on all nodes, node x unit; a unit without a score has nan and rank 0."""

    codes: tuple[str, ...]
    scores: Array
    ranks: Ranks
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def of(self, code: str) -> Array:
        """Return the scores of all units on one node."""
        row: Array = self.scores[self.codes.index(code)]
        return row

    def ranks_of(self, code: str) -> Ranks:
        """Return the ranks of all units on one node."""
        row: Ranks = self.ranks[self.codes.index(code)]
        return row


def score(
    values: ArrayLike,
    leaves: Sequence[str],
    children: Children,
    local: Local,
    *,
    root: str,
    rules: Mapping[str, LeafRule] | None = None,
    nodes: Mapping[str, NodeRule] | None = None,
    output: Bounds = (0.0, 100.0),
    tolerance: float = TIE_TOLERANCE,
    decimals: int | None = None,
    groups: Groups | None = None,
) -> Scores:
    """Normalise the values, aggregate them up to `root` and rank the units on every node.

    Parameters
    ----------
    values : array_like, units x leaves; nan is missing.
    leaves : the code of each column, those below `root` in any order.
    children : the children of each node, in tree order.
    local : for each node with children their local weights, in the same order; they sum to one.
    rules, nodes : by code; leaves and nodes without one take the defaults.
    output : the range of the scores of leaves.
    tolerance : scores that differ by no more share a rank, see `competition_ranks`.
    decimals : ranks are taken from scores rounded to so many decimals; None: from the scores as they are.
    groups : see `normalise`.

    Raises
    ------
    ScoringError
        With all faults: missing, infinite or constant values, bounds that are none.

    Examples
    --------
    >>> tree = {"index": ["use", "pue"]}
    >>> done = score([[60, 1.2], [40, 1.5]], ["use", "pue"], tree, {"index": [0.75, 0.25]},
    ...              root="index", rules={"pue": LeafRule(direction="cost")})
    >>> done.codes, done.of("index").tolist(), done.ranks_of("index").tolist()
    (('index', 'use', 'pue'), [100.0, 0.0], [1, 2])
    """
    normalised = normalise(values, leaves, rules, output=output, groups=groups)
    codes, scores, notices = aggregate(normalised.scores, leaves, children, local, root=root, rules=rules, nodes=nodes)
    ranks = rank_rows(scores, tolerance, decimals)
    return Scores(codes, scores, ranks, normalised.bounds, normalised.notices + notices)


def aggregate(
    scores: Array,
    leaves: Sequence[str],
    children: Children,
    local: Mapping[str, ArrayLike],
    *,
    root: str,
    rules: Mapping[str, LeafRule] | None = None,
    nodes: Mapping[str, NodeRule] | None = None,
) -> tuple[tuple[str, ...], Array, tuple[Notice, ...]]:
    """Return codes in tree order, their scores (node x unit) and notices, from the scores of the leaves (leaf x unit).

    arithmetic: sum w s; geometric: prod s ** w; harmonic: 1 / sum (w / s), both 0 where an s with weight is 0.
    `local` weights are those of the children of a node, for all units or, child x unit, for each unit its own.
    """
    codes = tree_order(root, children)
    work = _Work(codes, np.empty((len(codes), scores.shape[1])), dict(rules or {}), dict(nodes or {}))
    for code, row in zip(leaves, scores, strict=True):
        work.put_leaf(code, row)
    for code in reversed(codes):
        if children.get(code):
            work.put_node(code, children[code], checked_weights(code, local[code], len(children[code])))
    if work.faults:
        raise ScoringError(work.faults)
    return codes, work.table, tuple(work.notices)


def rank_rows(scores: Array, tolerance: float = TIE_TOLERANCE, decimals: int | None = None) -> Ranks:
    """Return the ranks in every row, of scores rounded to `decimals` where such are given; see `competition_ranks`.

    >>> rank_rows(np.array([[71.04, 71.02, 70.9], [1.0, 3.0, 2.0]]), decimals=1).tolist()
    [[1, 1, 3], [3, 1, 2]]
    """
    ranked = scores if decimals is None else scores.round(decimals)
    return np.array([competition_ranks(row, tolerance) for row in ranked])


def competition_ranks(scores: ArrayLike, tolerance: float = TIE_TOLERANCE) -> Ranks:
    """Return ranks by competition (1, 2, 2, 4), the highest score first; nan has rank 0.

    Units stand in order of their unrounded scores; each that is within `tolerance` of the one before shares its rank.

    >>> competition_ranks([50, 70, 50 + 1e-12, 20, float("nan")]).tolist()
    [2, 1, 2, 4, 0]
    """
    values = np.asarray(scores, dtype=float)
    order = np.argsort(-values, kind="stable")  # nan last
    ordered = values[order]
    starts = np.ones(len(values), dtype=bool)
    starts[1:] = ordered[:-1] - ordered[1:] > tolerance
    places = np.maximum.accumulate(np.where(starts, np.arange(len(values)), 0)) + 1
    ranks = np.zeros(len(values), dtype=np.int64)
    ranks[order] = np.where(np.isnan(ordered), 0, places)
    return ranks


def tree_order(root: str, children: Children) -> tuple[str, ...]:
    order: list[str] = []
    stack = [root]
    while stack:
        order.append(stack.pop())
        stack += reversed(children.get(order[-1], ()))
    return tuple(order)


def checked_weights(code: str, weights: ArrayLike, count: int) -> Array:
    """Local weights as child x 1, or child x unit."""
    found = np.asarray(weights, dtype=float)
    if found.shape[:1] != (count,):
        raise ValueError(f"{code}: {count} children need as many local weights, {found.size} were given")
    if not np.all(found >= 0) or not np.all(np.abs(found.sum(axis=0) - 1) <= WEIGHT_TOLERANCE):
        raise ValueError(f"{code}: local weights are not negative and sum to one, these are {found.tolist()}")
    return found if found.ndim > 1 else found[:, np.newaxis]


def _arithmetic(scores: Array, weights: Array) -> Array:
    return np.asarray((weights * scores).sum(axis=0))


def _geometric(scores: Array, weights: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):  # log 0 gives 0 in the end, which is right
        logs = np.where(weights > 0, weights * np.log(scores), 0.0)
    return np.asarray(np.exp(logs.sum(axis=0)))


def _harmonic(scores: Array, weights: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(weights > 0, weights / scores, 0.0)
        return np.asarray(1.0 / parts.sum(axis=0))


MEANS: Mapping[str, Callable[[Array, Array], Array]] = {
    "arithmetic": _arithmetic,
    "geometric": _geometric,
    "harmonic": _harmonic,
}


class _Work:
    """The table as it fills from the leaves up, with what is found on the way."""

    def __init__(
        self, codes: Sequence[str], table: Array, rules: dict[str, LeafRule], nodes: dict[str, NodeRule]
    ) -> None:
        self.codes, self.table, self.rules, self.nodes = codes, table, rules, nodes
        self.place = {code: place for place, code in enumerate(codes)}
        self.nobody = np.zeros(table.shape[1], dtype=bool)
        self.out: dict[str, Units] = {}
        self.faults: list[Fault] = []
        self.notices: list[Notice] = []

    def put_leaf(self, code: str, row: Array) -> None:
        self.table[self.place[code]] = row
        missing = np.isnan(row)
        if missing.any() and self._missing_rule(code) == "leave_out":
            self.out[code] = missing
            self._note("left_out", code, missing)

    def put_node(self, code: str, kids: Sequence[str], weights: Array) -> None:
        aggregation = self.nodes.get(code, NodeRule()).aggregation
        scores = self.table[[self.place[kid] for kid in kids]]
        column, without = weights, self.nobody
        present = ~np.isnan(scores)
        if not present.all():
            column, without = self._reweighted(code, kids, column, present)
            scores[~present] = 1.0
        if aggregation != "arithmetic":
            self._check_signs(code, kids, scores, column)
        row = self.table[self.place[code]]
        # Rounding may carry a mean past its least or greatest child, and so a score past 100.
        counted = column > 0
        lowest = np.where(counted, scores, np.inf).min(axis=0)
        highest = np.where(counted, scores, -np.inf).max(axis=0)
        row[:] = np.clip(MEANS[aggregation](scores, column), lowest, highest)
        row[without] = np.nan

    def _missing_rule(self, code: str) -> str:
        if code in self.nodes:
            return self.nodes[code].missing
        return self.rules.get(code, LeafRule()).missing

    def _reweighted(self, code: str, kids: Sequence[str], column: Array, present: Units) -> tuple[Array, Units]:
        """Return weights that are 0 in every gap, and the units that get no score here."""
        out = np.logical_or.reduce([self.out.get(kid, self.nobody) for kid in kids])
        if out.any():
            self.out[code] = out
        self._check_gaps(kids, present)
        coverage = self.nodes.get(code, NodeRule()).coverage
        share = (column * present).sum(axis=0)
        enough = ~out & (share > 0) & (share >= coverage - WEIGHT_TOLERANCE) & (present.mean(axis=0) >= coverage)
        self._note("reweighted", code, enough & ~present.all(axis=0))
        return np.where(present & enough, column, 0.0) / np.where(enough, share, 1.0), ~enough

    def _check_gaps(self, kids: Sequence[str], present: Units) -> None:
        """A child without a score is refused unless a rule says what then."""
        for kid, there in zip(kids, present, strict=True):
            if self._missing_rule(kid) not in ("leave_out", "reweight"):
                gaps = np.flatnonzero(~there & ~self.out.get(kid, self.nobody))
                self.faults += [Fault("nothing", kid, int(unit)) for unit in gaps]

    def _check_signs(self, code: str, kids: Sequence[str], scores: Array, column: Array) -> None:
        counted = column > 0
        for kid, row in zip(kids, (scores < 0) & counted, strict=True):
            self.faults += [Fault("negative", kid, int(unit), code) for unit in np.flatnonzero(row)]
            self.out[code] = self.out.get(code, self.nobody) | row  # told once: the node above has no fault of its own
        self._note("zero", code, ((scores == 0) & counted).any(axis=0))

    def _note(self, kind: str, code: str, units: Units) -> None:
        if units.any():
            self.notices.append(Notice(kind, code, tuple(np.flatnonzero(units).tolist())))
