"""Figures in a Word document: those of a template are filled in where it says, or all stand one after the other.

A template says `{{图2}}`, `{{表1}}` (or `{{figure 2}}`, `{{table 1}}`), `{{句子:图2}}` (`{{sentence:figure 2}}`),
and one of `FACTS`, as `{{hash}}`. A figure stands where its place is alone on a line; within a line the place becomes
its number. Word may have torn such a place into runs of letters; it is read whole. Styles,
headings and everything else stay as they are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from scoring.figures.specification import Figure
from scoring.files_docx import PLACE, paragraphs_of
from scoring.report.writer import Writer, bare_number, is_table
from surveys.exports.docx import always_alike, fonts_set

NUMBERED = re.compile(r"(图|表|figure|table)\s*([0-9A-Za-z.\-]+)", re.IGNORECASE)
SENTENCE = re.compile(r"(?:句子|sentence)\s*[:：]\s*(.+)", re.IGNORECASE)
FACTS = ("run", "hash", "year", "source", "data", "weights", "date", "stamps")


class Places:
    """What stands for what in a document: figures by number, their sentences, facts about the run."""

    def __init__(self, figures: Sequence[Figure], facts: Mapping[str, str]) -> None:
        self.facts = facts
        self.figures = {("table" if is_table(f) else "figure", bare_number(f)): f for f in figures if bare_number(f)}

    def figure(self, name: str) -> Figure | None:
        found = NUMBERED.fullmatch(name.strip())
        if not found:
            return None
        kind = "table" if found[1].lower() in ("表", "table") else "figure"
        return self.figures.get((kind, found[2].lower()))

    def text(self, name: str) -> str | None:
        """What a place within a line becomes: a sentence, the number of a figure, a fact; None where it is unknown."""
        said = SENTENCE.fullmatch(name.strip())
        figure = self.figure(said[1] if said else name)
        if figure:
            return figure.caption.sentence if said else figure.caption.number
        return self.facts.get(name.strip().lower())

    def known(self, name: str) -> bool:
        return self.text(name) is not None


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
    places, writer = Places(figures, facts), Writer(document, pictures)
    lines = [line for line in paragraphs_of(document) if PLACE.search(line.text)]
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


def _plain(title: str) -> Any:
    """A document of our own: A4, in the letters of our other papers, captions in the middle."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt, RGBColor

    document = Document()
    fonts_set(document)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2.5)
    caption = document.styles["Caption"]
    caption.font.size, caption.font.bold, caption.font.color.rgb = Pt(9.5), True, RGBColor(0, 0, 0)
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_heading(title, level=1)
    return document


def _fill(line: Any, places: Places, writer: Writer) -> None:
    """A place that is alone on its line becomes the figure; within a line, words. Unknown ones stay, and are seen."""
    alone = PLACE.fullmatch(line.text.strip())
    figure = places.figure(alone[1].strip()) if alone else None
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


def _append(document: Any, figures: Sequence[Figure], facts: Mapping[str, str], writer: Writer) -> None:
    document.add_paragraph(" · ".join(text for name in ("data", "weights", "run", "hash") if (text := facts.get(name))))
    if facts.get("stamps"):
        document.add_paragraph(facts["stamps"])
    for figure in figures:
        if not is_table(figure):
            document.add_paragraph(figure.caption.sentence).paragraph_format.keep_with_next = True
        writer.figure(figure, document.add_paragraph())
