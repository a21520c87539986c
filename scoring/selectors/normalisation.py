"""What rules make of data before any run is asked for: bounds and who holds them, what is capped, filled or refused,
and which single unit moves everybody by holding a bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.utils.translation import gettext as _

from scoring.computing import Inputs, edition_tree, local_weights, stored_table
from scoring.figures.words import listed
from scoring.files import fault_problems
from scoring.models import DataSet
from scoring.normalising import Array, Groups, LeafRule, Normalised, filled, find_faults, normalise
from scoring.ranking import ScoringError, aggregate, rank_rows
from scoring.rules import Options, groups_of, leaf_rules, node_rules, options_from, ruled
from scoring.selectors.marks import SIGNS, kind_words
from scoring.selectors.scoring_rules import number_words
from surveys.models import Indicator, WeightSet
from surveys.selectors.trees import tree_of

NAMED = 3
"""So many of the units that share a bound are named."""


@dataclass(frozen=True)
class LookRow:
    """One indicator: its rule, the bounds used (`given` or from the units that hold them), and what was done."""

    node: Indicator
    rule: LeafRule
    low: float | None
    high: float | None
    holders: tuple[Sequence[str], Sequence[str]]
    done: Mapping[str, Sequence[str]]
    """Kind of a notice → the units."""
    scored: int
    points: Sequence[float]
    """Where scores lie, 0 to 100 of their range, for the strip; each place once."""

    @property
    def low_given(self) -> bool:
        return self.rule.low is not None

    @property
    def high_given(self) -> bool:
        return self.rule.high is not None

    @property
    def ends(self) -> tuple[str, str]:
        """The bounds as people write them."""
        return number_words(self.low), number_words(self.high)

    @property
    def held(self) -> tuple[str, str]:
        """Who holds the bounds, in words."""
        return _some(self.holders[0]), _some(self.holders[1])

    @property
    def told(self) -> list[Told]:
        """What was done, in words."""
        return [Told(SIGNS[kind], kind_words()[kind], units) for kind, units in self.done.items()]


@dataclass(frozen=True)
class Told:
    """One thing done to units of one indicator."""

    sign: str
    words: str
    units: Sequence[str]

    @property
    def sentence(self) -> str:
        return _("%(what)s: %(units)s") % {"what": self.words, "units": listed(self.units)}


@dataclass(frozen=True)
class Mover:
    """A unit that alone holds a bound: how far it stands from the next, and what ranks were it not there.

    `share` is the part of the range of the scores between it and the next unit; `changed` of the other units would
    have another rank on the root, by at most `largest` places, were the next unit the bound.
    """

    node: Indicator
    unit: str
    share: float
    changed: int
    largest: int


@dataclass(frozen=True)
class Look:
    rows: Sequence[LookRow]
    problems: Sequence[str]
    movers: Sequence[Mover]
    synthetic: bool


def look_at(data_set: DataSet, options: Mapping[str, object], weight_set: WeightSet | None) -> Look:
    """Everything is computed, and nothing is stored. `options` are those of a run."""
    found = options_from(options)
    tree = ruled(edition_tree(data_set.edition), found.changes)
    units = list(data_set.units.order_by("position"))
    data = stored_table(data_set, units, tree)
    rules, groups = leaf_rules(tree), groups_of(data.attributes)
    faults = find_faults(data.values, data.columns, rules, groups)
    wrong = {fault.code for fault in faults}
    kept = [place for place, code in enumerate(data.columns) if code not in wrong]
    columns = [data.columns[place] for place in kept]
    made = normalise(data.values[:, kept], columns, rules, output=found.output, groups=groups)
    nodes = tree_of(data_set.edition).by_code()
    rows = [
        _row(nodes[code], rules[code], (data.values[:, place], groups, data.units), made, columns, found)
        for place, code in enumerate(data.columns)
    ]
    movers: list[Mover] = []
    if weight_set and not faults:
        local = local_weights(weight_set, "exact", tree, data.node)
        try:
            movers = list(_movers(Inputs(tree, data, units, local, options), made, rules, nodes, found))
        except ScoringError as error:  # above the leaves: what the run would be refused for
            faults = list(error.faults)
    movers.sort(key=lambda each: (-each.changed, -each.share))
    return Look(rows, [str(problem) for problem in fault_problems(data, faults)], movers, data_set.synthetic)


def _row(
    node: Indicator, rule: LeafRule, column: tuple[Array, Groups, Sequence[str]], made: Normalised,
    columns: Sequence[str], options: Options,
) -> LookRow:  # fmt: skip
    code, (values, groups, units) = node.code, column
    low, high = made.bounds.get(code, (None, None))
    used = filled(values, rule, groups)
    ends = [[units[int(at)] for at in np.flatnonzero(used == end)] for end in (low, high)]
    scores = made.scores[columns.index(code)] if code in columns else np.array([])
    told = scores[~np.isnan(scores)]
    places = 100 * (told - options.output[0]) / (options.output[1] - options.output[0])
    points = np.unique(np.clip(places, 0, 100).round(1)).tolist()
    return LookRow(node, rule, low, high, (ends[0], ends[1]), _done(code, values, rule, made, units), told.size, points)


def _done(code: str, values: Array, rule: LeafRule, made: Normalised, units: Sequence[str]) -> dict[str, Sequence[str]]:
    """What is done to single values, and to whom a gap brings other weights or no score."""
    done: dict[str, Sequence[str]] = {}
    done |= {notice.kind: [units[at] for at in notice.units] for notice in made.notices if notice.code == code}
    gaps = [units[int(at)] for at in np.flatnonzero(np.isnan(values))]
    kind = {"leave_out": "left_out", "reweight": "reweighted"}.get(rule.missing)
    return done | ({kind: gaps} if kind and gaps else {})


def _some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    if len(names) <= NAMED + 1:
        return listed(names)
    return _("%(names)s and %(count)d others") % {"names": listed(names[:NAMED]), "count": len(names) - NAMED}


def _movers(
    inputs: Inputs, made: Normalised, rules: Mapping[str, LeafRule], nodes: Mapping[str, Indicator], options: Options
) -> Iterator[Mover]:
    """For every bound that one unit alone holds: the others' ranks, were its column bounded by the next unit."""
    data = inputs.data
    groups = groups_of(data.attributes)
    root, width = _root_scores(inputs, made.scores, rules), options.output[1] - options.output[0]
    for place, code in enumerate(data.columns):
        values = data.values[:, place]
        for unit, rule in _without_holder(filled(values, rules[code], groups), rules[code]):
            scores = made.scores.copy()
            scores[place] = normalise(
                values[:, np.newaxis], [code], {code: rule}, output=options.output, groups=groups
            ).scores[0]
            others = np.delete(np.arange(len(values)), unit)
            again = _root_scores(inputs, scores[:, others], rules)
            before, after = rank_rows(np.stack([root[others], again]), options.tolerance, options.decimals)
            moved = np.abs(after - before)
            if moved.any():
                apart = np.abs(made.scores[place, others] - made.scores[place, unit])
                share = float(np.nanmin(apart)) / width
                yield Mover(nodes[code], data.units[unit], share, int((moved > 0).sum()), int(moved.max()))


def _without_holder(values: Array, rule: LeafRule) -> Iterator[tuple[int, LeafRule]]:
    """Every one unit that alone holds a bound which comes from the data, with the rule in which the next unit holds it.

    Where the others would not tell apart, nobody else could be scored: there is nothing to compare with.
    """
    known = values[~np.isnan(values)]
    if rule.direction == "target" or known.size < 3:
        return
    for name, sign in (("low", -1), ("high", 1)):
        if getattr(rule, name) is not None:
            continue
        end = sign * (sign * known).max()
        rest = known[known != end]
        holders = np.flatnonzero(values == end)
        if len(holders) == 1 and rest.size:
            low = float(rest.min()) if rule.low is None else rule.low
            high = float(rest.max()) if rule.high is None else rule.high
            if low < high:
                yield int(holders[0]), replace(rule, low=low) if name == "low" else replace(rule, high=high)


def _root_scores(inputs: Inputs, scores: Array, rules: Mapping[str, LeafRule]) -> Array:
    _codes, table, _notices = aggregate(
        scores, inputs.data.columns, inputs.tree.children, inputs.local,
        root=inputs.data.node, rules=rules, nodes=node_rules(inputs.tree),
    )  # fmt: skip
    return np.asarray(table[0])
