"""One expert, or a few: all matrices of the tree squared together, small ones padded with zeros."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ahp._cells import Array
from ahp._eigen import BRACKET, ones_of, principal_of
from ahp._layout import Layout


def principal_padded(layout: Layout, ratios: Array) -> tuple[Array, Array]:
    """Local weights (items, experts) and eigenvalues (nodes, experts) from judgments (experts, questions)."""
    experts, nodes = len(ratios), len(layout.nodes)
    places, rows = _padding(layout)
    cells = np.concatenate([ratios, 1 / ratios, _TAIL if experts == 1 else np.repeat(_TAIL, experts, axis=0)], axis=1)
    tables = cells.take(places, axis=1).reshape(experts, nodes, -1, max(layout.sizes))
    with np.errstate(all="ignore"):  # what overflows never closes its bracket and is mended
        vectors = _high_power(tables)
        vectors /= np.add.reduce(vectors, axis=-1, keepdims=True)
        image = (tables @ vectors[..., None])[..., 0]
        values = np.add.reduce(image, axis=-1, keepdims=True)
        closed = np.abs(image - values * vectors) <= values * _BRACKET * vectors  # zero on either side where padded
    if np.count_nonzero(closed) < closed.size:
        _mend(layout, tables, vectors, values, ~closed.all(axis=-1))
    return vectors.reshape(experts, -1).take(rows, axis=1).T, values.reshape(experts, nodes).T


_TAIL = np.array([[1.0, 0.0]])
_BRACKET = np.array(BRACKET)  # an array, because numpy is quicker with it than with a number


def _high_power(power: Array) -> Array:
    """The 32nd power times ones, as in `_eigen`."""
    for _ in range(4):
        power = power @ power
    image: Array = (power @ (power @ ones_of(power.shape[-1])[0][:, None]))[..., 0]
    return image


def _mend(layout: Layout, tables: Array, vectors: Array, values: Array, open_: npt.NDArray[np.bool_]) -> None:
    for expert, node in np.argwhere(open_).tolist():
        n = layout.sizes[node]
        found = principal_of(np.ascontiguousarray(tables[expert, node, :n, :n]))
        vectors[expert, node, :n], values[expert, node] = found.weights, found.lambda_max


@lru_cache(maxsize=32)
def _padding(layout: Layout) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where each cell of each padded matrix comes from, and which rows are not padding."""
    widest, count = max(layout.sizes), layout.pair_count
    places = np.full((len(layout.nodes), widest, widest), 2 * count + 1)
    rows: list[int] = []
    for k, (node, n) in enumerate(zip(layout.nodes, layout.sizes, strict=True)):
        start = layout.pairs[node].start
        upper, lower = np.triu_indices(n, 1)
        places[k, upper, lower] = start + np.arange(len(upper))
        places[k, lower, upper] = count + start + np.arange(len(upper))
        places[k, np.arange(n), np.arange(n)] = 2 * count
        rows.extend(range(k * widest, k * widest + n))
    return places.ravel(), np.array(rows)
