"""Which judgments stand apart from the others."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ahp._cells import Array
from ahp._eigen import principal
from ahp._errors import Label
from ahp._incomplete import completed_by_eigenvalue, laplacian_inverse, log_weights
from ahp._matrix import Matrix, frozen_array, matrix

_BRIDGE = 1e-9  # an answer with a leverage this close to 1 is all that holds two groups together


@dataclass(frozen=True, eq=False)
class Diagnostics:
    """How each judgment stands against the rest; n x n arrays, nan where nothing was answered or can be said.

    Attributes
    ----------
    residual : ndarray
        ln(a_ij w_j / w_i), w by log least squares.
    leverage : ndarray
        h_ij, how much an answer decides its own fit; 1 = nothing else links the two items.
    studentised : ndarray
        residual / (s sqrt(1 - h)): in units of the expert's own error.
    implied : ndarray
        The ratio that follows from all other answers, exp(ln a_ij - residual / (1 - h)).
    derivative, log_derivative : ndarray
        d lambda_max / d a_ij and d lambda_max / d ln a_ij, a_ji moving along. Rank by the second: the first
        depends on which way round a pair is written.
    induced_bias : ndarray
        A A - n A of the completed matrix.
    error : float
        s, the expert's error per answer as a log ratio; nan where nothing can be tested.
    """

    residual: Array
    leverage: Array
    studentised: Array
    implied: Array
    derivative: Array
    log_derivative: Array
    induced_bias: Array
    error: float

    @property
    def typical_factor(self) -> float:
        """exp(s): by which factor an answer of this expert is typically off."""
        return float(np.exp(self.error))


def diagnostics(rows: Any) -> Diagnostics:
    """Residuals, leverages and sensitivities of all judgments of one matrix.

    Parameters
    ----------
    rows : Matrix or array_like
        A matrix, or what `matrix` makes one from; answers may be missing.

    Returns
    -------
    Diagnostics

    Raises
    ------
    DisconnectedError

    Notes
    -----
    Residuals: log least squares is a linear model with covariance s**2 L+, s**2 = RSS/df, h_ij = L+_ii + L+_jj -
    2 L+_ij. Derivatives: Harker (1987), d lambda / d a_ij = v_i w_j - a_ji**2 v_j w_i with v'w = 1. Induced bias:
    D. Ergu, G. Kou, Y. Peng and Y. Shi (2011), European Journal of Operational Research 213, 246-259.

    Examples
    --------
    >>> import ahp
    >>> found = ahp.diagnostics([[1, 2, 4, 8], [1/2, 1, 2, 4], [1/4, 1/2, 1, 1/2], [1/8, 1/4, 2, 1]])
    >>> found.studentised.round(2)[2, 3].item(), found.implied.round(2)[2, 3].item()
    (-1.73, 2.0)
    """
    m = matrix(rows)
    answered, logs, y = m.answered, np.log(m.values), log_weights(m)
    covariance = laplacian_inverse(m)
    spread = np.diag(covariance)
    residual = np.where(answered, logs - y[:, None] + y, np.nan)
    leverage = np.where(answered, spread[:, None] + spread - 2 * covariance, np.nan)
    error = residual_error(m, residual)
    with np.errstate(divide="ignore", invalid="ignore"):
        free = np.where(leverage < 1 - _BRIDGE, 1 - leverage, np.nan)
        studentised = residual / (error * np.sqrt(free))
        implied = np.exp(logs - residual / free)
    raw, log_raw, bias = _eigenvalue_pulls(m)
    return Diagnostics(
        frozen_array(residual),
        frozen_array(leverage),
        frozen_array(studentised),
        frozen_array(implied),
        frozen_array(raw),
        frozen_array(log_raw),
        frozen_array(bias),
        error,
    )


def residual_error(m: Matrix, residual: Array) -> float:
    """s, the root of RSS/df; nan where df is 0."""
    degrees = m.degrees_of_freedom
    return float(np.sqrt(np.nansum(residual**2) / 2 / degrees)) if degrees else float("nan")


def _eigenvalue_pulls(m: Matrix) -> tuple[Array, Array, Array]:
    completed = completed_by_eigenvalue(m)
    values = completed.values
    w, v = principal(completed).weights, principal(completed.transposed).weights
    flow = np.outer(v, w) / v.dot(w)
    raw = np.where(m.answered, flow - flow.T * values.T**2, np.nan)
    log_raw = np.where(m.answered, flow * values - (flow * values).T, np.nan)
    return raw, log_raw, values @ values - m.n * values


@dataclass(frozen=True)
class WorstTriad:
    """The three items whose answers contradict each other most.

    Attributes
    ----------
    items : triple
        ``(a, b, c)``.
    product : float
        a_ab a_bc / a_ac: 1 where the three agree.
    index : float
        1 - min(product, 1/product): 0 where they agree, near 1 for flat contradiction.
    """

    items: tuple[Label, Label, Label]
    product: float
    index: float


def worst_triad(rows: Any) -> WorstTriad | None:
    """The most inconsistent triple; None where no triple is answered in full.

    Parameters
    ----------
    rows : Matrix or array_like
        A matrix, or what `matrix` makes one from.

    Returns
    -------
    WorstTriad or None

    Notes
    -----
    W. W. Koczkodaj (1993), A new definition of consistency of pairwise comparisons, Mathematical and Computer Modelling
    18, 79-84. It shows where to look; no threshold for it is agreed on, and it grows with n.

    Examples
    --------
    >>> import ahp
    >>> ahp.worst_triad([[1, 2, 3], [1/2, 1, 4], [1/3, 1/4, 1]])
    WorstTriad(items=(0, 1, 2), product=2.666..., index=0.625)
    """
    m = matrix(rows)
    found: WorstTriad | None = None
    for i, j, k in combinations(range(m.n), 3):
        product = float(m.values[i, j] * m.values[j, k] / m.values[i, k])
        index = 1 - min(product, 1 / product)
        if index == index and (found is None or index > found.index):
            found = WorstTriad((m.labels[i], m.labels[j], m.labels[k]), product, index)
    return found
