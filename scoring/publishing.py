"""What of a run leaves the house. No Django.

A `Profile` is applied to the board before anything is made from it. What comes out (`ShownNode`) holds names, ranks and
scores as they may be shown, and nothing else: no page, drawing or file made from it can say more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.normalising import Array
from scoring.ranking import LeafRule, NodeRule, Ranks, aggregate, competition_ranks
from surveys.files.lettering import letters

KEPT, CLOSED = "kept", "closed"
LANGUAGES = ("zh-hans", "en")

Ends = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What is shown.

    `nodes`: codes, in tree order. `top`: ranks up to this one on each node, None for all. `hidden`: positions of units
    that are nowhere seen. `gaps`: ranks stay those of the run (`kept`), or count the units that are not hidden
    (`closed`). Without ranks, units stand in bands of `band` ranks and within a band in the order of the data, and no
    score is shown, since scores would tell the order. Without names, a unit is called by a letter that is its own on
    each node. `parts`: the points that each child gives; `intervals`: rank intervals, where a study has them.
    """

    nodes: Sequence[str] = ()
    top: int | None = 10
    names: bool = True
    ranks: bool = True
    scores: bool = True
    band: int = 5
    parts: bool = False
    intervals: bool = True
    hidden: frozenset[int] = field(default_factory=frozenset)
    gaps: str = KEPT
    own_weights: bool = False
    downloads: bool = True
    languages: Sequence[str] = LANGUAGES
    indexed: bool = True
    licence: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Profile:
        """From what is stored with a publication."""
        lists = {name: tuple(stored[name]) for name in ("nodes", "languages") if name in stored}
        return cls(**{**stored, **lists, "hidden": frozenset(stored.get("hidden", ()))})

    def stored(self) -> dict[str, Any]:
        lists = {"nodes": list(self.nodes), "languages": list(self.languages), "hidden": sorted(self.hidden)}
        return {**asdict(self), **lists}

    @property
    def whole(self) -> bool:
        """Every unit is named: nothing about all units together can tell of one that is not seen."""
        return not self.hidden and self.top is None and self.names

    @property
    def shows_scores(self) -> bool:
        return self.ranks and self.scores

    @property
    def weighs(self) -> bool:
        return self.ranks and self.own_weights


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A unit on one node, as far as it may be seen. `place` tells rows apart; it says nothing about the run."""

    place: int
    name: str
    rank: int | None = None
    band: Ends | None = None
    score: float | None = None
    parts: Sequence[float] = ()
    interval: Ends | None = None
    mended: bool = False
    """The score rests on a value that was missing."""


@dataclass(frozen=True)
class ShownNode:
    """The units of one node, the first first. `count`: of how many; `children`: whose points the parts are."""

    code: str
    rows: Sequence[Shown]
    count: int
    children: Sequence[str] = ()
    output: tuple[float, float] = (0.0, 100.0)
    """The range of scores."""


class Board(Protocol):
    """As much of a run as is needed here (`selectors.board.RunBoard`)."""

    @property
    def names(self) -> list[str]: ...

    @property
    def local(self) -> dict[str, dict[str, float]]: ...

    @property
    def output(self) -> tuple[float, float]: ...

    def score_of(self, code: str) -> Array: ...

    def ranks_of(self, code: str) -> Ranks: ...


def shown(
    board: Board,
    profile: Profile,
    code: str,
    *,
    intervals: Mapping[int, Ends] | None = None,
    mended: Collection[int] = (),
) -> ShownNode:
    """What the profile lets be seen on one node, with rank intervals and marks of `mended` units where there are some.

    Raises KeyError where the node is not chosen.
    """
    if code not in profile.nodes:
        raise KeyError(code)
    ranks = _ranks(board, profile, code)
    units, bands = shown_units(board, profile, code), _bands(profile, ranks)
    local = board.local.get(code, {}) if profile.parts and profile.shows_scores else {}
    sure = intervals if intervals and profile.intervals and _ranks_are_the_runs(profile) else {}
    names = board.names
    rows = [
        Shown(
            place=place,
            name=names[unit] if profile.names else letters(place),
            rank=int(ranks[unit]) if profile.ranks else None,
            band=None if profile.ranks else bands[int(ranks[unit])],
            score=float(board.score_of(code)[unit]) if profile.shows_scores else None,
            parts=[points(board, child, weight, unit) for child, weight in local.items()],
            interval=sure.get(unit),
            mended=unit in mended,
        )
        for place, unit in enumerate(units)
    ]
    count = int((ranks > 0).sum()) if profile.gaps == CLOSED else int((board.ranks_of(code) > 0).sum())
    return ShownNode(code, rows, count, list(local), board.output)


def shown_units(board: Board, profile: Profile, code: str) -> list[int]:
    """Positions of the units that are seen on this node, in the order in which they stand there.

    Whoever shares the last rank that is shown is shown too: no tie is cut by the order of a file.
    """
    ranks = _ranks(board, profile, code)
    seen = [int(unit) for unit in np.flatnonzero(ranks) if profile.top is None or ranks[unit] <= profile.top]
    if profile.ranks:
        return sorted(seen, key=lambda unit: (ranks[unit], unit))
    bands = _bands(profile, ranks)
    return sorted(seen, key=lambda unit: (bands[int(ranks[unit])], unit))


def reweighted(
    board: Board,
    profile: Profile,
    code: str,
    children: Sequence[str],
    weights: Sequence[float],
    *,
    aggregation: str = "arithmetic",
) -> tuple[list[int], Array, Ranks]:
    """The units that are shown on a node, what they score there by other weights of its children, and their ranks
    among each other. Weights are shares of any sum above 0; a child without a score leaves its share to the others.
    """
    units = shown_units(board, profile, code)
    share = np.asarray(weights, dtype=float)
    _codes, table, _notices = aggregate(
        np.array([board.score_of(child)[units] for child in children]).reshape(len(children), len(units)),
        children,
        {code: children},
        {code: (share / share.sum()).tolist()},
        root=code,
        rules={child: LeafRule(missing="reweight") for child in children},
        nodes={code: NodeRule(aggregation=aggregation, coverage=0.0)},
    )
    return units, table[0], competition_ranks(table[0])


def _ranks(board: Board, profile: Profile, code: str) -> NDArray[np.int64]:
    """Ranks as the profile counts them; 0 for a unit that has none, or is hidden."""
    ranks: NDArray[np.int64] = board.ranks_of(code).copy()
    ranks[sorted(profile.hidden)] = 0
    ranked = np.flatnonzero(ranks)
    if profile.gaps == CLOSED and len(ranked):
        ranks[ranked] = competition_ranks(-ranks[ranked].astype(float))
    return ranks


def _ranks_are_the_runs(profile: Profile) -> bool:
    """An interval counts all units of the run: beside ranks that count fewer it would say something else."""
    return profile.ranks and (profile.gaps == KEPT or not profile.hidden)


def _bands(profile: Profile, ranks: NDArray[np.int64]) -> dict[int, Ends]:
    """Rank → its band, for the ranks that are shown. What is left over belongs to the last band: a band of one unit
    would be a rank.
    """
    last = int(ranks.max(initial=0))
    last = last if profile.top is None else min(last, profile.top)
    whole = max(last // profile.band, 1)
    ends = [(part * profile.band + 1, (part + 1) * profile.band) for part in range(whole)]
    ends[-1] = (ends[-1][0], last)
    return {rank: ends[min((rank - 1) // profile.band, whole - 1)] for rank in range(1, last + 1)}


def points(board: Board, child: str, weight: float, unit: int) -> float:
    """What a child gives to the score of its parent; nothing where it has no score."""
    score = float(board.score_of(child)[unit])
    return 0.0 if np.isnan(score) else weight * score
