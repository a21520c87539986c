"""How a published run was made, for its readers: the rules that it used, in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from scoring.models import ScoringRun
from scoring.publishing import Ends, Profile
from scoring.selectors.board import RunBoard
from scoring.selectors.runs import NodeRow
from surveys.models import Indicator
from surveys.selectors.weight_facts import PanelFacts, panel_facts

Rule = Mapping[str, str]


@dataclass(frozen=True)
class LeafLine:
    """An indicator that is measured. `bounds` is None where they are not told."""

    row: NodeRow
    direction: str
    bounds: Ends | tuple[float, float] | None
    words: list[str]


class Method:
    """Numbers that hold for all units are told only where they cannot tell of one that is not seen."""

    def __init__(self, board: RunBoard, profile: Profile) -> None:
        self.board, self.profile, self.run = board, profile, board.run

    @property
    def lowest(self) -> float:
        return float(self.run.options["output_low"])

    @property
    def highest(self) -> float:
        return float(self.run.options["output_high"])

    @property
    def weights(self) -> list[tuple[NodeRow, str]]:
        """Every node, with the panel's CR below it: the weights of a stored run are locked, and no secret."""
        ratios = {node.node.code: node.ratio for node in self.panel.nodes} if self.panel else {}
        return [(row, ratios.get(row.node.code, "")) for row in self.board.tree.rows]

    @cached_property
    def leaves(self) -> list[LeafLine]:
        return [self._leaf(row) for row in self.board.tree.rows if row.leaf]

    @property
    def bounded(self) -> bool:
        """Bounds of one indicator at least are told."""
        return any(line.bounds for line in self.leaves)

    @property
    def ruled(self) -> bool:
        return any(line.words for line in self.leaves)

    @property
    def means(self) -> list[tuple[NodeRow, str]]:
        """Nodes whose mean is not the arithmetic one."""
        rows = [(row, rule_of(self.run, row.node).get("aggregation", "arithmetic")) for row in self.board.tree.rows]
        return [(row, kind) for row, kind in rows if not row.leaf and kind != "arithmetic"]

    @cached_property
    def panel(self) -> PanelFacts | None:
        return panel_facts(self.run.weight_set, self.board.tree.tree)

    def _leaf(self, row: NodeRow) -> LeafLine:
        rule = rule_of(self.run, row.node)
        direction = rule.get("direction") or row.node.direction
        label = str(Indicator.Direction(direction).label) if direction else ""
        told = self.profile.whole or self._stated(rule)
        return LeafLine(row, label, self.board.bounds.get(row.node.code) if told else None, rule_words(rule))

    def _stated(self, rule: Rule) -> bool:
        """Written down by people; bounds of a base year are values of units."""
        return {"low", "high"} <= set(rule) and not (self.run.rules and self.run.rules.base_id)


def rule_of(run: ScoringRun, node: Indicator) -> Rule:
    """What the edition says of a node, and what the rules of the run say instead; blank takes away."""
    changed: Mapping[str, str] = dict(run.options.get("rules") or {}).get(node.code, {})
    return {name: text for name, text in {**node.scoring, **changed}.items() if text}


def rule_words(rule: Rule) -> list[str]:
    """What is done to the values of an indicator beside the formula."""
    found = [words(rule[name]) for name, words in WORDS.items() if name in rule]
    if "target_low" in rule and "target_high" in rule:
        found.append(_("target %(low)s to %(high)s") % {"low": rule["target_low"], "high": rule["target_high"]})
    return [word for word in found if word]


def _missing(text: str) -> str:
    kind, _colon, number = text.partition(":")
    words = {
        "leave_out": _("a unit without a value has no score"),
        "reweight": _("a missing value leaves its weight to its siblings"),
        "mean": _("a missing value counts as the mean"),
        "value": _("a missing value counts as %(number)s") % {"number": number},
    }
    return words.get(kind, "")


WORDS: Mapping[str, Callable[[str], str]] = {
    "transform": lambda text: _("natural logarithms of values and bounds") if text == "ln" else "",
    "cap": lambda text: _("a value outside the bounds counts as the bound") if text == "yes" else "",
    "missing": _missing,
}
