"""Two indicators of each unit: against each other on a plane, or as bars side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _

from scoring.figures.builders import caption_of, rounded
from scoring.figures.specification import Cell, Figure, Point, Scatter, Table, Twin, Twins
from scoring.figures.words import TOP, listed, told_together
from scoring.selectors.board import RunBoard
from surveys.models import Indicator


def capacity(board: RunBoard, x: str, y: str) -> Figure:
    """Two indicators against each other."""
    known, said = _with_both(board, x, y), _named_pair(board, x, y)
    across, up, names = board.raw_of(x), board.raw_of(y), board.names
    points = [Point(label=names[u], x=float(across[u]), y=float(up[u])) for u in known]
    caption = caption_of(board, _("%(x)s and %(y)s") % said, "", _pair_sentence(board, x, y), count=len(known))
    body = Scatter(*_pair_heading(board, x, y), points)
    return Figure(f"scatter-{x}-{y}", caption, body, _pair_table(board, x, y, known), [names[unit] for unit in known])


def twin_bars(board: RunBoard, x: str, y: str, *, top: int | None = None) -> Figure:
    """Two indicators of each unit beside each other, the largest of the first on top."""
    known, said = _with_both(board, x, y), _named_pair(board, x, y)
    across, up, names = board.raw_of(x), board.raw_of(y), board.names
    shown = known if top is None else known[:top]
    twins = [
        Twin(
            label=names[u], values=(float(across[u]), float(up[u])),
            texts=(rounded(float(across[u])), rounded(float(up[u]))),
        )
        for u in shown
    ]  # fmt: skip
    note = _("In the order of %(x)s; each measure has an axis of its own.") % said
    caption = caption_of(
        board, _("%(x)s and %(y)s") % said, "", _pair_sentence(board, x, y), count=len(known), note=note
    )
    body = Twins(_pair_heading(board, x, y), twins)
    return Figure(f"twins-{x}-{y}", caption, body, _pair_table(board, x, y, shown), [names[unit] for unit in shown])


def _with_both(board: RunBoard, x: str, y: str) -> list[int]:
    """Positions of the units with both values, the largest of the first on top."""
    across, up = board.raw_of(x), board.raw_of(y)
    known = [unit for unit in range(len(board.units)) if not (np.isnan(across[unit]) or np.isnan(up[unit]))]
    return sorted(known, key=lambda unit: -across[unit])


def _named_pair(board: RunBoard, x: str, y: str) -> dict[str, Indicator]:
    return {"x": board.tree.nodes[x], "y": board.tree.nodes[y]}


def _pair_heading(board: RunBoard, x: str, y: str) -> tuple[str, str]:
    return _measured(board.tree.nodes[x]), _measured(board.tree.nodes[y])


def _pair_table(board: RunBoard, x: str, y: str, shown: Sequence[int]) -> Table:
    across, up, names = board.raw_of(x), board.raw_of(y), board.names
    rows: list[Sequence[Cell]] = [[names[u], float(across[u]), float(up[u])] for u in shown]
    return Table([_("Unit"), *_pair_heading(board, x, y)], rows)


def _pair_sentence(board: RunBoard, x: str, y: str) -> str:
    """Where each is largest; and where the other is least among the first ten of the group that both belong to, or,
    if they belong to none, of the one.
    """
    known, up, names = _with_both(board, x, y), board.raw_of(y), board.names
    by_other = sorted(known, key=lambda unit: -up[unit])
    said = {**_named_pair(board, x, y), "first": listed(names[u] for u in known[:3])}
    said |= {"others": listed(names[u] for u in by_other[:3])}
    told = _("%(x)s is largest in %(first)s; %(y)s in %(others)s.") % said
    if len(known) <= TOP:
        return told
    group = next((code for code, below in board.local.items() if x in below and y in below), None)
    first = [unit for unit in board.ranked(group) if unit in known] if group else known
    least = min(first[:TOP], key=lambda unit: up[unit])
    said |= {"count": TOP, "name": names[least], "value": rounded(float(up[least]))}
    said |= {"node": board.tree.nodes[group or x]}
    return told_together(
        told, _("Of the first %(count)d on %(node)s, %(name)s has the least %(y)s (%(value)s).") % said
    )


def _measured(node: Indicator) -> str:
    return f"{node} ({node.unit})" if node.unit else str(node)
