"""A slice of a panel: its experts' results, and what it adds to the group."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ahp._aggregation import checked_expert_weights
from ahp._batch import principal_batch
from ahp._batch_incomplete import completed_batch, connected, log_weights_batch, stacked
from ahp._cells import Array
from ahp._errors import Label, OptionError, PanelError
from ahp._layout import Judgments, Layout, layout_of
from ahp._padded import principal_padded
from ahp._sums import JudgmentSums, Place, no_sums, sums_of_block
from ahp._tree import Tree

PANEL_METHODS = ("eigenvector", "log_least_squares")
_BLOCK = 1024  # experts whose judgments stay near the processor
_FEW = 24  # experts for whom padding is quicker than blocks

Counts = npt.NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class PanelPart:
    """The results of a slice of a panel.

    Attributes
    ----------
    layout : Layout
        Where nodes, items and leaves stand.
    method : str
        How weights were found.
    first, experts : int
        The position in the panel of the first expert of the slice, and how many there are.
    expert_weights : ndarray or None
        Not scaled, (experts, nodes); None where all are equal.
    sums : JudgmentSums
        What the judgments add to the group's matrices.
    local : ndarray
        Local weights, (items of all nodes, experts); nan where the answers at a node do not link all items.
    lambda_max : ndarray
        Principal eigenvalues, (nodes, experts).
    leaf_weights : ndarray
        Global weights of the leaves, (leaves, experts).
    missing : ndarray or None
        Pairs not answered, (nodes, experts); None where every pair is answered.
    """

    layout: Layout
    method: str
    first: int
    experts: int
    expert_weights: Array | None
    sums: JudgmentSums
    local: Array
    lambda_max: Array
    leaf_weights: Array
    missing: Counts | None


def evaluate_part(
    tree: Tree, judgments: Any, *, first: int = 0, expert_weights: Any = None, method: str = "eigenvector"
) -> PanelPart:
    """Evaluate a slice of a panel, to be merged with the others by `merge_parts`.

    Parameters
    ----------
    tree, judgments, expert_weights, method
        As for `evaluate_panel`, of the experts of this slice.
    first : int, default 0
        The position in the panel of the first of them.

    Returns
    -------
    PanelPart

    Raises
    ------
    PanelError, ExpertWeightError, TreeError, OptionError

    Examples
    --------
    >>> import ahp
    >>> tree = {"goal": ["a", "b"]}
    >>> parts = [ahp.evaluate_part(tree, [[3.0]]), ahp.evaluate_part(tree, [[1.0]], first=1)]
    >>> round(ahp.merge_parts(parts[::-1]).group_weights["a"], 4)
    0.634
    """
    if method not in PANEL_METHODS:
        raise OptionError("method", method, PANEL_METHODS)
    layout = layout_of(tree)
    given = Judgments(layout, judgments)
    weights = _weights_by_node(layout, expert_weights, given.experts)
    local = np.empty((sum(layout.sizes) + 1, given.experts))
    local[-1] = 1.0  # for leaves near the root
    values = np.empty((len(layout.nodes), given.experts))
    leaves = np.empty((len(layout.leaves), given.experts))
    sums, missing = None, None
    for start in range(0, given.experts, _BLOCK):
        rows = slice(start, min(start + _BLOCK, given.experts))
        block = given.block(rows)
        block_sums, complete = sums_of_block(block, _by_question(layout, weights, rows), first + start, _place(layout))
        sums = block_sums if sums is None else sums + block_sums
        _solve(layout, block, method, complete, local[:-1, rows], values[:, rows])
        leaf_products(layout, local[:, rows], out=leaves[:, rows])
        if not complete:
            missing = np.zeros(values.shape, dtype=np.int16) if missing is None else missing
            missing[:, rows] = _missing_by_node(layout, block)
    sums = no_sums(layout.pair_count) if sums is None else sums
    return PanelPart(layout, method, first, given.experts, weights, sums, local[:-1], values, leaves, missing)


def _weights_by_node(layout: Layout, given: Any, experts: int) -> Array | None:
    """Experts x nodes; a node without weights of its own takes those of the node above."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        given = {layout.order[0]: given}
    for node in given:
        if node not in layout.order:
            raise PanelError(f"there are expert weights for {node!r}, which is not in the tree", node)
    columns: dict[Label, Array] = {layout.order[0]: np.ones(experts)}
    for node in layout.order:
        own = checked_expert_weights(given.get(node), experts)
        columns[node] = columns[node] if own is None else own
        columns.update(dict.fromkeys(layout.children.get(node, ()), columns[node]))
    return np.array([columns[node] for node in layout.nodes]).T.reshape(experts, -1)


