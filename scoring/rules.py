"""What the indicator file and a survey's own rules say of scoring, as the rules that `ranking` computes with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scoring.ranking import COVERAGE, LeafRule, NodeRule
from surveys.canonical import canonical_json, content_hash
from surveys.files.shape import Tree

Attributes = Mapping[str, Sequence[str]]
"""Attribute of units (region, ...) → that of each unit, blank where it has none."""
NUMBERS = ("low", "high", "target_low", "target_high", "neutral")
Codes = Mapping[str, Mapping[str, str]]
"""Code → what differs from the edition: `basis` (sample, fixed, base) with `low` and `high`, `direction`, `cap`, ..."""


def ruled(tree: Tree, codes: Codes) -> Tree:
    """The same tree, scored as `codes` say where they say something.

    A `basis` replaces both bounds: with `sample` there are none, else they are those beside it. Another direction than
    target ends a target.
    """
    if not codes:
        return tree
    rows = []
    for code, row in tree.rows.items():
        said = dict(codes.get(code, {}))
        dropped = {"low", "high"} if said.pop("basis", "") else set()
        direction = said.pop("direction", row.direction)
        dropped |= set() if direction == "target" else {"target_low", "target_high"}
        kept = {name: text for name, text in row.scoring.items() if name not in dropped}
        rows.append(replace(row, direction=direction, scoring={**kept, **said}))
    return Tree(rows)


def rules_hash(document: Mapping[str, Any]) -> str:
    """Over everything that a version of the rules says but the hash itself."""
    said = {name: part for name, part in document.items() if name != "content_hash"}
    return content_hash(canonical_json(said))


def rules_are_whole(options: Mapping[str, Any]) -> bool:
    """Whether the rules beside a run have their hash, and the run was computed with the options that they state."""
    rules = options["rules"]
    stated = all(options.get(name) == text for name, text in rules["options"].items())
    return stated and rules_hash(rules) == rules["content_hash"]


def leaf_rules(tree: Tree, attributes: Attributes | None = None) -> dict[str, LeafRule]:
    """Return the rule of every leaf; `attributes` of the units tell whose mean stands for what is missing."""
    return {code: _leaf_rule(code, tree, attributes or {}) for code in tree.leaves}


def node_rules(tree: Tree) -> dict[str, NodeRule]:
    """Return the rule of every node with children.

    A rule for missing values that is declared on a node holds for everything below it that declares none, and not for
    the node itself: how its own absence is treated is the matter of the node above.
    """
    return {code: _node_rule(code, tree) for code in tree.parents()}


def _leaf_rule(code: str, tree: Tree, attributes: Attributes) -> LeafRule:
    row = tree.rows[code]
    kind, said = _missing(tree, tree.path(code))
    numbers = {name: float(row.scoring[name]) for name in NUMBERS if name in row.scoring}
    return LeafRule(
        direction=row.direction or "benefit",
        cap=row.scoring.get("cap") == "yes",
        transform=row.scoring.get("transform", "none"),
        missing=kind,
        missing_value=float(said) if kind == "value" else None,
        groups=_groups(kind, said, attributes),
        **numbers,
    )


def _node_rule(code: str, tree: Tree) -> NodeRule:
    kind, _said = _missing(tree, tree.path(code)[:-1])
    below = (_missing(tree, tree.path(child)) for child in tree.children[code])
    coverages = [float(said) for kind, said in below if kind == "reweight" and said]
    return NodeRule(
        aggregation=tree.rows[code].scoring.get("aggregation", "arithmetic"),
        missing=kind,
        coverage=max(coverages, default=COVERAGE),
    )


def _groups(kind: str, attribute: str, attributes: Attributes) -> tuple[str, ...] | None:
    """For the mean of a group, the group of each unit. Where units have no such attribute, nobody is in one."""
    return tuple(attributes.get(attribute, ())) if kind == "mean" and attribute else None


def _missing(tree: Tree, path: list[str]) -> tuple[str, str]:
    """Return the rule declared nearest to the end of the path, and what follows its colon."""
    for code in reversed(path):
        declared = tree.rows[code].scoring.get("missing", "")
        if declared:
            kind, _colon, said = declared.partition(":")
            return kind, said
    return "refuse", ""
