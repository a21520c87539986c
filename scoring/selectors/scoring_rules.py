"""Scoring rules as pages show them: in words, for every node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from scoring.computing import edition_tree
from scoring.figures.words import listed
from scoring.models import ScoringRules
from scoring.normalising import LeafRule
from scoring.ranking import NodeRule
from scoring.rules import Changes, leaf_rules, node_rules, ruled
from surveys.files.tree import Tree
from surveys.models import Edition, Indicator, Survey
from surveys.selectors.trees import tree_of


@dataclass(frozen=True)
class RuleRow:
    """A node, how it is scored in words, and what the edition says where that differs."""

    node: Indicator
    level: int
    leaf: bool
    words: str
    edition_words: str

    @property
    def changed(self) -> bool:
        return self.words != self.edition_words


def rules_of(survey: Survey | int) -> QuerySet[ScoringRules]:
    return ScoringRules.objects.filter(survey=survey).select_related("base", "created_by").order_by("-number")


def newest_rules(survey: Survey | int) -> ScoringRules | None:
    return rules_of(survey).first()


def survey_tree(survey: Survey) -> Tree:
    """The tree of the survey's edition under its newest rules: what data are checked against."""
    rules = newest_rules(survey)
    return ruled(edition_tree(survey.edition), rules.rules if rules else None)


def rule_rows(edition: Edition, changes: Changes) -> list[RuleRow]:
    own = edition_tree(edition)
    found = ruled(own, changes)
    words, edition_words = _words(found), _words(own)
    tree = tree_of(edition)
    return [
        RuleRow(node, node.depth, not own.children[node.code], words[node.code], edition_words[node.code])
        for node in tree.nodes
    ]


def _words(tree: Tree) -> dict[str, str]:
    leaves, nodes = leaf_rules(tree), node_rules(tree)
    return {code: leaf_words(leaves[code]) for code in leaves} | {
        code: node_words(rule, tree.rows[code].scoring) for code, rule in nodes.items()
    }


def leaf_words(rule: LeafRule) -> str:
    parts = [DIRECTIONS()[rule.direction]]
    if rule.direction == "target":
        parts.append(
            _("target %(low)s to %(high)s") % {"low": _short(rule.target_low), "high": _short(rule.target_high)}
        )
    parts.append(_bounds_words(rule))
    if rule.cap:
        parts.append(_("values beyond are moved to the bounds"))
    if rule.transform == "ln":
        parts.append(_("natural logarithm"))
    if rule.missing != "refuse":
        parts.append(missing_words(rule.missing, rule.missing_group or _short(rule.missing_value)))
    if rule.neutral is not None:
        parts.append(_("%(score)s for all where all are equal") % {"score": _short(rule.neutral)})
    return listed(parts)


def node_words(rule: NodeRule, scoring: Mapping[str, str]) -> str:
    parts = [MEANS()[rule.aggregation]]
    kind, _colon, detail = scoring.get("missing", "").partition(":")
    if kind:
        parts.append(_("below it: %(rule)s") % {"rule": missing_words(kind, detail)})
    return listed(parts)


def missing_words(kind: str, detail: str) -> str:
    if kind == "mean" and detail:
        return _("missing: mean of the units of the same %(group)s") % {"group": GROUPS().get(detail, detail)}
    if kind == "value":
        return _("missing: taken as %(value)s") % {"value": detail}
    if kind == "reweight" and detail:
        return _("missing: the others share its weight if %(share)s is present") % {"share": f"{float(detail):.0%}"}
    return {
        "refuse": _("missing: refused"), "leave_out": _("missing: the unit is left out"),
        "reweight": _("missing: the others share its weight"), "mean": _("missing: mean of all units"),
    }.get(kind, kind)  # fmt: skip


def _bounds_words(rule: LeafRule) -> str:
    if rule.low is None and rule.high is None:
        return _("bounds from the data")
    if rule.low is None:
        return _("from the least of the data to %(high)s") % {"high": _short(rule.high)}
    if rule.high is None:
        return _("from %(low)s to the greatest of the data") % {"low": _short(rule.low)}
    return _("bounds %(low)s to %(high)s") % {"low": _short(rule.low), "high": _short(rule.high)}


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def DIRECTIONS() -> Mapping[str, str]:  # noqa: N802  a table whose words depend on the reader
    return {
        "benefit": _("higher is better"),
        "cost": _("lower is better"),
        "target": _("close to the target is better"),
    }


def MEANS() -> Mapping[str, str]:  # noqa: N802
    return {"arithmetic": _("arithmetic mean"), "geometric": _("geometric mean"), "harmonic": _("harmonic mean")}


def GROUPS() -> Mapping[str, str]:  # noqa: N802
    return {"region": _("region"), "province": _("province"), "group": _("group"), "type": _("type")}


def rules_in_words(rules: ScoringRules) -> Sequence[RuleRow]:
    """Only what differs from the edition."""
    return [row for row in rule_rows(rules.survey.edition, rules.rules) if row.changed]
