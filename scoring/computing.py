"""From stored data and weights to scores, through `scoring.ranking` alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from scoring.files import DataTable, fault_problems
from scoring.levels import node_scores
from scoring.models import DataSet, DataUnit, ScoringRules, ScoringRun
from scoring.ranking import TIE_TOLERANCE, Scores, ScoringError, rank_rows, score
from scoring.rules import Options as RunOptions
from scoring.rules import groups_of, leaf_rules, node_rules, options_from, ruled
from surveys.adopted import local_of_adopted
from surveys.canonical import decimal_text
from surveys.errors import Refused
from surveys.files.tree import Tree
from surveys.models import Edition, WeightEntry, WeightSet
from surveys.selectors.trees import indicator_rows, tree_of

Local = dict[str, list[float]]
Options = Mapping[str, Any]

OPTIONS: Options = {
    "normalisation": "min_max",
    "output_low": "0.0",
    "output_high": "100.0",
    "ranks": "competition",
    "tie_tolerance": decimal_text(TIE_TOLERANCE),
}


@dataclass(frozen=True)
class Inputs:
    """Everything that scores depend on, read once."""

    tree: Tree
    data: DataTable
    units: Sequence[DataUnit]
    local: Local
    options: Options


def inputs_of(run: ScoringRun) -> Inputs:
    tree = run_tree(run)
    units = list(run.data_set.units.order_by("position"))
    local = local_weights(run.weight_set, run.weights_used, tree, run.data_set.node)
    return Inputs(tree, stored_table(run.data_set, units, tree), units, local, run.options)


def run_options(rules: ScoringRules | None) -> dict[str, object]:
    """Everything that a run depends on. Without rules the same as ever, so that runs of before still verify."""
    if rules is None:
        return dict(OPTIONS)
    named = {"rules_number": rules.number, "rules_hash": rules.content_hash, "rules": rules.rules}
    return {**OPTIONS, **rules.options, **named}


def compute(inputs: Inputs) -> Scores:
    """Scores and ranks of every unit on the data's node and all below, or Refused with every fault."""
    options = options_from(inputs.options)
    with _faults_told(inputs.data):
        return score(**_given(inputs, options), tolerance=options.tolerance, decimals=options.decimals)


def compute_nodes(inputs: Inputs) -> Scores:
    """The same of the nodes with children alone: what a preview shows, at once also where units are many."""
    options = options_from(inputs.options)
    with _faults_told(inputs.data):
        codes, scores = node_scores(**_given(inputs, options))
    return Scores(codes, scores, rank_rows(scores, options.tolerance, options.decimals))


def _given(inputs: Inputs, options: RunOptions) -> dict[str, Any]:
    data, tree = inputs.data, inputs.tree
    return {
        "values": data.values, "leaves": data.columns, "children": tree.children, "local": inputs.local,
        "root": data.node, "rules": leaf_rules(tree), "nodes": node_rules(tree), "output": options.output,
        "groups": groups_of(data.attributes),
    }  # fmt: skip


@contextmanager
def _faults_told(data: DataTable) -> Iterator[None]:
    try:
        yield
    except ScoringError as error:
        raise Refused("\n".join(str(problem) for problem in fault_problems(data, error.faults))) from error


def edition_tree(edition: Edition) -> Tree:
    """The stored tree in the form that files and rules use."""
    return Tree(indicator_rows(tree_of(edition)))


def run_tree(run: ScoringRun) -> Tree:
    """The tree with the rules that the run was asked for."""
    return ruled(edition_tree(run.data_set.edition), options_from(run.options).changes)


def stored_table(data_set: DataSet, units: Sequence[DataUnit], tree: Tree) -> DataTable:
    """A stored data set in the form in which it was checked."""
    texts = tuple(tuple(unit.values) for unit in units)
    return DataTable(
        file=data_set.file_name,
        node=data_set.node,
        units=tuple(unit.name for unit in units),
        attributes={
            name: tuple(unit.attributes.get(name, "") for unit in units)
            for name in sorted({name for unit in units for name in unit.attributes})
        },
        columns=tuple(data_set.columns),
        texts=texts,
        values=np.array([[float(text or "nan") for text in row] for row in texts]),
        rows=tuple(unit.row for unit in units),
        headings={code: next(iter(tree.rows[code].names.values()), code) for code in data_set.columns},
    )


def local_weights(weight_set: WeightSet, used: str, tree: Tree, root: str) -> Local:
    """Local weights at `root` and below: as computed, or as they follow from the printed percentages."""
    entries = {entry.indicator.code: entry for entry in weight_set.entries.select_related("indicator")}
    parents = [code for code in tree.below(root) if tree.children[code]]
    if used == ScoringRun.WeightsUsed.EXACT:
        return {code: [float(entries[child].local_weight) for child in tree.children[code]] for code in parents}
    return {code: _from_printed(code, tree.children[code], entries) for code in parents}


def _from_printed(code: str, children: Sequence[str], entries: Mapping[str, WeightEntry]) -> list[float]:
    local = local_of_adopted([entries[child].adopted_weight for child in children])
    if local is None:
        raise Refused(
            _("The adopted weights of everything below %(code)s are 0. Use the exact weights for these data.")
            % {"code": code}
        )
    return local
