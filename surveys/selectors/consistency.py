"""The consistency report: the grid of experts and matrices, and the page behind each cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from django.utils.translation import gettext as _

import ahp
from surveys.models import Expert, Indicator, NodeResult, PanelNode, PanelResult, Submission, Survey
from surveys.plan import order_label, plan_label
from surveys.scale import matrix_level
from surveys.selectors.answers import node_ratios, submitted_ratios
from surveys.selectors.progress import newest_by_expert
from surveys.selectors.reviewing import unlinked_groups
from surveys.selectors.trees import Tree
from surveys.services.results import OTHER_METHOD, matrix_of_texts

WORST_FIRST = "worst"

Found = tuple[str | None, str]
"""A CR and its level."""
NOTHING: Found = (None, "incomplete")


@dataclass(frozen=True)
class Cell:
    """A CR as a decimal string and its level: empty where nothing can be tested, None where nothing is computed yet."""

    node: Indicator
    ratio: str | None
    level: str


@dataclass(frozen=True)
class GridRow:
    expert: Expert
    submission: Submission | None
    cells: list[Cell]

    @property
    def worst(self) -> float:
        return max((float(cell.ratio) for cell in self.cells if cell.ratio), default=-1.0)


@dataclass(frozen=True)
class Grid:
    """Rows are experts, columns the nodes with something to compare; the last row is the panel's."""

    nodes: list[Indicator]
    rows: list[GridRow]
    panel: list[Cell] | None

    @property
    def submitted(self) -> int:
        return sum(row.submission is not None for row in self.rows)


@dataclass(frozen=True)
class MatrixCell:
    text: str
    kind: str


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
class MatrixPage:
    """A judgment matrix as it is printed, with what follows from it.

    `groups` are the items as they hang together, where the answers do not link all of them.
    """

    node: Indicator
    rows: list[MatrixRow]
    result: NodeResult | PanelNode | None
    groups: Sequence[Sequence[Indicator]] = ()

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
    def items(self) -> list[Indicator]:
        return [row.item for row in self.rows]

    @property
    def size(self) -> int:
        return len(self.rows)


def compared_nodes(tree: Tree) -> list[Indicator]:
    """The nodes that ask something: those with two children or more."""
    return [node for node in tree.parents if len(tree.children_of(node)) > 1]


def consistency_grid(survey: Survey, tree: Tree, result: PanelResult | None, *, order: str = "") -> Grid:
    """The CR of every expert at every node, from what each submitted last, and of the panel's `result`."""
    nodes = compared_nodes(tree)
    newest = newest_by_expert(survey)
    ratios = _ratios(newest)
    experts = survey.experts.select_related("person").order_by("id")
    rows = [_row(expert, newest.get(expert.pk), nodes, ratios) for expert in experts]
    if order == WORST_FIRST:
        rows.sort(key=lambda row: -row.worst)
    return Grid(nodes, rows, _panel_cells(result, nodes))


def expert_matrix(submission: Submission, tree: Tree, node: Indicator) -> MatrixPage:
    """An expert's matrix, from the log as it stood at the submission."""
    ratios = node_ratios(tree, submitted_ratios(submission))[node.code]
    children = tree.children_of(node)
    matrix = ahp.matrix_from_pairs([child.code for child in children], ratios)
    result = submission.results.filter(node=node).first()
    groups = unlinked_groups(submission, tree, [result] if result else []).get(node.pk, [])
    return MatrixPage(node, _matrix_rows(children, matrix.values.tolist(), result), result, groups)


def panel_matrix(result: PanelResult, tree: Tree, node: Indicator) -> MatrixPage | None:
    """The panel's matrix at a node, as it was computed."""
    found = result.nodes.filter(node=node).first()
    return panel_page(found, node, tree) if found else None


def panel_matrices(result: PanelResult, tree: Tree) -> list[MatrixPage]:
    """All matrices of the panel, in tree order."""
    found = {part.node_id: part for part in result.nodes.all()}
    return [panel_page(found[node.pk], node, tree) for node in tree.parents if node.pk in found]


def panel_page(part: PanelNode, node: Indicator, tree: Tree) -> MatrixPage:
    values = matrix_of_texts(part.matrix)
    return MatrixPage(node, _matrix_rows(tree.children_of(node), values, part), part)


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


def _row(
    expert: Expert, submission: Submission | None, nodes: Sequence[Indicator], ratios: Mapping[tuple[int, int], Found]
) -> GridRow:
    found = submission.pk if submission else 0
    return GridRow(expert, submission, [Cell(node, *ratios.get((found, node.pk), NOTHING)) for node in nodes])


def _found(ratio: str, weights: Sequence[str]) -> Found:
    return ratio, matrix_level(ratio, len(weights))


def _ratios(newest: Mapping[int, Submission]) -> dict[tuple[int, int], Found]:
    found = NodeResult.objects.filter(submission__in=[submission.pk for submission in newest.values()]).order_by()
    rows = found.values_list("submission", "node", "ratio", "weights")
    return {(submission, node): _found(ratio, weights) for submission, node, ratio, weights in rows}


def _panel_cells(result: PanelResult | None, nodes: Sequence[Indicator]) -> list[Cell] | None:
    if result is None or result.computed_at is None:
        return None
    rows = result.nodes.order_by().values_list("node_id", "ratio", "weights")
    found = {node: _found(ratio, weights) for node, ratio, weights in rows}
    return [Cell(node, *found.get(node.pk, NOTHING)) for node in nodes]


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
