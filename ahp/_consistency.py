"""How far the judgments of one matrix contradict each other."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ahp._eigen import principal
from ahp._errors import OptionError
from ahp._incomplete import completed_by_eigenvalue, log_weights
from ahp._matrix import Matrix, matrix
from ahp._random_index import DEFAULT_TABLE, DESIGN_TABLE, design_random_index
from ahp._random_index import random_index as random_index_of

_WEAK = 2  # degrees of freedom up to which a ratio says little


@dataclass(frozen=True, eq=False, init=False)
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

    def __init__(self, m: Matrix, lambda_max: float, mean_random: float, table: str) -> None:
        n, degrees = len(m.labels), m.degrees_of_freedom
        index = max(0.0, (lambda_max - n) / (n - 1)) if n > 1 else 0.0
        # One update costs half of what a frozen class pays for setting each field.
        self.__dict__.update(
            lambda_max=lambda_max,
            index=index,
            random_index=mean_random,
            table=table,
            ratio=index / mean_random if degrees else None,
            degrees_of_freedom=degrees,
            _matrix=m,
        )

    @property
    def testable(self) -> bool:
        """Whether the answers could contradict each other at all."""
        return self.degrees_of_freedom > 0

    @property
    def weak_evidence(self) -> bool:
        """Whether so few answers could contradict each other that the ratio says little."""
        return self.degrees_of_freedom <= _WEAK

    @property
    def geometric_index(self) -> float | None:
        """GCI, the mean square of the log residuals; None where nothing can be tested."""
        return geometric_index(self._matrix) if self.testable else None

    @property
    def geometric_threshold(self) -> float | None:
        """The GCI that answers to CR = 0.10 to first order, 0.10 RI 2n/(n-2) with the simulated RI."""
        n = self._matrix.n
        return 0.1 * random_index_of(n) * 2 * n / (n - 2) if self.testable else None

    @property
    def p_random(self) -> float | None:
        """How often random answers are as consistent: by CI; by GCI (seeded simulation) where answers are missing."""
        from ahp._chance import QUANTILES, chance_of_index, chance_of_squares  # tables that few ask for

        m = self._matrix
        if not self.testable:
            return None
        if m.missing or (m.n not in QUANTILES and m.n != 3):
            return chance_of_squares(m.answered, geometric_index(m))
        return chance_of_index(m.n, self.index)


def consistency(rows: Any, *, random_index: str = DEFAULT_TABLE, design: bool = False) -> Consistency:
    """Consistency index and ratio of a matrix, with the table they are judged by.

    Parameters
    ----------
    rows : Matrix or array_like
        A matrix, or what `matrix` makes one from.
    random_index : {"simulated", "saaty1980", "saaty2005", "alonso_lamata", "common_cn"}
        The table of the random index, see `random_index`.
    design : bool, default False
        The answers are the first ones in the order of `question_order`: take the random index simulated for that
        (4 to 12 items), which belongs to the table "simulated" alone.

    Returns
    -------
    Consistency
        ``ratio`` is None and ``testable`` False where no answer could contradict another.

    Raises
    ------
    RandomIndexError
        The table has no value for this number of items.
    OptionError
        There is no such table, or it has no values for the order of questions.
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
    >>> round(c.lambda_max, 4), round(c.index, 4), round(c.ratio, 4), round(c.p_random, 3)
    (3.1078, 0.0539, 0.093, 0.221)
    >>> ahp.consistency([[1, 3], [1/3, 1]]).ratio is None
    True
    """
    m = matrix(rows)
    n, missing = len(m.labels), m.missing
    lambda_max = principal(completed_by_eigenvalue(m) if missing else m).lambda_max
    mean_random = random_index_of(n, missing, table=random_index)
    if design:
        mean_random, random_index = _of_design(n, missing, random_index)
    return Consistency(m, lambda_max, mean_random, random_index)


def _of_design(n: int, missing: int, table: str) -> tuple[float, str]:
    if table != DEFAULT_TABLE:
        raise OptionError("random_index with design=True", table, (DEFAULT_TABLE,))
    return design_random_index(n, missing), DESIGN_TABLE


def geometric_index(m: Matrix) -> float:
    """RSS/df of log least squares."""
    logs = np.log(m.values)
    y = log_weights(m)
    residuals = logs - y[:, None] + y
    return float(np.nansum(residuals**2)) / 2 / m.degrees_of_freedom
