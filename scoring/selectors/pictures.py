"""Which pictures a node of a run has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from scoring.figures import builders
from scoring.figures.experts import expert_strips
from scoring.figures.quality import LARGEST, influence_figure, of_run, relations_figure
from scoring.figures.specification import Figure
from scoring.selectors.board import RunBoard
from scoring.selectors.influence import node_row
from surveys.models import PanelResult, WeightEntry
from surveys.selectors.consensus import node_consensus
from surveys.selectors.panel_now import panel_then


def kinds_of(board: RunBoard, code: str) -> list[tuple[str, str]]:
    """Name in the address, name on the page; the first is shown unless another is asked for."""
    names = {
        "bars": _("Ranking"),
        "values": _("Values"),
        "makeup": _("Make-up"),
        "minmax": _("Least and greatest"),
        "tiles": _("Tiles"),
        "experts": _("Experts"),
        "relations": _("Correlations"),
        "influence": _("Influence"),
    }
    return [(kind, name) for kind, name in names.items() if _has(board, code, kind)]


def picture(
    board: RunBoard, code: str, kind: str, intervals: Mapping[int, tuple[int, int]] | None = None
) -> Figure | None:
    """None where this node has no such picture. Rank intervals stand beside the scores where there are some."""
    if kind == "bars":
        return builders.node_bars(board, code, intervals=intervals or None)
    return MAKERS[kind](board, code) if kind in MAKERS and _has(board, code, kind) else None


def tile_places(board: RunBoard) -> tuple[dict[int, tuple[int, int]], dict[int, str]]:
    """Where the units of this run stand in the tile grid of their list, and what they are called there."""
    drawn = {code: unit for code, unit in board.listed.items() if len(unit.tile) == 2}
    found = {place: drawn[unit.code] for place, unit in enumerate(board.units) if unit.code in drawn}
    places = {place: (int(unit.tile[0]), int(unit.tile[1])) for place, unit in found.items()}
    return places, {place: min([*unit.aliases, str(unit)], key=len) for place, unit in found.items()}


def _tiles(board: RunBoard, code: str) -> Figure:
    places, short = tile_places(board)
    return builders.tiles(board, code, places, short)


def _experts(board: RunBoard, code: str) -> Figure:
    key = board.run.weight_set.panel_result_id
    assert key is not None  # noqa: S101  _has looked
    panel = panel_then(PanelResult.objects.select_related("survey__edition").get(pk=key))
    return expert_strips(board, node_consensus(panel, panel.questions.tree.by_code()[code]))


def _asked(board: RunBoard, code: str) -> bool:
    """The weights below this node come from a panel that is still known."""
    if len(board.local.get(code, ())) < 2 or not board.run.weight_set.panel_result_id or not board.run.weights_kept:
        return False
    entries = board.run.weight_set.entries.filter(indicator__parent__code=code)
    return not entries.exclude(origin=WeightEntry.Origin.JUDGMENTS).exists()


def _has(board: RunBoard, code: str, kind: str) -> bool:
    leaf = board.tree.is_leaf(board.tree.nodes[code])
    if kind == "tiles":
        return bool(tile_places(board)[0])
    if kind == "experts":
        return _asked(board, code)
    if kind in ("relations", "influence"):
        return 2 <= len(board.local.get(code, ())) <= LARGEST
    return kind == "bars" or (leaf if kind in ("values", "minmax") else not leaf)


MAKERS: Mapping[str, Callable[[RunBoard, str], Figure | None]] = {
    "values": builders.value_bars,
    "makeup": builders.make_up,
    "minmax": lambda board, code: builders.min_max(board, [code]),
    "tiles": _tiles,
    "experts": _experts,
    "relations": lambda board, code: relations_figure(node_row(board, code).group, of_run(board)),
    "influence": lambda board, code: influence_figure(node_row(board, code), of_run(board)),
}
