"""Scores of all nodes above the leaves in one product, for previews of large data. Only numpy.

Where every leaf is scored by a straight line (no target, no logarithm, no gap, nothing moved to a bound) and every node
takes the arithmetic mean, all levels are one matrix product of the raw values. Elsewhere, and wherever the product
would lose digits, they are those of `scoring.ranking`, as are the scores that are stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from scoring.normalising import Array, Bounds, Groups, LeafRule, normalise
from scoring.ranking import Children, Local, NodeRule, aggregate, checked_weights, tree_order

BLOCK = 1024
"""Units that are multiplied at once: their values and scores stay in the cache."""
WIDE = 32
"""Units whose ends are sought side by side: along long rows the processor compares many values at once."""
STEEPEST = 1e4
"""A line loses digits where values are so many times larger than the distance of their bounds: 1e-16 · 100 · 1e4 is a
tenth of the tie tolerance."""


def node_scores(
    values: ArrayLike,
    leaves: Sequence[str],
    children: Children,
    local: Local,
    *,
    root: str,
    rules: Mapping[str, LeafRule] | None = None,
    nodes: Mapping[str, NodeRule] | None = None,
    output: Bounds = (0.0, 100.0),
    groups: Groups | None = None,
) -> tuple[tuple[str, ...], Array]:
    """Return the nodes with children, in tree order, and their scores (node x unit), equal to those of `score` to 1e-9.

    Parameters, faults and formulas are those of `scoring.ranking.score`: a leaf is ``slope * x + offset``, a node the
    sum of weight times leaf, so that all nodes are ``X @ (slope * R) + offset @ R`` with the weights R, leaf x node.

    >>> tree = {"index": ["use", "energy"], "energy": ["pue", "wue"]}
    >>> codes, found = node_scores([[60, 1.2, 3], [40, 1.6, 1]], ["use", "pue", "wue"], tree,
    ...                            {"index": [0.75, 0.25], "energy": [0.5, 0.5]}, root="index")
    >>> codes, found.round(9).tolist()
    (('index', 'energy'), [[87.5, 12.5], [50.0, 50.0]])
    """
    table = np.asarray(values, dtype=float)
    inner = tuple(code for code in tree_order(root, children) if children.get(code))
    lines = _lines(table, leaves, rules or {}, output) if _arithmetic(inner, nodes or {}) else None
    if lines is not None:
        slopes, offsets = lines
        weights = _weights(inner, leaves, children, local)
        return inner, _product(table, slopes[:, np.newaxis] * weights, offsets @ weights)
    normalised = normalise(table, leaves, rules, output=output, groups=groups)
    codes, scores, _notices = aggregate(normalised.scores, leaves, children, local, root=root, rules=rules, nodes=nodes)
    return inner, scores[[codes.index(code) for code in inner]]


def _arithmetic(inner: Sequence[str], nodes: Mapping[str, NodeRule]) -> bool:
    return all(nodes.get(code, NodeRule()).aggregation == "arithmetic" for code in inner)


def _lines(
    table: Array, leaves: Sequence[str], rules: Mapping[str, LeafRule], output: Bounds
) -> tuple[Array, Array] | None:
    """Slope and offset of each leaf, where all are straight."""
    used = [rules.get(code, LeafRule()) for code in leaves]
    if not len(table) or any(rule.transform != "none" or rule.direction == "target" for rule in used):
        return None
    least, most = _ends(table)  # nan where something is missing
    low = np.array([end if rule.low is None else rule.low for rule, end in zip(used, least, strict=True)])
    high = np.array([end if rule.high is None else rule.high for rule, end in zip(used, most, strict=True)])
    capped = np.array([rule.cap for rule in used]) & ((least < low) | (most > high))
    distance = high - low
    steep = ~(np.maximum(np.abs(least), np.abs(most)) <= STEEPEST * distance)
    if capped.any() or steep.any() or not (np.isfinite(distance) & (distance > 0)).all():
        return None
    cost = np.array([rule.direction == "cost" for rule in used])
    slopes = np.where(cost, -1.0, 1.0) * (output[1] - output[0]) / distance
    return slopes, output[0] - slopes * np.where(cost, high, low)


def _ends(table: Array) -> tuple[Array, Array]:
    """The least and the greatest value of every column."""
    units, columns = table.shape
    whole = units - units % WIDE
    long = np.ascontiguousarray(table[:whole]).reshape(-1, WIDE * columns)
    least, most = [table[whole:]], [table[whole:]]
    for first in range(0, len(long), WIDE):
        block = long[first : first + WIDE]  # read once from memory
        least.append(block.min(axis=0).reshape(WIDE, columns))
        most.append(block.max(axis=0).reshape(WIDE, columns))
    return np.concatenate(least).min(axis=0), np.concatenate(most).max(axis=0)


def _weights(inner: Sequence[str], leaves: Sequence[str], children: Children, local: Local) -> Array:
    """The weight of every leaf in every node, leaf x node."""
    place = {code: row for row, code in enumerate(leaves)}
    columns: dict[str, Array] = {}
    for code in reversed(inner):
        own = checked_weights(code, local[code], len(children[code]))[:, 0]
        column = np.zeros(len(leaves))
        for child, weight in zip(children[code], own, strict=True):
            if child in columns:
                column += weight * columns[child]
            else:
                column[place[child]] += weight
        columns[code] = column
    return np.stack([columns[code] for code in inner], axis=1)


def _product(table: Array, weights: Array, offset: Array) -> Array:
    found = np.empty((len(table), weights.shape[1]))
    for first in range(0, len(table), BLOCK):
        block = slice(first, first + BLOCK)
        np.matmul(table[block], weights, out=found[block])
        found[block] += offset
    return np.asarray(found.T)
