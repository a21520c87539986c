"""Many simulated experts at once, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event
from time import monotonic

import numpy as np

from surveys.bots.mind import Mind, Said
from surveys.bots.walker import Walk, Walker

Answers = Sequence[tuple[int, Said]]
"""Comparisons and answers of one expert."""


@dataclass(frozen=True)
class Bot:
    """A mind, the personal link it got, and how many questions it is asked."""

    mind: Mind
    link: str
    questions: int


def send_out(bots: Sequence[Bot], *, site: str, together: int, seconds: float) -> list[Walk]:
    """Let them go, so many at a time, and for so many seconds in all. Ctrl-C stops each before its next step."""
    interrupted, end = Event(), monotonic() + seconds

    def stopped() -> bool:
        return interrupted.is_set() or monotonic() > end

    def go(bot: Bot) -> Walk:
        return Walker(site, bot.mind, bot.questions, stopped).go(bot.link)

    with ThreadPoolExecutor(max_workers=together) as pool:
        walks = [pool.submit(go, bot) for bot in bots]
        try:
            wait(walks)
        except KeyboardInterrupt:
            interrupted.set()
        return [walk.result() for walk in walks]


@dataclass(frozen=True)
class Tally:
    """Acknowledged answers against those that are stored. `lost` are acknowledged and not stored as they were given,
    `unheard` stored although no acknowledgement of them arrived.
    """

    given: int
    acknowledged: int
    stored: int
    lost: int
    unheard: int


def tally(walks: Sequence[Walk], stored: Sequence[Answers]) -> Tally:
    """Count, expert by expert."""
    pairs = [(Counter(walk.acknowledged), Counter(kept)) for walk, kept in zip(walks, stored, strict=True)]
    return Tally(
        given=sum(walk.given for walk in walks),
        acknowledged=sum(heard.total() for heard, _ in pairs),
        stored=sum(kept.total() for _, kept in pairs),
        lost=sum((heard - kept).total() for heard, kept in pairs),
        unheard=sum((kept - heard).total() for heard, kept in pairs),
    )


def outcomes(bots: Sequence[Bot], walks: Sequence[Walk]) -> list[str]:
    """One line for each kind: how many ended how."""
    found: dict[str, Counter[str]] = {}
    for bot, walk in zip(bots, walks, strict=True):
        found.setdefault(bot.mind.kind, Counter())[walk.outcome] += 1
    return [f"{kind}: " + ", ".join(f"{count} {how}" for how, count in ends.items()) for kind, ends in found.items()]


def paces(walks: Sequence[Walk]) -> tuple[float, float]:
    """Seconds from sending an answer to its acknowledgement: the median, and what 95 % stay below."""
    seconds = [second for walk in walks for second in walk.seconds]
    middle, most = np.quantile(seconds, (0.5, 0.95)) if seconds else (0.0, 0.0)
    return float(middle), float(most)
