"""How the judgments of a whole tree stand in one row: node by node in tree order, pair by pair."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ahp._cells import Array
from ahp._errors import Label, PanelError
from ahp._tree import Tree, tree_order

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the judgments, local weights and leaves of a tree stand.

    Attributes
    ----------
    order : tuple
        All nodes in tree order.
    children : dict
        ``{parent: children}``.
    nodes : tuple
        The parents of two or more children, in tree order: those that ask questions.
    pairs, items : dict
        ``{node: slice}`` into the judgments of an expert, and into the local weights.
    """

    order: tuple[Label, ...]
    children: dict[Label, tuple[Label, ...]]
    nodes: tuple[Label, ...]
    pairs: dict[Label, slice]
    items: dict[Label, slice]

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The number of items at each node."""
        return tuple(len(self.children[node]) for node in self.nodes)

    @cached_property
    def by_size(self) -> dict[int, tuple[int, ...]]:
        """The positions of the nodes of each size."""
        return {n: tuple(k for k, size in enumerate(self.sizes) if size == n) for n in sorted(set(self.sizes))}

    @cached_property
    def pair_count(self) -> int:
        """How many questions one expert is asked."""
        return sum(n * (n - 1) // 2 for n in self.sizes)

    @cached_property
    def leaves(self) -> tuple[Label, ...]:
        """The nodes without children, in tree order."""
        return tuple(node for node in self.order if not self.children.get(node))

    @cached_property
    def node_of_pair(self) -> Rows:
        """For every question the position of its node."""
        return np.repeat(np.arange(len(self.nodes)), [n * (n - 1) // 2 for n in self.sizes])

    @cached_property
    def leaf_paths(self) -> Rows:
        """For every step down (at least one) and leaf a row of local weights; the row after the last where none is."""
        compared = [child for node in self.nodes for child in self.children[node]]
        start = {child: row for row, child in enumerate(compared)}
        paths: dict[Label, list[int]] = {self.order[0]: []}
        for node in self.order:
            for child in self.children.get(node, ()):
                paths[child] = paths[node] + ([start[child]] if child in start else [])
        depth = max(1, *(len(paths[leaf]) for leaf in self.leaves))
        filler = sum(self.sizes)
        return np.array(
            [paths[leaf] + [filler] * (depth - len(paths[leaf])) for leaf in self.leaves], dtype=np.intp
        ).T.copy()

    def pair_labels(self, position: int) -> tuple[Label, Label, Label]:
        """The node and the two items of a question."""
        node = self.nodes[int(self.node_of_pair[position])]
        first, second = np.triu_indices(len(self.children[node]), 1)
        place = position - self.pairs[node].start
        return node, self.children[node][first[place]], self.children[node][second[place]]


def layout_of(tree: Tree) -> Layout:
    """The layout of a tree; the same tree is laid out once."""
    return _layout(tuple(tree), tuple(map(tuple, tree.values())))


@lru_cache(maxsize=32)
def _layout(parents: tuple[Label, ...], children_of: tuple[tuple[Label, ...], ...]) -> Layout:
    children = dict(zip(parents, children_of, strict=True))
    order = tuple(tree_order(children))
    nodes = tuple(node for node in order if len(children.get(node, ())) > 1)
    pairs, items, pair, item = {}, {}, 0, 0
    for node in nodes:
        n = len(children[node])
        pairs[node], items[node] = slice(pair, pair + n * (n - 1) // 2), slice(item, item + n)
        pair, item = pairs[node].stop, items[node].stop
    return Layout(order, children, nodes, pairs, items)


class Judgments:
    """The judgments of a panel, read block by block without a copy of the whole."""

    def __init__(self, layout: Layout, given: Any) -> None:
        if isinstance(given, Mapping):
            self._tables = [_of_node(layout, given, node) for node in layout.nodes]
            _refuse_strangers(layout, given)
        else:
            self._tables = [_table(given, layout.pair_count, "the panel")]
        self.experts = len(self._tables[0]) if self._tables else 0
        for table in self._tables[1:]:
            if len(table) != self.experts:
                raise PanelError(f"one node has judgments of {len(table)} experts, the first of {self.experts}")

    def block(self, rows: slice) -> Array:
        """Experts x questions."""
        if len(self._tables) == 1:
            return self._tables[0][rows]
        return np.concatenate([table[rows] for table in self._tables], axis=1)


def _of_node(layout: Layout, given: Mapping[Any, Any], node: Label) -> Array:
    if node not in given:
        raise PanelError(f"there are no judgments for the children of {node!r}", node)
    pairs = layout.pairs[node]
    return _table(given[node], pairs.stop - pairs.start, repr(node), node)


def _table(given: Any, columns: int, where: str, node: Label | None = None) -> Array:
    table: Array = np.asarray(given, dtype=float)
    if table.ndim != 2 or table.shape[1] != columns:
        raise PanelError(
            f"the judgments of {where} have shape {table.shape}; give one row per expert and {columns} columns, "
            "one per pair of children in order, row by row",
            node,
        )
    return table


def _refuse_strangers(layout: Layout, given: Mapping[Any, Any]) -> None:
    for node in given:
        if node not in layout.pairs:
            raise PanelError(f"there are judgments for {node!r}, which compares nothing in the tree", node)
