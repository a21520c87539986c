"""Figures of one run, from its board: what is drawn, the same numbers as a table, and a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from django.utils.translation import gettext as _

from scoring.figures.specification import (
    Bar,
    Bars,
    Branch,
    Caption,
    Cell,
    Figure,
    Outline,
    Stack,
    Stacked,
    Strip,
    Strips,
    Table,
    Tile,
    Tiles,
)
from scoring.figures.words import TOP, listed, order_sentence, ranking_sentence, score_unit, told_together
from scoring.publishing import points
from scoring.selectors.board import RunBoard
from surveys.models import Indicator

Intervals = Mapping[int, tuple[int, int]]
"""Position on the board → the ends of a rank interval."""


def caption_of(board: RunBoard, title: str, unit: str, sentence: str, *, count: int, note: str = "") -> Caption:
    data = board.run.data_set
    return Caption(
        title=title, unit=unit, count=count, year=data.year, source=data.source, run=str(board.run), hash=board.hash,
        sentence=sentence, stamps=tuple(board.stamps), note=note,
    )  # fmt: skip


def source_line(caption: Caption) -> str:
    """What stands under a figure: year, source, run and the beginning of its hash."""
    parts = [caption.year, caption.source and _("Source: %(source)s") % {"source": caption.source}]
    return " · ".join([*(part for part in parts if part), f"{caption.run} {caption.hash}"])


def node_bars(board: RunBoard, code: str, *, top: int | None = TOP, intervals: Intervals | None = None) -> Figure:
    """The first units on a node by their scores."""
    ranked = board.ranked(code)
    shown = ranked if top is None else ranked[:top]
    ranks, scores, names = board.ranks_of(code), board.score_of(code), board.names
    texts = [_with_interval(f"{scores[unit]:.2f}", (intervals or {}).get(unit)) for unit in shown]
    bars = [
        Bar(label=names[unit], value=float(scores[unit]), text=text, rank=int(ranks[unit]))
        for unit, text in zip(shown, texts, strict=True)
    ]
    name = str(board.tree.nodes[code])
    title = _("Top %(top)d: %(node)s") % {"top": len(shown), "node": name} if len(shown) < len(ranked) else name
    sentence = ranking_sentence(
        [names[unit] for unit in ranked], ranks[ranked].tolist(), [f"{scores[unit]:.2f}" for unit in ranked],
        count=len(ranked),
    )  # fmt: skip
    heading: list[str] = [_("Rank"), _("Unit"), _("Score")]
    rows: list[Sequence[Cell]] = [[int(ranks[unit]), names[unit], float(scores[unit])] for unit in shown]
    note = ""
    if intervals:
        heading += [_("Rank interval, from"), _("to")]
        rows = [[*row, *intervals.get(unit, (None, None))] for row, unit in zip(rows, shown, strict=True)]
        note = _("In brackets: the rank in 90 of 100 panels drawn from the same experts.")
    return Figure(
        f"bars-{code}",
        caption_of(board, title, score_unit(board.output), sentence, count=len(ranked), note=note),
        Bars(bars, cut=_cut(ranks[ranked].tolist(), len(shown)), highest=board.output[1]),
        Table(heading, rows),
        [names[unit] for unit in shown],
    )


def value_bars(board: RunBoard, code: str, *, top: int | None = TOP, word: str = "") -> Figure:
    """The first units of an indicator by their values as measured; the order is that of the scores."""
    node, ranked = board.tree.nodes[code], board.ranked(code)
    shown = ranked if top is None else ranked[:top]
    ranks, raw, names = board.ranks_of(code), board.raw_of(code), board.names
    shown = [unit for unit in shown if not np.isnan(raw[unit])]  # a score may stand for a value that is missing
    bars = [
        Bar(label=names[unit], value=float(raw[unit]), text=rounded(float(raw[unit])), rank=int(ranks[unit]))
        for unit in shown
    ]
    title = _("Top %(top)d: %(node)s") % {"top": len(shown), "node": node} if len(shown) < len(ranked) else str(node)
    lower = board.rules[code].direction == Indicator.Direction.COST
    return Figure(
        f"values-{code}",
        caption_of(
            board, title, node.unit, order_sentence(word or str(node), [names[unit] for unit in shown]),
            count=len(ranked), note=_("Lower values are better.") if lower else "",
        ),
        Bars(bars, cut=_cut(ranks[ranked].tolist(), len(shown)), highest=None),
        Table(
            [_("Rank"), _("Unit"), f"{_('Value')} ({node.unit})" if node.unit else _("Value"), _("Score")],
            [[int(ranks[u]), names[u], float(raw[u]), float(board.score_of(code)[u])] for u in shown],
        ),
        [names[unit] for unit in shown],
    )  # fmt: skip


def make_up(board: RunBoard, code: str, *, top: int | None = TOP) -> Figure:
    """The points that each child gives to a node: score x local weight. They add up to the score where the mean is
    arithmetic; elsewhere the figure says that they do not.
    """
    ranked = board.ranked(code)
    shown = ranked if top is None else ranked[:top]
    local, names, ranks = board.local.get(code, {}), board.names, board.ranks_of(code)
    children = list(local)
    parts = [[points(board, child, local[child], unit) for child in children] for unit in shown]
    titles = [str(board.tree.nodes[child]) for child in children]
    scores = board.score_of(code)
    stacks = [
        Stack(label=names[unit], parts=own, text=f"{scores[unit]:.2f}", rank=int(ranks[unit]))
        for unit, own in zip(shown, parts, strict=True)
    ]
    adds_up = all(abs(sum(own) - scores[unit]) < 1e-6 for unit, own in zip(shown, parts, strict=True))
    node = str(board.tree.nodes[code])
    return Figure(
        f"makeup-{code}",
        caption_of(
            board, _("What the scores on %(node)s are made of") % {"node": node}, _("points"),
            _make_up_sentence(titles, names, shown, parts), count=len(ranked),
            note="" if adds_up else _("The parts do not add up: the mean is not arithmetic, or something is missing."),
        ),
        Stacked(titles, stacks, highest=board.output[1]),
        Table(
            [_("Rank"), _("Unit"), *titles, _("Score")],
            [[int(ranks[u]), names[u], *own, float(scores[u])] for u, own in zip(shown, parts, strict=True)],
        ),
        [names[unit] for unit in shown],
    )  # fmt: skip


def min_max(board: RunBoard, codes: Sequence[str]) -> Figure:
    """Every unit's value between the bounds of an indicator, with who stands at the ends."""
    strips: list[Strip] = []
    rows: list[Sequence[Cell]] = []
    for code in codes:
        raw, node, names = board.raw_of(code), board.tree.nodes[code], board.names
        known = [unit for unit in range(len(names)) if not np.isnan(raw[unit])]
        if not known:
            continue
        least, most = min(known, key=lambda unit: raw[unit]), max(known, key=lambda unit: raw[unit])
        ends = [f"{names[unit]} {rounded(float(raw[unit]))}" for unit in (least, most)]
        strips.append(
            Strip(
                label=str(node), points=[float(raw[unit]) for unit in known], names=[names[unit] for unit in known],
                low_text=ends[0], high_text=ends[1],
            )
        )  # fmt: skip
        low, high = board.bounds.get(code, (float(raw[least]), float(raw[most])))
        rows.append(
            [code, str(node), node.unit, float(raw[least]), names[least], float(raw[most]), names[most], low, high]
        )
    sentence = told_together(
        *(
            _("%(node)s runs from %(low)s to %(high)s.")
            % {"node": strip.label, "low": strip.low_text, "high": strip.high_text}
            for strip in strips[:5]
        )
    )
    names_seen = [name for strip in strips for name in strip.names]
    return Figure(
        f"minmax-{'-'.join(codes[:1])}",
        caption_of(board, _("From the least to the greatest value"), "", sentence, count=len(board.units)),
        Strips(strips, shared=False),
        Table(
            [
                _("Code"), _("Indicator"), _("Unit of measure"), _("Least"), _("held by"), _("Greatest"), _("held by"),
                _("Lower bound"), _("Upper bound"),
            ],
            rows,
        ),
        sorted(set(names_seen)),
    )  # fmt: skip


