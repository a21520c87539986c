"""Many scribes at once, each in a thread of their own; and how long they waited."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import quantiles
from threading import Thread
from typing import Any

from tests.reliability.scribe import Asked, Scribe

HANDS_IN_EVERY = 3  # answers


def together(scribes: Sequence[Scribe], do: Callable[[Scribe], object]) -> None:
    """Each does it in a thread; returns when all are done."""
    threads = [Thread(target=do, args=[scribe]) for scribe in scribes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def answer_and_hand_in(scribe: Scribe, until: float, every: int = HANDS_IN_EVERY, before: int = 0) -> None:
    """The next answer, and after so many all of them; `before` are those given on another day."""
    if scribe.say(until) and scribe.complete and (len(scribe.keys) + before) % every == 0:
        scribe.hand_in(until)


def work_until(scribe: Scribe, end: float, pause: float, patience: float) -> None:
    """Without a rest but for the pause; what was begun at the end may still be acknowledged for a while."""
    scribe.open(end)
    while time.monotonic() < end:
        answer_and_hand_in(scribe, end + patience)
        time.sleep(pause)
    scribe.close()


def asked_by(scribes: Sequence[Scribe], *what: str) -> list[Asked]:
    return [one for scribe in scribes for one in scribe.asked if not what or one.what in what]


def waits(asked: Sequence[Asked]) -> str:
    return spread([one.seconds for one in asked])


def spread(seconds: Sequence[float]) -> str:
    """`p50 12 ms, p95 40 ms, max 120 ms`."""
    if len(seconds) < 2:
        return "too few to tell"
    cuts = quantiles(seconds, n=20)
    return f"p50 {1000 * cuts[9]:.0f} ms, p95 {1000 * cuts[18]:.0f} ms, max {1000 * max(seconds):.0f} ms"


def p95(asked: Sequence[Asked]) -> float:
    """Seconds."""
    return quantiles([one.seconds for one in asked], n=20)[18]


def bad_ends(found: dict[str, Any]) -> dict[str, Any]:
    """What must be empty after every experiment, and is not."""
    must_be_empty = ("lost", "doubled", "not handed in", "undone", "without results", "broken chains")
    wrong = {name: found[name] for name in must_be_empty if found[name]}
    return wrong if found["integrity"] == "ok" else {**wrong, "integrity": found["integrity"]}
