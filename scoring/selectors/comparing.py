"""Two runs beside each other: who moved, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from scoring.changes import FACTORS, Side, split
from scoring.figures.builders import caption_of
from scoring.figures.specification import Cell, Figure, Line, Slope, Table
from scoring.figures.words import TOP, listed, told_together
from scoring.models import ScoringRun
from scoring.normalising import ScoringError
from scoring.ranking import NodeRule
from scoring.selectors.board import RunBoard
from scoring.uncertainty import leaf_weights
from surveys.models import Indicator, Survey
from surveys.selectors.differences import codes_before


@dataclass(frozen=True)
class MovedRow:
    """A unit in both runs. `parts` are by factor what its rank gained (negative: places won) and its score."""

    name: str
    before: int | None
    after: int | None
    score_before: float | None
    score_after: float | None
    by_rank: Sequence[float]
    by_score: Sequence[float]

    @property
    def change(self) -> int | None:
        return None if self.before is None or self.after is None else self.before - self.after

    @property
    def newly_first(self) -> bool:
        """Among the first ten now, and not before."""
        return bool(self.after and self.after <= TOP and (self.before or TOP + 1) > TOP)


@dataclass(frozen=True)
class Comparison:
    """`why_not` says why the change cannot be split; `gone` and `come` are the units that only one of them has."""

    code: str
    node: Indicator
    before: RunBoard
    after: RunBoard
    rows: Sequence[MovedRow]
    gone: Sequence[str]
    come: Sequence[str]
    lost: Sequence[str]
    added: Sequence[str]
    why_not: str
    common: Mapping[str, str]
    """Of every node that both score: its code now, and before."""

    @property
    def other_edition(self) -> bool:
        return self.before.run.data_set.edition_id != self.after.run.data_set.edition_id

    @property
    def factors(self) -> list[str]:
        return [FACTOR_NAMES()[name] for name in FACTORS]

    @property
    def totals(self) -> list[float]:
        """Mean size of what each factor did to a rank."""
        if self.why_not or not self.rows:
            return []
        return [float(np.mean([abs(row.by_rank[place]) for row in self.rows])) for place in range(len(FACTORS))]


def FACTOR_NAMES() -> Mapping[str, str]:  # noqa: N802  a table whose words depend on the reader
    return {"data": _("data"), "bounds": _("bounds"), "weights": _("weights"), "indicators": _("set of indicators")}


def comparable(run: ScoringRun, surveys: Iterable[Survey]) -> list[ScoringRun]:
    """Computed runs of the same system that score the same node, the newest first."""
    found = ScoringRun.objects.filter(survey__in=list(surveys), computed_at__isnull=False).exclude(pk=run.pk)
    found = found.filter(data_set__edition__system=run.data_set.edition.system_id, data_set__node=run.data_set.node)
    related = ("survey", "data_set__edition__system", "weight_set__edition__system")
    return list(found.select_related(*related).defer("document", "weight_set__document").order_by("-computed_at"))


def _common_nodes(before: RunBoard, after: RunBoard) -> dict[str, str]:
    """The code in `before` of every node of `after` that both runs score, also where its code has changed.

    The nodes of their data are the same by what is `comparable`, whatever an edition says of them.
    """
    known = codes_before(before.run.data_set.edition, after.run.data_set.edition) | {after.root: before.root}
    return {code: known[code] for code in after.codes if known.get(code) in before.place}


def compare(before: RunBoard, after: RunBoard, code: str = "") -> Comparison:
    """On the node of `after` with this code, or on that of its data where the two do not have it in common."""
    at = [{name: place for place, name in enumerate(board.names)} for board in (before, after)]
    names = [name for name in at[1] if name in at[0]]
    known = _common_nodes(before, after)
    code = code if code in known else after.root
    earlier = known[code]
    parts, why_not = _parts(before, after, (earlier, code), names, known)
    rows = [
        MovedRow(
            name=name,
            before=int(before.ranks_of(earlier)[at[0][name]]) or None,
            after=int(after.ranks_of(code)[at[1][name]]) or None,
            score_before=_number(before.score_of(earlier)[at[0][name]]),
            score_after=_number(after.score_of(code)[at[1][name]]),
            by_rank=[float(parts[f"rank {factor}"][place]) for factor in FACTORS] if parts else [],
            by_score=[float(parts[f"score {factor}"][place]) for factor in FACTORS] if parts else [],
        )
        for place, name in enumerate(names)
    ]
    rows.sort(key=lambda row: (row.after is None, row.after or 0))
    was, now = _leaves(before, earlier), _leaves(after, code)
    kept = {known[leaf] for leaf in now if leaf in known}
    return Comparison(
        code,
        after.tree.nodes[code],
        before,
        after,
        rows,
        [name for name in at[0] if name not in at[1]],
        [name for name in at[1] if name not in at[0]],
        [f"{leaf} {before.tree.nodes[leaf]}" for leaf in was if leaf not in kept],
        [f"{leaf} {after.tree.nodes[leaf]}" for leaf in now if known.get(leaf) not in was],
        why_not,
        known,
    )


def slope_figure(found: Comparison) -> Figure:
    """Ranks in both runs; who moved furthest is drawn strong."""
    shown = [row for row in found.rows if min(row.before or 999, row.after or 999) <= 2 * TOP]
    furthest = sorted((abs(row.change or 0) for row in shown), reverse=True)[:5]
    least = max(furthest[-1] if furthest else 1, 2)
    lines = [
        Line(label=row.name, before=row.before, after=row.after, strong=abs(row.change or 0) >= least) for row in shown
    ]
    labels = [_label(board) for board in (found.before, found.after)]
    moved = sorted((row for row in found.rows if row.change), key=lambda row: -abs(row.change or 0))
    sentence = _("%(moved)d of %(count)d units have another rank.") % {"moved": len(moved), "count": len(found.rows)}
    if moved:
        furthest_moved = listed(f"{row.name} {row.before}→{row.after}" for row in moved[:5])
        sentence = told_together(sentence, _("Furthest moved: %(names)s.") % {"names": furthest_moved})
    rows: list[list[Cell]] = [[row.name, row.before, row.after, row.change] for row in found.rows]
    return Figure(
        f"slope-{found.code}",
        caption_of(
            found.after, _("Ranks before and now: %(node)s") % {"node": found.node}, _("rank"), sentence,
            count=len(found.rows),
            note=_("Ranks of different editions are not comparable one to one.") if found.other_edition else "",
        ),
        Slope(labels[0], labels[1], lines),
        Table([_("Unit"), labels[0], labels[1], _("Places won")], rows),
        [row.name for row in shown],
    )  # fmt: skip


def comparison_table(found: Comparison) -> tuple[list[str], list[list[Cell]]]:
    heading = [_("Unit"), _("Rank before"), _("Rank now"), _("Score before"), _("Score now")]
    heading += [_("Rank, by %(factor)s") % {"factor": name} for name in found.factors]
    heading += [_("Score, by %(factor)s") % {"factor": name} for name in found.factors]
    blank: list[Cell] = [None] * len(FACTORS)
    rows: list[list[Cell]] = [
        [
            row.name, row.before, row.after, row.score_before, row.score_after, *(row.by_rank or blank),
            *(row.by_score or blank),
        ]
        for row in found.rows
    ]  # fmt: skip
    return heading, rows


def _parts(
    before: RunBoard, after: RunBoard, codes: tuple[str, str], names: Sequence[str], known: Mapping[str, str]
) -> tuple[dict[str, Any] | None, str]:
    """`codes` are those of the node before and now; `known` gives the earlier code of every later one."""
    if not names:
        return None, _("The two runs have no unit in common.")
    if not (_linear(before, codes[0]) and _linear(after, codes[1])):
        return None, _("The change is not split: only arithmetic means without gaps can be.")
    try:
        # What is no longer measured may have a code that means something else by now.
        called = {code: f"{code} {Indicator.NEW}" for code in before.codes} | {old: new for new, old in known.items()}
        now = {code: code for code in after.codes}
        found = split(_side(before, codes[0], names, called), _side(after, codes[1], names, now))
    except (ValueError, ScoringError):
        return None, _(
            "The change is not split: a value is missing, or lies where the other run's bounds cannot score it."
        )
    told: dict[str, Any] = {f"rank {factor}": part for factor, part in found.by_rank.items()}
    return told | {f"score {factor}": part for factor, part in found.by_score.items()}, ""


def _side(board: RunBoard, code: str, names: Sequence[str], called: Mapping[str, str]) -> Side:
    """Leaves go by the code that they are `called` by in both runs."""
    children = {node: list(below) for node, below in board.local.items()}
    local = {node: list(below.values()) for node, below in board.local.items()}
    codes, weights = leaf_weights(children, code, local)
    place = {name: at for at, name in enumerate(board.names)}
    units = [place[name] for name in names]
    return Side(
        {called[leaf]: float(weight) for leaf, weight in zip(codes, weights[0], strict=True)},
        {called[leaf]: board.raw_of(leaf)[units] for leaf in codes},
        {called[leaf]: board.bounds[leaf] for leaf in codes if leaf in board.bounds},
        {called[leaf]: board.rules[leaf] for leaf in codes},
    )


def _linear(board: RunBoard, code: str) -> bool:
    below = set(_inner(board, code))
    plain = board.plain_scale and all(
        board.node_rules.get(node, NodeRule()).aggregation == "arithmetic" for node in below
    )
    return plain and not any(notice["kind"] in ("reweighted", "left_out") for notice in board.notices)


def _inner(board: RunBoard, code: str) -> list[str]:
    return [
        code,
        *(each for child in board.local.get(code, {}) if child in board.local for each in _inner(board, child)),
    ]


def _leaves(board: RunBoard, code: str) -> list[str]:
    below = board.local.get(code)
    return [code] if below is None else [leaf for child in below for leaf in _leaves(board, child)]


def _label(board: RunBoard) -> str:
    run = board.run
    return f"{run} · {run.data_set.year}" if run.data_set.year else f"{run} · {run.data_set}"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
