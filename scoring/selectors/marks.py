"""What was done to the value of a unit before it was scored, said wherever that score is shown or passed on.

A mark stands on the score it was done to, and on every score above that is made of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from scoring.figures.words import listed
from scoring.models import ScoringRun

Cell = tuple[str, str]
"""Code of a node, name of a unit."""
KINDS = ("filled", "capped", "outside", "reweighted", "left_out", "zero")
SIGNS = {"filled": "＋", "capped": "⊓", "outside": "↕", "reweighted": "⚖", "left_out": "∅", "zero": "0"}
CONTAINS = "*"


@dataclass(frozen=True)
class Mark:
    """What was done to this score itself, and what to scores below that it is made of; each in the order of `KINDS`."""

    own: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """For files, the same in every language: "filled", "contains:capped"."""
        return ";".join([*self.own, *(f"contains:{kind}" for kind in self.below)])

    @property
    def signs(self) -> str:
        return "".join(SIGNS[kind] for kind in self.own) + (CONTAINS if self.below else "")

    @property
    def words(self) -> str:
        """For readers."""
        words = [kind_words()[kind] for kind in self.own]
        if self.below:
            words.append(_("contains: %(kinds)s") % {"kinds": listed(kind_words()[kind] for kind in self.below)})
        return "; ".join(words)


NOTHING = Mark()


@dataclass(frozen=True)
class NoticeRow:
    """One thing done to one unit on one node."""

    kind: str
    code: str
    unit: str


class Marks:
    """The marks of one run, from the notices of its document."""

    def __init__(self, notices: Sequence[Mapping[str, Any]], local: Mapping[str, Iterable[str]]) -> None:
        self.notices = notices
        parent = {child: code for code, children in local.items() for child in children}
        own: dict[Cell, set[str]] = {}
        below: dict[Cell, set[str]] = {}
        for row in self.rows():
            own.setdefault((row.code, row.unit), set()).add(row.kind)
            for above in _above(row.code, parent):
                below.setdefault((above, row.unit), set()).add(row.kind)
        self._marks = {
            cell: Mark(_ordered(own.get(cell, set())), _ordered(below.get(cell, set()))) for cell in {*own, *below}
        }

    def of(self, code: str, unit: str) -> Mark:
        return self._marks.get((code, unit), NOTHING)

    def on(self, code: str) -> dict[str, Mark]:
        """Unit → mark, of the units that have one on this node."""
        return {unit: mark for (node, unit), mark in self._marks.items() if node == code}

    def to(self, unit: str) -> dict[str, Mark]:
        """Code → mark, of the nodes on which this unit has one."""
        return {code: mark for (code, name), mark in self._marks.items() if name == unit}

    def rows(self) -> Iterator[NoticeRow]:
        for notice in self.notices:
            for unit in notice["units"]:
                yield NoticeRow(notice["kind"], notice["code"], unit)

    def __bool__(self) -> bool:
        return bool(self._marks)


def marks_of(run: ScoringRun) -> Marks:
    document = json.loads(run.document)
    return Marks(document["notices"], document["local_weights"])


def legend(marks: Iterable[Mark]) -> list[tuple[str, str]]:
    """Sign and words of the marks that are there, for a line under the table."""
    found = list(marks)
    kinds = {kind for mark in found for kind in mark.own}
    rows = [(SIGNS[kind], kind_words()[kind]) for kind in KINDS if kind in kinds]
    below = {kind for mark in found for kind in mark.below}
    if below:
        told = listed(kind_words()[kind] for kind in _ordered(below))
        rows.append((CONTAINS, _("made of scores below that are: %(kinds)s") % {"kinds": told}))
    return rows


def kind_words() -> Mapping[str, str]:
    return {
        "filled": _("no value: replaced as the rule says"),
        "capped": _("moved to the bound"),
        "outside": _("beyond the bounds"),
        "reweighted": _("weights of what is missing were shared out"),
        "left_out": _("left out"),
        "zero": _("0 under this mean"),
    }


def _above(code: str, parent: Mapping[str, str]) -> Iterator[str]:
    while code in parent:
        code = parent[code]
        yield code


def _ordered(kinds: set[str]) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if kind in kinds)
