"""kill -9 of pages, worker, Redis and PostgreSQL's own processes at random moments, while experts answer and hand in.

What was acknowledged is there, once; every computation is done in the end.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Thread
from typing import Any

import pytest

from tests.reliability.conftest import OpenPlaces
from tests.reliability.place import Place
from tests.reliability.rows import SEED, record, size
from tests.reliability.scribe import Scribe
from tests.reliability.together import asked_by, bad_ends, work_until

pytestmark = pytest.mark.one_database

KILLS = size(25, 1000)  # on both databases together
WRITERS = 8
SAVED_BETWEEN = 1  # answers at least between two kills: a site that never comes up has nothing to lose
THEN = (0.0, 0.4)  # seconds: and then at any moment
REST = 0.01  # seconds between two requests of a writer
PATIENCE = 60.0


def kill_one(place: Place, chance: Random) -> str:
    targets = ["pages"] * 3 + ["worker"] * 3 + ["Redis"] * 2 + ["backend"] * (3 if place.kind == "PostgreSQL" else 0)
    target = chance.choice(targets)
    if target == "pages":
        place.web.kill()
    elif target == "worker":
        place.worker.kill()
    elif target == "Redis":
        place.redis.kill()
        place.redis.start()
    elif not place.kill_backend(chance):
        return kill_one(place, chance)
    return target


def wait_for_answers(scribes: list[Scribe], more: int) -> None:
    wanted, until = acknowledged_by(scribes) + more, time.monotonic() + PATIENCE
    while acknowledged_by(scribes) < wanted and time.monotonic() < until:
        time.sleep(0.02)


def acknowledged_by(scribes: list[Scribe]) -> int:
    return sum(len(scribe.keys) for scribe in scribes)


def test_no_kill_costs_an_acknowledged_answer_or_a_computation(open_places: OpenPlaces) -> None:
    """On both databases at the same time, a half of the kills each."""
    places = open_places(WRITERS).values()
    with ThreadPoolExecutor() as pool:
        for wrong in pool.map(killed_at_random, places, [KILLS - KILLS // 2, KILLS // 2]):
            assert not wrong


def killed_at_random(place: Place, kills: int) -> dict[str, Any]:
    """What is wrong in the end."""
    chance = Random(f"{SEED} {place.kind}")
    scribes = place.scribes(chance)
    began = time.monotonic()
    end = [began + 3600.0]

    def write(scribe_number: int) -> None:
        scribe = scribes[scribe_number]
        scribe.open(time.monotonic() + PATIENCE)
        while time.monotonic() < end[0]:
            work_until(scribe, time.monotonic() + 0.1, REST, PATIENCE)

    writers = [Thread(target=write, args=[number]) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    killed = []
    for _ in range(kills):
        wait_for_answers(scribes, SAVED_BETWEEN)
        time.sleep(chance.uniform(*THEN))
        killed.append(kill_one(place, chance))
    end[0] = time.monotonic()
    for writer in writers:
        writer.join()
    found = place.looked(scribes)
    wrong = bad_ends(found)
    acknowledged = acknowledged_by(scribes)
    broken = sum(len(scribe.errors) for scribe in scribes)
    told = ", ".join(f"{name} {killed.count(name)}" for name in dict.fromkeys(sorted(killed)))
    note = (
        f"{place.kind}: {told}; {acknowledged} answers and {found['submissions']} sets acknowledged, "
        f"{broken} of {len(asked_by(scribes))} requests broke and were sent again, all computed "
        f"{found['waited']} s after the last"
    )
    record("kill -9", kills, len(wrong), time.monotonic() - began, note=note)
    if acknowledged < SAVED_BETWEEN * kills or found["events"] < acknowledged:
        wrong["acknowledged"] = acknowledged
    return {**wrong, "pages": place.web.said()[-3000:], "worker": place.worker.said()[-3000:]} if wrong else {}
