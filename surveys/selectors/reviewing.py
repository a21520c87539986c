"""What an expert's answers mean so far: weights and consistency of every node, while they can still be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ahp
from surveys.models import Expert, Indicator, Job, NodeResult, Submission, Survey
from surveys.scale import matrix_level
from surveys.selectors.answers import Ratio, current_ratios, node_ratios, progress_of, submitted_ratios
from surveys.selectors.trees import Tree, tree_of
from surveys.services.results import Groups, Method, expert_numbers, node_numbers

SHOWN_BARS = 7


@dataclass(frozen=True)
class Bar:
    item: Indicator
    share: float
    width: float  # percent of the longest bar


@dataclass(frozen=True)
class NodeReview:
    """One node: its weights as bars, the heaviest first, and its consistency.

    No bars while a pair is open, nor where the answers fall into `groups` that nothing links. `missing` counts the
    pairs that the expert cannot judge.
    """

    node: Indicator
    bars: list[Bar]
    ratio: float | None
    table: str
    missing: int = 0
    groups: Sequence[Sequence[Indicator]] = ()

    @property
    def level(self) -> str:
        return matrix_level(self.ratio, len(self.bars))

    @property
    def skipped(self) -> bool:
        """Nothing at all is said here."""
        return bool(self.groups) and all(len(group) == 1 for group in self.groups)

    @property
    def heaviest(self) -> list[Bar]:
        """What is shown at once: all bars, or the first of many."""
        return self.bars if len(self.bars) <= SHOWN_BARS else self.bars[:SHOWN_BARS]

    @property
    def lighter(self) -> list[Bar]:
        return self.bars[len(self.heaviest) :]

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
    done = {section.node.code for section in progress_of(expert).sections if section.done}
    return [
        reviewed(node, tree.children_of(node), parts[node.code], method)
        if node.code in done
        else NodeReview(node, [], None, method.random_index)
        for node in _asked(tree)
    ]


def unlinked_groups(
    submission: Submission, tree: Tree, results: Iterable[NodeResult]
) -> dict[int, list[list[Indicator]]]:
    """Node → its items as they hang together, for the nodes whose answers do not link all items."""
    unlinked = {result.node_id for result in results if not result.weights}
    if not unlinked:
        return {}
    method, codes = Method.of(submission.expert.survey), tree.by_code()
    return {
        codes[numbers.node].pk: _named(numbers.groups, codes)
        for numbers in expert_numbers(tree, submitted_ratios(submission), method)
        if codes[numbers.node].pk in unlinked
    }


def _named(groups: Groups, codes: Mapping[str, Indicator]) -> list[list[Indicator]]:
    return [[codes[code] for code in group] for group in groups]


def computation_failed(submission: Submission) -> bool:
    return Job.objects.filter(kind="submission", subject=submission.pk, state=Job.State.FAILED).exists()


def bars(items: Sequence[Indicator], weights: Iterable[float]) -> list[Bar]:
    """The heaviest first; none where there are no weights."""
    known = list(weights)
    if not known:
        return []
    pairs = sorted(zip(items, known, strict=True), key=lambda pair: -pair[1])
    longest = pairs[0][1]
    return [Bar(item, share, round(100 * share / longest, 2)) for item, share in pairs]


def _asked(tree: Tree) -> list[Indicator]:
    """A single child has the whole weight, and nothing is asked."""
    return [node for node in tree.parents if len(tree.children_of(node)) > 1]


def reviewed(node: Indicator, items: Sequence[Indicator], ratios: Ratio, method: Method) -> NodeReview:
    """One node, from the answers to its pairs."""
    numbers = node_numbers(node.code, ahp.matrix_from_pairs([item.code for item in items], ratios), method)
    missing, groups = numbers.matrix.missing, _named(numbers.groups, {item.code: item for item in items})
    if numbers.weights is None or numbers.consistency is None:
        return NodeReview(node, [], None, numbers.table, missing, groups)
    return NodeReview(
        node, bars(items, numbers.weights.tolist()), numbers.consistency.ratio, numbers.table, missing, groups
    )
