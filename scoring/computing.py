"""From stored data and weights to scores, through `scoring.ranking` alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from scoring.files import DataTable, fault_problems
from scoring.matching import ATTRIBUTES
from scoring.models import DataSet, DataUnit, ScoringRules, ScoringRun
from scoring.ranking import TIE_TOLERANCE, Scores, ScoringError, score
from scoring.rules import leaf_rules, node_rules, ruled, rules_hash
from surveys.adopted import local_of_adopted
from surveys.canonical import decimal_text
from surveys.errors import Refused
from surveys.files.tree import Tree
from surveys.models import Edition, WeightEntry, WeightSet
from surveys.selectors.trees import indicator_rows, tree_of

Local = dict[str, list[float]]
Options = Mapping[str, Any]

RULES_FORMAT = "quanheng-scoring-rules/1"

OPTIONS: Mapping[str, str] = {
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


def run_tree(run: ScoringRun) -> Tree:
    """The indicator tree as the run's rules say it is scored; without rules, as the edition says."""
    return ruled(edition_tree(run.data_set.edition), codes_of(run.options))


def options_by(rules: ScoringRules | None) -> dict[str, Any]:
    """What a run is computed with. Rules are written into it whole: whoever has the run can compute it again."""
    return {**OPTIONS, **rules.options, "rules": rules_document(rules)} if rules else dict(OPTIONS)


def rules_document(rules: ScoringRules) -> dict[str, Any]:
    """What a version of the rules says, with its hash."""
    base = rules.base
    document = {
        "format": RULES_FORMAT,
        "number": rules.number,
        "codes": rules.rules,
        "options": rules.options,
        "reason": rules.reason,
        "base": {"name": base.name, "year": base.year, "version": base.version, "content_hash": base.content_hash}
        if base
        else None,
    }
    return {**document, "content_hash": rules_hash(document)}


def tree_by(edition: Edition, rules: ScoringRules | None) -> Tree:
    """The tree of an edition as these rules, or none, say it is scored."""
    return ruled(edition_tree(edition), rules.rules if rules else {})


def codes_of(options: Options) -> Mapping[str, Mapping[str, str]]:
    """What a run's own rules say of single indicators, where they differ from the edition."""
    found: Mapping[str, Mapping[str, str]] = options.get("rules", {}).get("codes", {})
    return found


def rank_decimals(options: Options) -> int | None:
    """Scores are rounded to so many decimals before they are ranked, if the rules say so."""
    return int(options["rank_decimals"]) if "rank_decimals" in options else None


def compute(inputs: Inputs) -> Scores:
    """Scores and ranks of every unit on the data's node and all below, or Refused with every fault."""
    options, tree = inputs.options, inputs.tree
    try:
        return score(
            inputs.data.values,
            inputs.data.columns,
            tree.children,
            inputs.local,
            root=inputs.data.node,
            rules=leaf_rules(tree, inputs.data.attributes),
            nodes=node_rules(tree),
            output=(float(options["output_low"]), float(options["output_high"])),
            tolerance=float(options["tie_tolerance"]),
            decimals=rank_decimals(options),
        )
    except ScoringError as error:
        raise Refused("\n".join(str(problem) for problem in fault_problems(inputs.data, error.faults))) from error


def edition_tree(edition: Edition) -> Tree:
    """The stored tree in the form that files and rules use."""
    return Tree(indicator_rows(tree_of(edition)))


def stored_table(data_set: DataSet, units: Sequence[DataUnit], tree: Tree) -> DataTable:
    """A stored data set in the form in which it was checked."""
    texts = tuple(tuple(unit.values) for unit in units)
    return DataTable(
        file=data_set.file_name,
        node=data_set.node,
        units=tuple(unit.name for unit in units),
        attributes=attributes_of(units),
        columns=tuple(data_set.columns),
        texts=texts,
        values=np.array([[float(text or "nan") for text in row] for row in texts]),
        rows=tuple(unit.row for unit in units),
        headings={code: next(iter(tree.rows[code].names.values()), code) for code in data_set.columns},
    )


def attributes_of(units: Sequence[DataUnit]) -> dict[str, tuple[str, ...]]:
    """Attribute → that of each unit, blank where it has none."""
    known = {name for unit in units for name in unit.attributes}
    return {name: tuple(unit.attributes.get(name, "") for unit in units) for name in ATTRIBUTES if name in known}


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
