"""Why this score, and what a unit is strong and weak in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.utils.translation import gettext as _

from scoring.explaining import Lift, gap_parts, lifts, parts_of
from scoring.figures.builders import caption_of
from scoring.figures.specification import Dot, Dots, Figure, Table
from scoring.figures.words import score_unit
from scoring.normalising import LeafRule
from scoring.ranking import NodeRule
from scoring.selectors.board import RunBoard
from scoring.selectors.marks import kind_words
from scoring.selectors.runs import NodeRow
from scoring.uncertainty import leaf_weights
from surveys.models import Indicator

TOLD, STRONG, LIFTS = 5, 0.25, 3


@dataclass(frozen=True)
class ChildRow:
    """A child of the node for this unit. `done` says in words what was done to its value or its weight."""

    row: NodeRow
    raw: str
    score: float | None
    rank: int | None
    weight: float
    used: float
    points: float | None
    bounds: tuple[float, float] | None
    done: str


@dataclass(frozen=True)
class Neighbour:
    """The unit before or behind, and what makes the distance: the largest parts, which with `rest` add up to it."""

    unit: int
    name: str
    rank: int
    gap: float
    parts: Sequence[tuple[Indicator, float]]
    rest: float


@dataclass(frozen=True)
class LiftRow:
    node: Indicator
    lift: Lift


class Explained:
    """One unit on one node of a run."""

    def __init__(self, board: RunBoard, unit: int, code: str) -> None:
        self.board, self.unit, self.code = board, unit, code
        self.node = board.tree.nodes[code]
        self.rules: Mapping[str, LeafRule] = board.rules
        self.nodes: Mapping[str, NodeRule] = board.node_rules

    @property
    def score(self) -> float | None:
        return _number(self.board.score_of(self.code)[self.unit])

    @property
    def rank(self) -> int | None:
        return int(self.board.ranks_of(self.code)[self.unit]) or None

    @property
    def aggregation(self) -> str:
        return self.nodes.get(self.code, NodeRule()).aggregation

    @property
    def leaf(self) -> bool:
        return self.code in self.board.columns

    @cached_property
    def children(self) -> list[ChildRow]:
        """What the score is made of; for a leaf the leaf itself, with its value and bounds."""
        rows = [row for row in self.board.tree.rows if row.node.code in self.board.local.get(self.code, {})]
        if not rows:
            own = next(row for row in self.board.tree.rows if row.node.code == self.code)
            return [self._row(own, 1.0, 1.0, self.score)]
        weights = [self.board.local[self.code][row.node.code] for row in rows]
        scores = np.array([self.board.score_of(row.node.code)[self.unit] for row in rows])
        found = parts_of(scores, weights, self.aggregation)
        points = [None] * len(rows) if found.points is None else found.points.tolist()
        return [
            self._row(row, weight, used, point)
            for row, weight, used, point in zip(rows, weights, found.weights.tolist(), points, strict=True)
        ]

    @property
    def sum(self) -> float | None:
        """The points together, where they add up."""
        points = [row.points for row in self.children]
        return None if None in points else sum(point for point in points if point is not None)

    @property
    def direction(self) -> str:
        """Of a leaf, as this run's rules have it, in words."""
        return str(Indicator.Direction(self.rules[self.code].direction).label)

    @property
    def output(self) -> tuple[float, float]:
        return self.board.output

    @cached_property
    def linear(self) -> bool:
        """Arithmetic means from here down, and nothing missing: every leaf has its share of every distance."""
        below = [code for code in self.board.codes if self._inside(code)]
        plain = all(self.nodes.get(code, NodeRule()).aggregation == "arithmetic" for code in below)
        return plain and not any(
            notice["kind"] in ("reweighted", "left_out") and notice["code"] in below for notice in self.board.notices
        )

    @property
    def neighbours(self) -> list[Neighbour]:
        """The unit before and the unit behind, where there are such."""
        order = self.board.ranked(self.code)
        if self.unit not in order or not self.linear:
            return []
        place = order.index(self.unit)
        return [self._neighbour(order[at]) for at in (place - 1, place + 1) if 0 <= at < len(order)]

    @property
    def ways_up(self) -> list[LiftRow]:
        """Which single indicators would make this unit level with the one before."""
        before = [each for each in self.neighbours if each.gap < 0]
        if not before or self.leaf or not self.board.plain_scale:
            return []
        scores = {code: float(self.board.score_of(code)[self.unit]) for code in self._leaf_weights}
        found = lifts(self._leaf_weights, scores, -before[0].gap, self.rules, self.board.bounds)
        return [LiftRow(self.board.tree.nodes[lift.code], lift) for lift in found[:LIFTS]]

    @cached_property
    def _leaf_weights(self) -> dict[str, float]:
        local = {code: list(below.values()) for code, below in self.board.local.items()}
        children = {code: list(below) for code, below in self.board.local.items()}
        codes, weights = leaf_weights(children, self.code, local)
        return dict(zip(codes, weights[0].tolist(), strict=True))

    def _neighbour(self, other: int) -> Neighbour:
        scores = {code: self.board.score_of(code) for code in self._leaf_weights}
        found = gap_parts(self._leaf_weights, scores, self.unit, other)
        told = [(self.board.tree.nodes[code], part) for code, part in found[:TOLD] if part]
        rest = sum(part for _code, part in found) - sum(part for _node, part in told)
        own = self.board.score_of(self.code)
        ranks = self.board.ranks_of(self.code)
        return Neighbour(
            other, self.board.names[other], int(ranks[other]), float(own[self.unit] - own[other]), told, rest
        )

    def _row(self, row: NodeRow, weight: float, used: float, points: float | None) -> ChildRow:
        code = row.node.code
        return ChildRow(
            row,
            self.board.tree.raw(self.board.units[self.unit], code),
            _number(self.board.score_of(code)[self.unit]),
            int(self.board.ranks_of(code)[self.unit]) or None,
            weight,
            used,
            points,
            self.board.bounds.get(code),
            self._done(code, weight, used),
        )

    def _done(self, code: str, weight: float, used: float) -> str:
        name = self.board.names[self.unit]
        kinds = {each["kind"] for each in self.board.notices if each["code"] == code and name in each["units"]}
        kinds.discard("reweighted")  # of the node's own children; here the weight below this node is meant
        if abs(used - weight) > 1e-9:
            kinds.add("reweighted")
        return "; ".join(word for kind, word in kind_words().items() if kind in kinds)

    def _inside(self, code: str) -> bool:
        node = self.board.tree.nodes[code]
        return any(step.code == self.code for step in self.board.tree.path(node))


