"""Tables as files that say what they are: the stamps stand over a sheet, and in every row of a CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import Cell, csv_bytes


def stamped_csv(heading: Sequence[str], rows: Iterable[Sequence[Cell]], stamps: str) -> bytes:
    """The last column, `note`, is the stamps."""
    return csv_bytes([*heading, "note"], ([*row, stamps] for row in rows))


def stamped_sheet(title: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]], stamps: str) -> Sheet:
    """The stamps in the first row, then the table."""
    return Sheet(title, [[stamps], list(heading), *rows], headings=frozenset({1}), frozen=2)


def stamped_file(kind: str, title: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]], stamps: str) -> bytes:
    """One table; `kind` is csv or xlsx."""
    if kind == "csv":
        return stamped_csv(heading, rows, stamps)
    return workbook_bytes([stamped_sheet(title, heading, rows, stamps)])
