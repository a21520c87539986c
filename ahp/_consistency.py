"""How far the judgments of one matrix contradict each other."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ahp import _random_index
from ahp._eigen import principal
from ahp._incomplete import completed_by_eigenvalue, log_weights
from ahp._matrix import Matrix, matrix
from ahp._random_index import DEFAULT_TABLE


@dataclass(frozen=True, eq=False)
class Consistency:
    """The consistency of one matrix.

    Attributes
    ----------
    lambda_max : float
        Principal eigenvalue, of the completed matrix where answers are missing.
    index : float
        CI = (lambda_max - n) / (n - 1), never below 0.
    random_index : float
        RI, the mean CI of random answers; 0 where nothing can be tested.
    table : str
        The name of the random-index table.
    ratio : float or None
        CR = CI / RI; None where nothing can be tested, which is not the same as 0.
    degrees_of_freedom : int
        Answers - items + 1: how many answers could contradict the others.
    """

    lambda_max: float
    index: float
    random_index: float
    table: str
    ratio: float | None
    degrees_of_freedom: int
    _matrix: Matrix = field(repr=False)

    @property
    def testable(self) -> bool:
        """Whether the answers could contradict each other at all."""
        return self.degrees_of_freedom > 0

    @property
    def geometric_index(self) -> float | None:
        """GCI, the mean square of the log residuals; None where nothing can be tested."""
        return geometric_index(self._matrix) if self.testable else None

    @property
    def geometric_threshold(self) -> float | None:
        """The GCI that corresponds to CR = 0.10 to first order: 0.10 RI 2n/(n-2)."""
        n = self._matrix.n
        return 0.1 * _random_index.random_index(n) * 2 * n / (n - 2) if self.testable else None


def consistency(rows: Any, *, random_index: str = DEFAULT_TABLE) -> Consistency:
    """Consistency index and ratio of a matrix, with the table they were judged by.

    Parameters
    ----------
    rows : Matrix or array_like
        A matrix, or what `matrix` makes one from.
    random_index : {"simulated", "saaty1980", "saaty2005", "alonso_lamata", "common_cn"}
        The table of the random index, see `random_index`.

    Returns
    -------
    Consistency
        ``ratio`` is None and ``testable`` False where no answer could contradict another.

    Raises
    ------
    RandomIndexError
        The table has no value for this number of items.
    DisconnectedError
        The answers do not link all items.

    Notes
    -----
    CI = (lambda_max - n)/(n - 1), CR = CI/RI (Saaty 1977). GCI is the residual mean square of log least squares,
    RSS/df; for a complete matrix 2/((n-1)(n-2)) sum ln(a_ij w_j/w_i)**2: G. Crawford and C. Williams (1985), A note on
    the analysis of subjective judgment matrices, Journal of Mathematical Psychology 29, 387-405; J. Aguaron and
    J. M. Moreno-Jimenez (2003), European Journal of Operational Research 147, 137-145.

    Examples
    --------
    >>> import ahp
    >>> c = ahp.consistency([[1, 2, 3], [1/2, 1, 4], [1/3, 1/4, 1]], random_index="saaty1980")
    >>> round(c.lambda_max, 4), round(c.index, 4), round(c.ratio, 4)
    (3.1078, 0.0539, 0.093)
    >>> ahp.consistency([[1, 3], [1/3, 1]]).ratio is None
    True
    """
    m = matrix(rows)
    return _consistency(m, random_index)


def _consistency(m: Matrix, table: str) -> Consistency:
    n, missing = len(m.labels), m.missing
    lambda_max = principal(completed_by_eigenvalue(m) if missing else m).lambda_max
    index = max(0.0, (lambda_max - n) / (n - 1)) if n > 1 else 0.0
    mean_random = _random_index.random_index(n, missing, table=table)
    degrees = (n - 1) * (n - 2) // 2 - missing
    return Consistency(lambda_max, index, mean_random, table, index / mean_random if degrees else None, degrees, m)


def geometric_index(m: Matrix) -> float:
    """RSS/df of log least squares."""
    logs = np.log(m.values)
    y = log_weights(m)
    residuals = logs - y[:, None] + y
    return float(np.nansum(residuals**2)) / 2 / m.degrees_of_freedom
