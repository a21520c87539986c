"""Figures whose rows are units or nodes: bars, bars of parts, dot-range profiles, trees."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.figures.canvas import Canvas, Scale, fitted, linear, lines_of, measured, number_text, ticks, wrapped
from scoring.figures.specification import Bar, Bars, Dots, Outline, Stacked, Twins

ROW, NARROW_ROW, LABEL_SHARE = 30, 32, 0.34
TWIN_GAP = 14


def bars(canvas: Canvas, body: Bars, top: float) -> float:
    """Horizontal bars from zero; the values stand at their ends."""
    if not body.bars:
        return _nothing(canvas, top)
    size = canvas.size
    ranked = any(bar.rank is not None for bar in body.bars)
    left = _left(canvas, [bar.label for bar in body.bars], ranked)
    values = [number for bar in body.bars for number in (bar.value, bar.low, bar.high) if number is not None]
    room = max(measured(bar.text, size) for bar in body.bars) + 10
    low = min(0.0, *values)
    marks = ticks(low, max(body.highest or 0.0, *values, 0.0) or 1.0, 4 if canvas.narrow else 5)
    scale = linear(marks[0], marks[-1], left, canvas.width - room - 4)
    height = _row(canvas)
    bottom = top + height * len(body.bars)
    _axis(canvas, scale, marks, top, bottom)
    for place, bar in enumerate(body.bars):
        middle = top + height * (place + 0.5)
        _label(canvas, left, middle, bar.label, bar.rank if ranked else None, ranked=ranked)
        _bar(canvas, bar, scale, middle, height * 0.58)
    return bottom + size * 1.6


def stacked(canvas: Canvas, body: Stacked, top: float) -> float:
    """Parts that add up; each is named once, above."""
    if not body.stacks:
        return _nothing(canvas, top)
    size, height = canvas.size, _row(canvas)
    top = _legend(canvas, body.names, top)
    ranked = any(stack.rank is not None for stack in body.stacks)
    left = _left(canvas, [stack.label for stack in body.stacks], ranked)
    room = max(measured(stack.text, size) for stack in body.stacks) + 10
    marks = ticks(0, max(body.highest or 0.0, *(sum(stack.parts) for stack in body.stacks)), 4 if canvas.narrow else 5)
    scale = linear(0, marks[-1], left, canvas.width - room - 4)
    bottom = top + height * len(body.stacks)
    _axis(canvas, scale, marks, top, bottom)
    for place, stack in enumerate(body.stacks):
        middle, reached = top + height * (place + 0.5), 0.0
        _label(canvas, left, middle, stack.label, stack.rank, ranked=ranked)
        for part, (name, points) in enumerate(zip(body.names, stack.parts, strict=True)):
            width = scale(reached + points) - scale(reached)
            title = f"{stack.label} · {name}: {points:.2f}"
            canvas.rect(
                scale(reached), middle - height * 0.29, max(width - 1, 0), height * 0.58, _part(part), title=title
            )
            reached += points
        canvas.text(scale(reached) + 6, middle + size * 0.36, stack.text, bold=True)
    return bottom + size * 1.6


def twins(canvas: Canvas, body: Twins, top: float) -> float:
    """Two bars for each unit, beside each other: the measures share the rows, and nothing else."""
    if not body.twins:
        return _nothing(canvas, top)
    size, height = canvas.size, _row(canvas) - 8
    left = _left(canvas, [twin.label for twin in body.twins], ranked=False)
    wide = (canvas.width - left - TWIN_GAP) / 2
    heads = [_head(name, size, wide) for name in body.names]
    begin = top + size * 1.25 * max(len(head) for head in heads) + 8
    bottom = begin + height * len(body.twins)
    for side, head in enumerate(heads):
        start = left + side * (wide + TWIN_GAP)
        for line, words in enumerate(head):
            y = begin - 8 - size * 1.25 * (len(head) - 1 - line)
            canvas.text(start, y, words, bold=True, full="" if line else body.names[side])
        _twin_panel(canvas, body, side, (start, begin, start + wide, bottom))
    for place, twin in enumerate(body.twins):
        _label(canvas, left, begin + height * (place + 0.5), twin.label, None, ranked=False)
    return bottom + size * 1.6


def _head(name: str, size: float, wide: float) -> list[str]:
    """In one line, or the unit of measure in a line of its own."""
    measure, gap, unit = name.rpartition(" (")
    if not gap or measured(name, size) <= wide:
        return wrapped(name, size, wide, 3)
    return [*wrapped(measure, size, wide), fitted(f"({unit}", size, wide)]


def _twin_panel(canvas: Canvas, body: Twins, side: int, frame: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = frame
    values = [twin.values[side] for twin in body.twins]
    room = max(measured(twin.texts[side], canvas.size - 1) for twin in body.twins) + 8
    most = max(0.0, *values) or 1.0
    marks = [mark for mark in ticks(min(0.0, *values), most, 2 if canvas.narrow else 3) if mark <= most]
    scale = linear(marks[0], most, left, right - room)
    _axis(canvas, scale, marks, top, bottom)
    height = (bottom - top) / len(body.twins)
    for place, twin in enumerate(body.twins):
        middle, zero, end = top + height * (place + 0.5), scale(0), scale(twin.values[side])
        title = f"{twin.label} · {body.names[side]}: {twin.texts[side]}"
        role = "bar" if side == 0 else "part2"
        canvas.rect(min(zero, end), middle - height * 0.29, abs(end - zero), height * 0.58, role, title=title)
        canvas.text(max(zero, end) + 5, middle + canvas.size * 0.33, twin.texts[side], size=canvas.size - 1)


def dots(canvas: Canvas, body: Dots, top: float) -> float:
    """A dot for the unit on the line from the least to the greatest, with a tick at the middle."""
    if not body.dots:
        return _nothing(canvas, top)
    size, height = canvas.size, _row(canvas) - 4
    top = _dot_legend(canvas, body.names, top)
    indent = [12 * dot.level for dot in body.dots]
    names = [dot.label for dot in body.dots]
    left = min(
        max(measured(name, size) + more for name, more in zip(names, indent, strict=True)) + 12, canvas.width * 0.42
    )
    room = max((measured(dot.text, size) for dot in body.dots), default=0) + 14
    marks = ticks(body.lowest, body.highest, 4 if canvas.narrow else 5)
    scale = linear(marks[0], marks[-1], left + 6, canvas.width - room)
    bottom = top + height * len(body.dots)
    _axis(canvas, scale, marks, top, bottom)
    for dot, more, place in zip(body.dots, indent, range(len(body.dots)), strict=True):
        y = top + height * (place + 0.5)
        shown = fitted(dot.label, size, left - 12 - more)
        canvas.text(more, y + size * 0.36, shown, full=dot.label, bold=not dot.level)
        canvas.line(scale(dot.low), y, scale(dot.high), y, "range")
        canvas.line(scale(dot.middle), y - 7, scale(dot.middle), y + 7, "axis")
        if dot.value is not None:
            canvas.dot(scale(dot.value), y, 6, "strong", title=f"{dot.label}: {dot.text}")
        canvas.text(canvas.width, y + size * 0.36, dot.text, anchor="end")
    return bottom + size * 1.6


def outline(canvas: Canvas, body: Outline, top: float) -> float:
    """The tree, a line for each node; a bar shows the weight where there is one."""
    size = canvas.size
    height = size * 1.75
    heaviest = max((branch.weight for branch in body.branches if branch.level and branch.weight), default=1.0)
    bar_room, text_room = canvas.width * (0.16 if canvas.narrow else 0.22), measured("100.00%", size) + 8
    weighed = any(branch.weight is not None for branch in body.branches)
    codes = max((measured(branch.code, size) for branch in body.branches), default=0.0) + 10
    ends: dict[int, float] = {}
    for place, branch in enumerate(body.branches):
        y = top + height * (place + 0.5)
        x = branch.level * (12 if canvas.narrow else 26)
        if branch.level:
            above = ends[branch.level - 1]
            stem = x - (8 if canvas.narrow else 16)
            canvas.line(stem, above + 8, stem, y, "grid")
            canvas.line(stem, y, x - 3, y, "grid")
        ends[branch.level] = y
        most = canvas.width - x - codes - ((bar_room + text_room + 8) if weighed else 0)
        wide = size * (1.16 if branch.level < 2 else 1)  # letters in bold need more room
        canvas.text(x, y + size * 0.36, branch.code, "soft", size=size - 1)
        canvas.text(
            x + codes, y + size * 0.36, fitted(branch.label, wide, most), full=branch.label, bold=branch.level < 2
        )
        if branch.weight is not None:
            right = canvas.width - text_room
            share = min(branch.weight / heaviest, 1.0)
            if branch.level:
                canvas.rect(
                    right - bar_room,
                    y - size * 0.36,
                    bar_room * share,
                    size * 0.72,
                    "bar" if branch.level < 3 else "weak",
                )
            canvas.text(canvas.width, y + size * 0.36, f"{branch.weight:.2%}", "soft", anchor="end", size=size - 1)
    return top + height * len(body.branches) + 6


def _bar(canvas: Canvas, bar: Bar, scale: Scale, middle: float, thick: float) -> None:
    zero, end = scale(0), scale(bar.value)
    role = "strong" if bar.strong else "bar"
    canvas.rect(min(zero, end), middle - thick / 2, abs(end - zero), thick, role, title=f"{bar.label}: {bar.text}")
    reach = max(zero, end)
    if bar.low is not None and bar.high is not None:
        low, high = scale(bar.low), scale(bar.high)
        for role_ in ("halo", "whisker"):
            canvas.line(low, middle, high, middle, role_)
        for edge in (low, high):
            canvas.line(edge, middle - 4, edge, middle + 4, "whisker")
        reach = max(reach, high)
    canvas.text(reach + 6, middle + canvas.size * 0.36, bar.text, bold=bar.strong)


def _axis(canvas: Canvas, scale: Scale, marks: list[float], top: float, bottom: float) -> None:
    for mark in marks:
        x = scale(mark)
        canvas.line(x, top, x, bottom, "axis" if mark == 0 else "grid")
        canvas.text(x, bottom + canvas.size * 1.1, number_text(mark), "soft", size=canvas.size - 2, anchor="middle")


def _label(canvas: Canvas, left: float, middle: float, label: str, rank: int | None, *, ranked: bool) -> None:
    size = canvas.size
    begin = measured("302", size) + 6 if ranked else 0.0
    if rank is not None:
        canvas.text(begin - 8, middle + size * 0.36, str(rank), "soft", anchor="end", size=size - 1)
    lines = wrapped(label, size, left - begin - 10)
    small = size if len(lines) == 1 else size - 2
    shown = wrapped(label, small, left - begin - 10)
    if shown[-1].endswith("…"):
        for place, line in enumerate(shown):
            y = middle + (place - (len(shown) - 1) / 2) * small * 1.15 + small * 0.36
            canvas.text(left - 8, y, line, size=small, anchor="end", full=label if not place else "")
    else:
        lines_of(canvas, left - 8, middle, shown, "ink", small, "end")


def _left(canvas: Canvas, labels: list[str], ranked: bool) -> float:
    size = canvas.size
    ranks = measured("302", size) + 6 if ranked else 0.0
    return min(max(measured(label, size) for label in labels) + 12 + ranks, canvas.width * LABEL_SHARE + ranks)


def _legend(canvas: Canvas, names: Sequence[str], top: float) -> float:
    """Names of the parts with their colours, line after line."""
    x, y, size = 0.0, top + canvas.size * 0.5, canvas.size - 1
    for part, name in enumerate(names):
        wide = 18 + measured(name, size) + 16
        if x and x + wide > canvas.width:
            x, y = 0.0, y + size * 1.7
        canvas.rect(x, y - 6, 12, 12, _part(part))
        canvas.text(x + 18, y + size * 0.36, name, size=size)
        x += wide
    return y + canvas.size * 1.3


def _dot_legend(canvas: Canvas, names: tuple[str, str, str], top: float) -> float:
    x, y, size = 0.0, top + canvas.size * 0.5, canvas.size - 1
    for place, name in enumerate(names):
        wide = 30 + measured(name, size) + 18
        if x and x + wide > canvas.width:
            x, y = 0.0, y + size * 1.7
        if place == 0:
            canvas.dot(x + 10, y, 6, "strong")
        elif place == 1:
            canvas.line(x + 2, y, x + 20, y, "range")
        else:
            canvas.line(x + 11, y - 7, x + 11, y + 7, "axis")
        canvas.text(x + 28, y + size * 0.36, name, size=size)
        x += wide
    return y + canvas.size * 1.3


def _nothing(canvas: Canvas, top: float) -> float:
    canvas.text(0, top + canvas.size * 1.2, "—", "soft")
    return top + canvas.size * 2


def _part(place: int) -> str:
    return f"part{place % 9}"


def _row(canvas: Canvas) -> float:
    return NARROW_ROW if canvas.narrow else ROW
