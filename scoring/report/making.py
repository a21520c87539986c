"""The figures of a plan, from the boards of its runs, each held against its run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from scoring.figures import builders, pairs
from scoring.figures.specification import Bars, Cell, Figure, Nothing, Stacked, Table
from scoring.figures.words import order_sentence
from scoring.report.checking import faults_of
from scoring.report.plan import Item, missing
from scoring.selectors.board import RunBoard
from scoring.selectors.pictures import tile_places
from surveys.texts import text_in


@dataclass(frozen=True)
class Made:
    """An item with its figure, or the reason why there is none. `faults`: where drawing, table and run disagree."""

    item: Item
    title: str
    figure: Figure | None
    lacking: str = ""
    faults: Sequence[str] = ()


def figures_of(items: Sequence[Item], board: RunBoard, other: RunBoard | None) -> list[Made]:
    """Everything that is shown, in the order of the plan."""
    return [_made(item, other if item.branch else board) for item in items if item.shown]


def _made(item: Item, board: RunBoard | None) -> Made:
    if board is None:
        return Made(item, item.called() or item.key, None, _("Choose the run of the other units, such as cities."))
    names = {code: str(node) for code, node in board.tree.nodes.items()}
    lacking = missing(item, names, codes=board.codes, leaves=board.columns, units=board.names)
    if item.kind == "tiles" and not lacking and not tile_places(board)[0]:
        lacking = _("The units have no places in a tile grid: register them in a list.")
    title = item.called() or " × ".join(names.get(code, code) for code in item.about)
    if lacking:
        return Made(item, title, None, lacking)
    figure = _titled(MAKERS[item.kind](board, item), item, board)
    if not figure.table.rows:
        return Made(item, title, None, _("No unit has what this figure shows."))
    return Made(item, figure.caption.title, figure, faults=faults_of(figure, board, item))


def _titled(figure: Figure, item: Item, board: RunBoard) -> Figure:
    """With the number and the title of the report, and the whole list as a sentence."""
    title = item.called() or figure.caption.title
    sentence = figure.caption.sentence
    if isinstance(figure.body, Bars | Stacked):
        subject = text_in(item.title) or _("%(node)s, first %(count)d") % {
            "node": board.tree.nodes[item.node], "count": len(figure.table.rows),
        }  # fmt: skip
        sentence = order_sentence(subject, [str(row[1]) for row in figure.table.rows])
    caption = replace(figure.caption, number=item.label, title=title, sentence=sentence)
    return replace(figure, key=item.key, caption=caption)


def _definitions(board: RunBoard, _item: Item) -> Figure:
    """How each indicator is measured, and where its values come from."""
    data = board.run.data_set
    sources = data.sources
    rows: list[list[Cell]] = []
    for row in board.tree.rows:
        if row.leaf:
            node, said = row.node, sources.get(row.node.code, {})
            rows.append(
                [
                    node.code, str(node), text_in(node.definition), node.unit, str(node.get_direction_display()),
                    said.get("source", "") or data.source, said.get("year", "") or data.year,
                ]
            )  # fmt: skip
    heading = [_("Code"), _("Indicator"), _("Definition"), _("Unit of measure"), _("Direction"), _("Source"), _("Year")]
    sentence = _("Definitions of %(count)d indicators.") % {"count": len(rows)}
    caption = builders.caption_of(board, _("How the indicators are measured"), "", sentence, count=len(rows))
    return Figure("definitions", caption, Nothing(), Table(heading, rows))


def _weights(board: RunBoard, _item: Item) -> Figure:
    rows: list[list[Cell]] = [
        [row.node.code, str(row.node), row.level, row.local_weight, row.total_weight] for row in board.tree.rows
    ]
    heading = [_("Code"), _("Indicator"), _("Level"), _("Local weight"), _("Weight")]
    sentence = _("Weights of %(count)d nodes: W%(number)d, %(used)s.") % {
        "count": len(rows), "number": board.run.weight_set.number, "used": board.run.get_weights_used_display(),
    }  # fmt: skip
    caption = builders.caption_of(board, _("Weights"), "", sentence, count=len(rows))
    return Figure("weights", caption, Nothing(), Table(heading, rows, decimals=4))


def _tiles(board: RunBoard, item: Item) -> Figure:
    return builders.tiles(board, item.node, *tile_places(board))


MAKERS: Mapping[str, Callable[[RunBoard, Item], Figure]] = {
    "outline": lambda board, _item: builders.outline(board),
    "bars": lambda board, item: builders.node_bars(board, item.node, top=item.top),
    "values": lambda board, item: builders.value_bars(board, item.node, top=item.top),
    "makeup": lambda board, item: builders.make_up(board, item.node, top=item.top),
    "scatter": lambda board, item: pairs.capacity(board, item.node, item.other),
    "twins": lambda board, item: pairs.twin_bars(board, item.node, item.other, top=item.top),
    "tiles": _tiles,
    "definitions": _definitions,
    "weights": _weights,
}
