"""A set of figures as one archive: drawings, pictures, a workbook, a document, tables, and a list of it all."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scoring.figures.files import paper_svg, table_bytes, workbook_of
from scoring.figures.pixels import pngs_of
from scoring.figures.specification import Figure
from scoring.figures.svg import drawn
from scoring.report.changes import Change
from scoring.report.document import document_bytes
from surveys.exports.docx import MADE as MADE_DOCUMENT
from surveys.exports.docx import always_alike
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.version import VERSION

FORMAT = "quanheng-figures/1"
MADE = (2000, 1, 1, 0, 0, 0)


def archive_bytes(
    figures: Sequence[Figure],
    facts: Mapping[str, str],
    *,
    title: str,
    template: bytes | None,
    changed: Sequence[Change],
    step: Callable[[], None] = lambda: None,
) -> bytes:
    """The same figures give the same bytes. `step` is called after each picture."""
    files: dict[str, bytes] = {}
    drawings = {figure.key: paper_svg(figure) for figure in figures if drawn(figure)}
    pictures = dict(zip(drawings, pngs_of(list(drawings.values()), step), strict=True))
    for figure in figures:
        name = file_stem(figure)
        if figure.key in drawings:
            files[f"svg/{name}.svg"] = drawings[figure.key].encode()
            files[f"png/{name}.png"] = pictures[figure.key]
        else:
            step()
        files[f"tables/{name}.csv"] = table_bytes(figure)
    files["figures.xlsx"] = workbook_of(figures)
    files["report.docx"] = document_bytes(figures, facts, template=template, title=title, pictures=pictures)
    files["sentences.txt"] = "".join(f"{f.caption.number} {f.caption.sentence}\n".lstrip() for f in figures).encode()
    if changed:
        files["changes.xlsx"] = changes_bytes(changed)
    files["manifest.json"] = _manifest(files, figures, facts)
    return _zipped(files)


def changes_bytes(changed: Sequence[Change]) -> bytes:
    from django.utils.translation import gettext as _

    rows = [[each.label, each.title, each.what, each.before, each.now] for each in changed]
    heading = [_("Figure"), _("Title"), _("What is different"), _("Before"), _("Now")]
    return always_alike(workbook_bytes([Sheet(_("Changes"), [heading, *rows], frozen=1)], dated))


def dated(book: Any) -> None:
    """The moment of packing is nobody's business: the same sheets are the same bytes."""
    book.properties.created = book.properties.modified = MADE_DOCUMENT


def file_stem(figure: Figure) -> str:
    number = "".join(letter for letter in figure.caption.number if letter.isalnum())
    return "-".join(part for part in (number, figure.key) if part)


def _manifest(files: Mapping[str, bytes], figures: Sequence[Figure], facts: Mapping[str, str]) -> bytes:
    told = {
        "format": FORMAT,
        "software": VERSION,
        "run": facts["run"],
        "run_hash": facts["hash"],
        "stamps": facts["stamps"],
        "figures": [
            {"number": f.caption.number, "title": f.caption.title, "sentence": f.caption.sentence} for f in figures
        ],
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, MADE)
            packed = name.endswith((".png", ".xlsx", ".docx"))
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()
