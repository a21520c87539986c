"""The principal eigenvector of one positive reciprocal matrix, with a certificate.

For a positive matrix A and any positive w the eigenvalue lies between min (Aw)_i/w_i and max (Aw)_i/w_i (Collatz 1942,
Wielandt 1950). A result is returned when that bracket is narrow, so it is proved and not guessed.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from ahp._cells import PLAIN_RATIO, Array
from ahp._errors import ConvergenceError
from ahp._matrix import Matrix

BRACKET = 1e-13  # relative width at which the bracket counts as closed
_LOOSE_BRACKET = 1e-8  # what rounding may leave of it when judgments contradict each other a millionfold
_ROUNDS = 120  # each doubles the steps of the power method


class Principal(NamedTuple):
    """Eigenvector (sum 1), eigenvalue and the bracket that proves it."""

    weights: Array
    lambda_max: float
    low: float
    high: float


def principal(m: Matrix) -> Principal:
    """The principal eigenpair of a complete matrix, computed once per matrix."""
    found: Principal | None = m.__dict__.get("_principal")
    if found is None:
        found = m.__dict__["_principal"] = principal_of(m.values, plain=m._plain)
        found.weights.setflags(write=False)
    return found


def principal_of(values: Array, *, plain: bool = False) -> Principal:
    """The principal eigenpair of a positive reciprocal array; `plain` if its ratios are known not to be extreme."""
    n = len(values)
    if n > 3:
        quick = _by_squaring(values) if plain or values.item(values.argmax()) <= PLAIN_RATIO else None
        return quick or by_balanced_squaring(values, np.log(values).mean(axis=1))
    if n == 3:
        return _of_three(values.item(1), values.item(2), values.item(5))
    if n == 2:
        ratio = values.item(1)
        return Principal(np.array([ratio / (1 + ratio), 1 / (1 + ratio)]), 2.0, 2.0, 2.0)
    return Principal(np.ones(1), 1.0, 1.0, 1.0)


def _of_three(ab: float, ac: float, bc: float) -> Principal:
    """Closed form: for n = 3 the eigenvector is the row geometric mean, and lambda = 1 + d + 1/d."""
    a, b, c = math.cbrt(ab) * math.cbrt(ac), math.cbrt(bc) / math.cbrt(ab), 1 / (math.cbrt(ac) * math.cbrt(bc))
    total = a + b + c
    d = math.cbrt(ac) / (math.cbrt(ab) * math.cbrt(bc))
    lambda_max = 3 + (d - 1) ** 2 / d
    return Principal(np.array([a / total, b / total, c / total]), lambda_max, lambda_max, lambda_max)


@cache
def ones_of(n: int) -> tuple[Array, Array]:
    """As a vector, and as a row whose product is an array: numpy is quicker with it than with a number."""
    return np.ones(n), np.ones((1, n))


def _by_squaring(values: Array) -> Principal | None:
    """The power method, 32 steps at once. None where the bracket stays open."""
    ones, row = ones_of(len(values))
    power = values.dot(values)
    power = power.dot(power)
    power = power.dot(power)
    power = power.dot(power)
    vector = power.dot(power.dot(ones))
    for _ in range(3):
        vector /= row.dot(vector)
        ratios = (values.dot(vector) / vector).tolist()
        low, high = min(ratios), max(ratios)
        if high - low <= BRACKET * high:
            return Principal(vector, (low + high) / 2, low, high)
        power = power.dot(power)
        power *= 1.0 / power.item(0)
        vector = power.dot(power.dot(vector))
    return None


def by_balanced_squaring(values: Array, log_scale: Array) -> Principal:
    """Repeated squaring at any ratio: of the matrix divided by approximate weights, shifted so that it cannot swing.

    Judgments that run in a circle of large ratios have eigenvalues -lambda or lambda times a root of 1, which no power
    of the matrix itself tells from lambda.
    """
    balanced = values * np.exp(log_scale - log_scale[:, None])
    best = _bracketed(balanced, np.ones(len(values)))
    power = balanced + best.high * np.eye(len(values))
    for _ in range(_ROUNDS):
        if _width(best) <= BRACKET:
            break
        power /= power.max()
        power = power.dot(power)
        best = min(best, _bracketed(balanced, balanced.dot(power.sum(axis=1))), key=_width)
    if _width(best) > _LOOSE_BRACKET:
        raise ConvergenceError(f"the eigenvalue is only known to lie between {best.low!r} and {best.high!r}")
    weights = best.weights * np.exp(log_scale - log_scale.max())
    return best._replace(weights=weights / weights.sum())


def _bracketed(values: Array, vector: Array) -> Principal:
    vector = vector / vector.sum()
    ratios = values.dot(vector) / vector
    low, high = float(ratios.min()), float(ratios.max())
    return Principal(vector, (low + high) / 2, low, high)


def _width(found: Principal) -> float:
    return (found.high - found.low) / found.high if found.high < math.inf else math.inf
