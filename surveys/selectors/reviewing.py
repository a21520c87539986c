"""What an expert's answers mean so far: weights and consistency of every node, while they can still be changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ahp
from surveys.models import Expert, Indicator, Job, Submission, Survey
from surveys.scale import consistency_level
from surveys.selectors.answers import current_ratios, node_ratios
from surveys.selectors.trees import Tree, tree_of
from surveys.services.results import Method, node_numbers


@dataclass(frozen=True)
class Bar:
    item: Indicator
    share: float
    width: float  # percent of the longest bar


@dataclass(frozen=True)
class NodeReview:
    """One node: its weights as bars, the heaviest first, and its consistency. No bars while answers are missing."""

    node: Indicator
    bars: list[Bar]
    ratio: float | None
    table: str

    @property
    def level(self) -> str:
        return consistency_level(self.ratio) if self.bars else "incomplete"

    @property
    def table_name(self) -> str:
        return str(Survey.RandomIndex(self.table).label)

    @property
    def consistent(self) -> bool:
        return self.level not in ("check", "poor")


def review_of(expert: Expert) -> list[NodeReview]:
    """Every node that was asked about, from the answers as they stand now."""
    tree = tree_of(expert.survey.edition)
    parts = node_ratios(tree, current_ratios(expert))
    method = Method.of(expert.survey)
    return [_reviewed(tree, node, parts[node.code], method) for node in _asked(tree)]


def submitted_review(submission: Submission) -> list[NodeReview]:
    """The same from the results that the worker has stored; empty until then."""
    tree = tree_of(submission.expert.survey.edition)
    results = submission.results.select_related("node")
    stored = {result.node.code: result for result in results}
    return [
        NodeReview(
            node,
            bars(tree.children_of(node), [float(weight) for weight in stored[node.code].weights]),
            float(stored[node.code].ratio) if stored[node.code].ratio else None,
            stored[node.code].table,
        )
        for node in _asked(tree)
        if node.code in stored
    ]


def computation_failed(submission: Submission) -> bool:
    return Job.objects.filter(kind="submission", subject=submission.pk, state=Job.State.FAILED).exists()


def bars(items: Sequence[Indicator], weights: Iterable[float]) -> list[Bar]:
    pairs = sorted(zip(items, weights, strict=True), key=lambda pair: -pair[1])
    longest = pairs[0][1]
    return [Bar(item, share, round(100 * share / longest, 2)) for item, share in pairs]


def _asked(tree: Tree) -> list[Indicator]:
    """A single child has the whole weight, and nothing is asked."""
    return [node for node in tree.parents if len(tree.children_of(node)) > 1]


def _reviewed(tree: Tree, node: Indicator, ratios: dict[tuple[str, str], float], method: Method) -> NodeReview:
    items = tree.children_of(node)
    if len(ratios) < len(items) * (len(items) - 1) // 2:
        return NodeReview(node, [], None, method.random_index)
    numbers = node_numbers(node.code, ahp.matrix_from_pairs([item.code for item in items], ratios), method)
    tested = numbers.consistency
    return NodeReview(node, bars(items, map(float, numbers.weights)), tested.ratio, tested.table)
