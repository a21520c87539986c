"""An expert's own weight tree, from the stored results of a submission: for the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ahp
from surveys.models import Indicator, NodeResult, Submission
from surveys.scale import matrix_level
from surveys.selectors.trees import Tree, tree_of

UNSAID, UNLINKED = "unsaid", "unlinked"


@dataclass(frozen=True)
class Branch:
    """A node of the tree. `local` is its weight among its siblings, `overall` that in the whole tree; None where the
    expert gave none. Of the matrix below the node: `ratio`, `level`, `missing` pairs, and `why` there are no weights.
    """

    node: Indicator
    local: float | None
    overall: float | None
    ratio: float | None
    level: str
    why: str
    missing: int = 0


def own_tree(submission: Submission) -> list[Branch]:
    """Every node below the root, and the root first; empty until the worker has stored the results. Two queries."""
    results = {result.node.code: result for result in submission.results.select_related("node")}
    if not results:
        return []
    tree = tree_of(submission.expert.survey.edition)
    local = {code: [float(weight) for weight in result.weights] for code, result in results.items() if result.weights}
    overall = overall_weights(tree, local)
    shares = {
        child.code: share
        for node in tree.parents
        for child, share in zip(tree.children_of(node), local.get(node.code, []), strict=False)
    }
    return [_branch(node, shares.get(node.code), overall.get(node.code), results.get(node.code)) for node in tree.nodes]


def overall_weights(tree: Tree, local: Mapping[str, list[float]]) -> dict[str, float]:
    """Code → weight in the whole tree, as far down as there are local weights all the way from the root."""
    cut: dict[str, list[str]] = {tree.root.code: []}
    reached = {tree.root.code}
    for node in tree.nodes:
        children = [child.code for child in tree.children_of(node)]
        if children and node.code in reached and (node.code in local or len(children) == 1):
            cut[node.code] = children
            reached.update(children)
    known = {code: weights for code, weights in local.items() if cut.get(code)}
    return {str(code): weight for code, weight in ahp.global_weights(cut, known).items()}


def _branch(node: Indicator, local: float | None, overall: float | None, result: NodeResult | None) -> Branch:
    if result is None or result.items < 2:
        return Branch(node, local, overall, None, "", "")
    ratio = float(result.ratio) if result.ratio else None
    level = matrix_level(ratio, len(result.weights))
    why = "" if result.weights else UNSAID if result.missing == result.items * (result.items - 1) // 2 else UNLINKED
    return Branch(node, local, overall, ratio, level, why, result.missing)
