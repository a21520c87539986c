"""Data sets as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from scoring.models import DataSet, DataUnit
from surveys.models import Indicator, Survey
from surveys.selectors.trees import Tree

HOLDERS = 3


@dataclass(frozen=True)
class Extreme:
    """The least or the greatest value of a column, and who holds it."""

    value: str
    units: Sequence[str]
    others: int


@dataclass(frozen=True)
class ColumnRow:
    """One indicator of a data set."""

    node: Indicator
    low: Extreme | None
    high: Extreme | None
    missing: int


def data_sets_of(survey: Survey) -> QuerySet[DataSet]:
    return DataSet.objects.filter(survey=survey).select_related("edition__system", "created_by", "replaces")


def column_rows(data_set: DataSet, units: Sequence[DataUnit], tree: Tree) -> list[ColumnRow]:
    """Every column with the units at its ends."""
    nodes = tree.by_code()
    return [_column(nodes[code], place, units) for place, code in enumerate(data_set.columns)]


def _column(node: Indicator, place: int, units: Sequence[DataUnit]) -> ColumnRow:
    given = [(float(unit.values[place]), unit.values[place], unit.name) for unit in units if unit.values[place]]
    numbers = [number for number, _text, _name in given]
    low = _extreme(given, min(numbers)) if given else None
    high = _extreme(given, max(numbers)) if given else None
    return ColumnRow(node, low, high, len(units) - len(given))


def _extreme(given: Sequence[tuple[float, str, str]], value: float) -> Extreme:
    texts = [text for number, text, _name in given if number == value]
    names = [name for number, _text, name in given if number == value]
    return Extreme(texts[0], names[:HOLDERS], len(names) - len(names[:HOLDERS]))


def ends_of(data_set: DataSet) -> dict[str, tuple[str, str]]:
    """The least and the greatest value of every column, as they were typed; columns without any are left out."""
    rows = data_set.units.values_list("values", flat=True)
    found = {}
    for place, code in enumerate(data_set.columns):
        given = sorted((row[place] for row in rows if row[place]), key=float)
        if given:
            found[code] = (given[0], given[-1])
    return found
