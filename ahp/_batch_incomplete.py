"""Completion of many matrices of one size in which answers are missing; see `_incomplete` for the method.

Arrays stand with the matrices first, (matrices, n, n), as the stacked routines of numpy want them.
"""

import numpy as np

from ahp._batch import square_tables
from ahp._cells import Array, Mask
from ahp._incomplete import balancing_scale

_ROUNDS = 30
_SETTLED = 1e-13


def stacked(ratios: Array, n: int) -> Array:
    """Upper triangles (pairs, matrices), nan where not answered, to full matrices (matrices, n, n)."""
    return np.ascontiguousarray(square_tables(ratios, n).transpose(2, 0, 1))


def connected(tables: Array) -> Mask:
    """Which matrices have answers that link all items."""
    reach = ~np.isnan(tables)
    for _ in range(max(1, (reach.shape[1] - 1).bit_length())):
        reach = reach @ reach
    return np.asarray(reach[:, 0].all(axis=1))


def log_weights_batch(tables: Array) -> tuple[Array, Array]:
    """Log least squares (matrices, n), centred, and the inverse Laplacians (matrices, n, n), plus 1/n everywhere."""
    n = tables.shape[1]
    known = ~np.isnan(tables)
    grounded = np.full(tables.shape, 1 / n) - known
    diagonal = np.arange(n)
    grounded[:, diagonal, diagonal] += known.sum(axis=2)
    inverse = np.linalg.inv(grounded)
    sums = np.log(np.where(known, tables, 1.0)).sum(axis=2)
    return (inverse @ sums[:, :, None])[:, :, 0], inverse


def completed_batch(tables: Array) -> Array:
    """Every missing entry filled so that the principal eigenvalue of its matrix is least."""
    scale, inverse = log_weights_batch(tables)
    scale = _balancing_scales(tables, scale, inverse)
    ratios = np.exp(scale)
    return np.where(np.isnan(tables), ratios[:, :, None] / ratios[:, None, :], tables)


def _balancing_scales(tables: Array, start: Array, inverse: Array) -> Array:
    known = ~np.isnan(tables)
    answers = np.where(known, tables, 1.0)
    scales, vectors = start.copy(), np.ones((2, *start.shape))
    open_ = np.arange(len(tables))
    for _ in range(_ROUNDS):
        step, vectors = _stiff_step(answers[open_], known[open_], scales[open_], inverse[open_], vectors)
        scales[open_] += step
        still = ~(np.abs(step).max(axis=1) <= _SETTLED)
        open_, vectors = open_[still], vectors[:, still] * np.exp(np.stack([-step[still], step[still]]))
        if not len(open_):
            return scales
    for place in open_.tolist():
        scales[place] = balancing_scale(tables[place], start[place], inverse[place] - 1 / inverse.shape[1])
    return scales


def _stiff_step(answers: Array, known: Mask, scale: Array, inverse: Array, vectors: Array) -> tuple[Array, Array]:
    ratios = np.exp(scale)
    balanced = np.where(known, answers * (ratios[:, None, :] / ratios[:, :, None]), 1.0)
    power = balanced @ balanced
    power = power @ power
    right = (power @ vectors[0][:, :, None])[:, :, 0]
    left = (vectors[1][:, None, :] @ power)[:, 0, :]
    right /= right.sum(axis=1, keepdims=True)
    left /= left.sum(axis=1, keepdims=True)
    gap = np.log(right / left)[:, :, None]
    return (inverse @ gap)[:, :, 0] * (answers.shape[1] / 2), np.stack([right, left])