def tiles(board: RunBoard, code: str, places: Mapping[int, tuple[int, int]], short: Mapping[int, str]) -> Figure:
    """Scores as shades, each unit roughly where it lies. `places`: position on the board → row and column."""
    scores, names, ranks = board.score_of(code), board.names, board.ranks_of(code)
    drawn = [
        Tile(
            label=short.get(unit, names[unit]), row=row, column=column,
            value=None if np.isnan(scores[unit]) else float(scores[unit]),
            text="–" if np.isnan(scores[unit]) else f"{scores[unit]:.1f}",
        )
        for unit, (row, column) in sorted(places.items())
    ]  # fmt: skip
    ranked = [unit for unit in board.ranked(code) if unit in places]
    sentence = ranking_sentence(
        [names[u] for u in ranked], ranks[ranked].tolist(), [f"{scores[u]:.2f}" for u in ranked], count=len(ranked)
    )
    return Figure(
        f"tiles-{code}",
        caption_of(
            board, str(board.tree.nodes[code]), score_unit(board.output), sentence, count=len(ranked),
            note=_("A sketch, not a map: one tile for each unit."),
        ),
        Tiles(drawn, *board.output),
        Table(
            [_("Rank"), _("Unit"), _("Score")], [[int(ranks[u]), names[u], float(scores[u])] for u in ranked]
        ),
        [names[unit] for unit in places],
    )  # fmt: skip


