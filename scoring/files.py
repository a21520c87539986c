"""Data files: tables become values matched with the tree by code, name or alias, never by position."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from scoring.matching import ATTRIBUTES, match_columns, scope_of
from scoring.normalising import Array, Fault, find_faults
from scoring.rules import groups_of, leaf_rules
from surveys.files.columns import column_sign
from surveys.files.numbers import NumberError, number_text
from surveys.files.problems import Findings, Problem
from surveys.files.tables import Row, Table, code_problems
from surveys.files.tree import Tree


@dataclass(frozen=True)
class DataTable:
    """Checked data of units on the leaves below `node`.

    `texts` are the values as typed, blank where missing; `values` the same as numbers, unit x leaf, nan where missing.
    `columns` are the leaves in tree order, `headings` what the file calls them, `rows` the row of each unit,
    `codes` its code where the units come from a list.
    """

    file: str
    node: str
    units: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]
    columns: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    values: Array
    rows: tuple[int, ...]
    headings: Mapping[str, str]
    codes: tuple[str, ...] = ()


def read_data(table: Table, tree: Tree) -> DataTable:
    """Return the checked data, or raise `FileErrors` with everything wrong.

    The first column is the unit. The data belong to the highest node all of whose leaves are present.
    """
    findings = Findings(table.file)
    data = find_data(table, tree, findings)
    findings.refuse_any()
    return data


def find_data(
    table: Table, tree: Tree, findings: Findings, *, others: Collection[str] = (), measured: bool = False
) -> DataTable:
    """The same for a reader that has more to find: it holds only where `findings` stay empty.

    Columns named in `others` are passed over; with `measured`, a heading may end with a unit of measure in brackets.
    """
    findings.problems += code_problems(table, [0], header=True)
    _check_units(table, findings)
    places = match_columns(table, tree, findings, others=others, measured=measured)
    leaves = {code: place for code, place in places.items() if code not in ATTRIBUTES}
    node = scope_of(leaves, tree, table, findings)
    columns = [code for code in tree.leaves if code in leaves]
    cells = _Values(table, tree, leaves, findings)
    texts = cells.texts(columns)
    data = DataTable(
        file=table.file,
        node=node,
        units=tuple(row.cells[0] for row in table.rows),
        attributes={name: _column(table, places[name]) for name in ATTRIBUTES if name in places},
        columns=tuple(columns),
        texts=texts,
        values=np.array([[float(text or "nan") for text in row] for row in texts]),
        rows=tuple(row.number for row in table.rows),
        headings={code: table.column(place) for code, place in leaves.items()},
    )
    faults = find_faults(data.values, columns, cells.rules, groups_of(data.attributes))
    findings.problems += fault_problems(data, (fault for fault in faults if fault.code not in cells.faulty))
    return data


def fault_problems(data: DataTable, faults: Iterable[Fault]) -> list[Problem]:
    """Say faults of the computing as problems of the file."""
    return [_fault_problem(data, fault) for fault in faults]


def _fault_problem(data: DataTable, fault: Fault) -> Problem:
    what, mend = _fault_sentence(fault, data.units[fault.unit] if fault.unit is not None else "")
    row = data.rows[fault.unit] if fault.unit is not None else None
    return Problem(data.file, what, mend, row, data.headings.get(fault.code, fault.code))


def _fault_sentence(fault: Fault, unit: str) -> tuple[str, str]:
    named = {"code": fault.code, "unit": unit, "detail": fault.detail}
    rule = _("fill in a number, or declare a rule for missing values")
    sentences = {
        "missing": (_("%(unit)s has no value for %(code)s"), rule),
        "group": (
            _("%(unit)s has no value for %(code)s, and nobody in its group has one"),
            _("fill in a number or the group of the unit, or declare another rule for missing values"),
        ),
        "not_finite": (_("%(unit)s has no finite value for %(code)s"), _("write an ordinary number")),
        "not_positive": (
            _("%(unit)s has %(detail)s, which has no logarithm"),
            _("correct the value, or write none as the transform of %(code)s"),
        ),
        "constant": (
            _("all units have the value %(detail)s, so the column tells none apart"),
            _("correct the column, or give %(code)s both low and high in the indicator file"),
        ),
        "bounds": (
            _("the bounds of %(code)s leave nothing between them: %(detail)s"),
            _("correct low and high in the indicator file"),
        ),
        "negative": (
            _("%(unit)s has a score below 0, which the mean of %(detail)s cannot take"),
            _("write yes as the cap of %(code)s, widen its bounds, or use the arithmetic mean"),
        ),
        "nothing": (
            _("%(unit)s has no score for %(code)s: too little of it is present"),
            _("fill in the values, or declare a rule for missing values on the node above"),
        ),
    }
    what, mend = sentences[fault.kind]
    return what % named, mend % named


def _column(table: Table, place: int) -> tuple[str, ...]:
    return tuple(row.cells[place] for row in table.rows)


def _check_units(table: Table, findings: Findings) -> None:
    first: dict[str, int] = {}
    for row in table.rows:
        unit, label = row.cells[0], table.column(0, row.number)
        known = first.setdefault(unit, row.number)
        if not unit:
            findings.add(_("the unit is blank"), _("write its name, or remove the row"), row=row.number, column=label)
        elif known != row.number:
            what = _("the unit %(unit)s stands in row %(row)d already") % {"unit": unit, "row": known}
            findings.add(what, _("keep one row for each unit"), row=row.number, column=label)


# --- the cells --------------------------------------------------------------------------------------------------------


class _Values:
    """Reads the cells of the leaves as decimal text and notes what is no number."""

    def __init__(self, table: Table, tree: Tree, places: Mapping[str, int], findings: Findings) -> None:
        self.table, self.places, self.findings = table, places, findings
        self.rules = leaf_rules(tree)
        self.sign = column_sign(table, places.values())
        self.faulty: set[str] = set()

    def texts(self, columns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(self._text(row, code) for code in columns) for row in self.table.rows)

    def _text(self, row: Row, code: str) -> str:
        cell = row.cells[self.places[code]]
        if not cell and self.rules[code].missing != "refuse":
            return ""
        try:
            return number_text(cell, self.sign)
        except NumberError as error:
            self.faulty.add(code)
            label = self.table.column(self.places[code], row.number)
            self.findings.add(error.what, error.mend, row=row.number, column=label)
            return ""
