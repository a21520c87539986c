"""Square blocks on a sheet: the same names in the first row and in the first column, wherever they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from surveys.files.grids import Grid, GridCell, Place
from surveys.sheet import key_of

ROWS_ABOVE = 3  # in which a title is looked for
LARGEST = 60  # items of a matrix


@dataclass(frozen=True)
class Block:
    """A block whose corner, the cell above the first name and left of it, stands at (`row`, `column`).

    `titles` are the texts in its corner and above it, nearest first. `frayed` are the two cells after the last name
    where both the row and the column go on, with different texts.
    """

    grid: Grid
    row: int
    column: int
    names: tuple[str, ...]
    titles: tuple[str, ...] = ()
    frayed: tuple[Place, Place] | None = None

    def cell(self, i: int, j: int) -> GridCell | None:
        """What item i says against item j, both from 0."""
        return self.grid.cells.get(self.place(i, j))

    def place(self, i: int, j: int) -> Place:
        return self.row + 1 + i, self.column + 1 + j


def find_blocks(grid: Grid, known: Collection[str]) -> list[Block]:
    """Return the blocks of a sheet from top to bottom. Numbers count as names only where they are `known` codes."""
    keys = dict(_keys(grid, known))
    taken: set[Place] = set()
    blocks: list[Block] = []
    for row, column in sorted(keys):
        if (row, column) not in taken and column > 1:
            size = _size(keys, row, column)
            if size > 1:
                block = _block(grid, keys, row, column - 1, size, taken)
                taken.update(_rectangle(row, column - 1, size))
                blocks.append(block)
    return blocks


def _keys(grid: Grid, known: Collection[str]) -> Iterator[tuple[Place, str]]:
    for place, cell in grid.cells.items():
        key = key_of(cell.text)
        if key and (key in known or (isinstance(cell.value, str) and any(map(str.isalpha, key)))):
            yield place, key


def _size(keys: Mapping[Place, str], row: int, column: int) -> int:
    """How many names go along the row from (row, column) and, alike, down the column left of it from the row below."""
    names: set[str] = set()
    for step in count():
        across = keys.get((row, column + step))
        if across is None or across != keys.get((row + 1 + step, column - 1)) or across in names or step == LARGEST:
            return step
        names.add(across)
    raise AssertionError("count() has no end")


def _rectangle(row: int, column: int, size: int) -> Iterator[Place]:
    return ((row + i, column + j) for i in range(size + 1) for j in range(size + 1))


def _block(grid: Grid, keys: Mapping[Place, str], row: int, column: int, size: int, taken: Collection[Place]) -> Block:
    names = tuple(grid.text(row, column + 1 + step) for step in range(size))
    across, down = (row, column + 1 + size), (row + 1 + size, column)
    frayed = (across, down) if across in keys and down in keys else None
    return Block(grid, row, column, names, tuple(_titles(grid, row, column, size, taken)), frayed)


def _titles(grid: Grid, row: int, column: int, size: int, taken: Collection[Place]) -> Iterator[str]:
    corner = grid.text(row, column)
    if corner:
        yield corner
    for above in range(row - 1, max(0, row - 1 - ROWS_ABOVE), -1):
        places = [(above, column + step) for step in range(size + 1)]
        if any(place in taken for place in places):
            return
        yield from filter(None, (grid.text(*place) for place in places))
