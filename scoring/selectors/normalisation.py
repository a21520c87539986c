"""What rules make of data before any run is asked for: bounds and who holds them, what is capped, filled or refused,
and which single unit moves everybody by holding a bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.computing import Inputs, edition_tree, local_weights, stored_table
from scoring.files import fault_problems
from scoring.models import DataSet
from scoring.normalising import Array, LeafRule, Normalised, find_faults, normalise
from scoring.ranking import aggregate, rank_rows
from scoring.rules import Options, groups_of, leaf_rules, node_rules, options_from, ruled
from surveys.models import Indicator, WeightSet
from surveys.selectors.trees import tree_of

HOLDERS = 3


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
    points: Sequence[float]
    """Scores, 0 to 100, for the strip."""

    @property
    def low_given(self) -> bool:
        return self.rule.low is not None

    @property
    def high_given(self) -> bool:
        return self.rule.high is not None


@dataclass(frozen=True)
class Mover:
    """A unit that alone holds a bound: how far it stands from the next, and what ranks were it not there.

    `share` is the part of the whole range between it and the next unit; `changed` of the other units would have another
    rank on the root, by at most `largest` places.
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
        _row(nodes[code], rules[code], data.values[:, place], data.units, made, columns, found)
        for place, code in enumerate(data.columns)
    ]
    movers: list[Mover] = []
    if weight_set and not faults:
        local = local_weights(weight_set, "exact", tree, data.node)
        movers = sorted(
            _movers(Inputs(tree, data, units, local, options), made, rules, nodes, found),
            key=lambda each: (-each.changed, -each.share),
        )
    return Look(rows, [str(problem) for problem in fault_problems(data, faults)], movers)


def _row(
    node: Indicator, rule: LeafRule, values: Array, units: Sequence[str], made: Normalised, columns: Sequence[str],
    options: Options,
) -> LookRow:  # fmt: skip
    code = node.code
    low, high = made.bounds.get(code, (None, None))
    ends = [[units[int(at)] for at in np.flatnonzero(values == end)][:HOLDERS] for end in (low, high)]
    done = {notice.kind: [units[at] for at in notice.units] for notice in made.notices if notice.code == code}
    scores = made.scores[columns.index(code)] if code in columns else np.array([])
    width = options.output[1] - options.output[0]
    shown = 100 * (scores[~np.isnan(scores)] - options.output[0]) / width
    return LookRow(node, rule, low, high, (ends[0], ends[1]), done, np.clip(shown, 0, 100).round(2).tolist())


def _movers(
    inputs: Inputs, made: Normalised, rules: Mapping[str, LeafRule], nodes: Mapping[str, Indicator], options: Options
) -> Iterator[Mover]:
    """For every bound that one unit alone holds: the others' ranks, were its column bounded by the next unit."""
    data = inputs.data
    root = _root_scores(inputs, made.scores, rules)
    for place, code in enumerate(data.columns):
        values, rule = data.values[:, place], rules[code]
        for end in (-1, 1):
            unit = _alone(values, rule, end)
            if unit is None:
                continue
            others = np.delete(np.arange(len(values)), unit)
            known = values[others][~np.isnan(values[others])]
            share = abs(float(values[unit]) - float(known.max() if end > 0 else known.min()))
            share /= float(np.nanmax(values) - np.nanmin(values))
            changed = made.scores.copy()
            again = normalise(values[others, np.newaxis], [code], {code: rule}, output=options.output)
            changed[place, others] = again.scores[0]
            both = np.stack([root, _root_scores(inputs, changed, rules)])[:, others]
            before, after = rank_rows(both, options.tolerance, options.decimals)
            moved = np.abs(after - before)
            if moved.any():
                yield Mover(nodes[code], data.units[unit], share, int((moved > 0).sum()), int(moved.max()))


def _alone(values: Array, rule: LeafRule, end: int) -> int | None:
    """The one unit at this end of a column whose bound comes from the data, where at least two others differ."""
    if (rule.high if end > 0 else rule.low) is not None or rule.direction == "target" or rule.missing == "mean":
        return None
    known = values[~np.isnan(values)]
    top = known.max() if end > 0 else known.min()
    holders = np.flatnonzero(values == top)
    rest = known[known != top]
    return int(holders[0]) if len(holders) == 1 and rest.size > 1 and rest.min() < rest.max() else None


def _root_scores(inputs: Inputs, scores: Array, rules: Mapping[str, LeafRule]) -> Array:
    _codes, table, _notices = aggregate(
        scores, inputs.data.columns, inputs.tree.children, inputs.local,
        root=inputs.data.node, rules=rules, nodes=node_rules(inputs.tree),
    )  # fmt: skip
    return np.asarray(table[0])
