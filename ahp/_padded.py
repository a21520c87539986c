"""One expert, or a few: all matrices of the tree squared together, small ones padded with zeros."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ahp._cells import Array
from ahp._eigen import BRACKET, principal_of
from ahp._layout import Layout


def principal_padded(layout: Layout, ratios: Array) -> tuple[Array, Array]:
    """Local weights (items, experts) and eigenvalues (nodes, experts) from judgments (experts, questions)."""
    experts, nodes = len(ratios), len(layout.nodes)
    places, padding, beyond, rows = _padding(layout)
    cells = np.concatenate([ratios, 1 / ratios, _TAIL if experts == 1 else np.repeat(_TAIL, experts, axis=0)], axis=1)
    tables = cells.take(places, axis=1).reshape(experts, *padding.shape, -1)
    with np.errstate(all="ignore"):  # what overflows never closes its bracket and is mended
        vectors = _high_power(tables)
        vectors /= np.add.reduce(vectors, axis=-1, keepdims=True)
        quotients = (tables @ vectors[..., None])[..., 0] / (vectors + padding)
    low = np.minimum.reduce(quotients + beyond, axis=-1)
    high = np.maximum.reduce(quotients, axis=-1)
    values = (low + high) * 0.5
    _mend(layout, tables, vectors, values, ~(high - low <= BRACKET * high))
    return vectors.reshape(experts, -1).take(rows, axis=1).T, values.reshape(experts, nodes).T


_TAIL = np.array([[1.0, 0.0]])


def _high_power(power: Array) -> Array:
    """The 24th power times ones, as in `_eigen`."""
    for _ in range(3):
        power = power @ power
    image: Array = (power @ (power @ (power @ np.ones((power.shape[-1], 1)))))[..., 0]
    return image


def _mend(layout: Layout, tables: Array, vectors: Array, values: Array, open_: npt.NDArray[np.bool_]) -> None:
    for expert, node in np.argwhere(open_).tolist() if open_.any() else ():
        n = layout.sizes[node]
        found = principal_of(np.ascontiguousarray(tables[expert, node, :n, :n]))
        vectors[expert, node, :n], values[expert, node] = found.weights, found.lambda_max


@lru_cache(maxsize=32)
def _padding(layout: Layout) -> tuple[npt.NDArray[np.intp], Array, Array, npt.NDArray[np.intp]]:
    """Where each cell of each padded matrix comes from, which rows are padding, and which are not."""
    widest, count = max(layout.sizes), layout.pair_count
    places = np.full((len(layout.nodes), widest, widest), 2 * count + 1)
    padding = np.ones((len(layout.nodes), widest))
    for k, (node, n) in enumerate(zip(layout.nodes, layout.sizes, strict=True)):
        start = layout.pairs[node].start
        upper, lower = np.triu_indices(n, 1)
        places[k, upper, lower] = start + np.arange(len(upper))
        places[k, lower, upper] = count + start + np.arange(len(upper))
        places[k, np.arange(n), np.arange(n)] = 2 * count
        padding[k, :n] = 0
    return places.ravel(), padding, padding * 1e9, np.flatnonzero(padding.ravel() == 0)
