"""What stands out in a data set before anybody weighs it: gaps, equal values, skewness, siblings that go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.coherence import AGAINST, FEWEST, NEAR, Reliability, correlations, oriented, reliability
from scoring.computing import edition_tree
from scoring.figures.words import listed
from scoring.models import DataSet
from scoring.normalising import Array, LeafRule
from scoring.quality import Column, availability, describe
from scoring.rules import leaf_rules
from surveys.models import Indicator
from surveys.selectors.trees import Tree, tree_of

CELLS = 500_000
"""A page does not compute more than this many values while somebody waits."""
ENOUGH = 0.65
"""Of the values of an indicator or a unit: the rule of thumb of the JRC's audits."""
EQUAL = 0.5
"""Where more than half of the units share one value, the indicator hardly tells them apart."""
NAMED = 5

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True)
class Finding:
    """Something to know about the data, and what can be done. `tone` is ok, warn or bad."""

    tone: str
    text: str
    advice: str = ""

    @property
    def word(self) -> str:
        return {OK: _("In order"), WARN: _("Worth a look"), BAD: _("Cannot stay so")}[self.tone]


@dataclass(frozen=True)
class ColumnRow:
    """An indicator, its column in numbers, and what is odd: tone and word."""

    node: Indicator
    column: Column
    values: Array
    rule: LeafRule

    @property
    def flags(self) -> list[tuple[str, str]]:
        found = [
            (BAD, _("no value"), not self.column.present),
            (BAD, _("all equal"), self.column.constant and self.rule.neutral is None),
            (WARN, _("many gaps"), 0 < self.column.share < ENOUGH),
            (WARN, _("mostly equal"), not self.column.constant and self.column.same > EQUAL),
            (WARN, _("skewed"), self.column.skewed),
        ]
        return [(tone, word) for tone, word, true in found if true] or [(OK, _("in order"))]


@dataclass(frozen=True)
class Pair:
    """Two siblings: those of interest say nearly the same, or pull against each other."""

    a: Indicator
    b: Indicator
    r: float
    rank: float | None

    @property
    def near(self) -> bool:
        return self.r > NEAR

    @property
    def flagged(self) -> bool:
        return self.near or self.r < AGAINST

    @property
    def word(self) -> str:
        if not self.flagged:
            return ""
        return _("nearly the same") if self.near else _("against each other")


@dataclass(frozen=True)
class Group:
    """The children of a node: how they go together, all taken so that more is better."""

    node: Indicator
    children: Sequence[Indicator]
    pearson: Array
    ranks: Array
    told: Reliability

    @cached_property
    def pairs(self) -> list[Pair]:
        """Those that are flagged, the closest first."""
        return sorted((pair for pair in self.every_pair() if pair.flagged), key=lambda pair: -abs(pair.r))

    def every_pair(self) -> Iterator[Pair]:
        """In tree order, those that have a coefficient."""
        for a, first in enumerate(self.children):
            for b in range(a + 1, len(self.children)):
                if not np.isnan(self.pearson[a, b]):
                    r, rank = float(self.pearson[a, b]), number(self.ranks[a, b])
                    yield Pair(first, self.children[b], r, rank)

    @property
    def near(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.near]

    @property
    def against(self) -> list[Pair]:
        return [pair for pair in self.pairs if not pair.near]


@dataclass(frozen=True)
class UnitRow:
    """A unit with gaps: how much of it is there, on the whole and by group."""

    name: str
    share: float
    by_group: Sequence[float]

    @property
    def few(self) -> bool:
        return self.share < ENOUGH


