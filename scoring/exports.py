"""What leaves the house: scores on all nodes as CSV (long or wide), XLSX (both) and JSON (everything, verifiable).

The bundle (ZIP) is made in `scoring.bundles`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from scoring.bundle.checks import FORMAT
from scoring.documents import data_document
from scoring.models import DataUnit, Score, ScoringRun
from scoring.selectors.marks import kind_words, marks_of
from scoring.selectors.runs import NodeRow, RunTree, run_stamps
from surveys.canonical import canonical_json
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import Cell, csv_bytes

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
LONG = ("run", "unit", "code", "name", "name_en", "score", "rank", "value", "marks", "note")

Cells = dict[tuple[int, int], tuple[float | None, int | None]]
Rows = list[list[Cell]]


class RunTable:
    """The scores of a run, read once: units in the order of the file, nodes in tree order."""

    def __init__(self, run: ScoringRun) -> None:
        self.run, self.tree = run, RunTree(run)
        self.units: list[DataUnit] = list(run.data_set.units.order_by("position"))
        found = Score.objects.filter(run=run).values_list("unit_id", "node_id", "score", "rank")
        self.cells: Cells = {(unit, node): (score, rank) for unit, node, score, rank in found}
        self.marks = marks_of(run)
        self.stamps = run_stamps(run)
        self.note = " / ".join(self.stamps)

    def long_rows(self) -> Iterator[list[Cell]]:
        for row in self.tree.rows:
            for unit in self.units:
                score, rank = self.cells[unit.pk, row.node.pk]
                value = self.tree.raw(unit, row.node.code)
                raw = float(value) if value else None
                done = self.marks.of(row.node.code, unit.name).text
                yield [str(self.run), unit.name, row.node.code, *self._names(row), score, rank, raw, done, self.note]

    def wide_rows(self, part: int) -> Iterator[list[Cell]]:
        """A row for each unit; `part` 0 gives scores, 1 ranks."""
        for unit in self.units:
            yield [unit.name, *(self.cells[unit.pk, row.node.pk][part] for row in self.tree.rows)]

    def wide_heading(self) -> list[Cell]:
        return [_("Unit"), *(f"{row.node.code} {self._names(row)[0]}" for row in self.tree.rows)]

    def notice_rows(self) -> Iterator[list[Cell]]:
        """What was done to which value or score, each with the value as it was given."""
        names, units = {row.node.code: self._names(row)[0] for row in self.tree.rows}, {u.name: u for u in self.units}
        for notice in self.marks.rows():
            value = self.tree.raw(units[notice.unit], notice.code)
            raw = float(value) if value else None
            yield [notice.unit, notice.code, names[notice.code], raw, kind_words()[notice.kind], notice.kind]

    def wide_marks(self) -> Iterator[str]:
        """For each unit, everything that was done to it: kind and code."""
        done: dict[str, list[str]] = {}
        for notice in self.marks.rows():
            done.setdefault(notice.unit, []).append(f"{notice.kind}:{notice.code}")
        for unit in self.units:
            yield ";".join(done.get(unit.name, []))

    def _names(self, row: NodeRow) -> tuple[str, str]:
        names: dict[str, str] = row.node.name
        language = self.run.data_set.edition.system.language
        return names.get(language) or str(row.node), names.get("en", "")


def export_name(run: ScoringRun, kind: str, shape: str = "") -> str:
    marks = [*(["draft"] if run.preview else []), *(["synthetic"] if run.synthetic else [])]
    return "-".join(["scores", str(run), *([shape] if shape else []), *marks]) + f".{kind}"


def export_bytes(run: ScoringRun, kind: str, *, wide: bool = False) -> bytes:
    if kind == "json":
        return run_json(run)
    table = RunTable(run)
    if kind == "xlsx":
        return run_xlsx(table)
    return wide_csv(table) if wide else csv_bytes(LONG, table.long_rows())


def wide_csv(table: RunTable) -> bytes:
    """Scores, then ranks, of every node; the stamp stands in every row."""
    heading = [str(cell) for cell in table.wide_heading()]
    ranks = [_("%(name)s rank") % {"name": name} for name in heading[1:]]
    pairs = zip(table.wide_rows(0), table.wide_rows(1), strict=True)
    rows = zip(pairs, table.wide_marks(), strict=True)
    return csv_bytes(
        [*heading, *ranks, "marks", "note"],
        ([*scores, *places[1:], done, table.note] for (scores, places), done in rows),
    )


def run_json(run: ScoringRun) -> bytes:
    """The run's document with the data and weights that it names by their hashes: enough to compute it again."""
    weight_set = run.weight_set
    return canonical_json(
        {
            "format": FORMAT,
            "stamps": run_stamps(run),
            "document": json.loads(run.document),
            "content_hash": run.content_hash,
            "data": data_document(run.data_set, run.data_set.units.order_by("position")),
            "weights": _weights(run),
            "weights_seal": json.loads(weight_set.seal) if weight_set.seal and not run.preview else None,
        }
    ).encode()


