"""XLSX: one sheet as text cells. Hostile archives are measured before a parser sees them."""

import datetime
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from surveys.files.archive import TextBound, inspect, refuse, save_again
from surveys.files.confined import confined
from surveys.files.problems import FileErrors, Findings
from surveys.files.records import Limits, Records

PLAIN_FORMATS = {"general", "@", ""}
DECIMALS = re.compile(r"(0+)(?:\.(0+))?")
LARGEST_EXACT = 2**53
DIRECTORY = 512 * 1024  # of the largest archive that is read (archive.MOST_PARTS), with long names
BLANK_ROWS = 100_000  # so many may stand among the rows; a scan ends there


def is_workbook(content: bytes) -> bool:
    """Say whether the bytes are a zip archive whose directory, at its end, names a workbook.

    It is not unpacked here: that is for the reader, in bounds.
    """
    return content.startswith(b"PK\x03\x04") and b"xl/workbook.xml" in content[-DIRECTORY:]


@confined
def workbook_records(content: bytes, file: str, sheet: str | None, limits: Limits) -> Records:
    """Return the rows of the first or the named sheet as text, or raise `FileErrors`."""
    inspect(content, file, limits)
    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and extensions that are not read here
            reading = _Reading(Findings(file), limits, TextBound(file, limits))
            reading.read(_sheet(content, file, sheet))
    except FileErrors:
        raise
    except Exception as error:  # the parser's own errors are of many kinds, and none is for people
        refuse(file, _("the workbook cannot be read"), save_again(), error)
    return Records(reading.rows, "", reading.shown, tuple(reading.findings.problems))


@confined
def sheet_titles(content: bytes, file: str, limits: Limits) -> list[str]:
    """What the sheets of a workbook are called, in their order."""
    from openpyxl import load_workbook

    inspect(content, file, limits)
    try:
        with warnings.catch_warnings(action="ignore"):
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            return [sheet.title for sheet in book.worksheets]
    except Exception as error:  # as below
        refuse(file, _("the workbook cannot be read"), save_again(), error)


def _sheet(content: bytes, file: str, name: str | None) -> Any:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    if name is None:
        worksheets = book.worksheets
        if not worksheets:
            refuse(file, _("the workbook has no sheet with cells"), _("put the table on the first sheet"))
        return worksheets[0]
    if name not in {worksheet.title for worksheet in book.worksheets}:
        mend = _("choose one of its sheets: %(names)s") % {"names": ", ".join(book.sheetnames)}
        refuse(file, _("the workbook has no sheet “%(name)s”") % {"name": name}, mend)
    return book[name]


@dataclass
class _Reading:
    """The rows of a sheet as they are turned to text, with what is found on the way."""

    findings: Findings
    limits: Limits
    bound: TextBound
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    shown: dict[tuple[int, int], str] = field(default_factory=dict)

    def read(self, sheet: Any) -> None:
        sheet.reset_dimensions()  # what a file says of its own size may be wrong
        looked_at = 0
        for number, cells in enumerate(sheet.iter_rows(), 1):
            looked_at += len(cells)
            if looked_at > self.limits.cells:
                what = _("the sheet is formatted far beyond its table")
                self.findings.add(what, _("copy the table alone to a new workbook"), row=number)
                self.findings.refuse_any()
            texts = list(self._texts(number, cells))
            if any(texts):
                self._check_width(number, texts)
                self.rows.append((number, texts[: self.limits.columns + 1]))
            if len(self.rows) > self.limits.rows + 1:
                break  # the table counts, and refuses
            if number > self.limits.rows + BLANK_ROWS:
                what = _("the sheet goes on beyond row %(row)d") % {"row": number - 1}
                self.findings.add(what, _("delete the rows below the table"))
                break
        width = max((len(texts) for _number, texts in self.rows), default=0)
        for _number, texts in self.rows:
            texts.extend([""] * (width - len(texts)))

    def _check_width(self, number: int, texts: list[str]) -> None:
        if any(texts[self.limits.columns :]):
            what = _("there are cells beyond column %(columns)d") % {"columns": self.limits.columns}
            self.findings.add(what, _("remove the columns that are not needed"), row=number)
            self.findings.refuse_any()

    def _texts(self, number: int, cells: Any) -> Iterator[str]:
        from openpyxl.utils import get_column_letter

        for index, cell in enumerate(cells):
            if cell.value is None:
                yield ""
                continue
            self.bound.count(cell.value)
            fault = _fault(cell)
            if fault:
                self.findings.add(*fault, row=number, column=f"{get_column_letter(index + 1)}{number}")
                yield str(cell.value)
                continue
            yield self._text(number, index, cell)

    def _text(self, number: int, index: int, cell: Any) -> str:
        if isinstance(cell.value, str):
            return cell.value
        text = number_as_text(cell.value)
        seen = as_shown(cell.value, str(cell.number_format or ""))
        if seen.endswith("%"):
            return seen  # what people see is what is read, and refused where a number should be
        if seen != text:
            self.shown[number, index] = seen
        return text


def _fault(cell: Any) -> tuple[str, str] | None:
    """Say what is wrong with a cell that is neither a text nor a number."""
    if cell.data_type == "f":
        return _("the cell holds a formula"), _("copy the cells and paste them as values")
    if cell.data_type == "e":
        return _("the cell holds the error %(error)s") % {"error": cell.value}, _("mend the cell or leave it blank")
    if isinstance(cell.value, bool):
        return _("the cell holds a truth value"), _("write a text or a number")
    if isinstance(cell.value, datetime.date | datetime.time | datetime.timedelta):
        return (
            _("the cell holds a date or a time"),
            _("format the column as text and type what was meant: a spreadsheet takes 1-2 for a date"),
        )
    return None


def number_as_text(value: float) -> str:
    """Return the shortest text that gives the number back.

    >>> number_as_text(1.1), number_as_text(3.0), number_as_text(7)
    ('1.1', '3', '7')
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT:
        return str(int(value))
    return repr(value)


def as_shown(value: float, number_format: str) -> str:
    """Return a number as the spreadsheet shows it, for the formats that tell of a code; else the number itself.

    >>> as_shown(1.1, "0.00"), as_shown(7, "000"), as_shown(0.125, "0.0%"), as_shown(1.1, "General")
    ('1.10', '007', '12.5%', '1.1')
    """
    pattern = number_format.split(";")[0]
    if pattern.endswith("%"):
        return f"{number_as_text(round(value * 100, 10))}%"
    if abs(value) >= LARGEST_EXACT:
        return _("a number with more digits than a spreadsheet keeps")
    found = DECIMALS.fullmatch(pattern)
    if pattern.lower() in PLAIN_FORMATS or not found:
        return number_as_text(value)
    whole, decimals = len(found.group(1)), len(found.group(2) or "")
    width = whole + decimals + (1 if decimals else 0)
    return f"{value:0{width}.{decimals}f}"
