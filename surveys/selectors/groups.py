"""Known groups side by side (industry, academia): weights with intervals, how far apart, whether in the same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

import ahp
from surveys.errors import Refused
from surveys.models import Indicator
from surveys.selectors.panel_now import PanelNow
from surveys.selectors.small_groups import groups_shown

Found = tuple[float, float | None, float | None]
"""A global weight with its interval."""


@dataclass(frozen=True)
class Group:
    """`experts`: how many count, where the group is told. `weights`: code → global weight and interval; None where they
    may not be told (the group is too small, or a small one could be worked out), or its answers leave items apart.
    """

    name: str
    experts: int
    weights: Mapping[str, Found] | None

    @property
    def told(self) -> bool:
        return self.weights is not None


@dataclass(frozen=True)
class Side:
    """Two groups: Spearman's correlation of the indicators' global weights, over so many indicators.

    Of two orders it is 2 W - 1 (Kendall and Babington Smith 1939).
    """

    one: str
    other: str
    spearman: float
    items: int


@dataclass(frozen=True)
class GroupRow:
    """A node: its weight in every group that is told; the largest difference between two of them.

    `separate`: two intervals do not touch.
    """

    node: Indicator
    found: Sequence[Found]

    @property
    def difference(self) -> float:
        weights = [weight for weight, _low, _high in self.found]
        return max(weights) - min(weights)

    @property
    def separate(self) -> bool:
        known = [(low, high) for _weight, low, high in self.found if low is not None and high is not None]
        return any(a[1] < b[0] or b[1] < a[0] for a, b in combinations(known, 2))


@dataclass(frozen=True)
class GroupsTold:
    groups: Sequence[Group]
    rows: Sequence[GroupRow]
    sides: Sequence[Side]

    @property
    def told(self) -> list[Group]:
        return [group for group in self.groups if group.told]

    @property
    def hidden(self) -> list[Group]:
        return [group for group in self.groups if not group.told]

    @property
    def dimensions(self) -> list[GroupRow]:
        return [row for row in self.rows if row.node.depth == 1]

    @property
    def indicators(self) -> list[GroupRow]:
        return [row for row in self.rows if row.node.depth > 1]


def groups_told(panel: PanelNow) -> GroupsTold:
    """By `Expert.group`, of those who count; whoever is in none is left out. No query."""
    there, shown = zip(panel.experts, panel.counting, strict=True), groups_shown(panel)
    names = sorted({expert.group for expert, counts in there if expert.group and counts})
    groups = [_group(panel, name, shown.get(name)) for name in names]
    told = [group for group in groups if group.weights]
    tree = panel.questions.tree
    leaves = [leaf.code for leaf in tree.leaves]
    nodes = [node for node in tree.nodes if node.depth == 1 or node.code in leaves]
    rows = [GroupRow(node, [(group.weights or {})[node.code] for group in told]) for node in nodes] if told else []
    return GroupsTold(groups, rows, [_side(one, other, leaves) for one, other in combinations(told, 2)])


def _group(panel: PanelNow, name: str, rows: list[int] | None) -> Group:
    return Group(name, len(rows), _weights(panel.only(rows))) if rows else Group(name, 0, None)


def _weights(panel: PanelNow) -> dict[str, Found] | None:
    try:
        whole = panel.group.whole
    except Refused:
        return None
    intervals = _intervals(panel)
    return {code: (weight, *intervals.get(code, (None, None))) for code, weight in whole.items()}


def _intervals(panel: PanelNow) -> dict[str, tuple[float, float]]:
    """Of the dimensions' weights and of the leaves', from the experts whose own answers give all of them."""
    questions, counts = panel.questions, panel.weights.any(axis=1)
    part = ahp.evaluate_part(questions.codes, panel.answers, method=panel.method.method)
    root = questions.tree.root
    top = [node.code for node in questions.tree.children_of(root)]
    tables = [(top, panel.own_weights[:, questions.items[root.code]])] if len(top) > 1 else []
    tables.append(([str(code) for code in part.layout.leaves], np.asarray(part.leaf_weights).T))
    found: dict[str, tuple[float, float]] = {}
    for codes, table in tables:
        rows = ~np.isnan(table).any(axis=1) & counts
        if rows.sum() >= panel.fewest and len(codes) > 1:
            interval = ahp.group_intervals(table[rows])
            found |= {code: (float(interval.low[at]), float(interval.high[at])) for at, code in enumerate(codes)}
    return found


def _side(one: Group, other: Group, leaves: Sequence[str]) -> Side:
    tables = [[(group.weights or {})[code][0] for code in leaves] for group in (one, other)]
    agreement = ahp.consensus(tables).kendall_w
    return Side(one.name, other.name, 1.0 if agreement is None else 2 * agreement - 1, len(leaves))