def run_xlsx(table: RunTable) -> bytes:
    """Every sheet begins with what the run is, and with its stamps."""
    head: Rows = [[_facts_title(table.run)]]
    head += [[stamp] for stamp in table.stamps]
    wide = table.wide_heading()
    return workbook_bytes(
        [
            _sheet(_("Scores"), head, wide, table.wide_rows(0)),
            _sheet(_("Ranks"), head, wide, table.wide_rows(1)),
            _sheet(_("List"), head, list(LONG), table.long_rows()),
            _sheet(_("Notices"), head, _notice_heading(), table.notice_rows()),
            _sheet(_("Weights"), head, [_("Code"), _("Indicator"), _("Local weight"), _("Weight")], _nodes(table)),
            _sheet(_("About"), head, [_("What"), ""], _facts(table.run)),
        ]
    )


def _weights(run: ScoringRun) -> object:
    """The set's document as it was when the run was computed; a draft that changed since is not passed off as it."""
    return json.loads(run.weight_set.document) if run.weights_kept else None


def _sheet(title: str, head: Rows, heading: Sequence[Cell], body: Iterator[list[Cell]]) -> Sheet:
    first = len(head) + 1
    return Sheet(title, [*head, [], list(heading), *body], headings=frozenset({0, first}), frozen=first + 1)


def _notice_heading() -> list[Cell]:
    return [_("Unit"), _("Code"), _("Indicator"), _("Value"), _("What was done"), "kind"]


def _nodes(table: RunTable) -> Iterator[list[Cell]]:
    for row in table.tree.rows:
        yield [row.node.code, str(row.node), row.local_weight, row.total_weight]


def _facts_title(run: ScoringRun) -> str:
    return f"{run} · {run.data_set} · {run.weight_set}"


def _facts(run: ScoringRun) -> Iterator[list[Cell]]:
    yield [_("Data"), str(run.data_set)]
    yield [_("Year"), run.data_set.year]
    yield [_("Source"), run.data_set.source]
    yield [_("Hash of the data"), run.data_set.content_hash]
    yield [_("Weight set"), str(run.weight_set)]
    yield [_("Weights used"), str(run.get_weights_used_display())]
    yield [_("Hash of the weights"), run.weights_hash]
    low, high = (float(run.options[name]) for name in ("output_low", "output_high"))
    yield [_("Normalisation"), _("min-max, %(low)g to %(high)g") % {"low": low, "high": high}]
    yield [_("Scoring rules"), f"{run.rules}: {run.rules.reason}" if run.rules else _("As the edition says")]
    if "rank_decimals" in run.options:
        yield [_("Ranks from scores rounded to"), run.options["rank_decimals"]]
    yield [_("Ranks"), _("by competition: equal scores share a rank (1, 2, 2, 4)")]
    yield [_("Tie tolerance"), run.options["tie_tolerance"]]
    yield [_("Software version"), run.software]
    yield [_("Hash of the run"), run.content_hash]
