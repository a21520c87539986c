"""Two versions of data beside each other: which cells changed, what came and went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.models import DataSet
from scoring.oddities import jumps_since
from surveys.models import Indicator
from surveys.selectors.trees import tree_of
from surveys.stamps import SYNTHETIC


@dataclass(frozen=True)
class Change:
    """One cell: as typed before and now (blank: missing). `power` is the power of ten it jumped by, 0 for none."""

    unit: str
    node: Indicator
    before: str
    after: str
    power: int

    @property
    def ratio(self) -> float | None:
        """Now over before, where both are there and before is not 0."""
        if not self.before or not self.after or not float(self.before):
            return None
        return float(self.after) / float(self.before)

    @property
    def tiny(self) -> bool:
        """Too small a part of what it was for three decimals."""
        return self.ratio is not None and 0 < self.ratio < 0.001


@dataclass(frozen=True)
class Difference:
    """What `after` says otherwise than `before`. Numbers count, not how they are written: 5.5 is 5.50."""

    before: DataSet
    after: DataSet
    cells: Sequence[Change]
    units_added: Sequence[str]
    units_gone: Sequence[str]
    columns_added: Sequence[Indicator]
    columns_gone: Sequence[str]
    common: int

    @property
    def jumped(self) -> int:
        return sum(bool(change.power) for change in self.cells)

    @property
    def stamps(self) -> tuple[str, ...]:
        return tuple(SYNTHETIC) if self.before.synthetic or self.after.synthetic else ()


@dataclass(frozen=True)
class _Stored:
    names: dict[str, str]
    values: dict[str, Sequence[str]]


def earlier_versions(data_set: DataSet) -> list[DataSet]:
    """The version before comes first; then the other sets of the survey on a common column, the newest first."""
    others = DataSet.objects.filter(survey=data_set.survey_id).exclude(pk=data_set.pk).order_by("-pk")
    found = [each for each in others if set(each.columns) & set(data_set.columns)]
    return sorted(found, key=lambda each: each.pk != data_set.replaces_id)


def difference_of(before: DataSet, after: DataSet) -> Difference:
    one, other = _stored(before), _stored(after)
    units = [key for key in other.values if key in one.values]
    columns = [code for code in after.columns if code in before.columns]
    nodes = tree_of(after.edition).by_code()
    return Difference(
        before,
        after,
        cells=_cells(one, other, units, columns, before, after, nodes),
        units_added=[other.names[key] for key in other.values if key not in one.values],
        units_gone=[one.names[key] for key in one.values if key not in other.values],
        columns_added=[nodes[code] for code in after.columns if code not in before.columns],
        columns_gone=[code for code in before.columns if code not in after.columns],
        common=len(units) * len(columns),
    )


def _stored(data_set: DataSet) -> _Stored:
    """By name: a version may be the first that is held against a list, and have codes where the other has none."""
    rows = list(data_set.units.order_by("position").values_list("name", "values"))
    return _Stored({name: name for name, _values in rows}, dict(rows))


def _cells(
    one: _Stored,
    other: _Stored,
    units: Sequence[str],
    columns: Sequence[str],
    before: DataSet,
    after: DataSet,
    nodes: dict[str, Indicator],
) -> list[Change]:
    """Jumps first, then in the order of the file, row by row."""
    then, now = (
        [[stored.values[unit][place] for place in places] for unit in units]
        for stored, places in (
            (one, [before.columns.index(code) for code in columns]),
            (other, [after.columns.index(code) for code in columns]),
        )
    )
    powers = _powers(then, now)
    found = [
        Change(other.names[unit], nodes[code], then[row][place], now[row][place], powers.get((row, place), 0))
        for row, unit in enumerate(units)
        for place, code in enumerate(columns)
        if _differ(then[row][place], now[row][place])
    ]
    return sorted(found, key=lambda change: -abs(change.power))


def _powers(then: Sequence[Sequence[str]], now: Sequence[Sequence[str]]) -> dict[tuple[int, int], int]:
    if not then or not then[0]:
        return {}
    tables = [np.array([[float(text or "nan") for text in row] for row in rows]) for rows in (then, now)]
    cells, columns = jumps_since(*tables)
    whole = {(row, place): power for place, power in columns.items() for row in range(len(then))}
    return whole | {(jump.unit, jump.leaf): jump.power for jump in cells}


def _differ(one: str, other: str) -> bool:
    return one != other and (not one or not other or float(one) != float(other))
