"""What a simulated expert thinks. The same seed thinks the same, whatever the order of the questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from zlib import crc32

import numpy as np

KINDS = ("honest", "hurried", "careless", "quitting")
SPREAD = 0.8  # of the true log weights: ratios up to about 9
ERRORS = {"honest": 0.45, "hurried": 0.9, "careless": 0.0, "quitting": 0.5}  # of a log ratio: some CR above 0.10
ROW_READERS = 0.3  # the share who answer on the row of seventeen
STRAIGHT_LINERS = 0.5  # of the careless: the same answer to every pair
STEPS = 9
REASON = "模拟专家：作答如此。 A simulated expert answered so."

Pairs = Mapping[int, tuple[str, str]]
"""Comparison → the codes of its items a and b."""


@dataclass(frozen=True)
class Said:
    """An answer: `more_important` is a, b or equal; strength 1 for equal."""

    more_important: str
    strength: int

    @property
    def cell(self) -> str:
        """The cell of the row of seventeen that says the same."""
        return "equal" if self.strength == 1 else f"{self.more_important}{self.strength}"


@dataclass(frozen=True)
class Mind:
    """One simulated expert of a kind. `seed` and `number` fix everything this expert believes and does."""

    kind: str
    seed: int
    number: int
    pairs: Pairs

    def answer(self, pair: int) -> Said:
        """What this expert says of a pair."""
        a, b = self.pairs[pair]
        if self.kind == "careless":
            return self._unread(a, b)
        error = self._draws("error", a, b).normal(0, ERRORS[self.kind])
        return on_scale(self._believed(a, b) + float(error))

    def takes(self, pair: int, offered: Said) -> bool:
        """Whether a hint is taken: honest experts do where it comes nearer to what they believe."""
        if self.kind != "honest":
            return False
        believed = self._believed(*self.pairs[pair])
        return abs(_log_of(offered) - believed) < abs(_log_of(self.answer(pair)) - believed)

    def patience(self, questions: int) -> int | None:
        """After how many answers this expert closes the page, or None for one who stays to the end."""
        if self.kind != "quitting":
            return None
        return int(self._draws("patience").integers(1, max(2, questions)))

    @property
    def reads_rows(self) -> bool:
        """Whether the row of seventeen is answered rather than the card."""
        return bool(self._draws("view").random() < ROW_READERS)

    def _believed(self, a: str, b: str) -> float:
        """The log of the true ratio."""
        return float(self._draws("weight", a).normal(0, SPREAD) - self._draws("weight", b).normal(0, SPREAD))

    def _unread(self, a: str, b: str) -> Said:
        """Always the same, or anything."""
        habit = self._draws("habit")
        draws = habit if habit.random() < STRAIGHT_LINERS else self._draws("whim", a, b)
        strength = int(draws.integers(1, STEPS + 1))
        return Said("equal", 1) if strength == 1 else Said(str(draws.choice(["a", "b"])), strength)

    def _draws(self, *about: str) -> np.random.Generator:
        """Random numbers of this expert about one thing."""
        return np.random.default_rng([self.seed, self.number, crc32("\t".join(about).encode())])


def on_scale(believed: float) -> Said:
    """A log ratio as the nearest whole strength from 1 to 9, for whichever item it favours.

    >>> [on_scale(log(ratio)).cell for ratio in (4.2, 1 / 30, 1.2)]
    ['a4', 'b9', 'equal']
    """
    strength = min(STEPS, round(exp(abs(believed))))
    return Said("equal", 1) if strength == 1 else Said("a" if believed > 0 else "b", strength)


def _log_of(said: Said) -> float:
    return -log(said.strength) if said.more_important == "b" else log(said.strength)
