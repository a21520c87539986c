"""Figures in a Word document: those of a template are filled in where it says, or all stand one after the other.

A template says `{{图2}}`, `{{表1}}` (or `{{figure 2}}`, `{{table 1}}`), `{{句子:图2}}` (`{{sentence:figure 2}}`),
and one of `FACTS`, as `{{hash}}`. Word may have torn such a place into runs of letters; it is read whole. Styles,
headings and everything else stay as they are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from scoring.figures.builders import source_line
from scoring.figures.specification import Cell, Figure, Nothing
from surveys.exports.docx import always_alike, fonts_set

PLACE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
NUMBERED = re.compile(r"(图|表|figure|table)\s*([0-9A-Za-z.\-]+)", re.IGNORECASE)
SENTENCE = re.compile(r"(?:句子|sentence)\s*[:：]\s*(.+)", re.IGNORECASE)
FACTS = ("run", "hash", "year", "source", "data", "weights", "date", "stamps")
WIDTH_CM = 15.0
Fill = Callable[[Any], None]


class Places:
    """What stands for what in a document: figures by number, their sentences, facts about the run."""

    def __init__(self, figures: Sequence[Figure], facts: Mapping[str, str]) -> None:
        self.facts = facts
        self.figures = {
            ("table" if isinstance(f.body, Nothing) else "figure", _bare(f)): f for f in figures if _bare(f)
        }

    def figure(self, name: str) -> Figure | None:
        found = NUMBERED.fullmatch(name.strip())
        if not found:
            return None
        kind = "table" if found[1].lower() in ("表", "table") else "figure"
        return self.figures.get((kind, found[2].lower()))

    def text(self, name: str) -> str | None:
        """What a place within a line becomes; None where it is unknown, or a figure."""
        said = SENTENCE.fullmatch(name.strip())
        if said:
            figure = self.figure(said[1])
            return figure.caption.sentence if figure else None
        return self.facts.get(name.strip().lower())

    def known(self, name: str) -> bool:
        return self.figure(name) is not None or self.text(name) is not None


def places_in(content: bytes) -> list[str]:
    """The places of a template, in order, each once."""
    from docx import Document

    found = [name for line in _paragraphs(Document(io.BytesIO(content))) for name in PLACE.findall(line.text)]
    return list(dict.fromkeys(found))


def document_bytes(
    figures: Sequence[Figure],
    facts: Mapping[str, str],
    *,
    template: bytes | None,
    title: str,
    pictures: Mapping[str, bytes],
) -> bytes:
    """The template with every known place filled; one without places, or none, gets all figures in order.

    `pictures` are PNGs by the key of their figure.
    """
    from docx import Document

    document = Document(io.BytesIO(template)) if template else _plain(title)
    places, writer = Places(figures, facts), _Writer(document, pictures)
    lines = [line for line in _paragraphs(document) if PLACE.search(line.text)]
    for line in lines:
        _fill(line, places, writer)
    if not lines:
        _append(document, figures, facts, writer)
    content = io.BytesIO()
    document.save(content)
    return always_alike(content.getvalue())


def example_template(numbers: Sequence[tuple[str, str]]) -> bytes:
    """A template to begin with: every place there is, in a document of ordinary styles."""
    document = _plain(_("Report"))
    for name in FACTS:
        document.add_paragraph(f"{name}: {{{{{name}}}}}")
    for kind, number in numbers:
        word = "表" if kind == "table" else "图"
        document.add_paragraph(f"{{{{句子:{word}{number}}}}}")
        document.add_paragraph(f"{{{{{word}{number}}}}}")
    content = io.BytesIO()
    document.save(content)
    return always_alike(content.getvalue())


def _bare(figure: Figure) -> str:
    """The number alone: 2 of 图 2."""
    found = re.search(r"[0-9][0-9A-Za-z.\-]*", figure.caption.number)
    return found[0].lower() if found else ""


def _plain(title: str) -> Any:
    from docx import Document

    document = Document()
    fonts_set(document)
    document.add_heading(title, level=1)
    return document


def _paragraphs(document: Any) -> Iterator[Any]:
    """Every paragraph of the body, of tables, of heads and feet."""
    parts = [document]
    for section in document.sections:
        parts += [section.header, section.footer]
    for part in parts:
        yield from _inside(part)


def _inside(part: Any) -> Iterator[Any]:
    yield from part.paragraphs
    for table in part.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from _inside(cell)


def _fill(line: Any, places: Places, writer: _Writer) -> None:
    """A place that is alone on its line becomes the figure; within a line, words. Unknown ones stay, and are seen."""
    alone = PLACE.fullmatch(line.text.strip())
    figure = places.figure(alone[1]) if alone else None
    if figure:
        _replace(line, line.text, "")
        writer.figure(figure, line)
        return
    for found in list(PLACE.finditer(line.text)):
        words = places.text(found[1])
        if words is not None:
            _replace(line, found[0], words)


def _replace(line: Any, old: str, new: str) -> None:
    """Over the borders of runs: the first run that has a part of it takes the new text, with its looks."""
    at = "".join(run.text for run in line.runs).find(old)
    if at < 0:
        return
    left, written = len(old), False
    place = 0
    for run in line.runs:
        text = run.text
        begin, end = max(at - place, 0), min(at + len(old) - place, len(text))
        if begin < end and left > 0:
            run.text = text[:begin] + ("" if written else new) + text[end:]
            written, left = True, left - (end - begin)
        place += len(text)


def _append(document: Any, figures: Sequence[Figure], facts: Mapping[str, str], writer: _Writer) -> None:
    document.add_paragraph(" · ".join(text for name in ("data", "weights", "run", "hash") if (text := facts.get(name))))
    if facts.get("stamps"):
        document.add_paragraph(facts["stamps"])
    for figure in figures:
        if not isinstance(figure.body, Nothing):
            document.add_paragraph(figure.caption.sentence)
        writer.figure(figure, document.add_paragraph())


class _Writer:
    """Puts figures into a document, each with its caption and its source."""

    def __init__(self, document: Any, pictures: Mapping[str, bytes]) -> None:
        self.document, self.pictures = document, pictures
        self.counted = {"图": 0, "表": 0, "Figure": 0, "Table": 0}

    def figure(self, figure: Figure, line: Any) -> None:
        """At this paragraph: picture, then caption; a table has its caption above."""
        if isinstance(figure.body, Nothing):
            self._caption(figure, line)
            line._p.addnext(self._table(figure)._tbl)
            return
        from docx.shared import Cm

        picture = line.add_run().add_picture(io.BytesIO(self.pictures[figure.key]), width=Cm(WIDTH_CM))
        said = picture._inline.docPr
        said.set("descr", figure.caption.sentence)
        said.set("title", figure.caption.title)
        below = self._after(line)
        self._caption(figure, below)
        source = self._after(below)
        source.add_run(" · ".join([source_line(figure.caption), *figure.caption.stamps])).italic = True

    def _after(self, line: Any) -> Any:
        from docx.oxml import OxmlElement
        from docx.text.paragraph import Paragraph

        element = OxmlElement("w:p")
        line._p.addnext(element)
        return Paragraph(element, line._parent)

    def _caption(self, figure: Figure, line: Any) -> None:
        """图 N as a field that counts by itself, in a bookmark that references can point to."""
        if "Caption" in [style.name for style in self.document.styles]:
            line.style = self.document.styles["Caption"]
        number = _bare(figure)
        if number:
            word = figure.caption.number.replace(number, "").strip() or "图"
            mark = f"_Ref_{figure.key.replace('-', '_')}"[:40]
            _bookmark(
                line, mark, len(self.counted) + sum(self.counted.values()), lambda: self._number(line, word, number)
            )
        line.add_run(f" {figure.caption.title}".strip() if not number else f"  {figure.caption.title}")

    def _number(self, line: Any, word: str, number: str) -> None:
        line.add_run(f"{word} ")
        self.counted[word] = self.counted.get(word, 0) + 1
        fixed = "" if number == str(self.counted[word]) else f" \\r {number}" if number.isdecimal() else ""
        if fixed:
            self.counted[word] = int(number)
        if number.isdecimal():
            _field(line, f" SEQ {word} \\* ARABIC{fixed} ", number)
        else:
            line.add_run(number)

    def _table(self, figure: Figure) -> Any:
        table = self.document.add_table(rows=1, cols=len(figure.table.heading))
        if "Table Grid" in [style.name for style in self.document.styles]:
            table.style = "Table Grid"
        for cell, text in zip(table.rows[0].cells, figure.table.heading, strict=True):
            cell.paragraphs[0].add_run(str(text)).bold = True
        for row in figure.table.rows:
            cells = table.add_row().cells
            for cell, value in zip(cells, row, strict=True):
                cell.paragraphs[0].add_run(_printed(value, figure.table.decimals))
        return table


def _printed(cell: Cell, decimals: int) -> str:
    if cell is None:
        return "–"
    return f"{cell:.{decimals}f}" if isinstance(cell, float) else str(cell)


def _field(line: Any, code: str, shown: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    line._p.append(field)


def _bookmark(line: Any, name: str, key: int, write: Callable[[], None]) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (begin, end):
        element.set(qn("w:id"), str(key))
    begin.set(qn("w:name"), name)
    line._p.append(begin)
    write()
    line._p.append(end)