def _by_question(layout: Layout, weights: Array | None, rows: slice) -> Array | None:
    return None if weights is None else weights[rows][:, layout.node_of_pair]


def _place(layout: Layout) -> Place:
    def place(column: int) -> tuple[Label, str]:
        node, a, b = layout.pair_labels(column)
        return node, f"{a} against {b}"

    return place


def _solve(layout: Layout, block: Array, method: str, complete: bool, local: Array, values: Array) -> None:
    """Fill in local weights (items, experts) and eigenvalues (nodes, experts) of a block of experts."""
    if complete and len(block) <= _FEW and layout.nodes and method == "eigenvector":
        local[:], values[:] = principal_padded(layout, block)
        return
    for n, positions in layout.by_size.items():
        nodes = [layout.nodes[k] for k in positions]
        ratios = np.empty((n * (n - 1) // 2, len(nodes), len(block)))
        for i, node in enumerate(nodes):
            ratios[:, i] = block[:, layout.pairs[node]].T
        weights, eigenvalues = weights_of_one_size(ratios.reshape(len(ratios), -1), n, method, complete)
        values[list(positions)] = eigenvalues.reshape(len(nodes), -1)
        for i, node in enumerate(nodes):
            local[layout.items[node]] = weights.reshape(n, len(nodes), -1)[:, i]


def weights_of_one_size(ratios: Array, n: int, method: str, complete: bool) -> tuple[Array, Array]:
    """Weights (n, matrices) and eigenvalues from upper triangles (pairs, matrices)."""
    if complete:
        weights, values = principal_batch(ratios, n)
        return (weights, values) if method == "eigenvector" else (_log_least_squares(ratios, n), values)
    weights, values = np.full((n, ratios.shape[1]), np.nan), np.full(ratios.shape[1], np.nan)
    whole = ~np.isnan(ratios).any(axis=0)
    if whole.any():
        weights[:, whole], values[whole] = weights_of_one_size(ratios[:, whole], n, method, complete=True)
    linked = np.flatnonzero(~whole)
    with np.errstate(all="ignore"):  # what overflows is solved again by itself
        linked = linked[connected(stacked(ratios[:, linked], n))]
        if len(linked):
            tables = stacked(ratios[:, linked], n)
            upper, lower = np.triu_indices(n, 1)
            weights[:, linked], values[linked] = principal_batch(completed_batch(tables)[:, upper, lower].T, n)
            if method != "eigenvector":
                weights[:, linked] = _shares(log_weights_batch(tables)[0].T)
    return weights, values


def _log_least_squares(ratios: Array, n: int) -> Array:
    return _shares(log_weights_batch(stacked(ratios, n))[0].T)


def _shares(logs: Array) -> Array:
    weights: Array = np.exp(logs - logs.max(axis=0))
    weights /= weights.sum(axis=0)
    return weights


def leaf_products(layout: Layout, local: Array, *, out: Array | None = None) -> Array:
    """Global weights of the leaves: rows of local weights, and one of ones, multiplied along the paths."""
    first, *others = layout.leaf_paths
    products: Array = local.take(first, axis=0)
    for step in others[:-1]:
        products *= local.take(step, axis=0)
    return np.multiply(products, local.take(others[-1], axis=0) if others else 1.0, out=out)


def _missing_by_node(layout: Layout, block: Array) -> Counts:
    gaps = np.isnan(block)
    return np.array([gaps[:, layout.pairs[node]].sum(axis=1) for node in layout.nodes], dtype=np.int16)
