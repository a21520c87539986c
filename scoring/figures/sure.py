"""How sure ranks are, as figures: their intervals, and who stands before whom."""

from __future__ import annotations

from django.utils.translation import gettext as _

from scoring.figures.builders import caption_of
from scoring.figures.specification import Cell, Dot, Dots, Figure, Grid, Table
from scoring.figures.words import listed, told_together
from scoring.selectors.board import RunBoard
from scoring.selectors.studies import Document, interval_text, intervals_in, stability

MOST_DRAWN = 60
"""Units in a drawing; the table has all."""


def interval_figure(board: RunBoard, document: Document, code: str, *, most: int = MOST_DRAWN) -> Figure:
    """Rank intervals in the order of the ranks: drawn for the first units, in the table of all."""
    intervals, ranks, names = intervals_in(document, code), board.ranks_of(code), board.names
    node, ranked = document["nodes"][code], [unit for unit in board.ranked(code) if unit in intervals]
    dots = [
        Dot(
            label=names[unit], value=float(ranks[unit]), low=float(intervals[unit][0]),
            middle=float(node["middle"][unit]), high=float(intervals[unit][1]),
            text=f"{ranks[unit]} ({interval_text(intervals[unit])})",
        )
        for unit in ranked[:most]
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [int(ranks[unit]), names[unit], *intervals[unit], node["middle"][unit], float(node["among_first"][unit])]
        for unit in ranked
    ]
    heading = [
        *(_("Rank"), _("Unit"), _("Rank interval, from"), _("to"), _("Middle rank"), _("Share among the first ten"))
    ]
    return Figure(
        f"intervals-{code}",
        caption_of(
            board, _("How sure the ranks are: %(node)s") % {"node": board.tree.nodes[code]}, _("rank"),
            stability(board, document, code), count=len(ranked), note=_interval_note(document),
        ),
        Dots(
            dots, (_("rank"), _("where it lies in %(share)d of 100 panels") % {"share": _percent(document)},
            _("its middle")), lowest=0.0, highest=max((dot.high for dot in dots), default=1.0),
        ),
        Table(heading, rows),
        [names[unit] for unit in ranked],
    )  # fmt: skip


def _interval_note(document: Document) -> str:
    told = _(
        "Line: where the rank lies in %(share)s of 100 panels that were drawn from the same %(experts)d experts "
        "(%(draws)s draws of whole experts, widened for their small number)."
    ) % {
        "share": _percent(document),
        "experts": document["experts"],
        "draws": f"{int(document['options']['draws']):,}",
    }
    if still := document.get("still"):
        stay = _("Weights that were imported or fixed stay as they are: below %(nodes)s.")
        return told_together(told, stay % {"nodes": listed(still)})
    return told


def _percent(document: Document) -> int:
    return round(100 * float(document["options"]["confidence"]))


def beats_figure(board: RunBoard, document: Document) -> Figure:
    """How often the row's unit stands before the column's, for the first units."""
    names = [board.names[unit] for unit in document["first"]]
    values = [
        [None if a == b else float(document["beats"][a][b]) for b in range(len(names))] for a in range(len(names))
    ]
    close = [
        f"{names[place]} / {names[place + 1]} ({float(document['beats'][place][place + 1]):.0%})"
        for place in range(len(names) - 1)
        if float(document["beats"][place][place + 1]) < 0.9
    ]
    sentence = (
        _("Neighbours whose order may be the other way round in more than one panel of ten: %(pairs)s.")
        % {"pairs": listed(close)}
        if close
        else _("Every unit stands before the next one in nine panels of ten.")
    )
    return Figure(
        "beats",
        caption_of(board, _("Who stands before whom, and how often"), _("of 100 panels"), sentence, count=len(names)),
        Grid(names, names, values),
        Table([_("Unit"), *names], [[name, *row] for name, row in zip(names, values, strict=True)]),
        names,
    )
