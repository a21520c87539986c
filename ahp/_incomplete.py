"""Matrices in which answers are missing: three ways to weights, one completion."""

import numpy as np

from ahp._eigen import by_balanced_squaring
from ahp._errors import ConvergenceError
from ahp._graph import require_connected
from ahp._matrix import Array, Matrix, freeze

_UPDATES = 100_000
_SETTLED = 1e-14


def log_weights(m: Matrix) -> Array:
    """Log least squares: ln of the weights, centred, that miss the answered ln a_ij by the least sum of squares."""
    found: Array | None = m._cache.get("log_weights")
    if found is None:
        found = m._cache["log_weights"] = _log_weights(m)
    return found


def _log_weights(m: Matrix) -> Array:
    logs = np.log(m.values)
    if not m.missing:
        return centred(logs.mean(axis=1))
    require_connected(m)
    return centred(np.linalg.solve(laplacian(m) + 1 / m.n, np.nansum(logs, axis=1)))


def centred(logs: Array) -> Array:
    """Moved to sum 0."""
    moved: Array = logs - logs.mean()
    return moved


def laplacian(m: Matrix) -> Array:
    """Number of answers of each item on the diagonal, -1 for each answered pair."""
    links = m.answered.astype(float)
    result: Array = np.diag(links.sum(axis=1)) - links
    return result


def filled(m: Matrix, log_scale: Array) -> Matrix:
    """The matrix with every missing pair set to the ratio of the given log weights."""
    ratios = np.exp(log_scale[:, None] - log_scale)
    return freeze(np.where(np.isnan(m.values), ratios, m.values), m.labels)


def completed_by_eigenvalue(m: Matrix) -> Matrix:
    """The completion whose principal eigenvalue is least; computed once per matrix."""
    if not m.missing:
        return m
    found: Matrix | None = m._cache.get("completed")
    if found is None:
        found = m._cache["completed"] = filled(m, _balancing_scale(m))
    return found


def _balancing_scale(m: Matrix) -> Array:
    """ln z such that z_i/z_j are the best fills: z = sqrt(w/v), w and v the right and left principal vector."""
    scale = log_weights(m)
    if not m.degrees_of_freedom:
        return scale
    right = np.exp(scale)
    left = 1 / right
    for _ in range(_UPDATES):
        values = filled(m, scale).values
        old_right, old_left, old_scale = right, left, scale
        right, left = values @ right, left @ values
        right, left = right / right.sum(), left / left.sum()
        scale = centred(np.log(right / left) / 2)
        moved = np.abs(scale - old_scale).max(), np.abs(right / old_right - 1).max(), np.abs(left / old_left - 1).max()
        if max(moved) < _SETTLED:
            return scale
    raise ConvergenceError("the completion of the missing answers did not settle")


def harker_weights(m: Matrix) -> Array:
    """The principal vector of Harker's matrix: 0 for a missing answer, 1 + their number on the diagonal."""
    scale = log_weights(m)
    gaps = np.isnan(m.values)
    values = np.where(gaps, 0.0, m.values) + np.diag(gaps.sum(axis=1))
    return by_balanced_squaring(values, scale).weights
