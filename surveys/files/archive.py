"""A workbook is a zip archive of XML: it is unpacked once and measured before any parser sees it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import NoReturn

from django.utils.translation import gettext as _

from surveys.files.problems import FileErrors, Problem
from surveys.files.records import Limits

PART = 64 * 1024
TAIL = 32  # of one part is looked at again with the next, for what stands across the two
DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
ENCODINGS = {b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1"}
"""What spreadsheets write. In any other, a document type definition could be spelt so that it is not seen here."""
OF_CELLS = ("xl/worksheets/", "xl/sharedstrings.xml")
MOST_ELSEWHERE = 100_000  # tags of a part that holds no cells: each becomes a large object
MOST_PARTS = 2_000


def inspect(content: bytes, file: str, limits: Limits) -> None:
    """Raise `FileErrors` for an archive that is damaged, locked, or would not fit into memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_PARTS:
                refuse(file, _("the workbook has more than %(parts)d parts") % {"parts": MOST_PARTS}, _smaller())
            measure = _Measure(file, limits)
            for entry in entries:
                if entry.flag_bits & 1:
                    refuse(file, _("the workbook is locked with a password"), _("save it without one"))
                measure.entry(archive, entry)
    except FileErrors:
        raise
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as error:
        refuse(file, _("the workbook is damaged"), save_again(), error)


def save_again() -> str:
    return _("open it in a spreadsheet and save it again as .xlsx")


def refuse(file: str, what: str, mend: str, cause: Exception | None = None) -> NoReturn:
    raise FileErrors([Problem(file, what, mend)]) from cause


class TextBound:
    """Counts the characters of cells. One long text may stand in an archive once and in every cell."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file, self.left = file, limits.inflated

    def count(self, value: object) -> None:
        self.left -= len(value) if isinstance(value, str) else 0
        if self.left < 0:
            refuse(self.file, _("the cells of the workbook hold more text than can be read"), _smaller())


def _smaller() -> str:
    return _("save only the sheet that is needed, as CSV or as a new workbook")


class _Measure:
    """Counts what an archive unpacks to, part after part, and stops at the first thing that no spreadsheet writes."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.bytes_left, self.tags_left = limits.inflated, limits.tags

    def entry(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        of_cells = entry.filename.lower().startswith(OF_CELLS)
        before = self.bytes_left
        elsewhere, tail, first = 0, b"", True
        for part in _unpacked(archive, entry):
            self.bytes_left -= len(part)
            tags = part.count(b"<")
            elsewhere += 0 if of_cells else tags
            self.tags_left -= tags
            self._check(elsewhere)
            text = (tail + part).replace(b"\0", b"")
            if first:
                self._check_encoding(text)
            self._check_definition(text)
            tail, first = part[-TAIL:], False
        if before - self.bytes_left != entry.file_size:
            raise zipfile.BadZipFile(entry.filename)  # it says another size than it has

    def _check(self, elsewhere: int) -> None:
        if self.bytes_left < 0:
            what = _("the workbook unpacks to more than %(size)d MB") % {"size": self.limits.inflated // (1024 * 1024)}
            refuse(self.file, what, _smaller())
        if self.tags_left < 0 or elsewhere > MOST_ELSEWHERE:
            refuse(self.file, _("the workbook holds more cells or formats than can be read"), _smaller())

    def _check_definition(self, text: bytes) -> None:
        text = text.upper()
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            what = _("the workbook holds a document type definition, as no spreadsheet writes it")
            refuse(self.file, what, save_again())

    def _check_encoding(self, text: bytes) -> None:
        found = DECLARED.search(text[:400])
        if found and found[1].lower() not in ENCODINGS:
            what = _("a part of the workbook is encoded in %(name)s") % {"name": found[1].decode("ascii")}
            refuse(self.file, what, save_again())


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while part := stream.read(PART):
            yield part
