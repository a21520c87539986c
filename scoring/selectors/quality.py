"""What stands out in a data set before anybody weighs it: gaps, equal values, skewness, siblings that go together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.utils.translation import gettext as _

from scoring.coherence import AGAINST, NEAR, Reliability, correlations, oriented, reliability
from scoring.models import DataSet
from scoring.normalising import Array, LeafRule
from scoring.quality import Column, availability, describe
from scoring.rules import leaf_rules
from scoring.selectors.scoring_rules import survey_tree
from surveys.models import Indicator
from surveys.selectors.trees import Tree, tree_of

CELLS = 500_000
"""A page does not compute more than this many values while somebody waits."""
ENOUGH = 0.65
"""Of the values of an indicator or a unit: the rule of thumb of the JRC's audits."""
EQUAL = 0.5
"""Where more than half of the units share one value, the indicator hardly tells them apart."""

OK, WARN, BAD = "ok", "warn", "bad"


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
        self.rules = leaf_rules(survey_tree(data_set.survey))

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

    @cached_property
    def _stored(self) -> list[tuple[str, list[str]]]:
        return list(self.data_set.units.order_by("position").values_list("name", "values"))


def group_of(node: Indicator, children: Sequence[Indicator], rows: Array) -> Group:
    return Group(node, children, *correlations(rows), reliability(rows))


def number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
