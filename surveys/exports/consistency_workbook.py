"""The consistency report as a workbook: the grid, every matrix, the panel, what was decided, signs of carelessness."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import Cell
from surveys.models import NodeResult, PanelResult, Survey
from surveys.selectors.consistency import method_facts
from surveys.selectors.decisions import decisions_told
from surveys.selectors.grid import Cell as GridCell
from surveys.selectors.grid import Grid, GridRow, consistency_grid, with_signs
from surveys.selectors.panel_answers import kept_questions
from surveys.selectors.weights import newest_computed
from surveys.stamps import stamps

Rows = list[Sequence[Cell]]


def report_name(survey: Survey) -> str:
    return f"consistency-{survey.pk}.xlsx"


def report_bytes(survey: Survey) -> bytes:
    """Experts by their codes; numbers as numbers."""
    questions, result = kept_questions(survey.edition), newest_computed(survey)
    grid = consistency_grid(survey, questions.tree, result)
    rows = with_signs(grid.rows, survey, questions)
    return workbook_bytes(
        [
            _about(survey, grid, result),
            Sheet(_("CR"), _grid_rows(grid), frozen=1),
            Sheet(_("Matrices"), _matrix_rows(grid), frozen=1),
            Sheet(_("Panel"), _panel_rows(grid, result), frozen=1),
            Sheet(_("Decisions"), _decision_rows(survey), frozen=1),
            Sheet(_("Signs"), _sign_rows(rows), frozen=1),
        ]
    )


def _about(survey: Survey, grid: Grid, result: PanelResult | None) -> Sheet:
    facts = method_facts(survey)
    rows: Rows = [
        [str(survey)],
        *([stamp] for stamp in stamps(synthetic=survey.synthetic, sealed=True)),
        [_("Consistency of the judgments"), f"{timezone.localtime():%Y-%m-%d %H:%M}"],
        [_("Experts invited"), grid.invited],
        [_("Experts who have submitted"), grid.submitted],
        [_("Panel result"), result.number if result else None],
        [_("Submissions and decisions since"), grid.since],
        [_("Random index"), facts["table"]],
        [_("Method"), facts["method"]],
        [_("Aggregation"), facts["aggregation"]],
        [_("CR 0.10 and above"), grid.failing],
        [_("of them without a decision"), grid.looks],
    ]
    return Sheet(_("Report"), rows, widths=[34, 40])


def _grid_rows(grid: Grid) -> Rows:
    heading: list[Cell] = [_("Expert"), *(f"{node.code} {node}" for node in grid.nodes), _("Need a look")]
    rows: Rows = [heading]
    for row in grid.everybody:
        cells: list[Cell] = [_number(cell.ratio) if cell.ratio else cell.word for cell in row.cells]
        rows.append([row.expert.code, *(cells if row.submission else [""] * len(cells)), row.looks])
    if grid.panel:
        rows.append([_("Panel"), *(_number(cell.ratio) if cell.ratio else cell.word for cell in grid.panel)])
    rows.append([_("Agreement S*"), *(found.share for found in grid.agreements)])
    rows.append([_("S* by chance"), *(found.chance for found in grid.agreements)])
    return rows


def _matrix_rows(grid: Grid) -> Rows:
    """One row for each expert and matrix, in the order of the usual table."""
    submitted = [row.submission.pk for row in grid.everybody if row.submission]
    found = {(part.submission_id, part.node_id): part for part in _results(submitted)}
    heading = [
        _("Expert"), _("Code"), _("Matrix"), "n", _("Pairs without an answer"), "λmax", "CI", "RI", _("Random index"),
        "CR", _("Conclusion"), _("Decision"),
    ]  # fmt: skip
    rows: Rows = [heading]
    for row in grid.everybody:
        for cell in row.cells:
            part = found.get((row.submission.pk, cell.node.pk)) if row.submission else None
            if part:
                rows.append(_matrix_row(row, cell, part))
    return rows


def _results(submissions: Sequence[int]) -> Iterable[NodeResult]:
    return NodeResult.objects.filter(submission__in=submissions).order_by()


def _matrix_row(row: GridRow, cell: GridCell, part: NodeResult) -> Sequence[Cell]:
    numbers = [_number(text) for text in (part.lambda_max, part.index, part.random_index)]
    return [
        row.expert.code, cell.node.code, str(cell.node), part.items, part.missing, *numbers, part.table,
        _number(part.ratio), cell.word, _decided(cell),
    ]  # fmt: skip


def _decided(cell: GridCell) -> str:
    if cell.excluded:
        return _("left out")
    return _("accepted") if cell.accepted else ""


def _panel_rows(grid: Grid, result: PanelResult | None) -> Rows:
    heading = [
        _("Code"), _("Matrix"), _("Experts"), _("Fewest answers to a pair"), "λmax", "CI", "RI", _("Random index"),
        "CR", _("Agreement S*"), _("S* by chance"), _("In words"),
    ]  # fmt: skip
    rows: Rows = [heading]
    parts = {part.node_id: part for part in result.nodes.order_by()} if result and grid.panel else {}
    for cell, agreed in zip(grid.panel or [], grid.agreements, strict=False):
        part = parts.get(cell.node.pk)
        numbers = [_number(text) for text in (part.lambda_max, part.index, part.random_index)] if part else [None] * 3
        table = part.table if part else ""
        rows.append(
            [
                cell.node.code, str(cell.node), cell.experts, cell.fewest, *numbers, table, _number(cell.ratio),
                agreed.share, agreed.chance, agreed.word,
            ]
        )  # fmt: skip
    return rows


def _decision_rows(survey: Survey) -> Rows:
    heading = [
        _("When"), _("Expert"), _("Matrix"), _("Decision"), _("Declared rule"), _("Reason"), _("By"),
        _("After names were seen"), _("Undone"), _("Reason of the undoing"),
    ]  # fmt: skip
    rows: Rows = [heading]
    for told in decisions_told(survey):
        decision, undone = told.decision, told.undone
        marked = _("yes") if decision.after_unmasking else ""
        rows.append(
            [
                _moment(decision.decided_at), told.code, told.where, decision.get_act_display(), told.rule,
                decision.reason, told.by, marked, _moment(undone.decided_at) if undone else "",
                undone.reason if undone else "",
            ]
        )  # fmt: skip
    return rows


def _sign_rows(rows: Iterable[GridRow]) -> Rows:
    found: Rows = [[_("Expert"), _("Sign"), _("What it rests on")]]
    found += [[row.expert.code, sign.word, sign.sentence] for row in rows for sign in row.signs]
    return found


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
