"""The grid of the consistency report: experts x matrices, what is decided and asked about each cell, and the panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from surveys import scale
from surveys.models import Decision, Expert, Indicator, NodeResult, PanelNode, PanelResult, Submission, Survey
from surveys.selectors.agreement import Agreement, agreement_at, counting_at
from surveys.selectors.careless import Sign, signs_by_expert
from surveys.selectors.consistency import compared_nodes
from surveys.selectors.decisions import excluded_now, standing_decisions
from surveys.selectors.panel_answers import Questions
from surveys.selectors.progress import newest_by_expert
from surveys.selectors.revisions import waiting_pairs
from surveys.selectors.roster import Listed, listed
from surveys.selectors.trees import Tree, tree_of

WORST_FIRST, LOOK = "worst", "look"
FAILING = ("check", "poor")

Found = tuple[str | None, str, list[float]]
"""A CR, its level, and the local weights it belongs to."""
NOTHING: Found = (None, "incomplete", [])
Cells = Mapping[tuple[int, int], Found]


@dataclass(frozen=True)
class Cell:
    """A CR as a decimal string and its level: empty where nothing can be tested, None where nothing is computed yet.

    `accepted` and `excluded` are decisions that stand; `asked` counts the pairs that the expert has still to look at.
    """

    node: Indicator
    ratio: str | None
    level: str
    accepted: bool = False
    excluded: bool = False
    asked: int = 0

    @property
    def word(self) -> str:
        return str(scale.LEVEL_WORDS[self.level])

    @property
    def text(self) -> str:
        """Two decimals; more where two would print another verdict, as 0.10 for a CR just below it."""
        if not self.ratio:
            return ""
        texts = (f"{float(self.ratio):.{decimals}f}" for decimals in range(2, 9))
        return next((text for text in texts if scale.consistency_level(text) == self.level), self.ratio)

    @property
    def needs_look(self) -> bool:
        """Its CR is 0.10 or more, and nothing is decided about it."""
        return self.level in FAILING and not self.accepted and not self.excluded


@dataclass(frozen=True)
class GridRow:
    """One expert. `wholly`: all answers are left out. `signs` are filled in for the rows that a page shows."""

    expert: Expert | Listed
    submission: Submission | None
    cells: list[Cell]
    wholly: bool = False
    signs: list[Sign] = field(default_factory=list)

    @property
    def worst(self) -> float:
        given = self.cells if self.submission else []
        return max((float(cell.ratio) for cell in given if cell.ratio), default=-1.0)

    @property
    def looks(self) -> int:
        """Matrices that need a look."""
        return sum(cell.needs_look for cell in self.cells)

    @property
    def to_ask(self) -> int:
        """Those of them that the expert is not asked about yet."""
        return sum(cell.needs_look and not cell.asked for cell in self.cells)


@dataclass(frozen=True)
class PanelCell(Cell):
    """The group's matrix: how many experts and how few answers to a pair it rests on."""

    experts: int = 0
    fewest: int | None = None


@dataclass(frozen=True)
class Grid:
    """Rows are experts, columns the nodes with something to compare; `panel` is the row of the group, where it is
    computed, and `since` counts submissions and decisions that it does not cover. `rows` are those asked for.
    """

    nodes: list[Indicator]
    rows: list[GridRow]
    everybody: list[GridRow]
    panel: list[PanelCell] | None
    submitted: int
    since: int
    counting: Mapping[int, frozenset[str]]
    weights: Cells
    method: str

    @property
    def invited(self) -> int:
        return len(self.everybody)

    @cached_property
    def given(self) -> list[GridRow]:
        """Of those who have submitted."""
        return [row for row in self.everybody if row.submission]

    @cached_property
    def failing(self) -> int:
        return sum(cell.level in FAILING for row in self.given for cell in row.cells)

    @cached_property
    def looks(self) -> int:
        return sum(row.looks for row in self.given)

    @property
    def thinnest(self) -> PanelCell | None:
        """Where a pair was answered by fewer than count there: the least answered one."""
        thin = [cell for cell in self.panel or [] if cell.fewest is not None and cell.fewest < cell.experts]
        return min(thin, key=lambda cell: cell.fewest or 0, default=None)

    @cached_property
    def agreements(self) -> list[Agreement]:
        """S* of those who count at each node now, whose answers link all items there."""
        return [agreement_at(node, self._weights_at(node), self.method) for node in self.nodes]

    def _weights_at(self, node: Indicator) -> list[list[float]]:
        submitted = ((row.expert.pk, row.submission.pk) for row in self.given if row.submission)
        counting = (submission for expert, submission in submitted if node.code in self.counting.get(expert, ()))
        own = (self.weights.get((submission, node.pk), NOTHING)[2] for submission in counting)
        return [weights for weights in own if weights]


