"""Which groups of experts may be told: one place decides, and every breakdown on a page or in a file asks it.

What is said of one or two experts is said of somebody. So a group of fewer than the survey's smallest (three, or more
where the survey says so) is not told; nor may it be worked out by taking those that are told from the whole, and so
the smallest of the others stays untold too where they would leave too few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surveys.models import Survey
from surveys.selectors.panel_now import PanelNow

FEWEST = Survey.SMALLEST_GROUP
"""Experts below whom nothing is told, whatever a survey says."""


def shown_groups(sizes: Mapping[str, int], fewest: int, *, aside: int = 0) -> frozenset[str]:
    """The groups that may be told; `aside` counts those of the whole who are in none of them.

    The others together have no member, or at least as many as the smallest group may have.

    >>> sorted(shown_groups({"industry": 5, "academia": 4, "government": 2}, 3))
    ['industry']
    >>> sorted(shown_groups({"industry": 5, "academia": 4, "government": 2}, 3, aside=1))
    ['academia', 'industry']
    """
    shown = {name for name, size in sizes.items() if size == 0 or size >= fewest}
    untold = aside + sum(size for name, size in sizes.items() if name not in shown)
    for name in sorted(shown, key=lambda each: (sizes[each], each)):
        if not 0 < untold < fewest:
            break
        if sizes[name]:
            shown.remove(name)
            untold += sizes[name]
    return frozenset(shown)


@dataclass(frozen=True)
class Told:
    """A breakdown as it may be told: the groups with their sizes, the largest first, and how many are in others."""

    groups: Sequence[tuple[str, int]]
    others: int


def breakdown(words: Iterable[str], fewest: int) -> Told:
    """How many are in each group; who says nothing is among the others, who are counted where they are enough."""
    sizes = Counter(words)
    aside = sizes.pop("", 0)
    shown = shown_groups(sizes, fewest, aside=aside)
    others = sum(size for name, size in sizes.items() if name not in shown)
    return Told(
        [(name, size) for name, size in sizes.most_common() if name in shown], others if others >= fewest else 0
    )


def cells_shown(counts: Sequence[int], fewest: int, *, aside: int = 0) -> list[int | None]:
    """A row of counts in which what may not be told is None."""
    shown = shown_groups({str(place): count for place, count in enumerate(counts)}, fewest, aside=aside)
    return [count if str(place) in shown else None for place, count in enumerate(counts)]


def groups_shown(panel: PanelNow) -> dict[str, list[int]]:
    """Known group → the rows of its experts who count, for every group whose weights may be told: at each node enough
    of its experts answered, and enough others where anybody else did.
    """
    members: dict[str, list[int]] = {}
    for row, expert in enumerate(panel.experts):
        if panel.counting[row]:
            members.setdefault(expert.group, []).append(row)
    named = {group: rows for group, rows in sorted(members.items()) if group}
    shown = frozenset(named)
    for columns in panel.questions.pairs.values():
        answering = np.asarray(~np.isnan(panel.counted_answers[:, columns]).all(axis=1))
        if answering.any():
            sizes = {group: int(answering[rows].sum()) for group, rows in named.items()}
            shown &= shown_groups(sizes, panel.fewest, aside=int(answering.sum()) - sum(sizes.values()))
    everybody = sum(map(len, members.values()))
    sizes = {group: len(rows) for group, rows in named.items()}
    shown &= shown_groups(sizes, panel.fewest, aside=everybody - sum(sizes.values()))
    return {group: rows for group, rows in named.items() if group in shown}
