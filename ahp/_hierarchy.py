"""The consistency of a whole tree."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ahp._consistency import Consistency, consistency
from ahp._errors import Label, TreeError
from ahp._matrix import matrix
from ahp._priorities import priorities
from ahp._random_index import DEFAULT_TABLE
from ahp._tree import Tree, global_weights, tree_order


@dataclass(frozen=True)
class LevelConsistency:
    """The consistency of one level of a tree, or of the whole.

    Attributes
    ----------
    nodes : tuple
        The nodes whose matrices can be tested.
    index, random_index : float
        Sums of CI and RI, each times the global weight of its node.
    ratio : float or None
        Their ratio; None where nothing can be tested.
    """

    nodes: tuple[Label, ...]
    index: float
    random_index: float
    ratio: float | None


@dataclass(frozen=True, eq=False)
class HierarchyConsistency:
    """The consistency of a tree of matrices.

    Attributes
    ----------
    levels : tuple of LevelConsistency
        From the top down.
    whole : LevelConsistency
        Over all levels.
    nodes : dict
        ``{node: Consistency}``.
    table : str
        The name of the random-index table.
    """

    levels: tuple[LevelConsistency, ...]
    whole: LevelConsistency
    nodes: dict[Label, Consistency]
    table: str

    @property
    def ratio(self) -> float | None:
        """The ratio of the whole; a large one below can hide in it, so see `largest` too."""
        return self.whole.ratio

    @property
    def largest(self) -> tuple[Label, float] | None:
        """The node with the largest consistency ratio, and that ratio; None where nothing can be tested."""
        tested = [(node, c.ratio) for node, c in self.nodes.items() if c.ratio is not None]
        return max(tested, key=lambda found: found[1]) if tested else None


def hierarchy_consistency(
    tree: Tree, matrices: Mapping[Any, Any], *, random_index: str = DEFAULT_TABLE, method: str = "eigenvector"
) -> HierarchyConsistency:
    """The consistency of every level and of the whole tree.

    Parameters
    ----------
    tree : mapping
        ``{parent: [children]}``.
    matrices : mapping
        ``{parent: matrix}`` over its children; a parent with a single child needs none.
    random_index, method : str
        As for `consistency` and `priorities`.

    Returns
    -------
    HierarchyConsistency

    Raises
    ------
    TreeError
        A matrix is absent, belongs to no parent, or has another size; ``.node`` names it.
    DisconnectedError, RandomIndexError, OptionError

    Notes
    -----
    CR = sum g CI / sum g RI over the nodes of a level, g the global weight of the node (Saaty 1980); nodes that cannot
    be tested count in neither sum.

    Examples
    --------
    >>> import ahp
    >>> tree = {"goal": ["a", "b", "c"], "a": ["a1", "a2", "a3"]}
    >>> rows = [[1, 2, 3], [1/2, 1, 4], [1/3, 1/4, 1]]
    >>> found = ahp.hierarchy_consistency(tree, {"goal": rows, "a": [[1, 2, 4], [1/2, 1, 2], [1/4, 1/2, 1]]})
    >>> [round(level.ratio, 4) for level in found.levels], round(found.ratio, 4), found.largest[0]
    ([0.1028, 0.0], 0.0678, 'goal')
    """
    _require_fit(tree, matrices)
    given = {node: matrix(rows) for node, rows in matrices.items()}
    weights = global_weights(tree, {node: priorities(m, method=method) for node, m in given.items()})
    found = {node: consistency(given[node], random_index=random_index) for node in weights if node in given}
    depths = _depths(tree)
    levels = [
        _level([node for node in found if depths[node] == depth], found, weights)
        for depth in sorted({depths[node] for node in found})
    ]
    return HierarchyConsistency(tuple(levels), _level(list(found), found, weights), found, random_index)


def _level(nodes: list[Label], found: dict[Label, Consistency], weights: dict[Label, float]) -> LevelConsistency:
    tested = tuple(node for node in nodes if found[node].testable)
    index = sum((weights[node] * found[node].index for node in tested), 0.0)
    mean_random = sum((weights[node] * found[node].random_index for node in tested), 0.0)
    return LevelConsistency(tested, index, mean_random, index / mean_random if mean_random else None)


def _depths(tree: Tree) -> dict[Label, int]:
    order = tree_order(tree)
    depths = {order[0]: 0}
    for node in order:
        depths.update(dict.fromkeys(tree.get(node, ()), depths[node] + 1))
    return depths


def _require_fit(tree: Tree, matrices: Mapping[Any, Any]) -> None:
    for node, children in tree.items():
        if len(children) > 1 and node not in matrices:
            raise TreeError(f"there is no matrix for the children of {node!r}", node)
    for node, rows in matrices.items():
        size, expected = matrix(rows).n, len(tree.get(node, ()))
        if size != expected:
            raise TreeError(f"the matrix of {node!r} compares {size} items, but it has {expected} children", node)
