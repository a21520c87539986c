"""What the indicator file says of scoring, as the rules that `ranking` computes with."""

from scoring.ranking import COVERAGE, LeafRule, NodeRule
from surveys.files.shape import Tree


def leaf_rules(tree: Tree) -> dict[str, LeafRule]:
    """Return the rule of every leaf."""
    return {code: _leaf_rule(code, tree) for code in tree.leaves}


def node_rules(tree: Tree) -> dict[str, NodeRule]:
    """Return the rule of every node with children.

    A rule for missing values that is declared on a node holds for everything below it that declares none, and not for
    the node itself: how its own absence is treated is the matter of the node above.
    """
    return {code: _node_rule(code, tree) for code in tree.parents()}


def _leaf_rule(code: str, tree: Tree) -> LeafRule:
    row = tree.rows[code]
    kind, number = _missing(tree, tree.path(code))
    numbers = {
        name: float(row.scoring[name]) for name in ("low", "high", "target_low", "target_high") if name in row.scoring
    }
    return LeafRule(
        direction=row.direction or "benefit",
        cap=row.scoring.get("cap") == "yes",
        transform=row.scoring.get("transform", "none"),
        missing=kind,
        missing_value=number if kind == "value" else None,
        **numbers,
    )


def _node_rule(code: str, tree: Tree) -> NodeRule:
    kind, _number = _missing(tree, tree.path(code)[:-1])
    below = (_missing(tree, tree.path(child)) for child in tree.children[code])
    coverages = [number for kind, number in below if kind == "reweight" and number is not None]
    return NodeRule(
        aggregation=tree.rows[code].scoring.get("aggregation", "arithmetic"),
        missing=kind,
        coverage=max(coverages, default=COVERAGE),
    )


def _missing(tree: Tree, path: list[str]) -> tuple[str, float | None]:
    """Return the rule declared nearest to the end of the path, and its number."""
    for code in reversed(path):
        declared = tree.rows[code].scoring.get("missing", "")
        if declared:
            kind, _colon, number = declared.partition(":")
            return kind, float(number) if number else None
    return "refuse", None
