"""A computed run, read once into memory: what figures, studies, comparisons and public pages are made from.

Whatever must not leave the house is taken out of the board first (`without`): what is made from a board cannot say it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.computing import run_tree
from scoring.models import DataUnit, ScoringRun, Unit
from scoring.normalising import Array
from scoring.ranking import LeafRule, NodeRule, Ranks
from scoring.rules import leaf_rules, node_rules, options_from
from scoring.selectors.marks import Marks
from scoring.selectors.runs import RunTree, run_stamps
from surveys.files.tree import Tree

HASH_DIGITS = 12


@dataclass(frozen=True)
class RunBoard:
    """Scores and ranks are node x unit (nan and 0 where there is none), raw values leaf x unit (nan where missing).

    The rows of `scores` and `ranks` are `codes`, those of `raw` are `columns`.
    """

    run: ScoringRun
    tree: RunTree
    units: Sequence[DataUnit]
    codes: Sequence[str]
    scores: Array
    ranks: Ranks
    columns: Sequence[str]
    raw: Array
    bounds: Mapping[str, tuple[float, float]]
    notices: Sequence[Mapping[str, Any]]

    @cached_property
    def place(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.codes)}

    @property
    def root(self) -> str:
        """The node that the run's data belong to; `codes` stand in the order of letters, as the document has them."""
        return self.tree.root.code

    @property
    def names(self) -> list[str]:
        return [unit.name for unit in self.units]

    @cached_property
    def rule_tree(self) -> Tree:
        """The tree as this run's rules say it is scored; `rules` and `node_rules` follow from it."""
        return run_tree(self.run)

    @cached_property
    def rules(self) -> Mapping[str, LeafRule]:
        return leaf_rules(self.rule_tree)

    @cached_property
    def node_rules(self) -> Mapping[str, NodeRule]:
        return node_rules(self.rule_tree)

    @cached_property
    def output(self) -> tuple[float, float]:
        """The range that scores of leaves were given."""
        return options_from(self.run.options).output

    @property
    def plain_scale(self) -> bool:
        """Leaves are scored from 0 to 100, and ranks are those of scores as they are."""
        return self.output == (0.0, 100.0) and "rank_decimals" not in self.run.options

    @cached_property
    def local(self) -> dict[str, dict[str, float]]:
        """Parent → child → local weight, as this run used them; both in tree order (a document sorts its letters)."""
        found = json.loads(self.run.document)["local_weights"]
        order = {row.node.code: place for place, row in enumerate(self.tree.rows)}
        return {
            code: {child: float(found[code][child]) for child in sorted(found[code], key=order.__getitem__)}
            for code in sorted(found, key=order.__getitem__)
        }

    @cached_property
    def listed(self) -> dict[str, Unit]:
        """The units of the list that the data were matched with, by code, each with what it lies in."""
        unit_list = self.run.data_set.unit_list_id
        if unit_list is None:
            return {}
        return {unit.code: unit for unit in Unit.objects.filter(unit_list=unit_list).select_related("parent")}

    @cached_property
    def marks(self) -> Marks:
        """What was done to values before they were scored, and to which scores that reaches."""
        return Marks(self.notices, self.local)

    @cached_property
    def stamps(self) -> list[str]:
        return run_stamps(self.run)

    @property
    def hash(self) -> str:
        """As figures print it."""
        return self.run.content_hash[:HASH_DIGITS]

    def score_of(self, code: str) -> Array:
        row: Array = self.scores[self.place[code]]
        return row

    def ranks_of(self, code: str) -> Ranks:
        row: Ranks = self.ranks[self.place[code]]
        return row

    def raw_of(self, code: str) -> Array:
        row: Array = self.raw[list(self.columns).index(code)]
        return row

    def ranked(self, code: str) -> list[int]:
        """Positions of the units that have a rank there, the first first."""
        ranks = self.ranks_of(code)
        return sorted((int(unit) for unit in np.flatnonzero(ranks)), key=lambda unit: (ranks[unit], unit))

    def without(self, units: Collection[int]) -> RunBoard:
        """The same run as if these units (positions on this board) were not to be seen; ranks stay what they are."""
        kept = [unit for unit in range(len(self.units)) if unit not in units]
        hidden = {self.units[unit].name for unit in units}
        notices = [
            {**notice, "units": [name for name in notice["units"] if name not in hidden]} for notice in self.notices
        ]
        return replace(
            self,
            units=[self.units[unit] for unit in kept],
            scores=self.scores[:, kept],
            ranks=self.ranks[:, kept],
            raw=self.raw[:, kept],
            notices=[notice for notice in notices if notice["units"]],
        )


def board_of(run: ScoringRun) -> RunBoard:
    """From the run's own document, which is what was computed; the units bring their attributes and raw values."""
    document = json.loads(run.document)
    units = list(run.data_set.units.order_by("position"))
    codes = list(document["scores"])
    return RunBoard(
        run=run,
        tree=RunTree(run),
        units=units,
        codes=codes,
        scores=_table(document["scores"], codes, np.nan, np.float64),
        ranks=_table(document["ranks"], codes, 0, np.int64),
        columns=list(run.data_set.columns),
        raw=np.array([[float(text or "nan") for text in unit.values] for unit in units]).T,
        bounds={code: (float(low), float(high)) for code, (low, high) in document["bounds"].items()},
        notices=document["notices"],
    )


def _table(rows: Mapping[str, Sequence[Any]], codes: Sequence[str], blank: float, kind: Any) -> NDArray[Any]:
    return np.array([[blank if cell is None else kind(cell) for cell in rows[code]] for code in codes], dtype=kind)
