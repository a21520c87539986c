"""Strips: points on lines, raw values or experts' weights, with a mark and a band where the group stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scoring.figures.canvas import Canvas, Scale, linear, measured, number_text, ticks, wrapped
from scoring.figures.specification import Strip, Strips

MOST_DOTS, PARTS = 60, 40
"""More points than this, if nobody names them, are counted in so many parts of the line."""
STEP = 7.0


def strips(canvas: Canvas, body: Strips, top: float) -> float:
    """Points on lines; a mark where the group stands."""
    if not body.strips:
        canvas.text(0, top + canvas.size * 1.2, "—", "soft")
        return top + canvas.size * 2
    size = canvas.size
    left = min(max(measured(strip.label, size) for strip in body.strips) + 14, canvas.width * 0.36)
    scale: Scale | None = None
    height, bottom = 46.0, top
    if body.shared:
        values = [number for strip in body.strips for number in (*strip.points, *(strip.band or ()))]
        marks = ticks(min(0.0, *values), max(values), 4)
        scale = linear(marks[0], marks[-1], left + 6, canvas.width - 10)
        bottom = top + height * len(body.strips)
        for mark in marks:
            canvas.line(scale(mark), top, scale(mark), bottom, "grid")
            canvas.text(scale(mark), bottom + size * 1.1, number_text(mark), "soft", size=size - 2, anchor="middle")
    for place, strip in enumerate(body.strips):
        y = top + height * (place + (0.5 if body.shared else 0.45))
        for at, words in enumerate(wrapped(strip.label, size, left - 10)):
            canvas.text(0, y + size * (0.36 + at * 1.1), words, full=strip.label if not at else "")
        low, high = (min(strip.points), max(strip.points)) if strip.points else (0.0, 1.0)
        own = scale or linear(low, high if high > low else low + 1, left + 6, canvas.width - 10)
        _strip(canvas, strip, own, y, stepped=body.shared)
        if not body.shared:
            canvas.text(own.left, y + size * 1.35, strip.low_text, "soft", size=size - 2)
            canvas.text(own.right, y + size * 1.35, strip.high_text, "soft", size=size - 2, anchor="end")
    end = bottom + size * 1.6 if body.shared else top + height * len(body.strips)
    return _strip_legend(canvas, body, end)


def _strip(canvas: Canvas, strip: Strip, scale: Scale, y: float, *, stepped: bool) -> None:
    canvas.line(scale.left, y, scale.right, y, "grid")
    if strip.band:
        canvas.rect(scale(strip.band[0]), y - 14, scale(strip.band[1]) - scale(strip.band[0]), 28, "weak", round_by=3)
    if len(strip.points) > MOST_DOTS and not strip.names:
        _heights(canvas, strip.points, scale, y)
    else:
        names = strip.names or [""] * len(strip.points)
        steps = _steps([scale(point) for point in strip.points]) if stepped else [0.0] * len(strip.points)
        for point, name, step in zip(strip.points, names, steps, strict=True):
            canvas.dot(scale(point), y + step, 4.5, "dot", opacity=0.55, title=f"{name} {point:g}".strip())
    if strip.line is not None:
        canvas.line(scale(strip.line), y - 15, scale(strip.line), y + 15, "mark")


def _steps(places: Sequence[float]) -> list[float]:
    """Dots that would lie on each other step up and down in turn."""
    steps, last, taken = [0.0] * len(places), float("-inf"), 0
    for dot in sorted(range(len(places)), key=lambda each: places[each]):
        taken = taken + 1 if places[dot] - last < STEP else 0
        last = places[dot]
        steps[dot] = (0.0, -STEP, STEP)[taken % 3]
    return steps


def _heights(canvas: Canvas, points: Sequence[float], scale: Scale, y: float) -> None:
    """How many points fall into each part of the line; the fullest reaches the top."""
    counts = Counter(int((point - scale.low) / (scale.high - scale.low) * PARTS * 0.999999) for point in points)
    wide = (scale.right - scale.left) / PARTS
    for part, count in sorted(counts.items()):
        high = 22 * count / max(counts.values())
        canvas.rect(scale.left + wide * part + 0.5, y + 11 - high, wide - 1, high, "dot", opacity=0.55)


def _strip_legend(canvas: Canvas, body: Strips, end: float) -> float:
    """What dot, mark and band stand for, where it is said."""
    names = [name for name in (body.point_name, body.line_name, body.band_name) if name]
    if not names:
        return end
    size, x, y = canvas.size - 1, 0.0, end + canvas.size * 0.7
    for name in names:
        wide = 24 + measured(name, size) + 16
        if x and x + wide > canvas.width:
            x, y = 0.0, y + size * 1.8
        if name == body.line_name:
            canvas.line(x + 8, y - 8, x + 8, y + 8, "mark")
        elif name == body.band_name:
            canvas.rect(x, y - 7, 18, 14, "weak", round_by=3)
        else:
            canvas.dot(x + 8, y, 4.5, "dot", opacity=0.55)
        canvas.text(x + 24, y + size * 0.36, name, "soft", size=size)
        x += wide
    return y + size * 1.6