def outline(board: RunBoard) -> Figure:
    """The indicator tree with the weights that the run used."""
    rows = board.tree.rows
    branches = [
        Branch(code=row.node.code, label=str(row.node), level=row.level, weight=row.total_weight) for row in rows
    ]
    leaves, levels = sum(row.leaf for row in rows), max(row.level for row in rows)
    first = listed(f"{row.node} ({row.total_weight:.2%})" for row in rows if row.level == 1)
    sentence = _("%(leaves)d indicators on %(levels)d levels below %(root)s: %(first)s.") % {
        "leaves": leaves, "levels": levels, "root": rows[0].node, "first": first,
    }  # fmt: skip
    return Figure(
        "outline",
        caption_of(
            board, _("Indicator system: %(root)s") % {"root": rows[0].node}, _("weight"), sentence, count=leaves
        ),
        Outline(branches),
        Table(
            [_("Code"), _("Indicator"), _("Level"), _("Local weight"), _("Weight")],
            [[row.node.code, str(row.node), row.level, row.local_weight, row.total_weight] for row in rows],
            decimals=4,
        ),
    )


def _with_interval(text: str, interval: tuple[int, int] | None) -> str:
    return text if interval is None else f"{text} ({interval[0]}–{interval[1]})"


def _cut(ranks: Sequence[int], shown: int) -> bool:
    return len(ranks) > shown > 0 and ranks[shown] == ranks[shown - 1]


def _make_up_sentence(
    titles: Sequence[str], names: Sequence[str], shown: Sequence[int], parts: Sequence[Sequence[float]]
) -> str:
    """For the first three units: which part gives most."""
    said = [
        _("%(name)s has most points from %(part)s (%(points)s)")
        % {"name": names[unit], "part": titles[int(np.argmax(own))], "points": f"{max(own):.2f}"}
        for unit, own in list(zip(shown, parts, strict=True))[:3]
        if own
    ]
    return listed(said)


def rounded(value: float) -> str:
    """Four digits that count, for the end of a bar."""
    if value and abs(value) < 1000:
        return f"{value:.4g}"
    return f"{value:,.0f}"
