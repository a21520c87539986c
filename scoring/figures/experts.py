"""What each expert of the panel thinks of a node's parts, beside the weights that the run used.

Members alone may see it: experts stand under their codes, never under their names, and public pages have no way to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from django.utils.translation import gettext as _

from scoring.figures.builders import caption_of
from scoring.figures.specification import Caption, Cell, Figure, Strip, Strips, Table
from scoring.figures.words import told_together
from scoring.selectors.board import RunBoard
from surveys.selectors.consensus import NodeConsensus


def expert_strips(board: RunBoard, told: NodeConsensus) -> Figure:
    """A strip for each child: a dot for every expert's own weight, a mark where the run's weight stands, in percent."""
    code = told.node.code
    if not told.strips:
        return _nothing(board, told)
    used, own = board.local[code], 100 * told.own
    experts = [] if told.many else [told.panel.experts[row].code for row in told.rows]
    strips, rows = [], []
    for place, found in enumerate(told.strips):
        weights, mark = own[:, place].tolist(), 100 * used[found.item.code]
        band = None if found.low is None or found.high is None else (100 * found.low, 100 * found.high)
        strips.append(Strip(label=str(found.item), points=weights, names=experts, line=mark, band=band))
        spread: list[Cell] = np.quantile(own[:, place], [0, 0.25, 0.5, 0.75, 1]).tolist()
        rows.append([found.item.code, str(found.item), mark, *(band or (None, None)), *spread])
        rows[-1] += weights if experts else []
    heading = [
        *(_("Code"), _("Indicator"), _("Weight in the run"), _("Interval, from"), _("to")),
        *(_("Least"), _("Lower quartile"), _("Middle"), _("Upper quartile"), _("Greatest"), *experts),
    ]
    body = Strips(
        strips, point_name="" if told.many else _("one expert"), line_name=_("weight in the run"),
        band_name=_("95 % interval of the panel") if any(strip.band for strip in strips) else "",
    )  # fmt: skip
    return Figure(f"experts-{code}", _caption(board, told, _sentence(strips)), body, Table(heading, rows))


def _nothing(board: RunBoard, told: NodeConsensus) -> Figure:
    few = _("Fewer than %(count)d experts have weights of their own here: single answers are not shown.")
    caption = _caption(board, told, few % {"count": told.panel.fewest})
    return Figure(f"experts-{told.node.code}", replace(caption, note=""), Strips([]), Table([_("Indicator")], []))


def _caption(board: RunBoard, told: NodeConsensus, sentence: str) -> Caption:
    note = _("Each expert's own weights, under their code; only of those whose answers count and link all parts.")
    if told.many:
        note = _("How many experts give such a weight; only of those whose answers count and link all parts.")
    caption = caption_of(
        board, _("What the experts think: %(node)s") % {"node": told.node}, _("local weight, %"), sentence,
        count=told.experts, note=note,
    )  # fmt: skip
    source = _("the panel's judgments behind %(weights)s") % {"weights": board.run.weight_set}
    return replace(caption, year="", source=source)


def _sentence(strips: Sequence[Strip]) -> str:
    """Which part weighs most, and on which the experts lie furthest apart."""
    most = max(strips, key=lambda strip: strip.line or 0.0)
    widest = max(strips, key=_width)
    return told_together(
        _("%(part)s weighs most: %(weight)s.") % {"part": most.label, "weight": _percent(most.line or 0.0)},
        _("The experts lie furthest apart on %(part)s: from %(low)s to %(high)s.")
        % {"part": widest.label, "low": _percent(min(widest.points)), "high": _percent(max(widest.points))},
    )


def _width(strip: Strip) -> float:
    return max(strip.points) - min(strip.points)


def _percent(weight: float) -> str:
    return f"{weight:.1f} %"
