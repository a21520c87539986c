"""A file through the gate: everything wrong at once, or checked data with the questions that are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from scoring.files import DataTable, find_data
from scoring.gate.derivations import Check, Formula, helpers
from scoring.gate.findings import Finding, asked
from scoring.gate.measures import (
    SHEETS,
    Sources,
    check_measures,
    filled,
    said_of_columns,
    said_on_sheet,
    without_rows_about,
)
from scoring.gate.questions import Earlier, questions
from scoring.gate.units import KnownUnit, code_columns, match_units
from surveys.files.problems import FileErrors, Findings
from surveys.files.records import UPLOAD
from surveys.files.tables import Table, read_table
from surveys.files.tree import Tree
from surveys.files.workbook import is_workbook, sheet_titles


@dataclass(frozen=True)
class Setting:
    """What the file is held against."""

    tree: Tree
    known: Sequence[KnownUnit] = ()
    earlier: Earlier | None = None
    formulas: Sequence[Formula] = ()


@dataclass(frozen=True)
class Passed:
    """Checked data, what the file says of its columns, and what was found."""

    data: DataTable
    sources: Sources = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def asked(self) -> list[Finding]:
        return asked(self.findings)


def tables_of(content: bytes, file: str) -> tuple[Table, Table | None]:
    """The table of values, and that about its columns where the workbook has such a sheet, called by its title."""
    table = read_table(content, file)
    if not is_workbook(content):
        return table, None
    titles = sheet_titles(content, file, UPLOAD)
    about = next((title for title in titles[1:] if title in SHEETS), None)
    return table, replace(read_table(content, file, sheet=about), file=about) if about else None


def through_the_gate(table: Table, about: Table | None, setting: Setting) -> Passed:
    """Raises `FileErrors` with everything wrong. What is odd stands in `asked`, and is not decided here."""
    tree, findings = setting.tree, Findings(table.file)
    table, rows_about = without_rows_about(table)
    said = said_of_columns(table, tree, rows_about, findings)
    if not table.rows:
        findings.add(_("there is a heading but no row of a unit below it"), _("add the rows"), row=table.heading)
        findings.refuse_any()
    on_sheet = Findings(about.file if about else "")
    if about:
        said_on_sheet(about, tree, said, on_sheet)
    found: list[Finding] = []
    others = helpers(setting.formulas, table, tree)
    codes: tuple[str, ...] = ()
    if setting.known:
        others += code_columns(table)
        matched = match_units(table, setting.known, findings)
        table, codes = matched.table, matched.codes
        found += matched.findings
    data = replace(find_data(table, tree, findings, others=others, measured=True), codes=codes)
    found += check_measures(said, tree, data.columns, findings)
    found += Check(data, table, tree, findings).of(setting.formulas)
    _refuse_any(findings, on_sheet)
    found += questions(data, table, tree, setting.earlier)
    return Passed(data, filled(said.sources, data.columns), tuple(found))


def _refuse_any(findings: Findings, on_sheet: Findings) -> None:
    sheet = [replace(problem, file=findings.file, sheet=on_sheet.file) for problem in on_sheet.problems]
    if findings.problems or sheet:
        raise FileErrors([*sorted(findings.problems, key=lambda problem: problem.row or 0), *sheet])
