"""The same matrices under every random-index table: which verdicts depend on the table alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ahp
from surveys.models import Indicator, NodeResult, PanelNode, PanelResult, Survey
from surveys.scale import consistency_level
from surveys.selectors.progress import newest_by_expert
from surveys.services.panel import RESERVED_CODES

TABLES = tuple(Survey.RandomIndex.values)
[PANEL] = RESERVED_CODES


@dataclass(frozen=True)
class Verdict:
    """A matrix under one table; no ratio where the table has no value for so many items."""

    table: str
    ratio: float | None

    @property
    def passes(self) -> bool:
        return consistency_level(self.ratio) == "pass"


@dataclass(frozen=True)
class MatrixVerdicts:
    """A matrix of an expert, or of the panel, under every table."""

    code: str
    node: Indicator
    items: int
    index: float
    verdicts: list[Verdict]

    @property
    def of_panel(self) -> bool:
        return self.code == PANEL

    @property
    def changes(self) -> bool:
        """Some tables let it pass and others do not."""
        return len({verdict.passes for verdict in self.verdicts if verdict.ratio is not None}) > 1

    def under(self, table: str) -> Verdict:
        return next(verdict for verdict in self.verdicts if verdict.table == table)


@dataclass(frozen=True)
class TableSummary:
    """How many of the tested matrices pass under a table, and how many it judges otherwise than the survey's own."""

    label: str
    own: bool
    passing: int
    changed: int


@dataclass(frozen=True)
class TablesPage:
    tables: list[TableSummary]
    rows: list[MatrixVerdicts]

    @property
    def changing(self) -> list[MatrixVerdicts]:
        return [row for row in self.rows if row.changes]


def tables_page(survey: Survey, result: PanelResult | None) -> TablesPage:
    """Every matrix that was tested, of what each expert submitted last and of the panel's result."""
    rows = [*_of_experts(survey), *(_of_panel(result) if result else [])]
    return TablesPage([_summary(table, survey.random_index, rows) for table in TABLES], rows)


def _of_experts(survey: Survey) -> Iterator[MatrixVerdicts]:
    newest = [submission.pk for submission in newest_by_expert(survey).values()]
    found = NodeResult.objects.filter(submission__in=newest).exclude(ratio="")
    ordered = found.select_related("node", "submission__expert").order_by("submission__expert_id", "node__position")
    for part in ordered:
        yield _verdicts(part.submission.expert.code, part.node, part.items, part.missing, part.index)


def _of_panel(result: PanelResult) -> Iterator[MatrixVerdicts]:
    for part in result.nodes.exclude(ratio="").select_related("node"):
        yield _verdicts(PANEL, part.node, len(part.weights), _missing(part), part.index)


def _missing(part: PanelNode) -> int:
    """Pairs that nobody who counts answered: each is empty twice."""
    empty: int = sum(cell == "" for row in part.matrix for cell in row)
    return empty // 2


def _verdicts(code: str, node: Indicator, items: int, missing: int, index: str) -> MatrixVerdicts:
    found = [Verdict(table, _ratio(float(index), items, missing, table)) for table in TABLES]
    return MatrixVerdicts(code, node, items, float(index), found)


def _ratio(index: float, items: int, missing: int, table: str) -> float | None:
    try:
        return index / ahp.random_index(items, missing, table=table)
    except ahp.RandomIndexError:
        return None


def _summary(table: str, own: str, rows: Sequence[MatrixVerdicts]) -> TableSummary:
    pairs = [(row.under(table), row.under(own)) for row in rows]
    return TableSummary(
        label=str(Survey.RandomIndex(table).label),
        own=table == own,
        passing=sum(here.passes for here, _there in pairs),
        changed=sum(here.ratio is not None and here.passes != there.passes for here, there in pairs),
    )