@dataclass(frozen=True)
class Mark:
    """A strength or a weakness: a leaf, and where the unit stands on it."""

    row: NodeRow
    score: float
    rank: int
    count: int
    raw: str


def strengths(board: RunBoard, unit: int) -> tuple[list[Mark], list[Mark]]:
    """Up to five leaves on which the unit is in the first quarter, best first; up to five in the last, worst first."""
    marks = []
    for row in board.tree.rows:
        if not row.leaf or row.node.code not in board.place:
            continue
        ranks = board.ranks_of(row.node.code)
        if ranks[unit]:
            score = float(board.score_of(row.node.code)[unit])
            count = int((ranks > 0).sum())
            marks.append(Mark(row, score, int(ranks[unit]), count, board.tree.raw(board.units[unit], row.node.code)))
    best = sorted(marks, key=lambda mark: (mark.rank / mark.count, -mark.score))
    worst = sorted(marks, key=lambda mark: (-mark.rank / mark.count, mark.score))
    return (
        [mark for mark in best if mark.rank <= max(STRONG * mark.count, 1)][:TOLD],
        [mark for mark in worst if mark.rank > (1 - STRONG) * mark.count][:TOLD],
    )


def peers(board: RunBoard, unit: int, count: int = 4) -> list[int]:
    """The units whose scores on the whole are nearest."""
    scores = board.score_of(board.root)
    known = [other for other in board.ranked(board.root) if other != unit]
    if np.isnan(scores[unit]):
        return []
    return sorted(known, key=lambda other: abs(scores[other] - scores[unit]))[:count]


def profile_figure(board: RunBoard, unit: int) -> Figure:
    """The unit on every node with children, between the least and the greatest of all, and their middle."""
    rows = [row for row in board.tree.rows if not row.leaf]
    dots = []
    for row in rows:
        scores = board.score_of(row.node.code)
        known = scores[~np.isnan(scores)]
        if not known.size:
            continue
        value = _number(scores[unit])
        dots.append(
            Dot(
                label=str(row.node), value=value, low=float(known.min()), middle=float(np.median(known)),
                high=float(known.max()), text="–" if value is None else f"{value:.2f}", level=min(row.level, 2),
            )
        )  # fmt: skip
    above = [dot.label for dot in dots if dot.value is not None and dot.value > dot.middle]
    name = board.names[unit]
    sentence = _("%(unit)s is above the middle on %(count)d of %(all)d nodes.") % {
        "unit": name, "count": len(above), "all": len(dots),
    }  # fmt: skip
    return Figure(
        "profile",
        caption_of(
            board, _("Profile: %(unit)s") % {"unit": name}, score_unit(board.output), sentence, count=len(board.units)
        ),
        Dots(dots, (name, _("all units"), _("their middle")), min(0.0, board.output[0]), board.output[1]),
        Table(
            [_("Indicator"), _("Score"), _("Least"), _("Middle"), _("Greatest")],
            [[dot.label, dot.value, dot.low, dot.middle, dot.high] for dot in dots],
        ),
        [name],
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