def consistency_grid(
    survey: Survey, tree: Tree, result: PanelResult | None, *, order: str = "", only: str = ""
) -> Grid:
    """The CR of every expert at every node, from what each submitted last, and of the panel's `result`.

    `order` may be worst first, `only` those that need a look. As many queries for five experts as for five hundred, and
    next to nothing for whoever has not submitted.
    """
    nodes, newest = compared_nodes(tree), newest_by_expert(survey)
    ratios, marks = _found(newest), _Marks(survey, tree)
    experts, empty = listed(survey), [Cell(node, *NOTHING[:2]) for node in nodes]
    rows = [
        _row(expert, newest[expert.pk], nodes, ratios, marks) if expert.pk in newest else GridRow(expert, None, empty)
        for expert in experts
    ]
    if order == WORST_FIRST:
        rows.sort(key=lambda row: -row.worst)
    return Grid(
        nodes=nodes,
        rows=[row for row in rows if row.submission and row.looks] if only == LOOK else rows,
        everybody=rows,
        panel=_panel_cells(result, nodes),
        submitted=len(newest),
        since=_since(result, newest, marks.excluded),
        counting=counting_at(survey, tree, [one for one in experts if one.pk in newest], marks.excluded),
        weights=ratios,
        method=survey.method,
    )


def with_signs(rows: Sequence[GridRow], survey: Survey, questions: Questions) -> list[GridRow]:
    """The same rows with the signs of careless answers: for one page of them, since they take a moment each."""
    submissions = [row.submission for row in rows if row.submission]
    signs = signs_by_expert(submissions, survey.edition, questions)
    return [replace(row, signs=signs.get(row.expert.pk, [])) for row in rows]


def nodes_to_ask(submission: Submission) -> list[Indicator]:
    """The matrices of one expert that need a look and that the expert is not asked about yet, the worst first."""
    expert = submission.expert
    tree = tree_of(expert.survey.edition)
    ratios, marks = _found({expert.pk: submission}), _Marks(expert.survey, tree)
    cells = _row(expert, submission, compared_nodes(tree), ratios, marks).cells
    asked = [cell for cell in cells if cell.needs_look and not cell.asked]
    return [cell.node for cell in sorted(asked, key=lambda cell: -float(cell.ratio or 0))]


class _Marks:
    """What is decided and asked, for every cell. Four queries at most."""

    def __init__(self, survey: Survey, tree: Tree) -> None:
        self.excluded = excluded_now(survey, tree)
        self.asked = waiting_pairs(survey)
        self.wholly: set[int] = set()
        self.accepted: dict[tuple[int, int], datetime] = {}
        for decision in standing_decisions(survey):
            if decision.node_id is None:
                self.wholly.add(decision.expert_id)
            elif decision.act == Decision.Act.ACCEPT:
                self.accepted[decision.expert_id, decision.node_id] = decision.decided_at

    def cell(self, expert: int, submission: Submission, node: Indicator, found: Found) -> Cell:
        accepted = self.accepted.get((expert, node.pk))
        return Cell(
            node,
            *found[:2],
            accepted=accepted is not None and accepted >= submission.submitted_at,
            excluded=node.code in self.excluded.get(expert, ()),
            asked=self.asked.get((expert, node.pk), 0),
        )


def _row(
    expert: Expert | Listed, submission: Submission, nodes: Sequence[Indicator], ratios: Cells, marks: _Marks
) -> GridRow:
    cells = [marks.cell(expert.pk, submission, node, ratios.get((submission.pk, node.pk), NOTHING)) for node in nodes]
    return GridRow(expert, submission, cells, expert.pk in marks.wholly)


def _found(newest: Mapping[int, Submission]) -> dict[tuple[int, int], Found]:
    results = NodeResult.objects.filter(submission__in=[submission.pk for submission in newest.values()]).order_by()
    rows = results.values_list("submission", "node", "ratio", "weights")
    return {
        (submission, node): (ratio, scale.matrix_level(ratio, len(weights)), [float(weight) for weight in weights])
        for submission, node, ratio, weights in rows
    }


def _since(result: PanelResult | None, newest: Mapping[int, Submission], excluded: Mapping[int, frozenset[str]]) -> int:
    """Submissions and decisions that the result does not cover."""
    if result is None:
        return 0
    members = {expert: (submission, left_out) for expert, submission, left_out in _members(result)}
    now = {expert: (submission.pk, sorted(excluded.get(expert, ()))) for expert, submission in newest.items()}
    return sum(members.get(expert) != found for expert, found in now.items())


def _members(result: PanelResult) -> Sequence[tuple[int, int, list[str]]]:
    return list(result.members.order_by().values_list("submission__expert_id", "submission_id", "excluded"))


def _panel_cells(result: PanelResult | None, nodes: Sequence[Indicator]) -> list[PanelCell] | None:
    if result is None or result.computed_at is None:
        return None
    found = {part.node_id: part for part in result.nodes.order_by()}
    return [_panel_cell(node, found.get(node.pk)) for node in nodes]


def _panel_cell(node: Indicator, part: PanelNode | None) -> PanelCell:
    if part is None:
        return PanelCell(node, None, "incomplete")
    level = scale.matrix_level(part.ratio, len(part.weights))
    return PanelCell(node, part.ratio, level, experts=part.experts, fewest=min(part.answers, default=None))
