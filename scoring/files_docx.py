"""A Word document that comes in: looked at before anything opens it."""

from __future__ import annotations

import io
import zipfile

from django.utils.translation import gettext as _

from surveys.files.archive import inspect, refuse
from surveys.files.records import Limits

LIMITS = Limits(content=10 * 1024 * 1024, inflated=60 * 1024 * 1024)
OUTSIDE = b'TargetMode="External"'
BODY = "word/document.xml"


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
        for name in names:
            if name.endswith(".rels") and any(_fetches(part) for part in archive.read(name).split(b"<Relationship ")):
                what = _("the document fetches something from elsewhere (a linked template, picture or object)")
                refuse(file, what, _("embed it, or cut the link"))
    try:
        from docx import Document

        Document(io.BytesIO(content))
    except Exception as error:  # the library raises whatever its parser does
        refuse(file, _("the document is damaged"), _("open it in Word and save it again as .docx"), error)


def _fetches(relationship: bytes) -> bool:
    """A link that a reader may click on fetches nothing by itself."""
    return OUTSIDE in relationship and b"/hyperlink" not in relationship
