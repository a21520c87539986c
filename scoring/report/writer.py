"""Figures and tables in a Word document: picture or table, numbered caption, source; in the styles of the document."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from scoring.figures.builders import source_line
from scoring.figures.canvas import measured
from scoring.figures.pixels import PIXELS_PER_INCH
from scoring.figures.specification import Caption, Cell, Figure, Nothing, Table
from scoring.figures.svg import WIDE, said_outside

WIDTH_CM, HEIGHT_CM = 15.0, 17.5
"""No picture is larger: its caption and source stand on the same page."""
LETTERS, SMALL = 8.5, 8.0
POINT_CM, AROUND_CM = 2.54 / 72, 0.5  # the second: beside the text of a cell
WHOLE = 100_000  # of a side, in which a document says what it crops


def bare_number(figure: Figure) -> str:
    """The number alone: 2 of 图 2."""
    found = re.search(r"[0-9][0-9A-Za-z.\-]*", figure.caption.number)
    return found[0].lower() if found else ""


def is_table(figure: Figure) -> bool:
    return isinstance(figure.body, Nothing)


class Writer:
    """`pictures` are PNGs by the key of their figure."""

    def __init__(self, document: Any, pictures: Mapping[str, bytes]) -> None:
        self.document, self.pictures = document, pictures
        self.counted: dict[str, int] = {}
        self.marks = {mark.get(_w("name")) for mark in document.element.iter(_w("bookmarkStart"))}
        self.last_mark = max(
            (int(mark.get(_w("id"))) for mark in document.element.iter(_w("bookmarkStart"))), default=0
        )

    def figure(self, figure: Figure, line: Any) -> None:
        """At this paragraph: picture, then caption; a table has its caption above. The source follows either."""
        if is_table(figure):
            self._caption(figure, line)
            line.paragraph_format.keep_with_next = True
            table = self._table(figure)
            line._p.addnext(table._tbl)
            self._source(figure, _paragraph_after(table._tbl, line._parent))
            return
        self._picture(figure, line)
        below = _paragraph_after(line._p, line._parent)
        self._caption(figure, below)
        self._source(figure, _paragraph_after(below._p, line._parent))
        for each in (line, below):
            each.paragraph_format.keep_with_next = True

    def _picture(self, figure: Figure, line: Any) -> None:
        """Without the title and the source line that are drawn in: the document says them itself."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        picture = line.add_run().add_picture(io.BytesIO(self.pictures[figure.key]))
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        said = picture._inline.docPr
        said.set("descr", figure.caption.sentence)
        said.set("title", figure.caption.title)
        high = WIDE * picture.height / picture.width  # pixels of the drawing
        top, bottom = said_outside(figure, source_line(figure.caption))
        _crop(picture, top / high, bottom / high)
        _fit(picture, high - top - bottom)

    def _caption(self, figure: Figure, line: Any) -> None:
        """图 N as a field that counts by itself, in a bookmark that references can point to."""
        if "Caption" in [style.name for style in self.document.styles]:
            line.style = self.document.styles["Caption"]
        number = bare_number(figure)
        if not number:
            line.add_run(figure.caption.title)
            return
        begin, end = self._bookmark(f"_Ref_{figure.key.replace('-', '_').replace('.', '_')}")
        line._p.append(begin)
        self._number(line, figure.caption.number.replace(number, "").strip() or "图", number)
        line._p.append(end)
        line.add_run(f"  {figure.caption.title}")

    def _number(self, line: Any, word: str, number: str) -> None:
        """The number of the plan stands, also where figures before it are missing: then the field is told it."""
        line.add_run(f"{word} ")
        if not number.isdecimal():
            line.add_run(number)
            return
        follows = int(number) == self.counted.get(word, 0) + 1
        self.counted[word] = int(number)
        told = "" if follows else f"\\r {number} "
        _field(line, f" SEQ {word} \\* ARABIC {told}", number)

    def _bookmark(self, wanted: str) -> tuple[Any, Any]:
        from docx.oxml import OxmlElement

        name, times = wanted[:36], 1
        while name in self.marks:
            times += 1
            name = f"{wanted[:36]}_{times}"
        self.marks.add(name)
        self.last_mark += 1
        begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (begin, end):
            element.set(_w("id"), str(self.last_mark))
        begin.set(_w("name"), name)
        return begin, end

    def _source(self, figure: Figure, line: Any) -> None:
        from docx.shared import Pt

        line.add_run(" · ".join([source_line(figure.caption), *figure.caption.stamps])).font.size = Pt(SMALL)

    def _table(self, figure: Figure) -> Any:
        from docx.shared import Cm

        told = _without_repetition(figure.table, figure.caption)
        texts = [[_printed(cell, told.decimals) for cell in row] for row in told.rows]
        table = self.document.add_table(rows=0, cols=len(told.heading))
        if "Table Grid" in [style.name for style in self.document.styles]:
            table.style = "Table Grid"
        table.autofit = False
        widths = _widths([[str(cell) for cell in told.heading], *texts])
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        _row(table, [str(cell) for cell in told.heading], widths, [False] * len(widths), bold=True)
        _repeated(table.rows[0])
        for row, cells in zip(told.rows, texts, strict=True):
            _row(table, cells, widths, [isinstance(cell, float) for cell in row])
        return table


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{name}"))


