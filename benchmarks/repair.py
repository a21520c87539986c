"""Do the hints repair what does not fit together? ``python -m benchmarks.repair [matrices]``.

For each number of items, experts with log-normal errors answer on the scale 1 … 9, the error set so that about 30 % of
the matrices have a consistency ratio of 0.10 or above. Whoever answered such a matrix takes one hint of `ahp.hints`
after the other: the first of them, as the pages offer it; the one of three that lowers the ratio most; or the first,
but only half of the way to it.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

import ahp
from ahp._batch import principal_batch
from ahp._cells import Array
from benchmarks import workloads

SIZES = range(3, 12)
FAILING = 0.3  # of the matrices
LIMIT = 0.1  # of the consistency ratio
OFFERED = 3  # hints at most, and changes one after another
PATIENCE = 9  # changes after which a matrix counts as never repaired
NEVER = 99
_CALIBRATED_ON = 20_000

Way = Callable[[ahp.Matrix], tuple[ahp.Hint, float] | None]
"""From a matrix to the hint taken and what is answered instead."""


@dataclass(frozen=True)
class Repair:
    """What became of the failing matrices of one size: `changes` until the ratio is below the limit, or NEVER."""

    n: int
    error: float
    matrices: int
    changes: Array

    @property
    def failing(self) -> float:
        """The share of all matrices that needed a repair."""
        return len(self.changes) / self.matrices

    def within(self, changes: int) -> float:
        """The share of the failing matrices that so many changes repair."""
        return float((self.changes <= changes).mean())

    @property
    def most(self) -> int:
        """The largest number of changes that one matrix needed."""
        return int(self.changes.max())


def first(m: ahp.Matrix) -> tuple[ahp.Hint, float] | None:
    """The first hint, taken as it is."""
    found = ahp.hints(m, limit=1)
    return (found[0], found[0].suggestion) if found else None


def lowest(m: ahp.Matrix) -> tuple[ahp.Hint, float] | None:
    """Of the hints on the page the one after which the ratio is lowest."""
    found = ahp.hints(m, limit=OFFERED)
    best = min(found, key=lambda hint: hint.ratio_after or 0.0, default=None)
    return (best, best.suggestion) if best else None


def half_way(m: ahp.Matrix) -> tuple[ahp.Hint, float] | None:
    """The first hint, but the expert goes only half of the way; a last step is gone whole."""
    taken = first(m)
    if taken is None:
        return None
    hint, suggestion = taken
    middle = float(workloads.on_scale(np.log(np.array(hint.answer * suggestion)) / 2))
    return hint, suggestion if middle == hint.answer else middle


WAYS: dict[str, Way] = {"first hint": first, "lowest CR of three hints": lowest, "first hint, half-way": half_way}


def answered(n: int, matrices: int, error: float, seed: int) -> Array:
    """Judgments (matrices, pairs); the same seed draws the same truth and the same errors, scaled."""
    return workloads.answers([n], matrices, seed, error)


def ratios(rows: Array, n: int) -> Array:
    """The consistency ratio of every row."""
    largest = principal_batch(np.ascontiguousarray(rows.T), n)[1]
    return (largest - n) / (n - 1) / ahp.random_index(n)


@cache
def calibrated(n: int, seed: int = 30) -> float:
    """The error at which the wanted share of matrices fails, by bisection."""
    low, high = 0.1, 2.0
    for _ in range(12):
        middle = (low + high) / 2
        failing = (ratios(answered(n, _CALIBRATED_ON, middle, seed), n) >= LIMIT).mean()
        low, high = (middle, high) if failing < FAILING else (low, middle)
    return (low + high) / 2


def changes_until_repaired(m: ahp.Matrix, way: Way) -> int:
    """How many hints one expert takes until the ratio is below the limit."""
    for changes in range(PATIENCE + 1):
        if (ahp.consistency(m).ratio or 0.0) < LIMIT:
            return changes
        taken = way(m)
        if taken is None:
            break
        hint, answer = taken
        m = m.with_judgment(*hint.pair, answer)
    return NEVER


def simulate(matrices: int, way: Way = first, seed: int = 31) -> list[Repair]:
    """One result for each size."""
    found = []
    for n in SIZES:
        error = calibrated(n)
        rows = answered(n, matrices, error, seed)
        failing = rows[ratios(rows, n) >= LIMIT]
        changes = [changes_until_repaired(ahp.matrix(workloads.table(row, n)), way) for row in failing]
        found.append(Repair(n, error, matrices, np.array(changes)))
    return found


def rows_of(found: list[Repair]) -> list[str]:
    """One line of Markdown for each size."""
    told = []
    for it in found:
        shares = " | ".join(f"{it.within(changes):.1%}" for changes in (1, 2, 3))
        most = "not repaired" if it.most == NEVER else str(it.most)
        told.append(f"{it.n} | {it.error:.2f} | {it.failing:.1%} of {it.matrices:,} | {shares} | {most}")
    return told


HEAD = "items | error | CR at least 0.10 | repaired by 1 hint | by 2 | by 3 | most hints"


if __name__ == "__main__":
    count = int(float(sys.argv[1])) if len(sys.argv) > 1 else 2000
    for name, one_way in WAYS.items():
        print("", name, "", f"| {HEAD} |", *(f"| {row} |" for row in rows_of(simulate(count, one_way))), sep="\n")
