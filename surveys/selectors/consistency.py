"""Judgment matrices as pages and files print them: an expert's and the panel's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any

from django.utils.translation import gettext as _

import ahp
from surveys.models import Indicator, NodeResult, PanelNode, PanelResult, Submission, Survey
from surveys.plan import order_label, plan_label
from surveys.scale import matrix_level
from surveys.selectors.answers import node_ratios, submitted_ratios
from surveys.selectors.measures import Measures, measures_of
from surveys.selectors.reviewing import unlinked_groups
from surveys.selectors.trees import Tree
from surveys.services.results import OTHER_METHOD, matrix_of_texts


@dataclass(frozen=True)
class MatrixCell:
    """`note` is the number of the hint about this answer, 0 where there is none."""

    text: str
    kind: str
    note: int = 0


@dataclass(frozen=True)
class MatrixRow:
    item: Indicator
    cells: list[MatrixCell]
    weight: str
    second_weight: str


@dataclass(frozen=True)
class PairAnswers:
    item_a: Indicator
    item_b: Indicator
    count: int


@dataclass(frozen=True)
class CountCell:
    """How many answers a pair of the panel has; no number on the diagonal and below. `few`: fewer than might have."""

    count: int | None
    few: bool = False


@dataclass(frozen=True)
class MatrixPage:
    """A judgment matrix as it is printed, with what follows from it.

    `groups` are the items as they hang together, where the answers do not link all of them.
    """

    node: Indicator
    rows: list[MatrixRow]
    result: NodeResult | PanelNode | None
    groups: Sequence[Sequence[Indicator]] = ()
    measures: Measures | None = None

    @property
    def level(self) -> str:
        return matrix_level(self.result.ratio, len(self.result.weights)) if self.result else "incomplete"

    @property
    def missing(self) -> int:
        """Pairs without an answer."""
        return sum(not cell.text for row in self.rows for cell in row.cells) // 2

    @property
    def few_answers(self) -> list[PairAnswers]:
        """The pairs of the panel that not every expert answered who counts here."""
        if not isinstance(self.result, PanelNode):
            return []
        counted = zip(combinations(self.items, 2), self.result.answers, strict=False)
        return [PairAnswers(a, b, count) for (a, b), count in counted if count < self.result.experts]

    @property
    def fewest(self) -> PairAnswers | None:
        """The pair of the panel with the fewest answers, where not all have the same."""
        return min(self.few_answers, key=lambda pair: pair.count, default=None)

    @property
    def counts(self) -> list[tuple[Indicator, list[CountCell]]]:
        """Item by item how many answers each pair of the panel has."""
        if not isinstance(self.result, PanelNode) or self.size < 3:
            return []
        pairs = dict(zip(combinations(range(self.size), 2), self.result.answers, strict=False))
        most = self.result.experts
        return [
            (item, [_count_cell(pairs.get((row, column)), most) for column in range(self.size)])
            for row, item in enumerate(self.items)
        ]

    @property
    def items(self) -> list[Indicator]:
        return [row.item for row in self.rows]

    @property
    def size(self) -> int:
        return len(self.rows)


def compared_nodes(tree: Tree) -> list[Indicator]:
    """The nodes that ask something, those with two children or more: level by level, each in tree order."""
    asking = (node for node in tree.parents if len(tree.children_of(node)) > 1)
    return sorted(asking, key=lambda node: (node.depth, node.position))


def expert_matrix(submission: Submission, tree: Tree, node: Indicator) -> MatrixPage:
    """An expert's matrix, from the log as it stood at the submission."""
    ratios = node_ratios(tree, submitted_ratios(submission))[node.code]
    children = tree.children_of(node)
    matrix = ahp.matrix_from_pairs([child.code for child in children], ratios)
    result = submission.results.filter(node=node).first()
    groups = unlinked_groups(submission, tree, [result] if result else []).get(node.pk, [])
    rows = _matrix_rows(children, matrix.values.tolist(), result)
    return MatrixPage(node, rows, result, groups, measures_of(matrix, children) if result and result.weights else None)


def panel_matrix(result: PanelResult, tree: Tree, node: Indicator) -> MatrixPage | None:
    """The panel's matrix at a node, as it was computed."""
    found = result.nodes.filter(node=node).first()
    return panel_page(found, node, tree) if found else None


