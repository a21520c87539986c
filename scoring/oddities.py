"""What is odd in a table of values and may still be right: somebody is asked. Only numpy.

The rules look at orders of magnitude (log10 of the sizes), since what goes wrong in a table by hand is a factor of 10,
100, 1,000 or 10,000: a point too far, 万 for 亿. They are robust: medians, and gaps between neighbours, so that one
wrong cell does not hide itself by widening the spread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

ABOVE, BELOW = 0.7, 1.5
"""The gap to the rest that is odd, in powers of ten: 5 times above, 30 times below, for small units are common."""
FEW = 0.1
"""At most this part of a column can stand apart from the rest; more are a group of their own."""
SMALL = 0.25
"""A unit that is the least in this part of the other columns is small, and not mistyped."""
NEAR = 0.3
"""A change is one of 10^k where it is within a factor of two of it,"""
ANYHOW = 1.5
"""or where it is more than thirtyfold: no year does that."""
LARGEST_POWER = 8
ENOUGH = 5
"""Fewer units than this have no pattern."""


@dataclass(frozen=True, order=True)
class Jump:
    """A cell that lies about 10^power above (below: negative) what the rest of its column, or its last version, is."""

    unit: int
    leaf: int
    power: int


def jumps(values: ArrayLike) -> list[Jump]:
    """Cells of units x leaves (nan = missing) that stand far apart from their column.

    Tenfold errors that end among the other values are not seen: only an earlier version shows them (`jumps_since`).

    >>> jumps([[1.2], [0.9], [150.0], [1.1], [2.0], [1.6]])
    [Jump(unit=2, leaf=0, power=2)]
    """
    table = np.abs(np.asarray(values, dtype=float))
    least = table == np.where(np.isnan(table), np.inf, table).min(axis=0, initial=np.inf)
    return sorted(jump for leaf in range(table.shape[1]) for jump in _apart(table[:, leaf], leaf, _small(least, leaf)))


def _small(least: NDArray[np.bool_], leaf: int) -> NDArray[np.bool_]:
    """Units that are the least in many of the other columns."""
    others = least.sum(axis=1) - least[:, leaf]
    small: NDArray[np.bool_] = others >= max(2.0, SMALL * (least.shape[1] - 1))
    return small


def _apart(column: Array, leaf: int, small: NDArray[np.bool_]) -> Iterator[Jump]:
    """Those beyond the first wide gap, looked for from the ends inward."""
    units = np.flatnonzero(column > 0)
    if len(units) < ENOUGH:
        return
    order = units[np.argsort(column[units], kind="stable")]
    logs = np.log10(column[order])
    middle, few = float(np.median(logs)), max(1, int(FEW * len(order)))
    gaps = np.diff(logs)
    for place in range(len(order) - 1 - few, len(order) - 1):
        if gaps[place] >= ABOVE:
            yield from _as_jumps(order[place + 1 :], logs[place + 1 :] - middle, leaf)
            break
    for place in range(few - 1, -1, -1):
        if gaps[place] >= BELOW:
            outer = [at for at in range(place + 1) if not small[order[at]]]
            yield from _as_jumps(order[outer], logs[outer] - middle, leaf)
            break


def _as_jumps(units: NDArray[np.int_], distances: Array, leaf: int) -> Iterator[Jump]:
    for unit, distance in zip(units, distances, strict=True):
        power = int(np.clip(round(float(distance)), -LARGEST_POWER, LARGEST_POWER)) or int(np.sign(distance))
        yield Jump(int(unit), leaf, power)


def jumps_since(before: ArrayLike, now: ArrayLike) -> tuple[list[Jump], dict[int, int]]:
    """What changed by a power of ten since an earlier version (same units and leaves, nan = not in one of them).

    Returns single cells, and whole columns with their power: there the unit of measure was changed.

    >>> jumps_since([[1, 10], [2, 20], [3, 30]], [[1, 1010], [200, 2010], [3, 2990]])
    ([Jump(unit=1, leaf=0, power=2)], {1: 2})
    """
    earlier, later = np.abs(np.asarray(before, dtype=float)), np.abs(np.asarray(now, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.log10(later / earlier)
    change[~np.isfinite(change)] = np.nan
    found: list[Jump] = []
    columns: dict[int, int] = {}
    for leaf in range(change.shape[1]):
        known = change[:, leaf][~np.isnan(change[:, leaf])]
        usual = float(np.median(known)) if len(known) else 0.0
        power = _power(usual)
        if power and len(known) > 1:
            columns[leaf] = power
        base = usual if len(known) >= 3 else 0.0
        found += [
            Jump(int(unit), leaf, own)
            for unit in np.flatnonzero(~np.isnan(change[:, leaf]))
            if (own := _power(float(change[unit, leaf]) - base)) and abs(change[unit, leaf]) > NEAR
        ]
    return sorted(found), columns


def _power(change: float) -> int:
    power = round(change)
    odd = abs(power) >= 1 and (abs(change - power) <= NEAR or abs(change) >= ANYHOW)
    return int(np.clip(power, -LARGEST_POWER, LARGEST_POWER)) if odd else 0


def equal_columns(values: ArrayLike) -> list[tuple[int, int]]:
    """Pairs of leaves with the same value for every unit: a column was pasted twice. Constant columns say nothing.

    >>> equal_columns([[1, 1, 5], [2, 2, 5], [3, 3, 5], [4, 4, 5], [5, 5, 5]])
    [(0, 1)]
    """
    table = np.asarray(values, dtype=float)
    told = [leaf for leaf in range(table.shape[1]) if len(set(_filled(table[:, leaf]))) > 1]
    return _pairs(table.T, told)


def equal_units(values: ArrayLike) -> list[tuple[int, int]]:
    """Pairs of units with the same value on every leaf: a row was copied. Few leaves can agree by chance.

    >>> equal_units([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 6]])
    [(0, 1)]
    """
    table = np.asarray(values, dtype=float)
    return _pairs(table, range(len(table)))


def _filled(row: Array) -> Array:
    return row[~np.isnan(row)]


def _pairs(rows: Array, wanted: Sequence[int]) -> list[tuple[int, int]]:
    first: dict[bytes, int] = {}
    found = []
    for place in wanted:
        if len(_filled(rows[place])) < ENOUGH:
            continue
        known = first.setdefault((rows[place] + 0.0).tobytes(), place)
        if known != place:
            found.append((known, place))
    return found
