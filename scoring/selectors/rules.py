"""Versions of scoring rules, and what a run's rules say, as pages and exports show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.computing import Options
from scoring.matching import ATTRIBUTES
from scoring.models import ScoringRules
from scoring.ranking import TIE_TOLERANCE
from surveys.models import Indicator, Survey
from surveys.selectors.trees import Tree

NAMES = {
    "direction": gettext_lazy("Direction"),
    "basis": gettext_lazy("Bounds"),
    "target": gettext_lazy("Target"),
    "cap": gettext_lazy("Beyond the bounds"),
    "transform": gettext_lazy("Transform"),
    "neutral": gettext_lazy("Score where all are equal"),
    "missing": gettext_lazy("Missing values"),
    "aggregation": gettext_lazy("Put together by"),
}
WORDS = {
    "sample": gettext_lazy("of the data at hand"),
    "fixed": gettext_lazy("fixed"),
    "base": gettext_lazy("of the base year"),
    "no": gettext_lazy("scores go beyond the range"),
    "yes": gettext_lazy("the value counts as the bound"),
    "none": gettext_lazy("none"),
    "ln": gettext_lazy("natural logarithm"),
    "arithmetic": gettext_lazy("arithmetic mean"),
    "geometric": gettext_lazy("geometric mean"),
    "harmonic": gettext_lazy("harmonic mean"),
    **{value: label for value, label in Indicator.Direction.choices},  # noqa: C416
}
ATTRIBUTE_WORDS = {
    "region": gettext_lazy("the mean of the same region"),
    "group": gettext_lazy("the mean of the same group"),
    "type": gettext_lazy("the mean of the same type"),
    "province": gettext_lazy("the mean of the same province"),
}
assert set(ATTRIBUTE_WORDS) == set(ATTRIBUTES)  # noqa: S101  both lists grow together


@dataclass(frozen=True)
class RuleRow:
    """One thing in which an indicator is scored otherwise than the edition says."""

    node: Indicator
    name: str
    text: str


def rules_of(survey: Survey | int) -> QuerySet[ScoringRules]:
    return ScoringRules.objects.filter(survey=survey).select_related("base", "created_by").order_by("-number")


def rules_now(survey: Survey | int) -> ScoringRules | None:
    """The newest version, which data are checked by and new runs take unless another is chosen."""
    return rules_of(survey).first()


def rule_rows(codes: Mapping[str, Mapping[str, str]], tree: Tree) -> list[RuleRow]:
    """In tree order, in words."""
    return [
        RuleRow(node, str(NAMES[name]), text)
        for node in tree.nodes
        for name, text in told(codes.get(node.code, {})).items()
    ]


def told(said: Mapping[str, str]) -> dict[str, str]:
    """What is said of one indicator, in words, by the names of `NAMES`."""
    found = {name: str(WORDS[said[name]]) for name in ("direction", "cap", "transform", "aggregation") if name in said}
    if "basis" in said:
        found["basis"] = basis_words(said)
    if "target_low" in said or "target_high" in said:
        found["target"] = f"{said.get('target_low', '')} – {said.get('target_high', '')}"
    if "neutral" in said:
        found["neutral"] = said["neutral"]
    if "missing" in said:
        found["missing"] = missing_words(said["missing"])
    return {name: found[name] for name in NAMES if name in found}


def basis_words(said: Mapping[str, str]) -> str:
    basis = said["basis"]
    if basis == "sample":
        return str(WORDS[basis])
    return _("%(basis)s: %(low)s to %(high)s") % {
        "basis": WORDS[basis], "low": said.get("low", "–"), "high": said.get("high", "–"),
    }  # fmt: skip


def missing_words(text: str) -> str:
    kind, _colon, said = text.partition(":")
    if kind == "mean" and said:
        return str(ATTRIBUTE_WORDS[said])
    words = {
        "refuse": _("refused"),
        "leave_out": _("the unit gets no score"),
        "reweight": _("the siblings share its weight if at least %(share)s of them is there, by weight and by count"),
        "mean": _("the mean of the column"),
        "value": _("the value %(value)s"),
    }
    return words[kind] % {"share": said or "0.5", "value": said}


def option_rows(options: Options) -> Iterator[tuple[str, str]]:
    """What holds for all indicators of a run, in words."""
    low, high = float(options["output_low"]), float(options["output_high"])
    yield _("Range of scores"), _("%(low)s to %(high)s") % {"low": f"{low:g}", "high": f"{high:g}"}
    if float(options["tie_tolerance"]) != TIE_TOLERANCE:
        tolerance = f"{float(options['tie_tolerance']):g}"
        yield _("Ties"), _("scores within %(tolerance)s share a rank") % {"tolerance": tolerance}
    if "rank_decimals" in options:
        yield _("Ranks"), _("of scores rounded to %(decimals)s decimals") % {"decimals": options["rank_decimals"]}