def _paragraph_after(element: Any, parent: Any) -> Any:
    from docx.oxml import OxmlElement
    from docx.text.paragraph import Paragraph

    made = OxmlElement("w:p")
    element.addnext(made)
    return Paragraph(made, parent)


def _crop(picture: Any, top: float, bottom: float) -> None:
    """The picture stays whole in the file; who wants its title can undo the crop."""
    from docx.oxml import OxmlElement

    kept = OxmlElement("a:srcRect")
    kept.set("t", str(round(top * WHOLE)))
    kept.set("b", str(round(bottom * WHOLE)))
    picture._inline.graphic.graphicData.pic.blipFill.blip.addnext(kept)


def _fit(picture: Any, high: float) -> None:
    """As wide as the text, or as high as a page allows. `high`: pixels of the drawing at its full width."""
    from docx.shared import Cm, Inches

    share = min(Cm(WIDTH_CM) / WIDE, Cm(HEIGHT_CM) / high, Inches(1) / PIXELS_PER_INCH)
    picture.width, picture.height = round(share * WIDE), round(share * high)


def _without_repetition(table: Table, caption: Caption) -> Table:
    """A column that says the same source or year in every row is left to the line below the table."""
    told = {caption.source, caption.year}
    kept = [
        place for place in range(len(table.heading))
        if len(table.rows) < 2 or len(values := {row[place] for row in table.rows}) > 1 or not values <= told
    ]  # fmt: skip
    rows = [[row[place] for place in kept] for row in table.rows]
    return Table([table.heading[place] for place in kept], rows, decimals=table.decimals)


def _widths(rows: Sequence[Sequence[str]]) -> list[float]:
    """Centimetres of each column: short ones as wide as their longest text, the long ones share what is left."""
    longest = [max(measured(cell, LETTERS) for cell in column) for column in zip(*rows, strict=True)]
    wanted = [each * POINT_CM + AROUND_CM for each in longest]
    widths, left = [0.0] * len(wanted), WIDTH_CM
    for done, place in enumerate(sorted(range(len(wanted)), key=lambda place: wanted[place])):
        widths[place] = min(wanted[place], left / (len(wanted) - done))
        left -= widths[place]
    return widths


def _row(
    table: Any, texts: Sequence[str], widths: Sequence[float], right: Sequence[bool], *, bold: bool = False
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    for cell, text, width, aside in zip(table.add_row().cells, texts, widths, right, strict=True):
        cell.width = Cm(width)
        line = cell.paragraphs[0]
        said = line.add_run(text)
        said.bold, said.font.size = bold, Pt(LETTERS)
        line.paragraph_format.space_after = Pt(0)
        if aside:
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeated(row: Any) -> None:
    """On every page that the table reaches."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _printed(cell: Cell, decimals: int) -> str:
    if cell is None:
        return "–"
    return f"{cell:.{decimals}f}" if isinstance(cell, float) else str(cell)


def _field(line: Any, code: str, shown: str) -> None:
    from docx.oxml import OxmlElement

    field, run, text = OxmlElement("w:fldSimple"), OxmlElement("w:r"), OxmlElement("w:t")
    field.set(_w("instr"), code)
    text.text = shown
    run.append(text)
    field.append(run)
    line._p.append(field)
