"""Five synthetic experts who show what a coordinator must cope with. Each is made from one calm expert's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isqrt

from surveys.files.judgments import JudgmentRow

UNFINISHED_AT = 58
OTHER_SIDE = {"a": "b", "b": "a"}


def hurried(code: str, calm: Sequence[JudgmentRow]) -> list[JudgmentRow]:
    """Answers that contradict each other: every seventh one is turned round, so that several CR rise above 0.1."""
    return [
        _turned(row, strength=5) if place % 7 == 3 else replace(row, expert=code)
        for place, row in enumerate(_of(code, calm))
    ]


def circular(code: str, calm: Sequence[JudgmentRow], node: str) -> list[JudgmentRow]:
    """A over B, B over C, C over A: the first three children of `node` beat each other in a circle."""
    circle = {0: "a", 1: "b", _children_count(calm, node) - 1: "a"}
    answers = []
    place = 0
    for row in _of(code, calm):
        if row.parent == node:
            if place in circle:
                row = replace(row, more_important=circle[place], strength=5)
            place += 1
        answers.append(row)
    return answers


def unfinished(code: str, calm: Sequence[JudgmentRow]) -> list[JudgmentRow]:
    """The first questions answered, the rest not."""
    return _of(code, calm)[:UNFINISHED_AT]


def straight_lined(code: str, calm: Sequence[JudgmentRow]) -> list[JudgmentRow]:
    """The same button all the way: everything equal, with a CR of zero."""
    return [replace(row, more_important="equal", strength=1) for row in _of(code, calm)]


def outlying(code: str, calm: Sequence[JudgmentRow]) -> list[JudgmentRow]:
    """Consistent, and the opposite of everybody else."""
    return [_turned(row, strength=row.strength) for row in _of(code, calm)]


def _of(code: str, calm: Sequence[JudgmentRow]) -> list[JudgmentRow]:
    return [replace(row, expert=code) for row in calm]


def _turned(row: JudgmentRow, strength: int | None) -> JudgmentRow:
    """The other item is more important; an equal pair tips to the second."""
    if row.more_important == "equal":
        return replace(row, more_important="b", strength=max(strength or 0, 2)) if strength != 1 else row
    return replace(row, more_important=OTHER_SIDE[row.more_important], strength=strength)


def _children_count(rows: Sequence[JudgmentRow], node: str) -> int:
    """From n(n-1)/2 pairs back to n."""
    pairs = sum(row.parent == node for row in rows)
    return (1 + isqrt(1 + 8 * pairs)) // 2
