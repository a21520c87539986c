"""Bytes and a file name become a table of text cells that know their row, or every reason why they cannot."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from surveys.files.csv_text import csv_records
from surveys.files.lettering import letters
from surveys.files.problems import FileErrors, Findings, Problem
from surveys.files.records import UPLOAD, Limits
from surveys.files.workbook import is_workbook, workbook_records

# Characters that are not seen and make two equal-looking texts differ, or turn the reading order round.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]")
DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?( \d.*)?|\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月"
    r"|\d{1,2}[-/ ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*([-/ ]\d{2,4})?"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/ ]\d{1,4}|\d{1,2}/\d{1,2}(/\d{2,4})?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class Row:
    """One row with its number in the file, the heading being row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A heading and rows of the same width: stripped text in Unicode NFC, no row wholly blank.

    `separator` is that of the CSV, empty for a workbook; `heading` is the row of the heading. `shown` holds the number
    cells of a workbook that look otherwise than they are stored (1.1 shown as 1.10), by row number and column.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    separator: str = ","
    shown: Mapping[tuple[int, int], str] = field(default_factory=dict)
    heading: int = 1

    def column(self, index: int, row: int | None = None) -> str:
        """Return what people call the column: its heading, and in a workbook the cell's address."""
        name = self.header[index] or str(index + 1)
        return f"{name} ({letters(index)}{row or self.heading})" if self.separator == "" else name


def read_table(content: bytes, file: str, *, sheet: str | None = None, limits: Limits = UPLOAD) -> Table:
    """Return the table that the bytes of a CSV or XLSX file hold, or raise `FileErrors` with everything wrong.

    `sheet` names a sheet of a workbook; the first one is read otherwise.
    """
    table, findings = checked_table(content, file, sheet=sheet, limits=limits)
    findings.refuse_any()
    return table


def checked_table(
    content: bytes, file: str, *, sheet: str | None = None, limits: Limits = UPLOAD
) -> tuple[Table, Findings]:
    """The same for readers that have more to find: the faults so far are handed over, unless nothing can be read."""
    _refuse_size(content, file, limits)
    reader = workbook_records if is_workbook(content) else csv_records
    records = reader(content, file, sheet, limits)
    findings = Findings(file, list(records.problems))
    rows = [Row(number, tuple(_clean(cell) for cell in cells)) for number, cells in records.rows]
    rows = [row for row in rows if any(row.cells)]
    _check_count(rows, limits, findings)
    header = _header(rows[0].cells)
    body = tuple(_fitted(rows[1:], len(header), findings))
    table = Table(file, header, body, records.separator, records.shown, rows[0].number)
    _check_header(table, findings)
    _check_unseen([Row(table.heading, header), *table.rows], table, findings)
    return table, findings


def code_problems(table: Table, columns: Iterable[int], *, header: bool = False) -> Iterator[Problem]:
    """Find codes that a spreadsheet has changed or would change: 1.10 become 1.1, 1-2 become a date.

    `columns` are the places of the columns that hold codes; with `header`, the headings are codes too.
    """
    places = set(columns)
    rows = [(row.number, row.cells) for row in table.rows]
    for column in sorted(places):
        for number, cells in rows:
            yield from _code_problem(table, number, column, cells[column])
    for column, name in enumerate(table.header if header else ()):
        yield from _code_problem(table, table.heading, column, name)


def _code_problem(table: Table, number: int, column: int, text: str) -> Iterator[Problem]:
    shown = table.shown.get((number, column))
    place = (number, table.column(column, number))
    mend = _("format the column as text and type the code again")
    if shown is not None:
        what = _("the cell shows %(shown)s but holds the number %(held)s") % {"shown": shown, "held": text}
        yield Problem(table.file, what, mend, *place)
    elif DATE.fullmatch(text):
        yield Problem(table.file, _("“%(text)s” is a date where a code should be") % {"text": text}, mend, *place)


def _refuse_size(content: bytes, file: str, limits: Limits) -> None:
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf,;"):
        what, mend = _("the file is empty"), _("choose the file that holds the table")
        raise FileErrors([Problem(file, what, mend)])
    if len(content) > limits.content:
        what = _("the file has more than %(size)d MB") % {"size": limits.content // (1024 * 1024)}
        raise FileErrors([Problem(file, what, _("save only the sheet that is needed, or split the file"))])


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    """Leave out the blank cells that spreadsheets leave behind at the end."""
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return tuple(cells[:width])


def _check_count(rows: Sequence[Row], limits: Limits, findings: Findings) -> None:
    """Refuse what cannot be gone on with."""
    if not rows and not findings.problems:
        findings.add(_("the file is empty"), _("choose the file that holds the table"))
    elif len(rows) == 1:
        findings.add(_("there is a heading but no row below it"), _("add the rows"), row=rows[0].number)
    if len(rows) - 1 > limits.rows:
        findings.add(_("there are more than %(rows)d rows") % {"rows": limits.rows}, _("split the file"))
    if rows and len(_header(rows[0].cells)) > limits.columns:
        what = _("there are more than %(columns)d columns") % {"columns": limits.columns}
        findings.add(what, _("remove the columns that are not needed"), row=rows[0].number)
    if not rows or len(rows) - 1 > limits.rows:
        findings.refuse_any()


def _fitted(rows: Sequence[Row], width: int, findings: Findings) -> Iterator[Row]:
    """Bring the rows to the width of the heading. Only blank cells beyond it may go."""
    for row in rows:
        if len(row.cells) < width:
            what = _("the row has %(cells)d cells, the heading has %(width)d") % {
                "cells": len(row.cells),
                "width": width,
            }
            findings.add(what, _("add the cells that are missing, blank ones too"), row=row.number)
        elif any(row.cells[width:]):
            cells = len(_header(row.cells))
            what = _("the row has %(cells)d cells, the heading has %(width)d") % {"cells": cells, "width": width}
            mend = _("put a text that holds the separator in quotes, or give the column a heading")
            findings.add(what, mend, row=row.number)
        padded = row.cells[:width] + ("",) * (width - len(row.cells))
        if any(padded):
            yield Row(row.number, padded)


def _check_header(table: Table, findings: Findings) -> None:
    for index, name in enumerate(table.header):
        if not name:
            what = _("column %(number)d has no heading") % {"number": index + 1}
            findings.add(what, _("give it a heading or remove it"), row=table.heading)
    for name, count in Counter(name for name in table.header if name).items():
        if count > 1:
            what = _("the heading “%(name)s” comes %(count)d times") % {"name": name, "count": count}
            findings.add(what, _("keep one of these columns"), row=table.heading, column=name)


def _check_unseen(rows: Sequence[Row], table: Table, findings: Findings) -> None:
    for row in rows:
        for index, cell in enumerate(row.cells):
            found = UNSEEN.search(cell)
            if found:
                what = _("the cell holds the unseen character U+%(code)04X") % {"code": ord(found.group())}
                mend, column = _("delete it and type the text again"), table.column(index, row.number)
                findings.add(what, mend, row=row.number, column=column)
