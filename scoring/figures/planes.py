"""Figures on a plane: lines between two years, two measures, tiles, tables of shades."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.figures.canvas import Canvas, Scale, fitted, linear, measured, number_text, ticks
from scoring.figures.specification import Grid, Point, Scatter, Slope, Tiles


def slope(canvas: Canvas, body: Slope, top: float) -> float:
    """Ranks before on the left, after on the right; who rose or fell most is drawn strong."""
    size = canvas.size
    last = max([rank for line in body.lines for rank in (line.before, line.after) if rank], default=1)
    step = size * 1.45
    first = top + size * 2.4
    room = min(max((measured(line.label, size) for line in body.lines), default=0) + 40, canvas.width * 0.36)
    left, right = room, canvas.width - room
    canvas.text(left, top + size, body.before, "soft", anchor="end", bold=True)
    canvas.text(right, top + size, body.after, "soft", bold=True)
    taken: dict[tuple[int, int], int] = {}
    for line in sorted(body.lines, key=lambda each: each.strong):
        ends = [None if rank is None else first + step * (rank - 1 + 0.0) for rank in (line.before, line.after)]
        if ends[0] is not None and ends[1] is not None:
            canvas.line(left + 6, ends[0], right - 6, ends[1], "thick" if line.strong else "thread")
        for side, (y, rank) in enumerate(zip(ends, (line.before, line.after), strict=True)):
            if y is None or rank is None:
                continue
            shift = taken.get((side, rank), 0)
            taken[side, rank] = shift + 1
            x, anchor = (left, "end") if side == 0 else (right, "start")
            words = fitted(line.label, size, room - 36)
            label = f"{words} {rank}" if side == 0 else f"{rank} {words}"
            if not shift:
                canvas.dot(left + 6 if side == 0 else right - 6, y, 3.5, "strong" if line.strong else "dot")
            canvas.text(x, y + size * 0.36 + shift * size, label, anchor=anchor, bold=line.strong, full=line.label)
    return first + step * last + 4


def scatter(canvas: Canvas, body: Scatter, top: float) -> float:
    """Two measures of each unit; labels stand where they hide no other, and are left out where nothing is free."""
    size = canvas.size
    x_marks = ticks(0, max((point.x for point in body.points), default=1.0), 4 if canvas.narrow else 6)
    y_marks = ticks(0, max((point.y for point in body.points), default=1.0), 5)
    left = max(measured(number_text(mark), size - 2) for mark in y_marks) + 10
    name_room = size * 1.8
    plot_top, plot_bottom = top + name_room, top + name_room + (canvas.width - left) * (0.9 if canvas.narrow else 0.62)
    across = linear(0, x_marks[-1], left, canvas.width - 12)
    up = linear(0, y_marks[-1], plot_bottom, plot_top)
    canvas.text(0, top + size, body.y_name, "soft", size=size - 1)
    for mark in y_marks:
        canvas.line(left, up(mark), canvas.width - 12, up(mark), "axis" if mark == 0 else "grid")
        canvas.text(left - 6, up(mark) + size * 0.3, number_text(mark), "soft", size=size - 2, anchor="end")
    for mark in x_marks:
        canvas.line(across(mark), plot_top, across(mark), plot_bottom, "axis" if mark == 0 else "grid")
        canvas.text(across(mark), plot_bottom + size * 1.1, number_text(mark), "soft", size=size - 2, anchor="middle")
    canvas.text(canvas.width - 12, plot_bottom + size * 2.5, body.x_name, "soft", size=size - 1, anchor="end")
    if body.lines[0] is not None:
        canvas.line(across(body.lines[0]), plot_top, across(body.lines[0]), plot_bottom, "mark")
    if body.lines[1] is not None:
        canvas.line(left, up(body.lines[1]), canvas.width - 12, up(body.lines[1]), "mark")
    for point in body.points:
        title = f"{point.label}: {point.x:g}, {point.y:g}"
        canvas.dot(across(point.x), up(point.y), 5, "strong" if point.strong else "dot", opacity=0.8, title=title)
    _point_labels(canvas, body.points, across, up, (left, plot_top, canvas.width, plot_bottom))
    return plot_bottom + size * 3.2


Box = tuple[float, float, float, float]


def _point_labels(canvas: Canvas, points: Sequence[Point], across: Scale, up: Scale, frame: Box) -> None:
    size = canvas.size - 2
    taken: list[Box] = [(across(p.x) - 5, up(p.y) - 5, across(p.x) + 5, up(p.y) + 5) for p in points]
    for point in sorted(points, key=lambda each: -(each.x / across.high + each.y / up.high)):
        wide, x, y = measured(point.label, size), across(point.x), up(point.y)
        for dx, dy in ((8, 4), (-8 - wide, 4), (-wide / 2, -9), (-wide / 2, 17), (8, -7), (8, 14), (-8 - wide, -7)):
            box = (x + dx, y + dy - size * 0.8, x + dx + wide, y + dy + size * 0.2)
            inside = box[0] >= frame[0] and box[2] <= frame[2] and box[1] >= frame[1] - 4 and box[3] <= frame[3]
            if inside and not any(_overlap(box, other) for other in taken):
                canvas.text(x + dx, y + dy, point.label, size=size, bold=point.strong)
                taken.append(box)
                break


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


DEEP = 0.84
"""From this depth of a shade on, white is read better on it than ink: their contrasts are equal there."""


def tiles(canvas: Canvas, body: Tiles, top: float) -> float:
    """A square for each unit; the darker, the more."""
    rows, columns = ([tile.row for tile in body.tiles], [tile.column for tile in body.tiles])
    if not rows:
        canvas.text(0, top + canvas.size * 1.2, "—", "soft")
        return top + canvas.size * 2
    across, down = max(columns) - min(columns) + 1, max(rows) - min(rows) + 1
    side = min(canvas.width / across, 74.0)
    begin = (canvas.width - side * across) / 2
    size = max(min(canvas.size - 1, side / 4.3), 9.0)
    for tile in body.tiles:
        x, y = begin + (tile.column - min(columns)) * side, top + (tile.row - min(rows)) * side
        title = f"{tile.label}: {tile.text}"
        if tile.value is None:
            canvas.rect(x + 1, y + 1, side - 2, side - 2, "frame", round_by=3, title=title)
            share = 0.0
        else:
            share = min(max((tile.value - body.lowest) / (body.highest - body.lowest or 1), 0.0), 1.0)
            canvas.rect(x + 1, y + 1, side - 2, side - 2, "shade", round_by=3, opacity=0.1 + 0.9 * share, title=title)
        role = "pale" if share > DEEP else "ink"
        canvas.text(x + side / 2, y + side * 0.45, fitted(tile.label, size, side - 4), role, size=size, anchor="middle")
        canvas.text(x + side / 2, y + side * 0.45 + size * 1.25, tile.text, role, size=size - 0.5, anchor="middle")
    return top + side * down + 10


def grid(canvas: Canvas, body: Grid, top: float) -> float:
    """A cell for each pair of row and column, its value in words and shade."""
    size = canvas.size - (3 if len(body.columns) > 12 or canvas.narrow else 2)
    left = min(max((measured(name, size) for name in body.rows), default=0) + 10, canvas.width * 0.3)
    wide = (canvas.width - left) / max(len(body.columns), 1)
    heading = max((measured(name, size) for name in body.columns), default=0)
    numbered = heading > wide * (1.0 if body.signed else 2.4)
    labels = [str(place + 1) for place in range(len(body.columns))] if numbered else list(body.columns)
    high = max(size * 2.0, 22.0)
    for place, name in enumerate(labels):
        canvas.text(
            left + wide * (place + 0.5),
            top + size,
            fitted(name, size, wide - 2),
            "soft",
            size=size,
            anchor="middle",
            full=body.columns[place],
        )
    begin = top + size * 1.8
    for row, (name, values) in enumerate(zip(body.rows, body.values, strict=True)):
        y = begin + high * row
        words = f"{row + 1} {name}" if numbered else name
        canvas.text(0, y + high * 0.5 + size * 0.36, fitted(words, size, left - 8), size=size, full=name)
        for column, value in enumerate(values):
            x = left + wide * column
            if value is None:
                canvas.rect(x + 0.5, y + 0.5, wide - 1, high - 1, "frame")
                continue
            share, role, shown = _cell(body, value, size, wide)
            title = f"{name} / {body.columns[column]}: {value:.2f}"
            canvas.rect(x + 0.5, y + 0.5, wide - 1, high - 1, role, opacity=0.06 + 0.9 * share, title=title)
            canvas.text(
                x + wide / 2,
                y + high * 0.5 + size * 0.36,
                shown,
                "pale" if share > DEEP else "ink",
                size=size,
                anchor="middle",
            )
    return begin + high * len(body.rows) + 6


def _cell(body: Grid, value: float, size: float, wide: float) -> tuple[float, str, str]:
    """How deep a cell is shaded, in which colour, and what is written in it."""
    if not body.signed:
        share = min(max((value - body.lowest) / (body.highest - body.lowest or 1), 0.0), 1.0)
        return share, "shade", f"{100 * value:.0f}" if body.highest <= 1 else f"{value:.1f}"
    words = f"{value:.2f}" if measured("\N{MINUS SIGN}0.00", size) <= wide - 2 else f"{value:.1f}"
    return min(abs(value), 1.0), "minus" if value < 0 else "shade", words.replace("-", "\N{MINUS SIGN}")
