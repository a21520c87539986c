"""Results by region, by type, and by what units lie in: means, ranks, the best, and how many of the first ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.utils.translation import gettext as _

from scoring.ranking import rank_rows
from scoring.selectors.board import RunBoard
from surveys.files.writing import Cell
from surveys.texts import text_in

REGION, TYPE, PROVINCE = "region", "type", "province"
FEWEST = 2
"""Of one group there is nothing to compare."""
MOST_GROUPS = 60


@dataclass(frozen=True)
class Group:
    """Some units, by their positions on the board."""

    name: str
    units: Sequence[int]


@dataclass(frozen=True)
class Standing:
    """A group on one node: the plain mean of its units' scores, its rank among the groups, its best unit.

    `units` have a score there; `first` is how many of them are among the first N.
    """

    group: Group
    units: int
    mean: float | None
    rank: int | None
    best: int | None
    best_rank: int | None
    first: int


class Regions:
    """The units of a board in groups, in three ways at most. What the list says comes before what the file says; a unit
    without a region of its own has that of the unit it lies in.
    """

    def __init__(self, board: RunBoard) -> None:
        self.board = board

    @cached_property
    def ways(self) -> dict[str, list[Group]]:
        """Way of grouping → groups in the order in which they come; only ways that tell at least two groups apart."""
        found = {way: self._groups(way) for way in (REGION, TYPE, PROVINCE)}
        return {way: groups for way, groups in found.items() if FEWEST <= len(groups) <= MOST_GROUPS}

    def standings(self, way: str, code: str, *, first: int = 10) -> list[Standing]:
        """Of every group of a way on a node, the highest mean first."""
        scores, ranks = self.board.score_of(code), self.board.ranks_of(code)
        found = [_standing(group, scores, ranks, first) for group in self.ways[way]]
        means = np.array([[np.nan if each.mean is None else each.mean for each in found]])
        placed = zip(found, rank_rows(means)[0].tolist(), strict=True)
        ranked = [Standing(**{**vars(each), "rank": rank or None}) for each, rank in placed]
        return sorted(ranked, key=lambda each: (each.rank is None, each.rank))

    @property
    def codes(self) -> list[str]:
        """The run's root and what it is made of."""
        return [self.board.root, *self.board.local.get(self.board.root, ())]

    def table(self, way: str, codes: Sequence[str], *, first: int = 10) -> list[tuple[Standing, list[Standing]]]:
        """Of every group its standing on the first node, and on all of them; in the order of the first."""
        by_node = [{each.group.name: each for each in self.standings(way, code, first=first)} for code in codes]
        return [(each, [found[each.group.name] for found in by_node]) for each in by_node[0].values()]

    def ungrouped(self, way: str) -> int:
        """Units of which nobody says where they belong."""
        return len(self.board.units) - sum(len(group.units) for group in self.ways[way])

    def _groups(self, way: str) -> list[Group]:
        found: dict[str, list[int]] = {}
        for place, unit in enumerate(self.board.units):
            name = self._listed(way, unit.code) or unit.attributes.get(way, "")
            if name:
                found.setdefault(name, []).append(place)
        return [Group(name, places) for name, places in found.items()]

    def _listed(self, way: str, code: str) -> str:
        unit = self.board.listed.get(code)
        if unit is None:
            return ""
        if way == REGION:
            return text_in(unit.region) or (text_in(unit.parent.region) if unit.parent else "")
        if way == TYPE:
            return text_in(unit.kind)
        return str(unit.parent) if unit.parent else ""


def node_standings(board: RunBoard, code: str) -> list[Standing]:
    """By region, for the page of a node; nothing where the units have none, or no unit a score."""
    found = Regions(board)
    return [each for each in found.standings(REGION, code) if each.units] if REGION in found.ways else []


def regions_table(found: Regions, way: str, first: int) -> tuple[list[str], list[list[Cell]]]:
    """A row for each group, as the page has it."""
    nodes = [str(found.board.tree.nodes[code]) for code in found.codes]
    pairs = [heading for node in nodes for heading in (node, _("%(name)s rank") % {"name": node})]
    heading = [
        way_words()[way],
        _("Units"),
        *pairs,
        _("Best unit"),
        _("its rank"),
        _("Among the first %(n)d") % {"n": first},
    ]
    rows: list[list[Cell]] = []
    for whole, each in found.table(way, found.codes, first=first):
        scores: list[Cell] = [cell for one in each for cell in (one.mean, one.rank)]
        best = found.board.units[whole.best].name if whole.best is not None else None
        rows.append([whole.group.name, whole.units, *scores, best, whole.best_rank, whole.first])
    return heading, rows


def way_words() -> dict[str, str]:
    return {REGION: _("Region"), TYPE: _("Type"), PROVINCE: _("Lies in")}


def _standing(group: Group, scores: np.ndarray, ranks: np.ndarray, first: int) -> Standing:
    places = np.array(group.units, dtype=int)
    known = places[~np.isnan(scores[places])]
    ranked = places[ranks[places] > 0]
    best = int(ranked[np.argmin(ranks[ranked])]) if ranked.size else None
    among = int((ranks[ranked] <= first).sum())
    mean = float(scores[known].mean()) if known.size else None
    return Standing(group, known.size, mean, None, best, int(ranks[best]) if best is not None else None, among)
