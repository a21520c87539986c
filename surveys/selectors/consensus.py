"""How far a panel agrees, node by node: measures of agreement, a strip for each item, and how each pair divides it.

Only answers that were submitted and count are looked at. Below three experts, or as many as the survey says, nothing
is told apart: whoever knows one answer would know the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

import ahp
from surveys.errors import Refused
from surveys.models import Indicator
from surveys.scale import consensus_word
from surveys.selectors.panel_answers import Array
from surveys.selectors.panel_now import PanelNow
from surveys.selectors.strips import MOST_DOTS, Strip, bars_of, dots_of, scale_of

CHANCE = 0.05


@dataclass(frozen=True)
class PairSplit:
    """How the experts who count answered a pair: so many say a, so many b, so many equal."""

    node: Indicator
    item_a: Indicator
    item_b: Indicator
    column: int
    found: ahp.PairDisagreement
    mean: float
    fewest: int

    @property
    def answers(self) -> int:
        return self.found.answers

    @property
    def for_a(self) -> int:
        return round((self.found.for_a or 0.0) * self.answers)

    @property
    def for_b(self) -> int:
        return round((self.found.for_b or 0.0) * self.answers)

    @property
    def equal(self) -> int:
        return self.answers - self.for_a - self.for_b

    @property
    def told(self) -> bool:
        return self.answers >= self.fewest

    @property
    def share_a(self) -> float:
        return round(100 * (self.found.for_a or 0.0), 2)

    @property
    def share_b(self) -> float:
        return round(100 * (self.found.for_b or 0.0), 2)

    @property
    def right_from(self) -> float:
        return round(100 - self.share_b, 2)


@dataclass(frozen=True)
class NodeConsensus:
    """One node. `rows` are the experts who count and whose answers link all items: those with weights of their own."""

    node: Indicator
    items: Sequence[Indicator]
    panel: PanelNow
    rows: Sequence[int]
    answering: int
    pairs: Sequence[PairSplit]

    @property
    def experts(self) -> int:
        return len(self.rows)

    @property
    def told(self) -> bool:
        return self.experts >= self.panel.fewest

    @cached_property
    def own(self) -> Array:
        """Experts x items: the weights of those in `rows`."""
        return self.panel.own_weights[list(self.rows)][:, self.panel.questions.items[self.node.code]]

    @cached_property
    def measures(self) -> ahp.Consensus | None:
        return ahp.consensus(self.own, method=self.panel.method.method) if self.told else None

    @property
    def word(self) -> str:
        """What Goepel's scale calls S*."""
        return consensus_word(self.measures.goepel.s_star) if self.measures else ""

    @property
    def below_chance(self) -> bool:
        """Answers at random would look as much like agreement."""
        return self.measures is not None and self.measures.goepel.s_star <= self.measures.goepel_at_random

    @property
    def ordered(self) -> bool:
        """The experts' orders agree more than chance makes them."""
        return self.measures is not None and (self.measures.kendall_p or 1.0) < CHANCE

    @property
    def divided(self) -> list[PairSplit]:
        """Pairs whose mean is nobody's opinion."""
        return [pair for pair in self.pairs if pair.told and pair.found.hides_two_camps]

    @cached_property
    def many(self) -> bool:
        return self.experts > MOST_DOTS

    @cached_property
    def strips(self) -> list[Strip]:
        """In tree order; none where too few experts have weights."""
        measures = self.measures
        if measures is None:
            return []
        group, interval = group_weights(self.panel, self.node.code), self._interval()
        scale = scale_of(self.own if interval is None else np.vstack([self.own, interval.high]))
        codes = [self.panel.experts[row].code for row in self.rows]
        return [
            Strip(
                item,
                None if group is None else group[place],
                None if interval is None else float(interval.low[place]),
                None if interval is None else float(interval.high[place]),
                _quartiles(self.own[:, place]),
                float(measures.geometric_sd[place]),
                float(measures.variation[place]),
                scale,
                dots=() if self.many else dots_of(self.own[:, place], codes, scale),
                bars=bars_of(self.own[:, place], scale) if self.many else (),
            )
            for place, item in enumerate(self.items)
        ]

    @property
    def scale(self) -> float:
        return self.strips[0].scale if self.strips else 1.0

    def _interval(self) -> ahp.Intervals | None:
        counts = self.panel.weights[list(self.rows), self.panel.codes.index(self.node.code)]
        try:
            return ahp.group_intervals(self.own, expert_weights=counts)
        except ahp.WeightError:  # one expert has all the weight
            return None


def consensus_of(panel: PanelNow) -> list[NodeConsensus]:
    """Every node that asks something, in tree order. No query."""
    tree = panel.questions.tree
    return [node_consensus(panel, node) for node in tree.parents if len(tree.children_of(node)) > 1]


def node_consensus(panel: PanelNow, node: Indicator) -> NodeConsensus:
    questions = panel.questions
    answers = panel.counted_answers[:, questions.pairs[node.code]]
    linked = ~np.isnan(panel.own_weights[:, questions.items[node.code]]).any(axis=1)
    counting = ~np.isnan(answers).all(axis=1)
    return NodeConsensus(
        node,
        questions.tree.children_of(node),
        panel,
        np.flatnonzero(linked & counting).tolist(),
        int(counting.sum()),
        _splits(panel, node),
    )


def group_weights(panel: PanelNow, code: str) -> list[float] | None:
    """The group's local weights; None where nobody's answers link the items of some node."""
    try:
        return panel.group.local[code]
    except Refused:
        return None


def most_disputed(nodes: Sequence[NodeConsensus], count: int) -> list[PairSplit]:
    """The pairs that divide the panel most, by the smaller side and the spread; only those that are told at all."""
    pairs = [pair for node in nodes for pair in node.pairs if pair.told and pair.found.dispute > 0]
    return sorted(pairs, key=lambda pair: -pair.found.dispute)[:count]


def comparisons_by_column(panel: PanelNow) -> dict[int, int]:
    """The place of a question in a row of answers → its comparison."""
    return {column: pair for pair, column in panel.questions.columns.items()}


def _splits(panel: PanelNow, node: Indicator) -> list[PairSplit]:
    columns = panel.questions.pairs[node.code]
    answers = panel.counted_answers[:, columns]
    means = ahp.judgment_sums(answers, expert_weights=panel.weights[:, panel.codes.index(node.code)]).ratios.tolist()
    pairs = combinations(panel.questions.tree.children_of(node), 2)
    return [
        PairSplit(
            node,
            a,
            b,
            columns.start + place,
            ahp.pair_disagreement((a.code, b.code), answers[:, place]),
            means[place],
            panel.fewest,
        )
        for place, (a, b) in enumerate(pairs)
    ]


def _quartiles(weights: Array) -> tuple[float, float, float]:
    low, middle, high = np.quantile(weights, [0.25, 0.5, 0.75]).tolist()
    return low, middle, high
