"""Sheets become the bytes of an XLSX file in which no text is ever computed."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.files.writing import COMPUTED, Cell

LONGEST_TITLE = 31
WIDEST, NARROWEST = 48, 10


@dataclass(frozen=True)
class Sheet:
    """A sheet of rows. Rows named in `headings` (from 0) are set in bold; the first `frozen` rows stay in view."""

    title: str
    rows: Sequence[Sequence[Cell]]
    headings: frozenset[int] = frozenset({0})
    frozen: int = 0
    widths: Sequence[int] = field(default=())


def workbook_bytes(sheets: Sequence[Sheet], finish: Callable[[Any], None] | None = None) -> bytes:
    """`finish` is given the written book, to dress it before it is saved."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _write(book.create_sheet(_title(sheet.title)), sheet)
    if finish:
        finish(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _write(page: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Font

    for number, row in enumerate(sheet.rows):
        for column, value in enumerate(row, start=1):
            if value is not None and value != "":
                cell = page.cell(number + 1, column)
                _set(cell, value)
                if number in sheet.headings:
                    cell.font = Font(bold=True)
    if sheet.frozen:
        page.freeze_panes = page.cell(sheet.frozen + 1, 1)
    for column, width in enumerate(sheet.widths or _widths(sheet.rows), start=1):
        page.column_dimensions[_letter(column)].width = width


def _set(cell: Any, value: Cell) -> None:
    """A text stays a text whatever it begins with, also after somebody has edited the cell."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.data_type = "s"
    if value.startswith(COMPUTED):
        cell.quotePrefix = True


def _widths(rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Wide enough for the longest text; a Chinese character takes two places."""
    columns = max((len(row) for row in rows), default=0)
    return [
        max([NARROWEST, *(min(_places(row[column]), WIDEST) for row in rows if column < len(row))])
        for column in range(columns)
    ]


def _places(value: Cell) -> int:
    text = value if isinstance(value, str) else ""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text) + 2


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _title(text: str) -> str:
    """Sheet names are short, and some characters are not theirs."""
    return "".join("-" if char in "[]:*?/\\" else char for char in text)[:LONGEST_TITLE]
