"""Answers given without reading the questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from ahp._cells import Array
from ahp._diagnostics import diagnostics
from ahp._errors import DisconnectedError
from ahp._matrix import Matrix, answered_pairs, matrix

_MOSTLY_ONES = 0.8
_LONG_RUN = 0.8
_FEW = 10  # answers from which shares say anything
_TOP = 9


@dataclass(frozen=True)
class Careless:
    """Signs that answers were given carelessly: to be looked at, never acted on by themselves.

    Attributes
    ----------
    predictability : float or None
        Q2, how well each answer follows from the expert's other answers: 1 = entirely, 0 or less = not at all. None
        where no answer can be predicted, or all say "equal".
    answers : int
        How many answers were looked at.
    share_equal : float
        The share of answers that say "equal".
    share_extreme : float
        The share at the top of the scale, 9 or beyond.
    longest_run : float
        The longest run of the same answer, in the order of the pairs, as a share of its matrix (of 6 pairs or more).
    same_side : float
        The share of unequal answers that favour the same side of the pair as most do.
    """

    predictability: float | None
    answers: int
    share_equal: float
    share_extreme: float
    longest_run: float
    same_side: float

    @property
    def random(self) -> bool:
        """Whether the answers predict each other no better than chance."""
        return self.predictability is not None and self.predictability <= 0

    @property
    def straight_line(self) -> bool:
        """Whether most answers say "equal", or one answer runs through a whole matrix: consistent, and empty."""
        return self.answers >= _FEW and (self.share_equal >= _MOSTLY_ONES or self.longest_run > _LONG_RUN)

    @property
    def flagged(self) -> bool:
        """Whether an analyst should look."""
        return self.random or self.straight_line


def careless(m_or_ms: Any) -> Careless:
    """Signs of careless answers of one expert.

    Parameters
    ----------
    m_or_ms : Matrix, array_like, or iterable of them
        All matrices of one expert; a single small one is too little to judge by.

    Returns
    -------
    Careless

    Notes
    -----
    Q2 = 1 - PRESS/TSS over all matrices, PRESS = sum (e/(1-h))**2 with e and h of log least squares, TSS = sum
    ln(a)**2. In a simulation of 176 answers (``python -m benchmarks.careless``) Q2 at most 0 found more than 99.9 % of
    respondents who answer at random, and flagged less than 1 % of experts with errors of a factor of 2.2 per answer.

    Examples
    --------
    >>> import ahp
    >>> good = [[1, 2, 4, 8], [1/2, 1, 2, 4], [1/4, 1/2, 1, 2], [1/8, 1/4, 1/2, 1]]
    >>> round(ahp.careless(good).predictability, 6), ahp.careless([[1, 1], [1, 1]]).predictability
    (1.0, None)
    """
    matrices = _matrices(m_or_ms)
    press, total = np.array([_squares(m) for m in matrices]).sum(axis=0) if matrices else (0.0, 0.0)
    logs = [np.log([m.values[pair] for pair in answered_pairs(m)]) for m in matrices]
    everything = np.concatenate([*logs, np.zeros(0)])
    unequal = everything[np.abs(everything) > 1e-9]
    return Careless(
        float(1 - press / total) if total > 0 else None,
        len(everything),
        float(1 - len(unequal) / len(everything)) if len(everything) else 0.0,
        float((np.abs(everything) >= np.log(_TOP) - 1e-9).mean()) if len(everything) else 0.0,
        max((_longest_run(part) for part in logs if len(part) >= 6), default=0.0),
        float(max((unequal > 0).mean(), (unequal < 0).mean())) if len(unequal) else 0.0,
    )


def _matrices(given: Any) -> list[Matrix]:
    if isinstance(given, Matrix):
        return [given]
    if isinstance(given, Iterable) and not isinstance(given, np.ndarray):
        given = list(given)
        if given and not isinstance(given[0], Matrix) and np.ndim(given[0][0]) == 0:
            return [matrix(given)]
    elif np.ndim(given) == 2:
        return [matrix(given)]
    return [matrix(rows) for rows in given]


def _squares(m: Matrix) -> tuple[float, float]:
    """PRESS and TSS over the answers that others predict."""
    if m.degrees_of_freedom < 1:
        return 0.0, 0.0
    if not m.missing:
        return _squares_of_all(m)
    try:
        found = diagnostics(m)
    except DisconnectedError:
        return 0.0, 0.0
    upper = np.triu_indices(m.n, 1)
    logs, implied = np.log(m.values[upper]), np.log(found.implied[upper])
    predicted = ~np.isnan(implied)
    return float(((logs - implied)[predicted] ** 2).sum()), float((logs[predicted] ** 2).sum())


def _squares_of_all(m: Matrix) -> tuple[float, float]:
    """The same in closed form where every pair is answered: log weights are row means, every leverage is 2/n."""
    logs = np.log(m.values)
    means = logs.mean(axis=1)
    upper = np.triu_indices(m.n, 1)
    press = ((logs - means[:, None] + means)[upper] / (1 - 2 / m.n)) ** 2
    return float(press.sum()), float((logs[upper] ** 2).sum())


def _longest_run(logs: Array) -> float:
    return max(len(list(run)) for _, run in groupby(logs.round(9).tolist())) / len(logs)
