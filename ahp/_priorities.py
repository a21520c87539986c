"""From a matrix to weights."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ahp._cells import Array
from ahp._eigen import principal
from ahp._errors import Label, OptionError
from ahp._incomplete import completed_by_eigenvalue, filled, harker_weights, log_weights
from ahp._matrix import Matrix, frozen_array, matrix

METHODS = ("eigenvector", "log_least_squares", "harker")


@dataclass(frozen=True, eq=False)
class Priorities:
    """The weights of the items of one matrix.

    Attributes
    ----------
    weights : ndarray
        Read-only, positive, sum 1, in the order of the items.
    method : str
        How they were found.
    completed : Matrix
        The matrix with missing answers filled in as the method implies; the matrix itself where none are missing.
    """

    weights: Array
    method: str
    completed: Matrix

    @property
    def labels(self) -> tuple[Label, ...]:
        """The items."""
        return self.completed.labels

    @property
    def lambda_max(self) -> float:
        """The principal eigenvalue of the completed matrix; n where no answer contradicts another."""
        return principal(self.completed).lambda_max

    @property
    def bracket(self) -> tuple[float, float]:
        """Two numbers between which the exact eigenvalue is proved to lie (Collatz and Wielandt)."""
        found = principal(self.completed)
        return found.low, found.high

    def by_label(self) -> dict[Label, float]:
        """``{label: weight}``."""
        return dict(zip(self.labels, self.weights.tolist(), strict=True))


def priorities(rows: Any, *, method: str = "eigenvector") -> Priorities:
    """The weights of the items of a matrix.

    Parameters
    ----------
    rows : Matrix or array_like
        A matrix, or what `matrix` makes one from. Answers may be missing if the others link all items.
    method : {"eigenvector", "log_least_squares", "harker"}
        ``eigenvector``: A w = lambda_max w, missing answers filled so that lambda_max is least.
        ``log_least_squares``: least sum of (ln a_ij - ln w_i + ln w_j)**2 over the answered pairs; the row geometric
        mean where all are answered. ``harker``: A w = lambda_max w with every missing a_ij replaced by w_i/w_j.

    Returns
    -------
    Priorities

    Raises
    ------
    OptionError
        There is no such method.
    DisconnectedError
        The answers do not link all items; ``.components`` are the groups.

    Notes
    -----
    Eigenvector: Saaty (1977). Completion: S. Bozoki, J. Fulop and L. Ronyai (2010), On optimal completion of
    incomplete pairwise comparison matrices, Mathematical and Computer Modelling 52, 318-333. Log least squares:
    G. Crawford and C. Williams (1985), Journal of Mathematical Psychology 29, 387-405. Harker:
    P. T. Harker (1987), Incomplete pairwise comparisons in the analytic hierarchy process,
    Mathematical Modelling 9, 837-848.

    Examples
    --------
    >>> import ahp
    >>> m = ahp.matrix([[1, 2, 3], [1/2, 1, 4], [1/3, 1/4, 1]], ["cost", "quality", "risk"])
    >>> ahp.priorities(m).weights.round(4).tolist()
    [0.5171, 0.3586, 0.1243]
    >>> ahp.priorities([[1, 2, None], [1/2, 1, 2], [None, 1/2, 1]], method="harker").weights * 7
    array([4., 2., 1.])
    """
    m = matrix(rows)
    if method == "eigenvector":
        completed = completed_by_eigenvalue(m) if m.missing else m
        return Priorities(principal(completed).weights, method, completed)
    if method not in METHODS:
        raise OptionError("method", method, METHODS)
    weights = _exponential(log_weights(m)) if method == "log_least_squares" else harker_weights(m)
    return Priorities(frozen_array(weights), method, filled(m, weights) if m.missing else m)


def _exponential(logs: Array) -> Array:
    weights: Array = np.exp(logs - logs.max())
    weights /= weights.sum()
    return weights
