"""What a treatment of extreme values would do, before anybody chooses one. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.utils.translation import gettext as _

from scoring.agreement import spearman
from scoring.coherence import oriented
from scoring.computing import Inputs, compute, inputs_of
from scoring.normalising import Array, LeafRule
from scoring.quality import Column, describe, logarithms, winsorise
from scoring.ranking import Scores
from scoring.rules import leaf_rules
from scoring.selectors.board import RunBoard
from scoring.selectors.quality import ColumnRow, DataQuality
from surveys.errors import Refused
from surveys.files.tree import Tree
from surveys.models import Indicator

WINSORISE, LOGARITHM = "winsorise", "ln"
WAYS = (WINSORISE, LOGARITHM)


@dataclass(frozen=True)
class Move:
    """A value that would be another one."""

    unit: str
    before: float
    after: float


@dataclass(frozen=True)
class Treated:
    """A flagged column under a treatment. Where it cannot be treated so, `refused` says why and nothing else holds.

    `shift` is the largest change of a score of this indicator, `unit` who has it; scores run from 0 to 100.
    """

    node: Indicator
    before: Column
    after: Column | None = None
    moves: Sequence[Move] = ()
    shift: float | None = None
    unit: str = ""
    refused: str = ""


@dataclass(frozen=True)
class RankMove:
    unit: str
    before: int
    after: int
    score_before: float
    score_after: float

    @property
    def moved(self) -> int:
        """Places gained; negative where it falls."""
        return self.before - self.after


@dataclass(frozen=True)
class RankEffect:
    """All units on the highest node of a run, those that move furthest first."""

    ranked: int
    moves: Sequence[RankMove]
    spearman: float | None
    refused: str = ""


def ways() -> list[tuple[str, str]]:
    """Name in the address, name on the page; the first is no treatment."""
    return [("", _("No treatment")), (WINSORISE, _("Winsorising")), (LOGARITHM, _("Logarithm"))]


def treated_columns(quality: DataQuality, way: str) -> list[Treated]:
    """Every flagged column of the data."""
    return [_treated(row, quality.units, way) for row in quality.flagged]


def rank_effect(board: RunBoard, quality: DataQuality, way: str) -> RankEffect:
    """The ranks of a run if the flagged columns were treated; weights and everything else as the run has them."""
    inputs = inputs_of(board.run)
    rules = leaf_rules(inputs.tree)
    flagged = [replace(row, rule=rules[row.node.code]) for row in quality.flagged]
    try:
        after = _scored_with(board, inputs, [row for row in flagged if not _refusal(row, way)], way)
    except Refused as refusal:
        return RankEffect(0, [], None, str(refusal))
    old, new = board.ranks_of(board.root), after.ranks_of(board.root)
    scores = board.score_of(board.root), after.of(board.root)
    both = np.flatnonzero((old > 0) & (new > 0)).tolist()
    moves = [
        RankMove(board.names[at], int(old[at]), int(new[at]), float(scores[0][at]), float(scores[1][at]))
        for at in both
        if old[at] != new[at]
    ]
    moves.sort(key=lambda move: (-abs(move.moved), move.before))
    return RankEffect(len(both), moves, spearman(old[both], new[both]) if both else None)


def _treated(row: ColumnRow, units: Sequence[str], way: str) -> Treated:
    if refusal := _refusal(row, way):
        return Treated(row.node, row.column, refused=refusal)
    moves: list[Move] = []
    if way == LOGARITHM:
        after = describe(_logs(row.values))
        scores = _score(row.values, replace(row.rule, transform="ln"))
    else:
        done = winsorise(row.values)
        after, scores = done.after, _score(done.values, row.rule)
        moves = [Move(units[at], float(row.values[at]), float(done.values[at])) for at in done.moved]
    shift, unit = _largest(_score(row.values, row.rule), scores, units)
    return Treated(row.node, row.column, after, moves, shift, unit)


def _refusal(row: ColumnRow, way: str) -> str:
    if way == LOGARITHM and row.rule.transform == "ln":
        return _("The rules take logarithms already.")
    if way == LOGARITHM and logarithms(row.values) is None:
        return _("A value is 0 or less: it has no logarithm.")
    if way == WINSORISE and not winsorise(row.values).moved:
        return _("More than five units share the extreme value: nothing is moved.")
    return ""


def _scored_with(board: RunBoard, inputs: Inputs, rows: Sequence[ColumnRow], way: str) -> Scores:
    """By the run's own rules, options and weights (as its document has them: a draft may have changed since)."""
    local = {code: list(below.values()) for code, below in board.local.items()}
    if way == LOGARITHM:
        tree = _with_logarithms(inputs.tree, {row.node.code for row in rows})
        return compute(replace(inputs, local=local, tree=tree))
    values = inputs.data.values.copy()
    for row in rows:
        values[:, inputs.data.columns.index(row.node.code)] = winsorise(row.values).values
    return compute(replace(inputs, local=local, data=replace(inputs.data, values=values)))


def _with_logarithms(tree: Tree, codes: set[str]) -> Tree:
    return Tree(
        [
            replace(row, scoring={**row.scoring, "transform": "ln"}) if row.code in codes else row
            for row in tree.rows.values()
        ]
    )


def _logs(values: Array) -> Array:
    found = logarithms(values)
    return values if found is None else found


def _score(values: Array, rule: LeafRule) -> Array:
    row: Array = oriented(values[:, np.newaxis], ["x"], {"x": rule})[0]
    return row


def _largest(before: Array, after: Array, units: Sequence[str]) -> tuple[float | None, str]:
    change = after - before
    if np.isnan(change).all():
        return None, ""
    at = int(np.nanargmax(np.abs(change)))
    return float(change[at]), units[at]
