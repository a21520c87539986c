"""The principal eigenvectors of many matrices of one size at once.

Arrays stand with the matrices last, (n, n, matrices), so that every operation runs along a whole block of them.
"""

from typing import Any

import numpy as np

from ahp._cells import Array
from ahp._eigen import BRACKET, principal_of

_QUICK = 2  # double steps in single precision
_OPENING = 4  # double steps after them, before the first look at the bracket
_ROUNDS = 60  # double steps with a look each, before the rest goes to the one-by-one solver


def principal_batch(ratios: Array, n: int) -> tuple[Array, Array]:
    """Weights (n, matrices) and eigenvalues (matrices,) from the upper triangles (pairs, matrices), row by row."""
    with np.errstate(all="ignore"):  # what overflows never closes its bracket and goes to the careful solver
        if n == 1:
            return np.ones((1, 1)), np.ones(1)
        if n == 2:
            first = ratios[0] / (1 + ratios[0])
            return np.stack([first, 1 - first]), np.full(ratios.shape[1], 2.0)
        return _of_three(*ratios) if n == 3 else _by_power(square_tables(ratios, n))


def square_tables(ratios: Array, n: int) -> Array:
    """Upper triangles (pairs, matrices) to full matrices (n, n, matrices)."""
    tables = np.empty((n, n, ratios.shape[1]))
    inverse = 1 / ratios
    start = 0
    for i in range(n):
        stop = start + n - 1 - i
        tables[i, i] = 1
        tables[i, i + 1 :] = ratios[start:stop]
        tables[i + 1 :, i] = inverse[start:stop]
        start = stop
    return tables


def _of_three(ab: Array, ac: Array, bc: Array) -> tuple[Array, Array]:
    """The closed form, see `_eigen`."""
    root_ab, root_ac, root_bc = np.cbrt(ab), np.cbrt(ac), np.cbrt(bc)
    weights = np.stack([root_ab * root_ac, root_bc / root_ab, 1 / (root_ac * root_bc)])
    d = root_ac / (root_ab * root_bc)
    return weights / weights.sum(axis=0), 3 + (d - 1) ** 2 / d


def _by_power(tables: Array) -> tuple[Array, Array]:
    """The power method in double steps, A(Au) + tau u, until every Collatz-Wielandt bracket is closed.

    The other eigenvalues of a reciprocal matrix lie near the imaginary axis, and the sum of their squares is
    n**2 - lambda**2, because the trace of A A is n**2. A tau of one and a half times their mean square damps the
    largest of them, which saves a fifth of the steps on ordinary matrices and a third on random ones.
    """
    vector, scale, damping = _start(tables)
    weights, low, high = _look(tables, _double_steps(tables, vector, scale, damping, _OPENING))
    found = weights
    still = open_ = np.flatnonzero(~(high - low <= BRACKET * high))
    for _ in range(_ROUNDS):
        if not len(still):
            break
        tables, scale, damping = tables.take(still, axis=2), scale.take(still), damping.take(still)
        found, low[open_], high[open_] = _look(
            tables, _double_steps(tables, found.take(still, axis=1), scale, damping, 1)
        )
        weights[:, open_] = found
        still = np.flatnonzero(~(high[open_] - low[open_] <= BRACKET * high[open_]))
        open_ = open_[still]
    values = (low + high) / 2
    for position, place in zip(still.tolist(), open_.tolist(), strict=True):
        careful = principal_of(np.ascontiguousarray(tables[:, :, position]))
        weights[:, place], values[place] = careful.weights, careful.lambda_max
    return weights, values


def _look(tables: Array, vector: Array) -> tuple[Array, Array, Array]:
    """One more step, and the bracket it proves."""
    image = _apply(tables, vector)
    quotients = np.divide(image, vector, out=vector)
    image *= 1 / np.add.reduce(image)
    return image, np.minimum.reduce(quotients), np.maximum.reduce(quotients)


def _start(tables: Array) -> tuple[Array, Array, Array]:
    """The first steps, in single precision, and what scales and damps the next ones."""
    n = len(tables)
    quick = tables.astype(np.float32)
    vector = np.add.reduce(quick, axis=1)
    for _ in range(2):
        vector = _apply(quick, vector)
    image = _apply(quick, vector)
    square = (np.add.reduce(image) / np.add.reduce(vector)) ** 2
    damping = np.maximum(square - n * n, 0) * np.float32(1.5 / (n - 1))
    scale = 1 / (square + damping)
    vector = _double_steps(quick, image * (1 / np.add.reduce(image)), scale, damping, _QUICK)
    return vector.astype(float), scale.astype(float), damping.astype(float)


def _double_steps(tables: Any, vector: Any, scale: Any, damping: Any, steps: int) -> Any:
    """A(Au) + tau u, in the precision of the arrays."""
    for _ in range(steps):
        image = _apply(tables, _apply(tables, vector))
        vector = vector * damping
        vector += image
        vector *= scale
    return vector


def _apply(tables: Any, vectors: Any) -> Any:
    return np.einsum("ijk,jk->ik", tables, vectors)
