"""Matrices in which answers are missing: log least squares, the completion of least eigenvalue, Harker's matrix.

The completion. lambda_max is convex in the logs of the missing entries, and it is least where x_ij = z_i/z_j with
z = sqrt(w/v), w and v the right and left principal vectors. In the coordinates of z, b_ij = a_ij z_j/z_i and 1 for a
missing pair, this says: both principal vectors of B are equal. Near consistency ln w - ln v answers a step d of ln z
by -(2/n) L d, L the Laplacian of the answers, so d = (n/2) L+ (ln w - ln v) closes the gap in a few rounds from log
least squares; strongly contradictory answers take Newton's step, with the exact derivative, after that. Trees and
single circles need no round: there log least squares has the least eigenvalue already.
"""

import numpy as np

from ahp._cells import Array, Mask
from ahp._eigen import Principal, by_balanced_squaring, principal_of
from ahp._errors import ConvergenceError
from ahp._graph import graph_laplacian_inverse, grounded_laplacian, require_connected, spanning_weights
from ahp._matrix import Matrix, freeze

_STIFF_ROUNDS = 8  # with the Laplacian of log least squares; later rounds take the exact derivative
_STIFF_SQUARINGS, _SQUARINGS = 2, 12
_ROUNDS = 100  # contradictory answers of up to 25 items never took more than 22
_SETTLED = 1e-13
_ROUNDING = 1e-8  # a Newton step below this that no longer shrinks is rounding
_LONGEST_STEP = 2.0


def log_weights(m: Matrix) -> Array:
    """Log least squares: ln of the weights, centred, that miss the answered ln a_ij by the least sum of squares."""
    found: Array | None = m._cache.get("log_weights")
    if found is None:
        found = m._cache["log_weights"] = _log_weights(m)
    return found


def _log_weights(m: Matrix) -> Array:
    if not m.missing:
        return centred(np.log(m.values).mean(axis=1))
    if not m.degrees_of_freedom:
        return centred(np.log(spanning_weights(m)))
    require_connected(m)
    logs = np.log(m.values)
    known = logs == logs
    logs[~known] = 0.0
    return centred(np.linalg.solve(grounded_laplacian(known), logs.sum(axis=1)))


def laplacian_inverse(m: Matrix) -> Array:
    """L+, the pseudo-inverse of the Laplacian of the answers; the covariance of the log weights is s**2 L+."""
    require_connected(m)
    return graph_laplacian_inverse(m.answered)


def centred(logs: Array) -> Array:
    """Moved to sum 0."""
    moved: Array = logs - logs.sum() / len(logs)
    return moved


def filled(m: Matrix, log_scale: Array) -> Matrix:
    """The matrix with every missing pair set to the ratio of the given log weights."""
    scale = np.exp(log_scale)
    values = scale[:, None] / scale
    np.copyto(values, m.values, where=m.values == m.values)
    return freeze(values, m.labels, 0)


def completed_by_eigenvalue(m: Matrix) -> Matrix:
    """The completion whose principal eigenvalue is least; computed once per matrix."""
    if not m.missing:
        return m
    found: Matrix | None = m._cache.get("completed")
    if found is None:
        found = m._cache["completed"] = _completed(m)
    return found


def _completed(m: Matrix) -> Matrix:
    start = log_weights(m)
    if m.degrees_of_freedom > 1:
        return filled(m, balancing_scale(m.values, start))
    completed = filled(m, start)
    if not m.degrees_of_freedom:
        weights = np.exp(start - start.max())
        weights /= weights.sum()
        weights.setflags(write=False)
        n = float(m.n)
        completed._cache["principal"] = Principal(weights, n, n, n)
    return completed


def balancing_scale(values: Array, start: Array) -> Array:
    """ln z, from log least squares to where both principal vectors of the scaled matrix are equal."""
    known = values == values
    answers = np.where(known, values, 1.0)
    stiffness = grounded_laplacian(known) * (2 / len(values))
    inverse = np.linalg.inv(stiffness)
    scale, right, left = start, np.ones(len(values)), np.ones(len(values))
    previous = np.inf
    for round_ in range(_ROUNDS):
        stiff = round_ < _STIFF_ROUNDS
        ratios = np.exp(scale)
        balanced = answers * (ratios / ratios[:, None])
        balanced[~known] = 1.0
        right, left = _both_vectors(balanced, right, left, _STIFF_SQUARINGS if stiff else _SQUARINGS)
        gap = np.log(right / left)
        step = inverse.dot(gap) if stiff else _newton_step(balanced, known, right, left, gap)
        longest = max(step.max(), -step.min())
        if longest <= _SETTLED or (not stiff and previous / 2 < longest < _ROUNDING):
            return centred(scale + step)
        if longest > _LONGEST_STEP:
            step = step * (_LONGEST_STEP / longest)
        previous, scale = longest, scale + step
        moved = np.exp(step)
        right, left = right / moved, left * moved
    raise ConvergenceError("the completion of the missing answers did not settle")


def _both_vectors(balanced: Array, right: Array, left: Array, squarings: int) -> tuple[Array, Array]:
    power = balanced
    if squarings > _STIFF_SQUARINGS:  # shifted, so that circles of large ratios cannot swing
        power = balanced + left.dot(balanced).dot(right) / left.dot(right) * np.eye(len(balanced))
    for _ in range(squarings):
        power = power.dot(power)
        power /= power.max()
    right, left = power.dot(right), left.dot(power)
    return right / right.sum(), left / left.sum()


def _newton_step(balanced: Array, known: Mask, right: Array, left: Array, gap: Array) -> Array:
    """The step that closes the gap to first order, from the derivatives of both principal vectors."""
    n = len(balanced)
    pulls = np.where(known, balanced, 0.0)
    np.fill_diagonal(pulls, 0.0)
    product = left.dot(right)
    eigenvalue = left.dot(balanced).dot(right) / product
    resolvent = np.linalg.inv(eigenvalue * (np.eye(n) + np.outer(right, left) / product) - balanced)
    moves_right = resolvent.dot(pulls * right - np.diag(pulls.dot(right))) / right[:, None]
    moves_left = resolvent.T.dot(np.diag(left.dot(pulls)) - pulls.T * left) / left[:, None]
    response = moves_left - moves_right
    step: Array = np.linalg.solve(response - response.mean(axis=0) + 1 / n, gap - gap.mean())
    return step


def harker_weights(m: Matrix) -> Array:
    """The principal vector of Harker's matrix: 0 for a missing answer, 1 + their number on the diagonal."""
    scale = log_weights(m)
    gaps = np.isnan(m.values)
    values = np.where(gaps, 0.0, m.values) + np.diag(gaps.sum(axis=1))
    return by_balanced_squaring(values, scale).weights if m.missing else principal_of(m.values).weights