def panel_matrices(result: PanelResult, tree: Tree) -> list[MatrixPage]:
    """All matrices of the panel, in tree order."""
    found = {part.node_id: part for part in result.nodes.all()}
    return [panel_page(found[node.pk], node, tree) for node in tree.parents if node.pk in found]


def panel_page(part: PanelNode, node: Indicator, tree: Tree) -> MatrixPage:
    values, children = matrix_of_texts(part.matrix), tree.children_of(node)
    return MatrixPage(node, _matrix_rows(children, values, part), part)


def with_measures(page: MatrixPage) -> MatrixPage:
    """The panel's matrix with what is said of it beside its CR."""
    if not isinstance(page.result, PanelNode):
        return page
    values = matrix_of_texts(page.result.matrix)
    codes = [item.code for item in page.items]
    said = {(codes[a], codes[b]): values[a][b] for a, b in combinations(range(len(codes)), 2)}
    matrix = ahp.matrix_from_pairs(codes, {pair: ratio for pair, ratio in said.items() if not math.isnan(ratio)})
    return replace(page, measures=measures_of(matrix, page.items) if page.result.weights else None)


def with_notes(page: MatrixPage, notes: Mapping[tuple[int, int], int]) -> MatrixPage:
    """The answers that stand apart flagged and numbered, by the ids of their items."""
    return replace(page, rows=[_noted_row(row, page.items, notes) for row in page.rows])


def _noted_row(row: MatrixRow, items: Sequence[Indicator], notes: Mapping[tuple[int, int], int]) -> MatrixRow:
    cells = zip(row.cells, items, strict=True)
    return replace(row, cells=[_noted(cell, notes.get((row.item.pk, other.pk), 0)) for cell, other in cells])


def _count_cell(count: int | None, most: int) -> CountCell:
    return CountCell(count, count is not None and count < most)


def _noted(cell: MatrixCell, note: int) -> MatrixCell:
    return replace(cell, kind="q-flagged", note=note) if note else cell


def neighbours(nodes: Sequence[Indicator], node: Indicator) -> tuple[Indicator | None, Indicator | None]:
    """The nodes before and after this one."""
    before = next((a for a, b in pairwise(nodes) if b == node), None)
    after = next((b for a, b in pairwise(nodes) if a == node), None)
    return before, after


def method_label(method: str) -> str:
    return str(Survey.Method(method).label)


def method_facts(fixed: Survey | PanelResult) -> dict[str, Any]:
    """What was asked and how it was computed, in words, for a page or a file."""
    survey = fixed if isinstance(fixed, Survey) else fixed.survey
    completed = fixed.missing_allowed or survey.question_plan != Survey.Plan.FULL
    return {
        "questions": plan_label(survey),
        "question_order": order_label(survey),
        "method": method_label(fixed.method),
        "second_method": method_label(OTHER_METHOD[fixed.method]),
        "table": table_label(fixed.random_index),
        "aggregation": str(Survey.Aggregation(fixed.aggregation).label),
        "missing": _("completed from the other answers") if completed else _("not allowed"),
    }


def table_label(table: str) -> str:
    """The name of a random-index table; a result without one says so."""
    return str(Survey.RandomIndex(table).label) if table in Survey.RandomIndex.values else table or _("none")


def _matrix_rows(
    children: Sequence[Indicator], values: Sequence[Sequence[float]], result: NodeResult | PanelNode | None
) -> list[MatrixRow]:
    blank = [""] * len(children)
    weights = result.weights or blank if result else blank
    second = result.second_weights or blank if result else blank
    return [
        MatrixRow(child, [_cell(value, row, column) for column, value in enumerate(values[row])], *shown)
        for row, (child, *shown) in enumerate(zip(children, weights, second, strict=True))
    ]


def _cell(value: float, row: int, column: int) -> MatrixCell:
    """The upper triangle is what was said, the lower one its reciprocals."""
    if math.isnan(value):
        return MatrixCell("", "q-missing")
    kind = "q-diagonal" if row == column else "q-reciprocal" if row > column else ""
    return MatrixCell(ratio_text(value), kind)


def ratio_text(value: float) -> str:
    """A ratio as people write it: 3, 1/3, and 2.449 for a mean.

    >>> ratio_text(3.0), ratio_text(1 / 3), ratio_text(6**0.5)
    ('3', '1/3', '2.449')
    """
    if abs(value - round(value)) < 1e-9:
        return str(round(value))
    if value < 1 and abs(1 / value - round(1 / value)) < 1e-9:
        return f"1/{round(1 / value)}"
    return f"{value:.3f}"
