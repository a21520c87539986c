"""Figures of a public page: made from what may be shown of a node, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from scoring.figures.specification import (
    Bar,
    Bars,
    Caption,
    Cell,
    Figure,
    Nothing,
    Stack,
    Stacked,
    Table,
    Tile,
    Tiles,
)
from scoring.figures.words import listed, score_unit
from scoring.publishing import Shown, ShownNode
from scoring.selectors.studies import interval_text

SPOKEN, DRAWN = 10, 40
"""So many units are named in a sentence, and drawn in one figure; the page's table and its data files have all."""
Captioned = Callable[..., Caption]
"""title, unit, sentence, count, note → caption of this publication."""


@dataclass(frozen=True)
class Place:
    """Where a unit stands in a tile grid, and what it is called there."""

    row: int
    column: int
    short: str


def public_figures(
    node: str, seen: ShownNode, titles: Mapping[str, str], captioned: Captioned, *, top: int | None
) -> dict[str, Figure]:
    """By their names in addresses. `node` and `titles` (of its children, by code) are in the reader's language."""
    drawn = replace(seen, rows=seen.rows[:DRAWN])
    most = DRAWN if len(seen.rows) > DRAWN else top
    title = _("Top %(top)d: %(node)s") % {"top": most, "node": node} if most and most < seen.count else node
    found = {"bars": ranking_figure(title, drawn, captioned)}
    if seen.children and seen.rows:
        found["makeup"] = parts_figure(node, drawn, titles, captioned)
    return found


def tiles_figure(node: str, seen: ShownNode, places: Sequence[Place | None], captioned: Captioned) -> Figure:
    """Scores as shades, each unit that is shown roughly where it lies. `places` are those of the rows, in order."""
    drawn = [(row, place) for row, place in zip(seen.rows, places, strict=True) if place and row.score is not None]
    tiles = [
        Tile(label=place.short, row=place.row, column=place.column, value=row.score, text=f"{row.score:.1f}")
        for row, place in drawn
    ]
    found = replace(seen, rows=[row for row, _place in drawn])
    return Figure(
        f"tiles-{seen.code}",
        captioned(
            node, score_unit(seen.output), sentence_of(found), count=seen.count,
            note=_("A sketch, not a map: one tile for each unit."),
        ),
        Tiles(tiles, *seen.output),
        ranking_table(found),
        [row.name for row in found.rows],
    )  # fmt: skip


def ranking_figure(title: str, seen: ShownNode, captioned: Captioned) -> Figure:
    """Bars where scores may be seen; a table alone elsewhere."""
    scored = any(row.score is not None for row in seen.rows)
    sure = any(row.interval for row in seen.rows)
    bars = [
        Bar(label=row.name, value=row.score, text=_bar_text(row), rank=row.rank)
        for row in seen.rows
        if row.score is not None
    ]
    note = _("In brackets: the rank in 90 of 100 panels drawn from the same experts.") if sure else ""
    unit = score_unit(seen.output) if scored else ""
    return Figure(
        f"bars-{seen.code}",
        captioned(title, unit, sentence_of(seen), count=seen.count, note=note),
        Bars(bars, highest=seen.output[1]) if scored else Nothing(),
        ranking_table(seen),
        [row.name for row in seen.rows],
    )


def parts_figure(node: str, seen: ShownNode, titles: Mapping[str, str], captioned: Captioned) -> Figure:
    """The points that each child gives, for the units that are shown."""
    names = [titles[code] for code in seen.children]
    stacks = [Stack(label=row.name, parts=row.parts, text=f"{row.score:.2f}", rank=row.rank) for row in seen.rows]
    adds_up = all(abs(sum(row.parts) - (row.score or 0)) < 1e-6 for row in seen.rows)
    return Figure(
        f"makeup-{seen.code}",
        captioned(
            _("What the scores on %(node)s are made of") % {"node": node}, _("points"), _most_points(seen, names),
            count=seen.count,
            note="" if adds_up else _("The parts do not add up: the mean is not arithmetic, or something is missing."),
        ),
        Stacked(names, stacks, highest=seen.output[1]),
        Table([_("Rank"), _("Unit"), *names, _("Score")], [[r.rank, r.name, *r.parts, r.score] for r in seen.rows]),
        [row.name for row in seen.rows],
    )  # fmt: skip


def ranking_table(seen: ShownNode) -> Table:
    """As the page has it: a column only for what may be seen."""
    rows = seen.rows
    columns: list[tuple[str, list[Cell]]] = [
        (_("Rank"), [row.rank for row in rows]) if not any(row.band for row in rows) else (_("Band"), _bands(rows)),
        (_("Unit"), [row.name for row in rows]),
    ]
    if any(row.score is not None for row in rows):
        columns.append((_("Score"), [row.score for row in rows]))
    if any(row.interval for row in rows):
        columns.append((_("Rank interval, from"), [row.interval[0] if row.interval else None for row in rows]))
        columns.append((_("to"), [row.interval[1] if row.interval else None for row in rows]))
    cells = [cells for _name, cells in columns]
    return Table([name for name, _cells in columns], list(zip(*cells, strict=True)))


def sentence_of(seen: ShownNode) -> str:
    """Who stands where, with the ranks named: true also where some are not shown."""
    if not seen.rows:
        return _("No unit has a score here.")
    if any(row.band for row in seen.rows):
        bands = dict.fromkeys(row.band for row in seen.rows if row.band)
        told = [
            _("ranks %(first)d to %(last)d: %(names)s")
            % {"first": band[0], "last": band[1], "names": listed(row.name for row in seen.rows if row.band == band)}
            for band in bands
        ]
        return _("Of %(count)d units, %(list)s.") % {"count": seen.count, "list": "; ".join(told)}
    named = [_ranked(row) for row in seen.rows[:SPOKEN]]
    return _("Of %(count)d units, %(list)s.") % {"count": seen.count, "list": listed(named)}


def band_text(row: Shown) -> str:
    return f"{row.band[0]}–{row.band[1]}" if row.band else ""


def _ranked(row: Shown) -> str:
    said = {"name": row.name, "rank": row.rank, "score": f"{row.score:.2f}" if row.score is not None else ""}
    return _("%(name)s is number %(rank)d (%(score)s)") % said if row.score is not None else _(
        "%(name)s is number %(rank)d"
    ) % said  # fmt: skip


def _bar_text(row: Shown) -> str:
    return f"{row.score:.2f}" + (f" ({interval_text(row.interval)})" if row.interval else "")


def _bands(rows: Sequence[Shown]) -> list[Cell]:
    return [band_text(row) for row in rows]


def _most_points(seen: ShownNode, names: Sequence[str]) -> str:
    said = [
        _("%(name)s has most points from %(part)s (%(points)s)")
        % {"name": row.name, "part": names[row.parts.index(max(row.parts))], "points": f"{max(row.parts):.2f}"}
        for row in seen.rows[:3]
    ]
    return listed(said)
