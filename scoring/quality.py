"""What data are like before anybody scores them: gaps, equal values, skewness, and what a treatment would do to them.

Only numpy. A column is the values of all units on one indicator; what is not finite is missing. Nothing here changes
data: a treated column is a copy, to be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoring.normalising import Array

SKEW, KURTOSIS = 2.0, 3.5
"""A column is flagged where it reaches both: the rule of the COINr package and of the Global Innovation Index, whose
report bases it on R. A. Groeneveld and G. Meeden, *The Statistician* 33 (1984) 391-399.
"""
NOISE = 1e-12
"""Of the largest value: values that differ by no more are equal but for rounding."""
POINTS = 5
"""No more values than this are moved when a column is winsorised."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column in numbers. What cannot be told (too few values, all equal) is None.

    `same` is the share of the units with a value that have the commonest one; `skewness` and `kurtosis` are the
    estimates G1 and G2 of `skewness` and `kurtosis`.
    """

    units: int
    present: int
    distinct: int
    same: float
    low: float | None
    high: float | None
    mean: float | None
    skewness: float | None
    kurtosis: float | None

    @property
    def missing(self) -> int:
        return self.units - self.present

    @property
    def share(self) -> float:
        """Of the units that have a value."""
        return self.present / self.units if self.units else 0.0

    @property
    def constant(self) -> bool:
        return self.distinct == 1

    @property
    def skewed(self) -> bool:
        """A few values lie so far from the others that they decide the bounds."""
        return (
            self.skewness is not None
            and self.kurtosis is not None
            and abs(self.skewness) >= SKEW
            and self.kurtosis >= KURTOSIS
        )


@dataclass(frozen=True)
class Winsorised:
    """A column whose extreme values were moved to the nearest that is not: positions; the column before and after."""

    values: Array
    moved: tuple[int, ...]
    before: Column
    after: Column


def describe(values: ArrayLike) -> Column:
    """Tell a column in numbers.

    >>> told = describe([1, 2, 2, 3, float("nan")])
    >>> told.present, told.missing, told.distinct, told.same, told.mean
    (4, 1, 3, 0.5, 2.0)
    """
    column = np.asarray(values, dtype=float)
    known = column[np.isfinite(column)]
    counts = np.unique_counts(known).counts
    return Column(
        units=column.size,
        present=known.size,
        distinct=counts.size,
        same=float(counts.max() / known.size) if known.size else 0.0,
        low=float(known.min()) if known.size else None,
        high=float(known.max()) if known.size else None,
        mean=_mean(known) if known.size else None,
        skewness=skewness(known),
        kurtosis=kurtosis(known),
    )


def skewness(values: ArrayLike) -> float | None:
    """Return G1 = sqrt(n (n - 1)) / (n - 2) · m3 / m2^1.5; None below 3 values or where all are equal.

    The estimate that spreadsheets call SKEW (D. N. Joanes and C. A. Gill, *The Statistician* 47 (1998) 183-189).

    >>> round(skewness([0, 0, 1]), 6), skewness([1, 1, 1])
    (1.732051, None)
    """
    deviations = _deviations(values)
    if deviations is None or deviations.size < 3:
        return None
    n = deviations.size
    return float(np.sqrt(n * (n - 1)) / (n - 2) * np.mean(deviations**3) / np.mean(deviations**2) ** 1.5)


def kurtosis(values: ArrayLike) -> float | None:
    """Return G2 = (n - 1) / ((n - 2) (n - 3)) · ((n + 1) (m4 / m2² - 3) + 6), which is 0 under a normal distribution.

    None below 4 values or where all are equal. The estimate that spreadsheets call KURT (Joanes and Gill, as above).

    >>> round(kurtosis([1, 2, 3, 4]), 6), kurtosis([1, 2, 3])
    (-1.2, None)
    """
    deviations = _deviations(values)
    if deviations is None or deviations.size < 4:
        return None
    n = deviations.size
    excess = np.mean(deviations**4) / np.mean(deviations**2) ** 2 - 3
    return float((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6))


def winsorise(values: ArrayLike, *, points: int = POINTS) -> Winsorised:
    """Move the most extreme values to the nearest that is not, until the column is no longer flagged.

    Each step moves the greatest value (the least where the skewness is negative), with all that equal it, to the next
    one; it stops before more than `points` values were moved. The rule of COINr and of the JRC's audits.

    >>> done = winsorise([*range(1, 11), 30, 100])
    >>> done.moved, done.values[-2:].tolist(), done.before.skewed, done.after.skewed
    ((11,), [30.0, 30.0], True, False)
    """
    column = np.array(values, dtype=float)
    before = after = describe(column)
    moved: set[int] = set()
    while after.skewed:
        upper = (after.skewness or 0.0) > 0
        extreme = after.high if upper else after.low
        here = np.flatnonzero(column == extreme)
        others = column[np.isfinite(column) & (column != extreme)]
        if len(moved.union(here.tolist())) > points:
            break
        column[here] = others.max() if upper else others.min()
        moved.update(here.tolist())
        after = describe(column)
    return Winsorised(column, tuple(sorted(moved)), before, after)


def logarithms(values: ArrayLike) -> Array | None:
    """Return natural logarithms; None where a value is 0 or less, which the rule `ln` refuses, or where there is none.

    >>> logarithms([1.0, float("nan")]), logarithms([0.0, 1.0])
    (array([ 0., nan]), None)
    """
    column = np.asarray(values, dtype=float)
    known = np.isfinite(column)
    if not known.any() or (column[known] <= 0).any():
        return None
    logs = np.full(column.shape, np.nan)
    logs[known] = np.log(column[known])
    return logs


def availability(values: Array, groups: Mapping[str, Sequence[int]]) -> dict[str, Array]:
    """Return the share of the columns of each group on which a unit has a value, group → unit.

    `values` are units x columns, `groups` the positions of their columns.

    >>> found = availability(np.array([[1.0, np.nan], [1.0, 2.0]]), {"all": [0, 1], "second": [1]})
    >>> {name: shares.tolist() for name, shares in found.items()}
    {'all': [0.5, 1.0], 'second': [0.0, 1.0]}
    """
    there = np.isfinite(values)
    return {name: there[:, list(places)].mean(axis=1) for name, places in groups.items() if len(places)}


def _mean(known: Array) -> float:
    """Through the greatest size, so that values near the end of the range do not overflow."""
    scale = float(np.abs(known).max()) or 1.0
    return float((known / scale).mean() * scale)


def _deviations(values: ArrayLike) -> Array | None:
    """From the mean, in units of the largest: powers of them neither overflow nor vanish. None where all are equal."""
    column = np.asarray(values, dtype=float)
    known = column[np.isfinite(column)]
    if not known.size or known.min() == known.max():
        return None
    scaled = known / np.abs(known).max()
    deviations = scaled - scaled.mean()
    largest = np.abs(deviations).max()
    return np.asarray(deviations / largest) if largest > NOISE else None
