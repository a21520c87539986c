"""Indicators that follow from others, computed again and held against what the table says. Only numpy.

The report on computing power defines 单机架存力 as 存储总体容量 / 机架规模, and 存算均衡 as 存储总体容量 / 算力规模
(its annex 3, table 1). Such a column is checked, never replaced: the score is made from what was typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

TOLERANCE = 0.005
"""Relative: what differs by less than half a percent comes from rounding, here or in the columns it is made from."""


@dataclass(frozen=True)
class Recomputed:
    """A column as stated and as computed (nan: not to be told), and which units differ beyond the tolerance."""

    stated: Array
    computed: Array
    differs: NDArray[np.bool_]


def recompute(
    stated: ArrayLike,
    factors: Sequence[tuple[ArrayLike, int]],
    *,
    constant: float = 1.0,
    last_digit: ArrayLike = 0.0,
    tolerance: float = TOLERANCE,
) -> Recomputed:
    """Compare `stated` with the product of the factors, each to its power (1, or -1 for a divisor), and the constant.

    `last_digit` is what the last digit typed counts, for each unit: half of it is allowed beside the tolerance.

    >>> found = recompute([2.0, 3.0], [([4.0, 6.0], 1), ([2.0, 3.0], -1)])
    >>> found.computed.tolist(), found.differs.tolist()
    ([2.0, 2.0], [False, True])
    """
    said = np.asarray(stated, dtype=float)
    computed = np.full(said.shape, constant)
    with np.errstate(divide="ignore", invalid="ignore"):
        for values, power in factors:
            computed = computed * np.asarray(values, dtype=float) ** power
        computed[~np.isfinite(computed)] = np.nan
        allowed = np.maximum(tolerance * np.abs(computed), np.asarray(last_digit, dtype=float) / 2)
        differs: NDArray[np.bool_] = np.abs(said - computed) > allowed * (1 + 1e-12)
    return Recomputed(said, computed, differs)


def last_digit(text: str) -> float:
    """What the last digit of a number as typed counts.

    >>> last_digit("5.0133"), last_digit("12"), last_digit("1.5e3")
    (0.0001, 1.0, 100.0)
    """
    mantissa, _e, exponent = text.lower().partition("e")
    _whole, _point, decimals = mantissa.partition(".")
    return float(f"1e{int(exponent or 0) - len(decimals)}")