class DataQuality:
    """A data set in numbers. `too_large` says that nothing may be asked of it but its size."""

    def __init__(self, data_set: DataSet) -> None:
        self.data_set = data_set
        self.tree: Tree = tree_of(data_set.edition)
        self.nodes = self.tree.by_code()
        self.rules = leaf_rules(edition_tree(data_set.edition))

    @property
    def cells(self) -> int:
        return self.data_set.unit_count * len(self.data_set.columns)

    @property
    def too_large(self) -> bool:
        return self.cells > CELLS

    @cached_property
    def units(self) -> list[str]:
        return [name for name, _values in self._stored]

    @cached_property
    def values(self) -> Array:
        """Units x columns."""
        return np.array([[float(text or "nan") for text in values] for _name, values in self._stored]).reshape(
            len(self._stored), len(self.data_set.columns)
        )

    @cached_property
    def columns(self) -> list[ColumnRow]:
        """In tree order."""
        return [
            ColumnRow(self.nodes[code], describe(self.values[:, place]), self.values[:, place], self.rules[code])
            for place, code in enumerate(self.data_set.columns)
        ]

    @cached_property
    def by_parent(self) -> dict[str, list[int]]:
        """The group of each column: code of its parent → positions."""
        parents = {child.pk: node.code for node in self.tree.parents for child in self.tree.children_of(node)}
        found: dict[str, list[int]] = {}
        for place, code in enumerate(self.data_set.columns):
            found.setdefault(parents.get(self.nodes[code].pk, code), []).append(place)
        return found

    @property
    def grouped(self) -> list[tuple[Indicator, list[ColumnRow]]]:
        return [(self.nodes[code], [self.columns[at] for at in places]) for code, places in self.by_parent.items()]

    @property
    def flagged(self) -> list[ColumnRow]:
        """The most skewed first."""
        found = [row for row in self.columns if row.column.skewed]
        return sorted(found, key=lambda row: -abs(row.column.skewness or 0.0))

    @cached_property
    def groups(self) -> list[Group]:
        """Groups of at least two indicators that are measured."""
        table = oriented(self.values, self.data_set.columns, self.rules)
        return [
            group_of(self.nodes[code], [self.columns[at].node for at in places], table[places])
            for code, places in self.by_parent.items()
            if len(places) > 1
        ]

    @cached_property
    def gaps(self) -> list[UnitRow]:
        """Units that lack a value, those that lack most first."""
        everything = {"": list(range(len(self.data_set.columns))), **self.by_parent}
        shares = availability(self.values, everything)
        rows = [
            UnitRow(name, float(shares[""][at]), [float(shares[code][at]) for code in self.by_parent])
            for at, name in enumerate(self.units)
            if shares[""][at] < 1
        ]
        return sorted(rows, key=lambda row: row.share)

    @property
    def missing(self) -> int:
        return sum(row.column.missing for row in self.columns)

    def findings(self) -> list[Finding]:
        """What a reader should know, the worst first."""
        if len(self.units) < FEWEST:
            return worst_first([*_gap_findings(self), too_few(len(self.units))])
        found = [*_gap_findings(self), *_equal_findings(self), _skew_finding(self), *pair_findings(self.groups)]
        return worst_first(found)

    @cached_property
    def _stored(self) -> list[tuple[str, list[str]]]:
        return list(self.data_set.units.order_by("position").values_list("name", "values"))


def group_of(node: Indicator, children: Sequence[Indicator], rows: Array) -> Group:
    return Group(node, children, *correlations(rows), reliability(rows))


def number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: [BAD, WARN, OK].index(finding.tone))


def too_few(count: int) -> Finding:
    text = ngettext(
        "There is %(count)d unit. Skewness and correlations need at least %(fewest)d.",
        "There are %(count)d units. Skewness and correlations need at least %(fewest)d.",
        count,
    )
    return Finding(WARN, text % {"count": count, "fewest": FEWEST})


