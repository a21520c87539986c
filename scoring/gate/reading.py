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
from surveys.files.problems import FileErrors, Findings, Problem
from surveys.files.records import UPLOAD
from surveys.files.tables import Table, checked_table, read_table
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
    """The table of values, and that about its columns where the workbook has such a sheet, called by its title.

    Raises `FileErrors` with the faults of both sheets.
    """
    title = _sheet_about(content, file) if is_workbook(content) else ""
    table, findings = checked_table(content, file)
    about: Table | None = None
    faults: list[Problem] = []
    if title:
        try:
            about = replace(read_table(content, file, sheet=title), file=title)
        except FileErrors as errors:
            faults = [replace(problem, sheet=title) for problem in errors.problems]
    _refuse_any(findings, faults)
    return table, about


def _sheet_about(content: bytes, file: str) -> str:
    return next((title for title in sheet_titles(content, file, UPLOAD)[1:] if title in SHEETS), "")


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
    _refuse_any(findings, [replace(fault, file=table.file, sheet=on_sheet.file) for fault in on_sheet.problems])
    found += questions(data, table, tree, setting.earlier)
    return Passed(data, filled(said.sources, data.columns), tuple(found))


def _refuse_any(findings: Findings, on_sheet: Sequence[Problem]) -> None:
    """The faults of the first sheet in the order of its rows, then those of the other."""
    if findings.problems or on_sheet:
        raise FileErrors([*sorted(findings.problems, key=lambda fault: (fault.sheet, fault.row or 0)), *on_sheet])
