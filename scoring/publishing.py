"""What of a run leaves the house. No Django.

A `Profile` is applied to the board before anything is made from it. What comes out holds names, ranks and scores as
they may be shown, and nothing else: no page, drawing or file made from it can say more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.normalising import Array
from scoring.ranking import LeafRule, NodeRule, Ranks, aggregate, competition_ranks

KEPT, CLOSED = "kept", "closed"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What is shown.

    `nodes`: codes, in tree order. `top`: the first so many on each node, None for all. `hidden`: positions of units
    that are nowhere seen. `gaps`: ranks stay those of the run (`kept`), or count the units that are not hidden
    (`closed`). Without names a unit is called by a letter that is its own on each node.
    """

    nodes: Sequence[str] = ()
    top: int | None = 10
    names: bool = True
    ranks: bool = True
    scores: bool = True
    hidden: frozenset[int] = field(default_factory=frozenset)
    gaps: str = KEPT
    own_weights: bool = False
    downloads: bool = True
    licence: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Profile:
        """From what is stored with a publication."""
        return cls(**{**stored, "nodes": tuple(stored.get("nodes", ())), "hidden": frozenset(stored.get("hidden", ()))})

    def stored(self) -> dict[str, Any]:
        return {**asdict(self), "nodes": list(self.nodes), "hidden": sorted(self.hidden)}


@dataclass(frozen=True)
class Shown:
    """A unit on one node, as far as it may be seen. `place` tells rows apart; it says nothing about the run."""

    place: int
    name: str
    rank: int | None
    score: float | None


@dataclass(frozen=True)
class ShownNode:
    """The units of one node, the first first. `count`: of how many; `cut`: more units share the last rank shown."""

    code: str
    rows: Sequence[Shown]
    count: int
    cut: bool


class Board(Protocol):
    """As much of a run as is needed here (`selectors.board.RunBoard`)."""

    @property
    def names(self) -> list[str]: ...

    def score_of(self, code: str) -> Array: ...

    def ranks_of(self, code: str) -> Ranks: ...


def shown(board: Board, profile: Profile, code: str) -> ShownNode:
    """What the profile lets be seen on one node. Raises KeyError where the node is not chosen."""
    if code not in profile.nodes:
        raise KeyError(code)
    units, ranks = _standing(board, profile, code)
    most = len(units) if profile.top is None else profile.top
    first = units[:most]
    names, scores = board.names, board.score_of(code)
    rows = [
        Shown(
            place,
            names[unit] if profile.names else letter(place),
            int(ranks[unit]) if profile.ranks else None,
            float(scores[unit]) if profile.scores else None,
        )
        for place, unit in enumerate(first)
    ]
    cut = len(units) > len(first) > 0 and bool(ranks[units[len(first)]] == ranks[first[-1]])
    count = len(units) if profile.gaps == CLOSED else int((board.ranks_of(code) > 0).sum())
    return ShownNode(code, rows, count, cut)


def shown_units(board: Board, profile: Profile, code: str) -> list[int]:
    """Positions of the units that are named on this node, in the order of their ranks."""
    units, _ranks = _standing(board, profile, code)
    return units if profile.top is None else units[: profile.top]


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


def letter(place: int) -> str:
    """A, B, … Z, AA, AB, …

    >>> [letter(place) for place in (0, 25, 26, 27)]
    ['A', 'Z', 'AA', 'AB']
    """
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def _standing(board: Board, profile: Profile, code: str) -> tuple[list[int], NDArray[np.int64]]:
    """The units with a rank that are not hidden, first to last, and their ranks as the profile counts them."""
    ranks = board.ranks_of(code)
    seen = [int(unit) for unit in np.flatnonzero(ranks) if int(unit) not in profile.hidden]
    units = sorted(seen, key=lambda unit: (ranks[unit], unit))
    if profile.gaps == CLOSED and units:
        closed = np.zeros_like(ranks)
        closed[units] = competition_ranks(-ranks[units].astype(float))
        return units, closed
    return units, ranks
