"""A Word document that comes in: looked at before anything opens it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from surveys.files.archive import inspect, refuse
from surveys.files.confined import confined
from surveys.files.records import Limits

LIMITS = Limits(content=10 * 1024 * 1024, inflated=60 * 1024 * 1024)
BODY = "word/document.xml"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FETCHING = re.compile(
    r"^[^\S\n]*(INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK|DDE|DDEAUTO|DATABASE|RD)\b", re.IGNORECASE | re.MULTILINE
)
"""Fields that read a file or an address when they are brought up to date, by the word they begin with.

A line at a time: many blank lines would be looked through again from each of them.
"""
PLACE = re.compile(r"\{\{([^{}]+)\}\}")
"""Where something is to stand; what is inside may have blanks around it."""


@confined
def check_template(content: bytes, file: str) -> None:
    """Raise `FileErrors` for what is no document, is locked, too large, runs macros, or fetches from elsewhere."""
    if len(content) > LIMITS.content:
        refuse(file, _("the file has more than %(size)d MB") % {"size": 10}, _("make its pictures smaller"))
    inspect(content, file, LIMITS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if BODY not in names:
            refuse(file, _("this is no Word document"), _("save it as .docx"))
        if any("vbaproject" in name.lower() or "activex" in name.lower() for name in names):
            refuse(file, _("the document holds macros"), _("save it as .docx without macros"))
        try:
            fetches = any(_fetches(part.filename.lower(), archive.read(part)) for part in archive.infolist())
        except (ParseError, DefusedXmlException) as error:
            refuse(file, _("the document is damaged"), _("open it in Word and save it again as .docx"), error)
        if fetches:
            what = _("the document fetches something from elsewhere (a linked template, picture or object)")
            refuse(file, what, _("embed it, or cut the link"))
    _lines(content, file)


@confined
def places_in(content: bytes, file: str) -> list[str]:
    """The places of a template, in order, each once."""
    return list(dict.fromkeys(name.strip() for line in _lines(content, file) for name in PLACE.findall(line)))


def _lines(content: bytes, file: str) -> list[str]:
    from docx import Document

    try:
        return [line.text for line in paragraphs_of(Document(io.BytesIO(content)))]
    except Exception as error:  # the library raises whatever its parser does
        refuse(file, _("the document is damaged"), _("open it in Word and save it again as .docx"), error)


def paragraphs_of(document: Any) -> Iterator[Any]:
    """Every paragraph of the body, of tables, of heads and feet."""
    parts = [document._body]
    for section in document.sections:
        parts += [section.header, section.footer]
    for part in parts:
        yield from _inside(part)


def _inside(part: Any) -> Iterator[Any]:
    """Each cell once, as it lies there: the library repeats a cell as often as it says that it is wide."""
    from docx.table import _Cell

    yield from part.paragraphs
    for cell in part._element.xpath("./w:tbl/w:tr/w:tc"):
        yield from _inside(_Cell(cell, part))


def _fetches(name: str, content: bytes) -> bool:
    """Read as XML, as Word does: there are many ways to spell the same attribute."""
    if name.endswith(".rels"):
        return any(_leads_outside(element) for element in fromstring(content).iter())
    if name.endswith(".xml"):
        return bool(FETCHING.search(_fields(fromstring(content))))
    return False


def _leads_outside(relationship: Element) -> bool:
    """A link that a reader may click on fetches nothing by itself."""
    outside = relationship.get("TargetMode", "").strip().lower() == "external"
    return outside and relationship.get("Type", "").rsplit("/", 1)[-1] != "hyperlink"


def _fields(part: Element) -> str:
    """The instructions of all fields, one to a line; Word may have torn one into several texts."""
    said: list[str] = []
    for element in part.iter():
        if element.tag == f"{WORD}fldChar":
            said.append("\n")
        elif element.tag == f"{WORD}instrText":
            said.append(element.text or "")
        elif element.tag == f"{WORD}fldSimple":
            said.append(f"\n{element.get(f'{WORD}instr', '')}\n")
    return "".join(said)
