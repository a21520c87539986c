"""What is odd in checked data: each thing is asked, none is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.files import DataTable
from scoring.gate.findings import Finding
from scoring.oddities import Array, equal_columns, equal_units, jumps, jumps_since
from surveys.files.tables import Table
from surveys.files.tree import Tree

PERCENT = {"%", "％", "百分比", "percent", "per cent"}
RATIO = {"1", "比例", "份额", "占比", "小数", "share", "ratio", "fraction"}
LIKE_SHARES = 0.2
"""A column of percent whose greatest value is at most 1 and at least this looks like shares of 1."""


@dataclass(frozen=True)
class Earlier:
    """The version that these data replace: values as typed, by unit (its code, else its name) and column."""

    columns: Sequence[str]
    units: Mapping[str, Sequence[str]]
    names: Mapping[str, str]


def questions(data: DataTable, table: Table, tree: Tree, earlier: Earlier | None) -> Iterator[Finding]:
    """All of them, as they are found."""
    asking = _Asking(data, table, tree)
    yield from asking.jumps()
    yield from asking.shares()
    yield from asking.columns()
    yield from asking.copies()
    if earlier:
        yield from asking.since(earlier)


@dataclass(frozen=True)
class _Asking:
    data: DataTable
    table: Table
    tree: Tree

    def _cell(self, kind: str, unit: int, leaf: int, **detail: object) -> Finding:
        code, row = self.data.columns[leaf], self.data.rows[unit]
        value = self.data.texts[unit][leaf]
        return Finding(kind, code, self.data.units[unit], self._place(code, row), value, {"row": row, **detail})

    def _place(self, code: str, row: int | None = None) -> str:
        """The column as people call it, in a workbook with the cell's address."""
        places = range(1, len(self.table.header))
        own = next(place for place in places if self.table.column(place) == self.data.headings[code])
        return self.table.column(own, row)

    def jumps(self) -> Iterator[Finding]:
        for jump in jumps(self.data.values):
            middle = float(np.nanmedian(self.data.values[:, jump.leaf]))
            yield self._cell("jump", jump.unit, jump.leaf, power=jump.power, middle=f"{middle:.4g}")

    def shares(self) -> Iterator[Finding]:
        """Percent above 100 or below 0; percent written as shares, and shares as percent."""
        for leaf, code in enumerate(self.data.columns):
            measure, column = self.tree.rows[code].unit.strip().casefold(), self.data.values[:, leaf]
            known = column[~np.isnan(column)]
            if not len(known):
                continue
            if measure in PERCENT:
                for unit in np.flatnonzero((column > 100) | (column < 0)):
                    yield self._cell("share", int(unit), leaf)
                if LIKE_SHARES <= known.max() <= 1 and known.min() >= 0:
                    yield Finding("share_scale", code, place=self._place(code), value=f"{known.max():g}")
            elif measure in RATIO and 1 < known.max() <= 100 and float(np.median(known)) > 1:
                yield Finding("percent_scale", code, place=self._place(code), value=f"{known.max():g}")

    def columns(self) -> Iterator[Finding]:
        """Blank throughout, or one value for all; the reader refuses those that cannot be scored."""
        for leaf, code in enumerate(self.data.columns):
            column = self.data.values[:, leaf]
            known = column[~np.isnan(column)]
            if not len(known):
                yield Finding("blank", code, place=self._place(code))
            elif len(known) > 1 and known.min() == known.max():
                yield Finding("constant", code, place=self._place(code), value=f"{known[0]:g}")

    def copies(self) -> Iterator[Finding]:
        for one, other in equal_columns(self.data.values):
            codes = self.data.columns
            yield Finding("same_columns", codes[other], place=self._place(codes[other]), detail={"as": codes[one]})
        for one, other in equal_units(self.data.values):
            detail = {"as": self.data.units[one], "row": self.data.rows[other]}
            yield Finding("same_units", unit=self.data.units[other], detail=detail)

    def since(self, earlier: Earlier) -> Iterator[Finding]:
        """Against the version that is replaced: powers of ten, and units that are no longer there."""
        pairs = zip(self.data.codes or self.data.units, self.data.units, strict=True)
        keys = [code if code in earlier.units else name for code, name in pairs]
        leaves = [code for code in self.data.columns if code in earlier.columns]
        places = {code: place for place, code in enumerate(self.data.columns)}
        now = self.data.values[:, [places[code] for code in leaves]]
        before = _values_of(earlier, keys, leaves)
        cells, columns = jumps_since(before, now) if leaves else ([], {})
        for leaf, power in columns.items():
            yield Finding("scale_since", leaves[leaf], place=self._place(leaves[leaf]), detail={"power": power})
        for jump in cells:
            text = earlier.units[keys[jump.unit]][earlier.columns.index(leaves[jump.leaf])]
            place = places[leaves[jump.leaf]]
            yield self._cell("jump_since", jump.unit, place, power=jump.power, before=text)
        gone = [name for key, name in earlier.names.items() if key not in keys and name not in self.data.units]
        if gone:
            yield Finding("gone_units", detail={"units": gone})


def _values_of(earlier: Earlier, keys: Sequence[str], leaves: Sequence[str]) -> Array:
    places = [earlier.columns.index(code) for code in leaves]
    rows = [earlier.units.get(key) for key in keys]
    return np.array(
        [[float(row[place] or "nan") for place in places] if row else [np.nan] * len(places) for row in rows]
    ).reshape(len(keys), len(places))