def pair_findings(groups: Sequence[Group]) -> Iterator[Finding]:
    near = sorted((pair for group in groups for pair in group.near), key=lambda pair: -pair.r)
    against = sorted((pair for group in groups for pair in group.against), key=lambda pair: pair.r)
    if not near and not against:
        yield Finding(OK, _("No siblings say nearly the same, and none pull against each other."))
    if near:
        text = ngettext(
            "%(count)d pair of siblings says nearly the same (correlation above 0.9): %(pairs)s.",
            "%(count)d pairs of siblings say nearly the same (correlation above 0.9): %(pairs)s.",
            len(near),
        )
        advice = _(
            "What they measure counts twice. Ask whether both are needed when the indicator system is next revised."
        )
        yield Finding(WARN, text % {"count": len(near), "pairs": _named(near)}, advice)
    if against:
        text = ngettext(
            "%(count)d pair of siblings pulls against each other (correlation below −0.4): %(pairs)s.",
            "%(count)d pairs of siblings pull against each other (correlation below −0.4): %(pairs)s.",
            len(against),
        )
        advice = _("Who wins on the one loses on the other, and the mean hides both. First check their directions.")
        yield Finding(WARN, text % {"count": len(against), "pairs": _named(against)}, advice)


def _named(pairs: Sequence[Pair]) -> str:
    return some([pair_text(pair) for pair in pairs])


def pair_text(pair: Pair) -> str:
    return beside(f"{pair.a} / {pair.b}", f"{pair.r:.2f}".replace("-", "\N{MINUS SIGN}"))


def beside(name: object, told: str) -> str:
    """A name with a number or a word in brackets."""
    return _("%(name)s (%(score)s)") % {"name": name, "score": told}


def some(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    if len(names) <= NAMED:
        return listed(names)
    return _("%(names)s and %(count)d more") % {"names": listed(names[:NAMED]), "count": len(names) - NAMED}


def _gap_findings(quality: DataQuality) -> Iterator[Finding]:
    missing, empty = quality.missing, [row for row in quality.columns if not row.column.present]
    if not missing:
        yield Finding(OK, _("No value is missing."))
        return
    said: Mapping[str, object] = {
        "missing": missing,
        "cells": quality.cells,
        "columns": sum(bool(row.column.missing) for row in quality.columns),
        "units": len(quality.gaps),
    }
    text = _("%(missing)d of %(cells)d values are missing: in %(columns)d indicators, of %(units)d units.") % said
    yield Finding(
        WARN, text, _("Each gap is treated as the rule for missing values says, and marked beside the score.")
    )
    if empty:
        names = some([str(row.node) for row in empty])
        yield Finding(
            BAD, _("No unit has a value on: %(names)s.") % {"names": names}, _("Bring in data, or leave it out.")
        )


def _equal_findings(quality: DataQuality) -> Iterator[Finding]:
    constant = [str(row.node) for row in quality.columns if row.column.constant]
    mostly = [
        beside(row.node, f"{row.column.same:.0%}")
        for row in quality.columns
        if not row.column.constant and row.column.same > EQUAL
    ]
    if constant:
        text = _("All units have the same value on: %(names)s.") % {"names": some(constant)}
        yield Finding(BAD, text, _("Such an indicator tells nobody apart. It is scored only where bounds are given."))
    if mostly:
        text = _("More than half of the units share one value on: %(names)s.") % {"names": some(mostly)}
        yield Finding(
            WARN, text, _("These indicators separate a few units from all others; many ranks on them are shared.")
        )
    if not constant and not mostly:
        yield Finding(OK, _("No indicator has one value for more than half of the units."))


def _skew_finding(quality: DataQuality) -> Finding:
    flagged = quality.flagged
    if not flagged:
        return Finding(OK, _("No indicator is skewed by a few extreme values."))
    text = ngettext(
        "%(count)d of %(all)d indicators is skewed by a few extreme values: %(names)s.",
        "%(count)d of %(all)d indicators are skewed by a few extreme values: %(names)s.",
        len(flagged),
    ) % {"count": len(flagged), "all": len(quality.columns), "names": some([str(row.node) for row in flagged])}
    advice = _(
        "The extremes set the bounds, and all others crowd at one end of the scale. Look what a treatment would do."
    )
    return Finding(WARN, text, advice)
