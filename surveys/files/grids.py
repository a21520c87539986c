"""Every sheet of a file as cells with their addresses: values as the spreadsheet last computed them, dates as dates."""

from __future__ import annotations

import datetime
import io
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from surveys.files.archive import TextBound, inspect, refuse, save_again
from surveys.files.confined import confined
from surveys.files.csv_text import loose_records
from surveys.files.lettering import letters
from surveys.files.problems import FileErrors
from surveys.files.records import Limits
from surveys.files.tables import UNSEEN
from surveys.files.workbook import as_shown, is_workbook, number_as_text

Value = str | int | float | datetime.date | datetime.time | datetime.timedelta | None
Place = tuple[int, int]
LONGEST_TEXT = 500  # of a cell that is looked at: what is longer is neither a name nor a number


@dataclass(frozen=True)
class GridCell:
    """One filled cell. A formula has the value that was stored with it, None where no spreadsheet has computed it."""

    value: Value
    number_format: str = ""
    formula: bool = False
    error: bool = False

    @property
    def text(self) -> str:
        """What people see in it, as far as it matters here."""
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            shown = as_shown(self.value, self.number_format)
            return shown if shown.endswith("%") else number_as_text(self.value)
        if isinstance(self.value, datetime.datetime):
            return self.value.date().isoformat()
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True)
class Grid:
    """The filled cells of one sheet by row and column, both from 1. A CSV file is a sheet without a title."""

    title: str
    cells: Mapping[Place, GridCell] = field(default_factory=dict)

    def text(self, row: int, column: int) -> str:
        cell = self.cells.get((row, column))
        return cell.text.strip() if cell else ""


def address(row: int, column: int) -> str:
    """What a spreadsheet calls the cell.

    >>> address(3, 28)
    'AB3'
    """
    return f"{letters(column - 1)}{row}"


@confined
def read_grids(content: bytes, file: str, limits: Limits) -> list[Grid]:
    """Return the sheets in their order, or raise `FileErrors`."""
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf,;"):
        refuse(file, _("the file is empty"), _("choose the file that holds the table"))
    if not is_workbook(content):
        return [_of_text(content, file, limits)]
    inspect(content, file, limits)
    try:
        with warnings.catch_warnings(action="ignore"):
            return _of_workbook(content, file, limits)
    except FileErrors:
        raise
    except Exception as error:  # the parser's own errors are of many kinds, and none is for people
        refuse(file, _("the workbook cannot be read"), save_again(), error)


@confined
def heading_of(content: bytes, file: str, limits: Limits) -> set[str]:
    """The texts of the first filled row of the first sheet, without regard to case; raises `FileErrors`."""
    if not is_workbook(content):
        rows: Iterator[list[str]] = (list(cells) for _number, cells in loose_records(content, file, limits).rows)
    else:
        inspect(content, file, limits)
        rows = _first_rows(content)
    try:
        first = next((cells for cells in rows if any(cells)), [])
    except FileErrors:
        raise
    except Exception as error:
        refuse(file, _("the workbook cannot be read"), save_again(), error)
    return {cell.strip().casefold() for cell in first}


def _first_rows(content: bytes) -> Iterator[list[str]]:
    with warnings.catch_warnings(action="ignore"):
        for sheet in _book(content, values=True).worksheets[:1]:
            sheet.reset_dimensions()
            for row in sheet.iter_rows(max_row=1_000, values_only=True):
                yield ["" if value is None else str(value)[:LONGEST_TEXT] for value in row]


def _book(content: bytes, *, values: bool) -> Any:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(content), read_only=True, keep_links=False, data_only=values)


def _of_text(content: bytes, file: str, limits: Limits) -> Grid:
    records = loose_records(content, file, limits)
    cells = {
        (number, column): GridCell(UNSEEN.sub("", text.strip()))
        for number, texts in records.rows
        for column, text in enumerate(texts, start=1)
        if text.strip()
    }
    return Grid("", cells)


def _of_workbook(content: bytes, file: str, limits: Limits) -> list[Grid]:
    """Read twice: once for what the formulas gave, once for where they stand."""
    walk = _Walk(file, limits, TextBound(file, limits))
    formulas = {
        (sheet.title, place)
        for sheet in _book(content, values=False).worksheets
        for place, cell in walk.filled(sheet)
        if cell.data_type == "f"
    }
    grids = []
    for sheet in _book(content, values=True).worksheets:
        cells = {place: _cell(cell, (sheet.title, place) in formulas) for place, cell in walk.filled(sheet)}
        for title, place in formulas:
            if title == sheet.title:
                cells.setdefault(place, GridCell(None, formula=True))
        grids.append(Grid(sheet.title, cells))
    return grids


@dataclass
class _Walk:
    """Goes through sheets cell by cell and counts, blank cells too."""

    file: str
    limits: Limits
    bound: TextBound
    seen: int = 0

    def filled(self, sheet: Any) -> Iterator[tuple[Place, Any]]:
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(), start=1):
            self.seen += len(row) + 1
            if self.seen > self.limits.cells or number > self.limits.rows + 100_000:
                what = _("the sheet “%(sheet)s” is formatted far beyond its table") % {"sheet": sheet.title}
                refuse(self.file, what, _("copy the table alone to a new workbook"))
            for column, cell in enumerate(row, start=1):
                if cell.value is not None:
                    self.bound.count(cell.value)
                    yield (number, column), cell


def _cell(cell: Any, formula: bool) -> GridCell:
    value = cell.value
    if isinstance(value, str):
        value = UNSEEN.sub("", value[: 2 * LONGEST_TEXT])[:LONGEST_TEXT]
    return GridCell(value, str(cell.number_format or ""), formula, cell.data_type == "e")
