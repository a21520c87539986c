"""Data sets as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from scoring.gate.findings import Finding, findings_of
from scoring.gate.questions import Earlier
from scoring.gate.sentences import Told, told
from scoring.gate.units import KnownUnit
from scoring.models import DataSet, DataUnit, UnitList
from surveys.models import Indicator, Survey
from surveys.selectors.trees import Tree
from surveys.texts import text_in

HOLDERS = 3


@dataclass(frozen=True)
class Extreme:
    """The least or the greatest value of a column, and who holds it."""

    value: str
    units: Sequence[str]
    others: int


@dataclass(frozen=True)
class ColumnRow:
    """One indicator of a data set; `said` is what its file says of source, year, method and unit of measure."""

    node: Indicator
    low: Extreme | None
    high: Extreme | None
    missing: int
    said: Mapping[str, str]


def data_sets_of(survey: Survey) -> QuerySet[DataSet]:
    return DataSet.objects.filter(survey=survey).select_related(
        "edition__system", "created_by", "replaces", "unit_list"
    )


def column_rows(data_set: DataSet, units: Sequence[DataUnit], tree: Tree) -> list[ColumnRow]:
    """Every column with the units at its ends."""
    nodes = tree.by_code()
    said = data_set.sources
    return [_column(nodes[code], place, units, said.get(code, {})) for place, code in enumerate(data_set.columns)]


def _column(node: Indicator, place: int, units: Sequence[DataUnit], said: Mapping[str, str]) -> ColumnRow:
    given = [(float(unit.values[place]), unit.values[place], unit.name) for unit in units if unit.values[place]]
    numbers = [number for number, _text, _name in given]
    low = _extreme(given, min(numbers)) if given else None
    high = _extreme(given, max(numbers)) if given else None
    return ColumnRow(node, low, high, len(units) - len(given), said)


def _extreme(given: Sequence[tuple[float, str, str]], value: float) -> Extreme:
    texts = [text for number, text, _name in given if number == value]
    names = [name for number, _text, name in given if number == value]
    return Extreme(texts[0], names[:HOLDERS], len(names) - len(names[:HOLDERS]))


def known_units(unit_list: UnitList, language: str) -> list[KnownUnit]:
    """The units of a list as the gate takes them, named in the language of the indicator system."""
    rows = unit_list.units.order_by("position").values_list("code", "name", "aliases")
    return [KnownUnit(code, text_in(names, language), names, aliases) for code, names, aliases in rows]


def earlier_of(data_set: DataSet) -> Earlier:
    """A stored version as the gate holds the next one against it."""
    rows = data_set.units.order_by("position").values_list("code", "name", "values")
    return Earlier(
        columns=list(data_set.columns),
        units={code or name: values for code, name, values in rows},
        names={code or name: name for code, name, _values in rows},
    )


def told_of(data_set: DataSet, tree: Tree) -> list[Told]:
    """What the gate found when these data came, in sentences; formulas have a table of their own (`derived_of`)."""
    return told_in((each for each in findings_of(data_set.findings) if each.kind != "recomputed"), tree)


def told_in(findings: Iterable[Finding], tree: Tree) -> list[Told]:
    """Findings in sentences, with the names of the tree's indicators."""
    names = {node.code: str(node) for node in tree.nodes}
    return [told(finding, names) for finding in findings]


@dataclass(frozen=True)
class DerivedRow:
    """One value that follows from others: as typed, as computed, how far apart (a share of the computed)."""

    unit: str
    typed: str
    computed: str
    apart: float | None
    differs: bool


@dataclass(frozen=True)
class Derived:
    """A formula that was checked; the rows that differ most come first."""

    formula: str
    node: Indicator
    cells: int
    differ: int
    tolerance: float
    rows: Sequence[DerivedRow]


def derived_of(data_set: DataSet, units: Sequence[DataUnit], tree: Tree, *, shown: int) -> list[Derived]:
    """The formulas that were declared when these data came, cell by cell."""
    nodes = tree.by_code()
    return [
        Derived(
            said["formula"], nodes[finding.code], said["cells"], said["differ"], float(said["tolerance"]),
            _derived_rows(data_set, finding, units, data_set.findings)[:shown],
        )
        for finding in findings_of(data_set.findings)
        if finding.kind == "recomputed" and (said := finding.detail)
    ]  # fmt: skip


def _derived_rows(
    data_set: DataSet, finding: Finding, units: Sequence[DataUnit], found: Sequence[Mapping[str, Any]]
) -> list[DerivedRow]:
    formula, place = finding.detail["formula"], data_set.columns.index(finding.code)
    differ = {each["unit"] for each in found if each["kind"] == "derived" and each["detail"]["formula"] == formula}
    rows = [
        _derived_row(unit, unit.values[place], computed, differs=unit.name in differ)
        for unit, computed in zip(units, finding.detail["computed"], strict=True)
    ]
    return sorted(rows, key=lambda row: (not row.differs, -(row.apart or 0)))


def _derived_row(unit: DataUnit, typed: str, computed: str, *, differs: bool) -> DerivedRow:
    apart = abs(float(typed) / float(computed) - 1) if typed and computed and float(computed) else None
    return DerivedRow(unit.name, typed, computed, apart, differs)
