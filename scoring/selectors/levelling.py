"""What change of weights makes two units of a run level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.selectors.board import RunBoard
from scoring.selectors.weighing import Weighing
from scoring.uncertainty import flips, least_shift
from surveys.models import Indicator


@dataclass(frozen=True)
class Change:
    """A weight, what it is and what it would be; `node` is what it is a weight in."""

    label: str
    node: str
    weight: float
    needed: float

    @property
    def points(self) -> float:
        return 100 * (self.needed - self.weight)


@dataclass(frozen=True)
class Levelling:
    """What makes two units level: one local weight alone (the smallest change first), or the least shift of all."""

    single: Sequence[Change]
    shift: Sequence[Change] | None
    """Of leaves, in the node; None where no weights at all make them level."""

    @property
    def shifted(self) -> float:
        """Points of weight that go from some leaves to another."""
        return sum(change.points for change in self.shift or () if change.points > 0)


def levelling(weighing: Weighing, board: RunBoard, code: str, a: int, b: int) -> Levelling:
    scores = {each: weighing.scores.scores[place] for place, each in enumerate(weighing.scores.codes)}
    nodes = board.tree.nodes
    found = flips(weighing.children, weighing.local, code, scores, a, b)
    single = [Change(_called(nodes, f.child), _called(nodes, f.node), f.weight, f.needed) for f in found]
    leaves, rows = weighing.weights_in(code)
    weights, shift = rows[0], least_shift(rows[0], np.array([scores[leaf][a] - scores[leaf][b] for leaf in leaves]))
    moved = None if shift is None else [
        Change(_called(nodes, leaf), _called(nodes, code), float(weight), float(weight + change))
        for leaf, weight, change in zip(leaves, weights, shift, strict=True)
        if change
    ]  # fmt: skip
    return Levelling(sorted(single, key=_size), moved and sorted(moved, key=_size, reverse=True))


def _size(change: Change) -> float:
    return abs(change.points)


def _called(nodes: Mapping[str, Indicator], code: str) -> str:
    return f"{code} {nodes[code]}"
