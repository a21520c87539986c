"""Completeness, beside every number: of how many experts it is made, and which pairs have few answers.

What counts is what was submitted. An answer that is saved and not submitted changes nothing here; an expert who changed
something after submitting counts with what was submitted, and is named.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from surveys.models import Expert, Indicator, PanelResult, Survey
from surveys.selectors.coverage import ENOUGH, coverage_of
from surveys.selectors.panel_now import PanelNow
from surveys.selectors.progress import newest_by_expert
from surveys.selectors.trees import Tree, tree_of

MOST_NAMED = 3  # pairs with few answers that are named; the rest is counted


@dataclass(frozen=True)
class PairAnswers:
    """A pair, by the places of its items among their siblings (from 1), and how many answers count."""

    item_a: Indicator
    item_b: Indicator
    place_a: int
    place_b: int
    answers: int


@dataclass(frozen=True)
class NodeCompleteness:
    """`asked` about this node now (None where only a stored result speaks), `counted` in the group's number here."""

    node: Indicator
    counted: int
    invited: int
    asked: int | None
    pairs: Sequence[PairAnswers]

    @property
    def few(self) -> list[PairAnswers]:
        """Pairs with too few answers to say much, the fewest first."""
        return sorted((pair for pair in self.pairs if pair.answers < ENOUGH), key=lambda pair: pair.answers)

    @property
    def named(self) -> list[PairAnswers]:
        """Of these the first; none where it is so for every pair, which one sentence says."""
        return [] if self.all_few else self.few[:MOST_NAMED]

    @property
    def more(self) -> int:
        return 0 if self.all_few else len(self.few) - len(self.named)

    @property
    def all_few(self) -> bool:
        return bool(self.pairs) and len(self.few) == len(self.pairs)


@dataclass(frozen=True)
class Completeness:
    """Experts on the panel, those who submitted, and those who count somewhere in the tree."""

    invited: int
    submitted: int
    counted: int
    changed: Sequence[str] = ()
    """Codes of those who changed answers after submitting: what they submitted counts."""
    unfinished: int = 0
    """Experts with answers that are saved and not submitted: they count nowhere."""
    nodes: Sequence[NodeCompleteness] = field(default_factory=list)

    def of(self, code: str) -> NodeCompleteness | None:
        return next((each for each in self.nodes if each.node.code == code), None)

    @property
    def few(self) -> list[NodeCompleteness]:
        """The nodes with pairs that have few answers."""
        return [each for each in self.nodes if each.few]


def completeness_now(survey: Survey, panel: PanelNow) -> Completeness:
    """What the numbers of a panel in memory rest on. Three queries."""
    experts = survey.experts.order_by("pk").values_list("pk", "code", "revision")
    newest = {expert.pk: revision for expert, revision in zip(panel.experts, panel.revisions, strict=True)}
    asked = {node.node.pk: node.asked for node in coverage_of(survey).nodes}
    rows = list(experts)
    return Completeness(
        invited=len(rows),
        submitted=len(newest),
        counted=sum(panel.counting),
        changed=[code for pk, code, revision in rows if pk in newest and newest[pk] != revision],
        unfinished=sum(revision > 0 and pk not in newest for pk, _code, revision in rows),
        nodes=[_node_now(panel, node, len(rows), asked.get(node.pk)) for node in _compared(panel.questions.tree)],
    )


def completeness_then(result: PanelResult, tree: Tree | None = None, counted: int | None = None) -> Completeness:
    """What the numbers of a stored result rest on, from what was stored with them. At most five queries."""
    tree = tree or tree_of(result.survey.edition)
    parts = {part.node_id: part for part in result.nodes.all()}
    newest = newest_by_expert(result.survey)
    codes = Expert.objects.filter(pk__in=newest).order_by("pk").values_list("pk", "code", "revision")
    members = result.members.count()
    return Completeness(
        invited=result.invited,
        submitted=members,
        counted=members if counted is None else counted,
        changed=[code for pk, code, revision in codes if newest[pk].revision != revision],
        nodes=[
            NodeCompleteness(
                node, parts[node.pk].experts, result.invited, None, _pairs(tree, node, parts[node.pk].answers)
            )
            for node in _compared(tree)
            if node.pk in parts
        ],
    )


def _compared(tree: Tree) -> list[Indicator]:
    return [node for node in tree.parents if len(tree.children_of(node)) > 1]


def _node_now(panel: PanelNow, node: Indicator, invited: int, asked: int | None) -> NodeCompleteness:
    answers = ~np.isnan(panel.counted_answers[:, panel.questions.pairs[node.code]])
    counted = int(answers.any(axis=1).sum())
    return NodeCompleteness(
        node, counted, invited, asked, _pairs(panel.questions.tree, node, answers.sum(axis=0).tolist())
    )


def _pairs(tree: Tree, node: Indicator, answers: Collection[int]) -> list[PairAnswers]:
    """In pair order, as the answers are."""
    items = list(enumerate(tree.children_of(node), start=1))
    return [
        PairAnswers(a, b, place_a, place_b, count)
        for ((place_a, a), (place_b, b)), count in zip(combinations(items, 2), answers, strict=False)
    ]
