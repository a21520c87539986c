"""Is what is drawn what the table says, and what the run has stored? Every kind of figure has its own answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from scoring.figures.specification import Bars, Cell, Figure, Outline, Scatter, Stacked, Tiles, Twins
from scoring.report.plan import Item
from scoring.selectors.board import RunBoard

NEAR = 1e-6
Row = tuple[str, Sequence[float | None]]
"""Who, and its numbers."""


def faults_of(figure: Figure, board: RunBoard, item: Item) -> list[str]:
    """Sentences; empty where drawing, table and run agree. A table without a drawing is held against the run."""
    told, body = TOLD[item.kind](figure), figure.body
    drawn = DRAWN[type(body)](body, told) if type(body) in DRAWN else told
    if [name for name, _numbers in drawn] != [name for name, _numbers in told]:
        return [_("Drawing and table name other units.")]
    stored: dict[str, list[Sequence[float | None]]] = {}
    for name, numbers in STORED[item.kind](board, item):
        stored.setdefault(name, []).append(numbers)
    return [
        *(
            _("%(unit)s: drawing and table disagree.") % {"unit": name}
            for (name, shown), (_name, own) in zip(drawn, told, strict=True)
            if not _alike(shown, own)
        ),
        *(
            _("%(unit)s: the run has another number.") % {"unit": name}
            for name, own in told
            if not any(_alike(own, each) for each in stored.get(name, []))
        ),
    ]


def _alike(one: Sequence[float | None], other: Sequence[float | None]) -> bool:
    if len(one) != len(other):
        return False
    pairs = [(np.nan if a is None else a, np.nan if b is None else b) for a, b in zip(one, other, strict=True)]
    return all(abs(a - b) <= NEAR or (np.isnan(a) and np.isnan(b)) for a, b in pairs)


# --- what is drawn, and what the table says ---


def _bars(body: Bars, _told: list[Row]) -> list[Row]:
    return [(bar.label, [bar.rank, bar.value]) for bar in body.bars]


def _stacks(body: Stacked, _told: list[Row]) -> list[Row]:
    return [(stack.label, [stack.rank, *stack.parts]) for stack in body.stacks]


def _points(body: Scatter, _told: list[Row]) -> list[Row]:
    return [(point.label, [point.x, point.y]) for point in body.points]


def _twins(body: Twins, _told: list[Row]) -> list[Row]:
    return [(twin.label, twin.values) for twin in body.twins]


def _branches(body: Outline, _told: list[Row]) -> list[Row]:
    return [(branch.code, [branch.weight]) for branch in body.branches]


def _tiles(body: Tiles, told: list[Row]) -> list[Row]:
    """Tiles have short names: the greatest value belongs to the first unit of the table, and so on."""
    values = sorted((tile.value for tile in body.tiles if tile.value is not None), reverse=True)
    if len(values) != len(told):
        return []
    return [(name, [rank, value]) for (name, (rank, *_others)), value in zip(told, values, strict=True)]


DRAWN: Mapping[type, Callable[[Any, list[Row]], list[Row]]] = {
    Bars: _bars, Stacked: _stacks, Scatter: _points, Twins: _twins, Outline: _branches, Tiles: _tiles,
}  # fmt: skip


def _numbers(cells: Sequence[Cell]) -> list[float | None]:
    return [None if cell is None else float(cell) for cell in cells]


def _ranked(figure: Figure) -> list[Row]:
    """Rank, unit, number."""
    return [(str(row[1]), _numbers([row[0], row[2]])) for row in figure.table.rows]


def _parts(figure: Figure) -> list[Row]:
    """Rank, unit, the parts; the score at the end is what they are parts of."""
    return [(str(row[1]), _numbers([row[0], *row[2:-1]])) for row in figure.table.rows]


def _pair(figure: Figure) -> list[Row]:
    """Unit, two values."""
    return [(str(row[0]), _numbers(row[1:])) for row in figure.table.rows]


def _coded(figure: Figure) -> list[Row]:
    """Code, name, level, local weight, weight."""
    return [(str(row[0]), _numbers([row[4]])) for row in figure.table.rows]


TOLD: Mapping[str, Callable[[Figure], list[Row]]] = {
    "bars": _ranked,
    "values": _ranked,
    "tiles": _ranked,
    "makeup": _parts,
    "twins": _pair,
    "scatter": _pair,
    "outline": _coded,
    "weights": _coded,
    "definitions": lambda figure: [(str(row[0]), []) for row in figure.table.rows],
}


# --- what the run has ---


def _scores(board: RunBoard, item: Item) -> list[Row]:
    return _rows(board, board.ranks_of(item.node), board.score_of(item.node))


def _values(board: RunBoard, item: Item) -> list[Row]:
    return _rows(board, board.ranks_of(item.node), board.raw_of(item.node))


def _points_of(board: RunBoard, item: Item) -> list[Row]:
    """Rank, and score x weight of each child; nothing where a child has no score."""
    parts = [weight * np.nan_to_num(board.score_of(child)) for child, weight in board.local[item.node].items()]
    return _rows(board, board.ranks_of(item.node), *parts)


def _pairs(board: RunBoard, item: Item) -> list[Row]:
    return _rows(board, board.raw_of(item.node), board.raw_of(item.other))


def _rows(board: RunBoard, *columns: Any) -> list[Row]:
    return [(name, [float(column[unit]) for column in columns]) for unit, name in enumerate(board.names)]


def _weights(board: RunBoard, _item: Item) -> list[Row]:
    """Down the tree, the local weights of the run multiplied."""
    total, waiting = {board.root: 1.0}, [board.root]
    while waiting:
        parent = waiting.pop()
        for child, weight in board.local.get(parent, {}).items():
            total[child] = total[parent] * weight
            waiting.append(child)
    return [(code, [weight]) for code, weight in total.items()]


STORED: Mapping[str, Callable[[RunBoard, Item], list[Row]]] = {
    "bars": _scores,
    "values": _values,
    "tiles": _scores,
    "makeup": _points_of,
    "twins": _pairs,
    "scatter": _pairs,
    "outline": _weights,
    "weights": _weights,
    "definitions": lambda board, _item: [(code, []) for code in board.columns],
}
