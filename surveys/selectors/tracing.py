"""A file against the newest edition: which of its indicators were there already, under which code and name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from surveys.files.indicators import IndicatorRow
from surveys.models import Indicator
from surveys.selectors.differences import texts_differ
from surveys.selectors.trees import Tree
from surveys.texts import text_in

LIKELY, POSSIBLE = 0.5, 0.6


@dataclass(frozen=True)
class Renamed:
    """Perhaps the same indicator under another name; `likely` ones are proposed as such."""

    code: str
    name: str
    old_code: str
    old_name: str
    likely: bool


@dataclass(frozen=True)
class Tracing:
    """`sure`: code in the file → code in the edition before."""

    sure: dict[str, str]
    renamed: list[Renamed]
    new: list[IndicatorRow]
    gone: list[Indicator]

    def was(self, accepted: Collection[str]) -> dict[str, str]:
        """Code → code before, or that it is new, once somebody has said which renamings are right."""
        told = {each.code: each.old_code for each in self.renamed if each.code in accepted}
        new = [*(row.code for row in self.new), *(each.code for each in self.renamed)]
        return dict.fromkeys(new, Indicator.NEW) | self.sure | told


def traced(rows: Sequence[IndicatorRow], before: Tree) -> Tracing:
    left = before.by_code()
    sure: dict[str, str] = {}
    for row in rows:  # the same code and name first: whoever has both is not looked for elsewhere
        old = left.get(row.code)
        if old and not texts_differ(old.name, row.names):
            sure[row.code] = left.pop(row.code).code
    for row in rows:
        same = [old for old in left.values() if not texts_differ(old.name, row.names)]
        if row.code not in sure and len(same) == 1:
            sure[row.code] = left.pop(same[0].code).code
    renamed = _renamed([row for row in rows if row.code not in sure], left)
    told = {*sure, *(each.code for each in renamed)}
    return Tracing(sure, renamed, [row for row in rows if row.code not in told], list(left.values()))


def _renamed(rows: Sequence[IndicatorRow], left: dict[str, Indicator]) -> list[Renamed]:
    """The best guess for each row; every old indicator is offered once, and taken out of `left`."""
    guesses = [(_likeness(row, old), row, old) for row in rows for old in left.values()]
    guesses.sort(key=lambda guess: -guess[0])
    found: dict[str, Renamed] = {}
    for likeness, row, old in guesses:
        if likeness >= POSSIBLE and row.code not in found and old.code in left:
            likely = likeness >= 1 + LIKELY
            found[row.code] = Renamed(row.code, text_in(row.names), left.pop(old.code).code, text_in(old.name), likely)
    return [found[row.code] for row in rows if row.code in found]


def _likeness(row: IndicatorRow, old: Indicator) -> float:
    """3 where an alias says so; 1 to 2 where the code is the same; else how alike the names are, from 0 to 1."""
    names = set(row.names.values())
    if {*old.name.values(), *old.aliases} & set(row.aliases) or names & set(old.aliases):
        return 3
    common = [tag for tag in row.names if old.name.get(tag)]
    likeness = max((SequenceMatcher(None, row.names[tag], old.name[tag]).ratio() for tag in common), default=0.0)
    return likeness + (1 if row.code == old.code else 0)
