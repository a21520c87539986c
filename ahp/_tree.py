"""A tree of indicators: local weights down, global weights out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ahp._cells import Array
from ahp._errors import Label, TreeError, WeightError
from ahp._priorities import Priorities

_SUM_TOLERANCE = 1e-9

Tree = Mapping[Any, Sequence[Any]]  # a mapping takes no supertype of its keys


def global_weights(tree: Tree, local: Mapping[Any, Any]) -> dict[Label, float]:
    """Multiply local weights down the tree.

    Parameters
    ----------
    tree : mapping
        ``{parent: [children]}``; exactly one node is nobody's child, the root.
    local : mapping
        ``{parent: weights}`` in the order of the children, each summing to 1 within 1e-9: a sequence of numbers or
        a `Priorities`. A parent with a single child may be left out.

    Returns
    -------
    dict
        ``{node: weight}`` in tree order, the root 1. Children add up to their parent, leaves to 1.

    Raises
    ------
    TreeError
        A circle, a node with two parents, no root or several; ``.node`` names it.
    WeightError
        Weights are missing, too few, negative, or do not sum to 1; ``.node`` names the parent.

    Notes
    -----
    Distributive synthesis (Saaty 1980): the weight of a node is the product of the local weights on its path.

    Examples
    --------
    >>> import ahp
    >>> ahp.global_weights({"goal": ["a", "b"], "a": ["a1", "a2"]}, {"goal": [.75, .25], "a": [.5, .5]})
    {'goal': 1.0, 'a': 0.75, 'a1': 0.375, 'a2': 0.375, 'b': 0.25}
    """
    order = tree_order(tree)
    for node in local:
        if not tree.get(node):
            raise WeightError(f"there are weights for {node!r}, which has no children in the tree", node)
    weights: dict[Label, float] = {order[0]: 1.0}
    for node in order:
        children = tree.get(node, ())
        for child, share in zip(children, _local_weights(node, len(children), local), strict=True):
            weights[child] = weights[node] * share
    return {node: weights[node] for node in order}


def tree_order(tree: Tree) -> list[Label]:
    """All nodes, every parent before its children, children in order; refuses what is not a tree."""
    root = _root(tree)
    order: list[Label] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting.extend(reversed(tree.get(node, ())))
    for node in tree:
        if node not in set(order):
            raise TreeError(f"{node!r} is not under the root {root!r}: it stands in a circle", node)
    return order


def _root(tree: Tree) -> Label:
    parent_of: dict[Label, Label] = {}
    for parent, children in tree.items():
        for child in children:
            if child in parent_of:
                raise TreeError(f"{child!r} comes twice, under {parent_of[child]!r} and under {parent!r}", child)
            parent_of[child] = parent
    roots = [node for node in tree if node not in parent_of]
    if len(roots) != 1:
        told = f"there are {len(roots)} roots: {', '.join(map(str, roots))}" if roots else "there is no root"
        raise TreeError(f"{told}; exactly one node may be nobody's child", roots[1] if roots else None)
    root: Label = roots[0]
    return root


def _local_weights(node: Label, children: int, local: Mapping[Any, Any]) -> list[float]:
    if node not in local and children <= 1:
        return [1.0] * children
    if node not in local:
        raise WeightError(f"there are no weights for the children of {node!r}", node)
    given = local[node]
    weights: Array = np.asarray(given.weights if isinstance(given, Priorities) else given, dtype=float)
    if weights.shape != (children,):
        raise WeightError(f"{node!r} has {children} children but {weights.size} weights", node)
    if not (weights >= 0).all() or abs(weights.sum() - 1) > _SUM_TOLERANCE:
        raise WeightError(f"the weights under {node!r} are {weights.tolist()}; give numbers from 0 that sum to 1", node)
    return [float(weight) for weight in weights]
