"""How far two rankings of the same units agree. Only numpy."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def spearman(first: ArrayLike, second: ArrayLike) -> float | None:
    """Spearman's coefficient, ties sharing their mean rank; None where one of them ranks nothing.

    >>> round(spearman([1, 2, 3, 4], [1, 3, 2, 4]), 6), spearman([1, 1, 1], [1, 2, 3])
    (0.8, None)
    """
    a, b = (mean_ranks(ranks) for ranks in (first, second))
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return float(np.clip(a @ b / spread, -1.0, 1.0)) if spread else None


def kendall(first: ArrayLike, second: ArrayLike) -> float | None:
    """Kendall's tau-b; None where one of them ranks nothing. Row by row, so that many units need little memory.

    >>> round(kendall([1, 2, 3, 4], [1, 3, 2, 4]), 6)
    0.666667
    """
    a, b = (np.asarray(ranks, dtype=float) for ranks in (first, second))
    agreeing = ordered_a = ordered_b = 0.0
    for place in range(len(a) - 1):
        signs_a, signs_b = (np.sign(ranks[place + 1 :] - ranks[place]) for ranks in (a, b))
        agreeing += float(signs_a @ signs_b)
        ordered_a += float(signs_a @ signs_a)
        ordered_b += float(signs_b @ signs_b)
    spread = float(np.sqrt(ordered_a * ordered_b))
    return float(np.clip(agreeing / spread, -1.0, 1.0)) if spread else None


def mean_ranks(ranks: ArrayLike) -> Array:
    """Equal ranks share the mean of the places they take.

    >>> mean_ranks([1, 2, 2, 4]).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    given = np.asarray(ranks, dtype=float)
    ordered = np.sort(given)
    below, upto = np.searchsorted(ordered, given, "left"), np.searchsorted(ordered, given, "right")
    means: Array = (below + upto + 1) / 2
    return means
