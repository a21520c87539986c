"""CSV: which encoding, which separator, which records."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NoReturn

from django.utils.translation import gettext as _

from surveys.files.confined import confined
from surveys.files.problems import FileErrors, Problem
from surveys.files.records import Limits, Records

SEPARATORS = (",", ";", "\t")
LOOKED_AT = 200  # records that decide the separator
LONGEST_CELL = 100_000
WIDEST_ROW = 16_384  # cells, blank ones counted: no spreadsheet has more, and a million of them take seconds to look at


@confined
def csv_records(content: bytes, file: str, sheet: str | None, limits: Limits) -> Records:
    """Return the records of a CSV file, or raise `FileErrors`."""
    if sheet is not None:
        _refuse(file, _("a CSV file has no sheet “%(sheet)s”") % {"sheet": sheet}, _("leave the name of the sheet out"))
    _refuse_other_kinds(content, file)
    text, declared = _declared_separator(_decoded(content, file))
    separator = declared or separator_of(text)
    start = 2 if declared else 1
    return Records(_records(text, separator, start, file, limits.rows), separator)


@confined
def loose_records(content: bytes, file: str, limits: Limits) -> Records:
    """The same of a file that is no table: titles and blank lines may stand above, so the commonest separator holds."""
    _refuse_other_kinds(content, file)
    text, declared = _declared_separator(_decoded(content, file))
    separator = declared or max(SEPARATORS, key=text.count)
    return Records(_records(text, separator, 2 if declared else 1, file, limits.rows), separator)


def separator_of(text: str) -> str:
    r"""Return the separator that makes the most of the first records as wide as the heading.

    >>> separator_of("unit;a;b\nx;1,5;2,5\n"), separator_of("unit,a\n"), separator_of("unit\ta, b\nx\t1\n")
    (';', ',', '\t')
    """
    return max(SEPARATORS, key=lambda separator: _fit(text, separator))


def _fit(text: str, separator: str) -> tuple[bool, float, int]:
    """Say how well a separator fits: does it separate at all, in how many records alike, into how many columns."""
    widths: list[int] = []
    try:
        for record in islice(_reader(text, separator, strict=False), LOOKED_AT):
            if any(record):
                widths.append(len(record))
    except csv.Error:
        pass
    if not widths:
        return False, 0.0, 0
    alike = sum(width == widths[0] for width in widths) / len(widths)
    return widths[0] > 1, alike, widths[0]


def _reader(text: str, separator: str, *, strict: bool) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)


def _records(text: str, separator: str, start: int, file: str, most: int) -> Sequence[tuple[int, list[str]]]:
    """Read strictly: a quote that is never closed would swallow the rest of the file without a word."""
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, cells in enumerate(_reader(text, separator, strict=True), start):
            if len(rows) > most + 1:
                break  # the table counts, and refuses
            if len(cells) > WIDEST_ROW:
                _refuse_width(file, number)
            rows.append((number, cells))
    except csv.Error as error:
        _refuse_record(file, start + len(rows), str(error))
    return rows


def _refuse_width(file: str, row: int) -> NoReturn:
    what = _("there are more than %(columns)d columns") % {"columns": WIDEST_ROW}
    raise FileErrors([Problem(file, what, _("remove the columns that are not needed"), row)])


def _refuse_record(file: str, row: int, reason: str) -> NoReturn:
    if "field larger" in reason:
        what = _("a cell has more than %(count)d characters") % {"count": LONGEST_CELL}
    elif "unexpected end" in reason:
        what = _("a quotation mark is opened and never closed")
    else:
        what = _("a quotation mark stands in the middle of a cell")
    mend = _('put the whole text in "…" and write each quotation mark inside it twice')
    raise FileErrors([Problem(file, what, mend, row)])


def _declared_separator(text: str) -> tuple[str, str]:
    """Take off the line `sep=;` that some spreadsheets write first."""
    line, _newline, rest = text.partition("\n")
    declared = line.strip('\r\ufeff" ')
    if declared[:4].lower() == "sep=" and declared[4:] in SEPARATORS:
        return rest, declared[4:]
    return text, ""


def _refuse_other_kinds(content: bytes, file: str) -> None:
    kinds = (
        ((b"%PDF",), _("a PDF document")),
        ((b"\xd0\xcf\x11\xe0",), _("an old .xls workbook or one with a password")),
        ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*"), _("a picture")),
        ((b"PK\x03\x04", b"PK\x05\x06"), _("an archive or a document")),
        ((b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ"), _("a packed file")),
        ((b"<",), _("a web page or XML")),
        ((b"{\\rtf",), _("a text document")),
        ((b"{",), _("JSON")),
    )
    head = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    for starts, name in kinds:
        if head.startswith(starts):
            what = _("the file is %(kind)s, not a table") % {"kind": name}
            _refuse(file, what, _("save the table as “CSV UTF-8” or as .xlsx"))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        _refuse(file, _("the file is encoded in UTF-16"), _("save it as “CSV UTF-8”"))
    if content.count(b"\0") > 4:
        _refuse(file, _("the file is not text"), _("save the table as “CSV UTF-8” or as .xlsx"))


def _decoded(content: bytes, file: str) -> str:
    """Decode UTF-8, else GB18030, as spreadsheets in China save it.

    A damaged UTF-8 file is also readable as GB18030, as nonsense: so it is taken for UTF-8 when more of it is valid
    than not.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if content.startswith(b"\xef\xbb\xbf") or _rather_utf8(content):
            _refuse_damaged(content, file, error.start)
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError:
        _refuse(file, _("the text is encoded neither in UTF-8 nor in GB18030"), _("save it as “CSV UTF-8”"))


def _rather_utf8(content: bytes) -> bool:
    """Say whether more is whole than broken. Pairs of bytes count little: those of GB18030 often pass for UTF-8."""
    lenient = content.decode("utf-8", errors="replace")
    broken = lenient.count("\ufffd")
    longer = sum(ord(character) > 0x7FF for character in lenient) - broken
    pairs = sum(0x7F < ord(character) <= 0x7FF for character in lenient)
    return longer + pairs // 8 > broken


def _refuse_damaged(content: bytes, file: str, position: int) -> NoReturn:
    row = content.count(b"\n", 0, position) + 1
    what = _("the UTF-8 text is damaged at this row: byte %(byte)s") % {"byte": f"0x{content[position]:02X}"}
    raise FileErrors(
        [Problem(file, what, _("open the file in the program it came from and save it as “CSV UTF-8”"), row)]
    )


def _refuse(file: str, what: str, mend: str) -> NoReturn:
    raise FileErrors([Problem(file, what, mend)])
