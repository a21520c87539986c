"""What the indicator file and a survey's own rules say of scoring, as the rules that `ranking` computes with."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from scoring.normalising import Bounds, Groups
from scoring.ranking import COVERAGE, TIE_TOLERANCE, LeafRule, NodeRule
from surveys.files.shape import Tree

Changes = Mapping[str, Mapping[str, str]]
"""Code → field → text; a blank text takes away what the edition says. Fields: direction, scoring columns, neutral."""
NUMBERS = ("low", "high", "target_low", "target_high")
GROUPINGS = ("region", "province", "group", "type")


@dataclass(frozen=True)
class Options:
    """What holds for a whole run: the range of the scores, ties, rounding before ranking, and changes of the rules."""

    output: Bounds = (0.0, 100.0)
    tolerance: float = TIE_TOLERANCE
    decimals: int | None = None
    changes: Mapping[str, Mapping[str, str]] | None = None


def options_from(told: Mapping[str, Any]) -> Options:
    """From a run's options, whose numbers are decimal strings.

    >>> options_from({"output_low": "60.0", "output_high": "100.0", "tie_tolerance": "1e-09"}).output
    (60.0, 100.0)
    """
    decimals = told.get("rank_decimals")
    return Options(
        (float(told["output_low"]), float(told["output_high"])),
        float(told["tie_tolerance"]),
        None if decimals is None else int(decimals),
        told.get("rules"),
    )


def ruled(tree: Tree, changes: Changes | None) -> Tree:
    """The tree with changed rules; codes that it does not have are left alone."""
    if not changes:
        return tree
    found = copy(tree)
    found.rows = {code: _changed(row, changes.get(code, {})) for code, row in tree.rows.items()}
    return found


def _changed(row: Any, change: Mapping[str, str]) -> Any:
    if not change:
        return row
    scoring = {**row.scoring, **{name: text for name, text in change.items() if name != "direction"}}
    scoring = {name: text for name, text in scoring.items() if text}
    return replace(row, scoring=scoring, direction=change.get("direction") or row.direction)


def leaf_rules(tree: Tree) -> dict[str, LeafRule]:
    """Return the rule of every leaf."""
    return {code: _leaf_rule(code, tree) for code in tree.leaves}


def node_rules(tree: Tree) -> dict[str, NodeRule]:
    """Return the rule of every node with children.

    A rule for missing values that is declared on a node holds for everything below it that declares none, and not for
    the node itself: how its own absence is treated is the matter of the node above.
    """
    return {code: _node_rule(code, tree) for code in tree.parents()}


def groups_of(attributes: Mapping[str, Any]) -> Groups:
    """The groupings by which means may be taken."""
    return {name: attributes[name] for name in GROUPINGS if name in attributes}


def _leaf_rule(code: str, tree: Tree) -> LeafRule:
    row = tree.rows[code]
    kind, detail = _missing(tree, tree.path(code))
    numbers = {name: float(row.scoring[name]) for name in NUMBERS if name in row.scoring}
    neutral = row.scoring.get("neutral")
    return LeafRule(
        direction=row.direction or "benefit",
        cap=row.scoring.get("cap") == "yes",
        transform=row.scoring.get("transform", "none"),
        missing=kind,
        missing_value=float(detail) if kind == "value" else None,
        missing_group=detail if kind == "mean" else "",
        neutral=float(neutral) if neutral else None,
        **numbers,
    )


def _node_rule(code: str, tree: Tree) -> NodeRule:
    kind, _detail = _missing(tree, tree.path(code)[:-1])
    below = (_missing(tree, tree.path(child)) for child in tree.children[code])
    coverages = [float(detail) for kind, detail in below if kind == "reweight" and detail]
    return NodeRule(
        aggregation=tree.rows[code].scoring.get("aggregation", "arithmetic"),
        missing=kind,
        coverage=max(coverages, default=COVERAGE),
    )


def _missing(tree: Tree, path: list[str]) -> tuple[str, str]:
    """The rule declared nearest to the end of the path, and what it says after the colon."""
    for code in reversed(path):
        declared = tree.rows[code].scoring.get("missing", "")
        if declared:
            kind, _colon, detail = declared.partition(":")
            return kind, detail
    return "refuse", ""
