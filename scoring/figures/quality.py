"""Figures of the quality of data: skewed columns as strips, correlations as a grid, influence beside weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import numpy as np
from django.utils.translation import gettext as _

from scoring.figures.builders import caption_of
from scoring.figures.specification import Caption, Cell, Dot, Dots, Figure, Grid, Strip, Strips, Table
from scoring.figures.words import beside, told_together
from scoring.models import DataSet
from scoring.selectors.board import HASH_DIGITS, RunBoard
from scoring.selectors.findings import pair_text, some
from scoring.selectors.influence import ChildRow, NodeRow
from scoring.selectors.quality import ColumnRow, DataQuality, Group, Pair, number
from surveys.stamps import stamps

STRIPS = 12
"""More flagged columns than this are told in the table alone."""
LARGEST = 20
"""A grid of more siblings than this cannot be read."""


class Captioned(Protocol):
    """`caption_of` for a run, or the same for a data set."""

    def __call__(self, title: str, unit: str, sentence: str, *, count: int, note: str = "") -> Caption: ...


def of_run(board: RunBoard) -> Captioned:
    return partial(caption_of, board)


def of_data(data_set: DataSet) -> Captioned:
    """A figure of data that no run stands behind says the hash of the data."""

    def caption(title: str, unit: str, sentence: str, *, count: int, note: str = "") -> Caption:
        return Caption(
            title=title, unit=unit, count=count, year=data_set.year, source=data_set.source, run=_("Data"),
            hash=data_set.content_hash[:HASH_DIGITS], sentence=sentence, note=note,
            stamps=stamps(synthetic=data_set.synthetic, sealed=True),
        )  # fmt: skip

    return caption


def spread_figure(quality: DataQuality, captioned: Captioned) -> Figure | None:
    """The flagged columns, each from its least to its greatest value; None where there is none."""
    rows = quality.flagged[:STRIPS]
    if not rows:
        return None
    ends = [_ends(row, quality.units) for row in rows]
    strips = [
        Strip(
            label=str(row.node), points=[float(value) for value in row.values if np.isfinite(value)],
            names=[name for name, value in zip(quality.units, row.values, strict=True) if np.isfinite(value)],
            line=float(np.nanmedian(row.values)), low_text=low, high_text=high,
        )
        for row, (low, high) in zip(rows, ends, strict=True)
    ]  # fmt: skip
    sentence = told_together(
        *(
            _("%(node)s reaches %(high)s.") % {"node": row.node, "high": high}
            for row, (_low, high) in zip(rows[:3], ends[:3], strict=True)
        )
    )
    cells: list[Sequence[Cell]] = [
        [
            row.node.code, str(row.node), row.column.low, float(np.nanmedian(row.values)), row.column.high,
            row.column.skewness, row.column.kurtosis,
        ]
        for row in rows
    ]  # fmt: skip
    heading = [
        *(_("Code"), _("Indicator"), _("Least"), _("Middle"), _("Greatest"), _("Skewness"), _("Excess kurtosis"))
    ]
    return Figure(
        "spread",
        captioned(_("Indicators skewed by a few values"), "", sentence, count=len(quality.units)),
        Strips(strips, shared=False, line_name=_("the middle unit")),
        Table(heading, cells),
        quality.units,
    )


def relations_figure(group: Group, captioned: Captioned) -> Figure | None:
    """Correlations of siblings; None where there are fewer than two, or too many to be read."""
    names = [str(child) for child in group.children]
    if not 2 <= len(names) <= LARGEST:
        return None
    values = [[None if a == b else number(group.pearson[a, b]) for b in range(len(names))] for a in range(len(names))]
    return Figure(
        f"relations-{group.node.code}",
        captioned(
            _("How the parts of %(node)s go together") % {"node": group.node}, _("correlation, −1 to 1"),
            _relations_sentence(group), count=group.told.units,
            note=_("Pearson's coefficient of the scores, so that more is better; over the units that have both."),
        ),
        Grid(names, names, values, lowest=-1.0, signed=True),
        Table([_("Indicator"), *names], [[name, *row] for name, row in zip(names, values, strict=True)], decimals=3),
    )  # fmt: skip


def influence_figure(row: NodeRow, captioned: Captioned) -> Figure:
    """What each child of a node does to it, beside its weight."""
    dots = [_influence_dot(child) for child in row.children]
    cells: list[Sequence[Cell]] = [
        [str(child.node), None if child.told.share is None else 100 * child.told.share, 100 * child.told.weight]
        for child in row.children
    ]
    return Figure(
        f"influence-{row.node.code}",
        captioned(
            _("Weight and influence: %(node)s") % {"node": row.node}, "%", _influence_sentence(row),
            count=row.group.told.units,
            note=_("Influence: the square of the correlation with the node above, as a share of all siblings."),
        ),
        Dots(
            dots, (_("influence"), _("the distance of both"), _("weight")), lowest=0.0,
            highest=max((dot.high for dot in dots), default=1.0),
        ),
        Table([_("Indicator"), _("Influence"), _("Weight")], cells),
    )  # fmt: skip


def _influence_dot(child: ChildRow) -> Dot:
    weight = 100 * child.told.weight
    share = None if child.told.share is None else 100 * child.told.share
    other = weight if share is None else share
    text = "–" if share is None else f"{share:.1f} / {weight:.1f}"
    return Dot(
        label=str(child.node), value=share, low=min(weight, other), middle=weight, high=max(weight, other), text=text,
        level=1,
    )  # fmt: skip


def _influence_sentence(row: NodeRow) -> str:
    told = [child for child in row.children if child.told.ratio is not None]
    if not told:
        return _("Its scores do not vary: nothing can be told.")
    most = max(told, key=lambda child: child.told.share or 0.0)
    parts = [
        _("Of the parts of %(node)s, %(name)s does most: %(share)s of the influence with %(weight)s of the weight.")
        % {
            "node": row.node,
            "name": most.node,
            "share": _percent(most.told.share),
            "weight": _percent(most.told.weight),
        }
    ]
    if odd := [beside(child.node, child.flag[1]) for child in row.odd]:
        parts.append(_("Weight and influence differ widely for %(names)s.") % {"names": some(odd)})
    return told_together(*parts)


def _relations_sentence(group: Group) -> str:
    if not group.pairs:
        return _("No two of them say nearly the same (above 0.9) or pull against each other (below −0.4).")
    said = []
    if group.near:
        said.append(_("Nearly the same: %(pairs)s.") % {"pairs": _pairs(group.near)})
    if group.against:
        said.append(_("Against each other: %(pairs)s.") % {"pairs": _pairs(group.against)})
    return told_together(*said)


def _pairs(pairs: Sequence[Pair]) -> str:
    return some([pair_text(pair) for pair in pairs])


def _ends(row: ColumnRow, units: Sequence[str]) -> tuple[str, str]:
    def named(at: int) -> str:
        return f"{units[at]} {float(row.values[at]):.4g}"

    return named(int(np.nanargmin(row.values))), named(int(np.nanargmax(row.values)))


def _percent(share: float | None) -> str:
    return f"{100 * (share or 0.0):.1f} %"
