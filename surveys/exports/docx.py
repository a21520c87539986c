"""A paper as DOCX, for an office that edits it; drawn from the same description as the PDF."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from surveys.exports.papers import Block, Grid, Heading, Paper, Signatures, Text

LATIN, SONG, HEI = "Times New Roman", "宋体", "黑体"
WIDTH_CM = 17.4
QUIET, MARKED = "5B625E", "A33B20"
MADE = datetime(2000, 1, 1)
CORE, CHANGED = "docProps/core.xml", re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def docx_bytes(paper: Paper) -> bytes:
    from docx import Document
    from docx.shared import Cm

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.8)
    page.top_margin, page.bottom_margin = Cm(1.5), Cm(1.7)
    fonts_set(document)
    _facts(document.core_properties, paper)
    document.add_heading(paper.title, level=1)
    _paragraph(document, paper.subtitle, 9.5, colour=QUIET)
    if paper.stamps:
        _paragraph(document, " / ".join(paper.stamps), 9.5, colour=MARKED)
    for block in paper.blocks:
        _block(document, block)
    _foot(page.footer.paragraphs[0], paper)
    content = io.BytesIO()
    document.save(content)
    return always_alike(content.getvalue())


def fonts_set(document: Any) -> None:
    """Word takes the East Asian font of a style for Chinese characters, and only that one."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, east, size in (("Normal", SONG, 9.5), ("Heading 1", HEI, 17), ("Heading 2", HEI, 11.5)):
        style = document.styles[name]
        style.font.name, style.font.size = LATIN, Pt(size)
        style.font.color.rgb, style.font.bold = RGBColor(0x1B, 0x1F, 0x1D), False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), east)
        style.paragraph_format.space_before = Pt(6 if name == "Heading 2" else 0)
        style.paragraph_format.space_after = Pt(3)
    language = document.styles["Normal"].element.get_or_add_rPr()
    tag = language.makeelement(qn("w:lang"), {qn("w:val"): "en-GB", qn("w:eastAsia"): "zh-CN"})
    language.append(tag)


def _facts(properties: Any, paper: Paper) -> None:
    properties.title, properties.author, properties.comments = paper.title, "Quanheng", ""
    properties.language = paper.language
    properties.created = properties.modified = MADE


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Heading):
        document.add_heading(block.text, level=2)
    elif isinstance(block, Text):
        colour = MARKED if block.marked else QUIET if block.small else ""
        _paragraph(document, block.text, 8 if block.small else 9.5, colour=colour)
    elif isinstance(block, Grid):
        _table(document, block)
    else:
        _signatures(document, block)


def _table(document: Any, grid: Grid) -> None:
    rows = [*([grid.heading] if any(grid.heading) else []), *grid.rows]
    if not grid.rows:
        return
    table = document.add_table(rows=0, cols=len(grid.widths), style="Table Grid")
    table.autofit = False
    for number, row in enumerate(rows):
        quiet = number == 0 and any(grid.heading)
        _row(table, row, grid.widths, 7.5 if grid.small else 8.5, numbers=grid.numbers, colour=QUIET if quiet else "")
    if any(grid.heading):
        _repeat(table.rows[0])
    _paragraph(document, "", 4)


def _signatures(document: Any, block: Signatures) -> None:
    table = document.add_table(rows=0, cols=6)
    shares = (0.14, 0.22, 0.1, 0.24, 0.1, 0.2)
    for label in block.labels:
        texts = (label, "＿" * 7, block.signature, "＿" * 8, block.date, "＿" * 6)
        _row(table, texts, shares, 9.5, before=8)


def _row(
    table: Any,
    texts: Sequence[str],
    widths: Sequence[float],
    size: float,
    *,
    numbers: frozenset[int] = frozenset(),
    colour: str = "",
    before: float = 0,
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    for place, (cell, text) in enumerate(zip(table.add_row().cells, texts, strict=True)):
        cell.width = Cm(WIDTH_CM * widths[place] / sum(widths))
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.space_before = Pt(before)
        if place in numbers:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(paragraph, text, size, colour)


def _repeat(row: Any) -> None:
    """The heading stands again on every page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _paragraph(document: Any, text: str, size: float, *, colour: str = "") -> None:
    _run(document.add_paragraph(), text, size, colour)


def _run(paragraph: Any, text: str, size: float, colour: str) -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(_printable(text))
    run.font.size = Pt(size)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def _printable(text: str) -> str:
    """XML holds no control characters."""
    return "".join(char for char in text if char in "\n\t" or ord(char) >= 32)


def _foot(paragraph: Any, paper: Paper) -> None:
    before, _, rest = paper.page_of.partition("%(page)s")
    between, _, after = rest.partition("%(pages)s")
    _run(paragraph, f"{paper.footer}    {before}", 7, QUIET)
    _field(paragraph, "PAGE")
    _run(paragraph, between, 7, QUIET)
    _field(paragraph, "NUMPAGES")
    _run(paragraph, after, 7, QUIET)


def _field(paragraph: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    found = OxmlElement("w:fldSimple")
    found.set(qn("w:instr"), name)
    paragraph._p.append(found)


def always_alike(content: bytes) -> bytes:
    """The parts of the archive without the moment at which they were packed or last written."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            content = source.read(name)
            target.writestr(part, CHANGED.sub(rb"\g<1>2000-01-01T00:00:00Z", content) if name == CORE else content)
    return packed.getvalue()
