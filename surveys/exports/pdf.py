"""A paper as PDF: letters embedded, Chinese lines broken, pages numbered; the same paper gives the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from django.conf import settings

from surveys.exports.papers import Block, Grid, Heading, Paper, Row, Signatures, Text
from surveys.fonts import FONT_FILE

FONT = "NotoSansSC"
LACKING = "〓"
"""Stands where the font has no glyph: a gap that is seen."""
SCALES = (1.0, 0.94, 0.88, 0.82, 0.76)
MARGIN_MM, FOOT_MM = 18, 17
INK, QUIET, LINE, MARKED = "#1b1f1d", "#5b625e", "#b9beb8", "#a33b20"
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def pdf_bytes(paper: Paper) -> bytes:
    """Drawn twice: once to count the pages, once with their number on each."""
    scale, pages = _fitted(paper)
    return _drawn(paper, scale, pages)[0]


def _fitted(paper: Paper) -> tuple[float, int]:
    """Where one page is wanted, the largest of a few sizes that fits; what is longer keeps its size."""
    counted = {}
    for scale in SCALES if paper.one_page else SCALES[:1]:
        counted[scale] = _drawn(paper, scale, 0)[1]
        if counted[scale] == 1:
            return scale, 1
    return SCALES[0], counted[SCALES[0]]


def _drawn(paper: Paper, scale: float, pages: int) -> tuple[bytes, int]:
    """The bytes, and how many pages they have; `pages` is the number that the foot of each states."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    drawing = _Drawing(paper, scale)
    content = io.BytesIO()
    document = SimpleDocTemplate(
        content,
        pagesize=A4,
        leftMargin=MARGIN_MM * mm,
        rightMargin=MARGIN_MM * mm,
        topMargin=MARGIN_MM * 0.8 * mm,
        bottomMargin=FOOT_MM * mm,
        title=paper.title,
        author="Quanheng",
        lang=paper.language,
        invariant=1,
    )

    def foot(canvas: Any, _document: Any) -> None:
        drawing.foot(canvas, pages)

    document.build(drawing.flowables(document.width), onFirstPage=foot, onLaterPages=foot)
    return content.getvalue(), document.page


class _Drawing:
    """Blocks become what reportlab sets; characters without a glyph are remembered and named at the end."""

    def __init__(self, paper: Paper, scale: float) -> None:
        self.paper, self.scale = paper, scale
        self.glyphs = _glyphs()
        self.lacking: dict[str, None] = {}

    def flowables(self, width: float) -> list[Any]:
        paper = self.paper
        found = [self._paragraph(paper.title, 17, after=1), self._paragraph(paper.subtitle, 9.5, colour=QUIET, after=5)]
        found += [self._paragraph(" / ".join(paper.stamps), 9.5, colour=MARKED, after=4)] if paper.stamps else []
        for block in paper.blocks:
            found += self._block(block, width)
        if self.lacking:
            named = ", ".join(f"U+{ord(char):04X}" for char in self.lacking)
            found.append(self._paragraph(f"{LACKING} {paper.lacking} {named}", 8, colour=MARKED))
        return found

    def foot(self, canvas: Any, pages: int) -> None:
        from reportlab.lib.units import mm

        canvas.setFont(FONT, 7)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN_MM * mm, 9 * mm, self._shown(self.paper.footer))
        number = self.paper.page_of % {"page": canvas.getPageNumber(), "pages": pages}
        canvas.drawRightString((210 - MARGIN_MM) * mm, 9 * mm, number)

    def _block(self, block: Block, width: float) -> list[Any]:
        if isinstance(block, Heading):
            return [self._paragraph(block.text, 11.5, before=6, after=2, keep=True)]
        if isinstance(block, Text):
            size, colour = (8, QUIET) if block.small else (9.5, INK)
            return [self._paragraph(block.text, size, colour=MARKED if block.marked else colour, after=3)]
        if isinstance(block, Grid):
            return self._table(block, width)
        return self._signatures(block, width)

    def _table(self, grid: Grid, width: float) -> list[Any]:
        from reportlab.platypus import Spacer, Table, TableStyle

        size = 7.5 if grid.small else 8.5
        head = [self._row(grid.heading, grid, size, QUIET)] if any(grid.heading) else []
        body = [self._row(row, grid, size, INK) for row in grid.rows]
        if not body:
            return []
        share = width / sum(grid.widths)
        pad = 1.5 * self.scale
        rules = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ("LINEABOVE", (0, 0), (-1, 0), 0.7, INK),
            ("LINEBELOW", (0, -1), (-1, -1), 0.7, INK),
            ("TOPPADDING", (0, 0), (-1, -1), pad),
            ("BOTTOMPADDING", (0, 0), (-1, -1), pad + 0.5),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ]
        widths = [part * share for part in grid.widths]
        table = Table([*head, *body], colWidths=widths, repeatRows=len(head), style=TableStyle(rules))
        return [table, Spacer(0, 5 * self.scale)]

    def _row(self, cells: Row, grid: Grid, size: float, colour: str) -> list[Any]:
        return [
            self._paragraph(cell, size, colour=colour, right=place in grid.numbers) for place, cell in enumerate(cells)
        ]

    def _signatures(self, block: Signatures, width: float) -> list[Any]:
        from reportlab.platypus import KeepTogether, Spacer, Table, TableStyle

        rows = [
            [self._paragraph(text, 9.5) for text in (label, "", block.signature, "", block.date, "")]
            for label in block.labels
        ]
        rules: list[Any] = [("VALIGN", (0, 0), (-1, -1), "BOTTOM"), ("TOPPADDING", (0, 0), (-1, -1), 9 * self.scale)]
        rules += [("LINEBELOW", (place, 0), (place, -1), 0.5, INK) for place in (1, 3, 5)]
        shares = (0.14, 0.22, 0.1, 0.24, 0.1, 0.2)
        table = Table(rows, colWidths=[share * width for share in shares], style=TableStyle(rules))
        return [KeepTogether([Spacer(0, 4 * self.scale), table])]

    def _paragraph(
        self,
        text: str,
        size: float,
        *,
        colour: str = INK,
        before: float = 0,
        after: float = 0,
        right: bool = False,
        keep: bool = False,
    ) -> Any:
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph

        style = ParagraphStyle(
            "text",
            fontName=FONT,
            fontSize=size * self.scale,
            leading=size * self.scale * 1.42,
            textColor=colour,
            spaceBefore=before * self.scale,
            spaceAfter=after * self.scale,
            alignment=2 if right else 0,
            keepWithNext=int(keep),
            wordWrap="CJK" if _mostly_chinese(text) else None,
        )
        return Paragraph(escape(self._shown(text)).replace("\n", "<br/>"), style)

    def _shown(self, text: str) -> str:
        """The text as the font can draw it."""
        for char in text:
            if char != "\n" and ord(char) not in self.glyphs:
                self.lacking[char] = None
        return "".join(LACKING if char in self.lacking else char for char in text)


def _mostly_chinese(text: str) -> bool:
    """Chinese lines break between any two characters, others between words."""
    return len(HAN.findall(text)) * 4 > len(text)


@lru_cache(maxsize=1)
def _glyphs() -> Sequence[int] | dict[int, int]:
    """Register the font, once in each process: what it has a glyph for."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(FONT, str(settings.BASE_DIR / FONT_FILE))
    pdfmetrics.registerFont(font)
    glyphs: dict[int, int] = font.face.charToGlyph
    return glyphs
