"""A figure as SVG: on a page, where HTML stands around it, and on paper, where everything is in the drawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scoring.figures import planes, rows, strips
from scoring.figures.canvas import Canvas, measured, wrapped
from scoring.figures.specification import (
    Bars,
    Caption,
    Dots,
    Figure,
    Grid,
    Outline,
    Scatter,
    Slope,
    Stacked,
    Strips,
    Tiles,
    Twins,
)

WIDE, NARROW = 720, 340
MARGIN = 24
TITLE, TITLE_STEP = 18, 24  # letters, and from line to line
SMALL, SMALL_STEP = 12, 18

DRAWERS: Mapping[type, Callable[[Canvas, Any, float], float]] = {
    Bars: rows.bars,
    Stacked: rows.stacked,
    Twins: rows.twins,
    Dots: rows.dots,
    Outline: rows.outline,
    Slope: planes.slope,
    Strips: strips.strips,
    Scatter: planes.scatter,
    Tiles: planes.tiles,
    Grid: planes.grid,
}


def drawn(figure: Figure) -> bool:
    """There is something to draw; a figure that is a table alone has nothing."""
    return type(figure.body) in DRAWERS


def draw(figure: Figure, *, theme: str = "page", width: float = WIDE, source: str = "") -> str:
    """The same figure gives the same bytes. `theme` is page or paper; `source` is the line under a paper figure."""
    canvas = Canvas(width - 2 * MARGIN if theme == "paper" else width, theme)
    caption = figure.caption
    top = _head(canvas, caption) if theme == "paper" else 2.0
    bottom = DRAWERS[type(figure.body)](canvas, figure.body, top) if drawn(figure) else top
    if theme == "paper":
        return _framed(canvas, _foot(canvas, caption, bottom, source), caption, width)
    return canvas.svg(bottom, _name(caption), caption.sentence)


def said_outside(figure: Figure, source: str, width: float = WIDE) -> tuple[float, float]:
    """How much of a paper drawing, from above and from below, is its title and its source line: a document that says
    both itself shows the rest. Unit, stamps and note stay.
    """
    inner = width - 2 * MARGIN
    titles = len(wrapped(_name(figure.caption), TITLE, inner, 3))
    sources = len(wrapped(source, SMALL, inner, 3))
    return MARGIN + TITLE_STEP * titles, sources * SMALL_STEP + 6 + MARGIN


def _name(caption: Caption) -> str:
    return f"{caption.number} {caption.title}".strip()


def _head(canvas: Canvas, caption: Caption) -> float:
    y = 18.0
    for line in wrapped(_name(caption), TITLE, canvas.width, 3):
        canvas.text(0, y, line, size=TITLE, bold=True)
        y += TITLE_STEP
    canvas.text(
        0, y, f"{caption.unit} · n = {caption.count}" if caption.unit else f"n = {caption.count}", "soft", size=12
    )
    y += 8
    x = 0.0
    for stamp in caption.stamps:
        wide = measured(stamp, 12) + 16
        if x and x + wide > canvas.width:
            x, y = 0.0, y + 26
        canvas.rect(x, y + 2, wide, 21, "stamp", round_by=3)
        canvas.text(x + 8, y + 17, stamp, "stamp-ink", size=12)
        x += wide + 8
    return y + (34 if caption.stamps else 14)


def _foot(canvas: Canvas, caption: Caption, bottom: float, source: str) -> float:
    y = bottom + 8
    canvas.line(0, y, canvas.width, y, "grid")
    said = [
        *(wrapped(caption.note, SMALL, canvas.width, 4) if caption.note else []),
        *wrapped(source, SMALL, canvas.width, 3),
    ]
    for line in said:
        y += SMALL_STEP
        canvas.text(0, y, line, "soft", size=SMALL)
    return y + 6


def _framed(canvas: Canvas, bottom: float, caption: Caption, width: float) -> str:
    inner = f'<g transform="translate({MARGIN} {MARGIN})">{"".join(canvas.parts)}</g>'
    sheet = Canvas(width, "paper", [inner])
    return sheet.svg(bottom + 2 * MARGIN, _name(caption), caption.sentence)
