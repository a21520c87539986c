"""Matrices in which answers are missing: log least squares, the completion of least eigenvalue, Harker's matrix.

The completion. lambda_max is convex in the logs of the missing entries, and it is least where x_ij = z_i/z_j with
z = sqrt(w/v), w and v the right and left principal vectors. In the coordinates of z, b_ij = a_ij z_j/z_i and 1 for a
missing pair, this says: both principal vectors of B are equal. Near consistency ln w - ln v answers a step d of ln z
by -(2/n) L d, L the Laplacian of the answers, so d = (n/2) L+ (ln w - ln v) closes the gap in a few rounds from log
least squares; strongly contradictory answers take Newton's step, with the exact derivative, after that. Trees and
single circles need no round: there log least squares has the least eigenvalue already.
"""

import numpy as np

from ahp._cells import Array
from ahp._eigen import Principal, by_balanced_squaring, principal_of
from ahp._errors import ConvergenceError
from ahp._graph import graph_laplacian_inverse, require_connected, spanning_weights
from ahp._matrix import Matrix, freeze

_STIFF_ROUNDS = 10
_STIFF_RATIO = 1e6
_NEWTON_ROUNDS = 100  # contradictory answers of up to 25 items never took more than 22
_SQUARINGS = 12
_SETTLED = 1e-13
_ROUNDING = 1e-8  # a Newton step below this that no longer shrinks is rounding
_LONGEST_STEP = 2.0


def log_weights(m: Matrix) -> Array:
    """Log least squares: ln of the weights, centred, that miss the answered ln a_ij by the least sum of squares."""
    found: Array | None = m.__dict__.get("_log_weights")
    if found is None:
        found = m.__dict__["_log_weights"] = _log_weights(m)
    return found


def _log_weights(m: Matrix) -> Array:
    if not m.missing:
        return centred(np.log(m.values).mean(axis=1))
    if not m.degrees_of_freedom:
        return centred(np.log(spanning_weights(m)))
    known = m.values == m.values
    y: Array = laplacian_inverse(m).dot(np.log(np.where(known, m.values, 1.0)).sum(axis=1))
    return y


def laplacian_inverse(m: Matrix) -> Array:
    """L+, the pseudo-inverse of the Laplacian of the answers; the covariance of the log weights is s**2 L+."""
    found: Array | None = m.__dict__.get("_laplacian_inverse")
    if found is None:
        require_connected(m)
        found = m.__dict__["_laplacian_inverse"] = graph_laplacian_inverse(m.values == m.values)
    return found


def centred(logs: Array) -> Array:
    """Moved to sum 0."""
    moved: Array = logs - logs.sum() / len(logs)
    return moved


def filled(m: Matrix, weights: Array) -> Matrix:
    """The matrix with every missing pair set to the ratio of the given weights."""
    values = weights[:, None] / weights
    np.copyto(values, m.values, where=m.values == m.values)
    return freeze(values, m.labels, 0)


def completed_by_eigenvalue(m: Matrix) -> Matrix:
    """The completion whose principal eigenvalue is least; computed once per matrix."""
    if not m.missing:
        return m
    found: Matrix | None = m.__dict__.get("_completed")
    if found is None:
        found = m.__dict__["_completed"] = _completed(m)
    return found


def _completed(m: Matrix) -> Matrix:
    if not m.degrees_of_freedom:
        return _completed_tree(m)
    scale = log_weights(m)
    if m.degrees_of_freedom > 1:
        scale = balancing_scale(m.values, scale, laplacian_inverse(m))
    return filled(m, np.exp(scale))


def _completed_tree(m: Matrix) -> Matrix:
    """Nothing contradicts anything, so the principal vector is known."""
    weights = spanning_weights(m)
    completed = filled(m, weights)
    weights /= weights.sum()
    weights.setflags(write=False)
    completed.__dict__["_principal"] = Principal(weights, float(m.n), float(m.n), float(m.n))
    return completed


def balancing_scale(values: Array, start: Array, inverse: Array) -> Array:
    """ln z, from log least squares to where both principal vectors of the scaled matrix are equal."""
    known = values == values
    answers, gaps = np.where(known, values, 0.0), (~known).astype(float)
    scale, settled = _stiff_scale(answers, gaps, start, inverse * (len(values) / 2))
    return scale if settled else _newton_scale(answers, gaps, scale)


def _stiff_scale(answers: Array, gaps: Array, scale: Array, inverse: Array) -> tuple[Array, bool]:
    """Rounds with the Laplacian of log least squares: quick near consistency."""
    right = left = np.ones(len(scale))
    previous = 1.0
    for _ in range(_STIFF_ROUNDS):
        ratios = np.exp(scale)
        power = answers * (ratios / ratios[:, None]) + gaps
        if power.item(power.argmax()) > _STIFF_RATIO:
            break
        power = power.dot(power)
        power = power.dot(power)
        right, left = power.dot(right), left.dot(power)
        step = inverse.dot(np.log(right / left))
        steps = step.tolist()
        longest = max(max(steps), -min(steps))
        scale = scale + step
        if longest * min(1.0, longest / previous) <= _SETTLED:
            return scale, True
        previous = longest
        moved = np.exp(step)
        right, left = right / moved, left * moved
    return scale, False


def _newton_scale(answers: Array, gaps: Array, scale: Array) -> Array:
    """Newton's steps, of bounded length, until they end in rounding: for answers that clash."""
    right = left = np.ones(len(scale))
    previous = np.inf
    for _ in range(_NEWTON_ROUNDS):
        ratios = np.exp(scale)
        pulls = answers * (ratios / ratios[:, None])
        right, left = _both_vectors(pulls + gaps, right, left)
        step = _newton_step(pulls, pulls + gaps, right, left)
        longest = float(np.abs(step).max())
        if longest <= _SETTLED or previous / 2 < longest < _ROUNDING:
            return centred(scale + step)
        step *= min(1.0, _LONGEST_STEP / longest)
        previous, scale = longest, scale + step
        moved = np.exp(step)
        right, left = right / moved, left * moved
    raise ConvergenceError("the completion of the missing answers did not settle")


def _both_vectors(balanced: Array, right: Array, left: Array) -> tuple[Array, Array]:
    """Right and left principal vector, of the matrix shifted so that circles of large ratios cannot swing."""
    power = balanced + left.dot(balanced).dot(right) / left.dot(right) * np.eye(len(balanced))
    for _ in range(_SQUARINGS):
        power = power.dot(power)
        power /= power.max()
    right, left = power.dot(right), left.dot(power)
    return right / right.sum(), left / left.sum()


def _newton_step(pulls: Array, balanced: Array, right: Array, left: Array) -> Array:
    """The step that closes the gap between both vectors to first order, from their derivatives."""
    n = len(balanced)
    pulls = pulls - np.diag(np.diag(pulls))
    product, gap = left.dot(right), np.log(right / left)
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
