"""Which items the answers link."""

import numpy as np

from ahp._cells import Array, Mask
from ahp._errors import DisconnectedError
from ahp._matrix import Matrix


def graph_laplacian_inverse(known: Mask) -> Array:
    """L+, the pseudo-inverse of the Laplacian of the answers, which must link all items; the diagonal is ignored."""
    n = len(known)
    grounded = np.full((n, n), 1 / n)
    grounded -= known
    grounded.ravel()[:: n + 1] = 0
    grounded.ravel()[:: n + 1] = 1 - grounded.sum(axis=1)
    inverse: Array = np.linalg.inv(grounded)
    inverse -= 1 / n
    return inverse


def components(m: Matrix) -> list[list[int]]:
    """The groups of items that hang together by answers, each in order."""
    neighbours = [row.nonzero()[0].tolist() for row in m.answered]
    unseen, groups = set(range(m.n)), []
    while unseen:
        group, reached = [], [min(unseen)]
        unseen.discard(reached[0])
        while reached:
            item = reached.pop()
            group.append(item)
            fresh = unseen.intersection(neighbours[item])
            unseen -= fresh
            reached.extend(fresh)
        groups.append(sorted(group))
    return groups


def require_connected(m: Matrix) -> None:
    """Refuse a matrix whose answers do not link all items, naming the groups."""
    if m.missing > (m.n - 1) * (m.n - 2) // 2 or _walk(m.values.tolist()).count(0.0):
        raise DisconnectedError([[m.labels[i] for i in group] for group in components(m)])


def spanning_weights(m: Matrix) -> Array:
    """Weights by walking the answers from the first item; exact where the answers are a tree."""
    weights = _walk(m.values.tolist())
    if weights.count(0.0):
        raise DisconnectedError([[m.labels[i] for i in group] for group in components(m)])
    return np.array(weights)


def _walk(rows: list[list[float]]) -> list[float]:
    """The weight of every item that answers link to the first, 0 for the others."""
    weights = [0.0] * len(rows)
    weights[0] = 1.0
    waiting = [0]
    while waiting:
        item = waiting.pop()
        weight = weights[item]
        for other, ratio in enumerate(rows[item]):
            if ratio == ratio and not weights[other]:
                weights[other] = weight / ratio
                waiting.append(other)
    return weights
