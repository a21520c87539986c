"""Which answers an expert might want to look at again: the one place where hints are made, for pages and for bots."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import ahp
from surveys import scale
from surveys.models import Comparison, Indicator
from surveys.selectors.answers import Ratio
from surveys.services.judgments import Answer

MOST_HINTS = 3
ENOUGH = 3  # hints taken or turned down; the rest is no longer put before the expert, only kept at hand


class Said(Protocol):
    """An answer that counts: a row of the current view, or an event of the log."""

    @property
    def more_important(self) -> str: ...
    @property
    def strength(self) -> int | None: ...
    @property
    def revision(self) -> int: ...


@dataclass(frozen=True)
class Advice:
    """A hint as a page shows it: the answer, what it might be instead, and the CR before and after.

    It keeps the expert's direction, at most "equal", unless `circle` shows what speaks against it: a over b, b over c,
    c over a. `revision` is that of the answer it is about.
    """

    comparison: Comparison
    current: Answer
    suggested: Answer
    revision: int
    ratio_before: float
    ratio_after: float
    circle: tuple[Indicator, Indicator, Indicator] | None

    @property
    def said(self) -> str:
        return sentence_of(self.comparison, self.current)

    @property
    def instead(self) -> str:
        return sentence_of(self.comparison, self.suggested)

    @property
    def circle_told(self) -> str:
        return scale.circle_sentence(*self.circle) if self.circle else ""

    @property
    def enough(self) -> bool:
        """This one change brings the CR below its limit."""
        return scale.consistency_level(self.ratio_after) == "pass"


def hints_for(
    pairs: Sequence[Comparison],
    said: Mapping[int, Said],
    *,
    random_index: str,
    kept: Collection[int] = (),
    limit: int = MOST_HINTS,
) -> list[Advice]:
    """The hints that a person would see for these answers to the pairs of one node; `said` goes by comparison.

    None below CR 0.1, nor where the answers do not link all items. What is `kept` (comparisons) is not hinted.
    """
    found = _matrix_of(pairs, said)
    try:
        if scale.consistency_level(ahp.consistency(found, random_index=random_index).ratio) in ("pass", "untested"):
            return []
        hints = ahp.hints(found, limit=limit + len(kept), random_index=random_index)
    except ahp.DisconnectedError:
        return []
    by_codes = {frozenset((pair.item_a.code, pair.item_b.code)): pair for pair in pairs}
    items = {item.code: item for pair in pairs for item in (pair.item_a, pair.item_b)}
    advice = (_advice(hint, by_codes[frozenset(map(str, hint.pair))], items, said) for hint in hints)
    return [one for one in advice if one.comparison.pk not in kept][:limit]


def ratios_of(pairs: Iterable[Comparison], said: Mapping[int, Said]) -> Ratio:
    """The answers to these pairs as numbers; what is not answered, or cannot be judged, is left out."""
    return {
        (pair.item_a.code, pair.item_b.code): scale.ratio_of(answer.more_important, answer.strength)
        for pair in pairs
        if (answer := said.get(pair.pk)) is not None and answer.strength is not None
    }


def sentence_of(pair: Comparison, answer: Answer | Said) -> str:
    return scale.sentence(answer.more_important, answer.strength, pair.item_a, pair.item_b)


def _matrix_of(pairs: Sequence[Comparison], said: Mapping[int, Said]) -> ahp.Matrix:
    codes = dict.fromkeys(item.code for pair in pairs for item in (pair.item_a, pair.item_b))
    return ahp.matrix_from_pairs(list(codes), ratios_of(pairs, said))


def _advice(hint: ahp.Hint, pair: Comparison, items: Mapping[str, Indicator], said: Mapping[int, Said]) -> Advice:
    suggestion = hint.suggestion if hint.pair[0] == pair.item_a.code else 1 / hint.suggestion
    answer = said[pair.pk]
    a, b, c = hint.circle or (None, None, None)
    return Advice(
        pair,
        Answer(answer.more_important, answer.strength),
        Answer(*scale.answer_of(suggestion)),
        answer.revision,
        hint.ratio_before or 0.0,
        hint.ratio_after or 0.0,
        (items[str(a)], items[str(b)], items[str(c)]) if hint.circle else None,
    )
