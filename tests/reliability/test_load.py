"""Many experts at once: for a minute, in one instant, and as fast as they can. Nobody meets an error, nothing is lost.

Times are printed by all and judged in the long form alone.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier, Thread

import pytest

from tests.reliability.conftest import KINDS, OpenPlaces, Places
from tests.reliability.place import Place
from tests.reliability.rows import SEED, SOAK, record, size
from tests.reliability.scribe import Asked, Scribe
from tests.reliability.together import answer_and_hand_in, asked_by, bad_ends, p95, spread, together, waits

pytestmark = pytest.mark.one_database

EXPERTS, SECONDS = size(100, 1000), size(60, 600)
PERIOD = 12.0  # seconds between two answers of one expert
ARRIVAL = size(12, 60)  # seconds in which they open their pages; all at once is another row
HANDS_IN_EVERY = size(3, 24)  # answers
ALL_AT_ONCE = size(200, 1000)
WRITERS, WRITES = 64, size(5_000, 100_000)
PATIENCE = 30.0
SLOWEST = 0.250  # seconds, p95, in the long form
FROZEN, GONE = (1 / 3, 1 / 2), (2 / 3, 5 / 6)  # parts of the time in which Redis answers nobody, and is not there


def at_a_walk(scribe: Scribe, began: float) -> None:
    """An answer each period, from a moment of one's own, and handing in at an answer of one's own, as people do who
    began on different days.
    """
    at, said_before = began + scribe.chance.uniform(0, ARRIVAL), scribe.chance.randrange(HANDS_IN_EVERY)
    time.sleep(max(0.0, at - time.monotonic()))
    scribe.open(at + PATIENCE)
    at += PERIOD / 4
    while at < began + SECONDS:
        time.sleep(max(0.0, at - time.monotonic()))
        answer_and_hand_in(scribe, at + PATIENCE, HANDS_IN_EVERY, said_before)
        at += PERIOD
    scribe.close()


def trouble_redis(place: Place, began: float) -> None:
    steps = [(FROZEN[0], place.redis.freeze), (FROZEN[1], place.redis.thaw)]
    steps += [(GONE[0], place.redis.kill), (GONE[1], place.redis.start)]
    for part, step in steps:
        time.sleep(max(0.0, began + part * SECONDS - time.monotonic()))
        step()


@pytest.fixture(scope="module")
def places(open_places: OpenPlaces) -> Places:
    return open_places(EXPERTS + ALL_AT_ONCE + WRITERS)


def test_many_experts_at_a_walk_in_one_instant_and_as_fast_as_they_can(places: Places) -> None:
    """One test, since the sites are slow to build, and processes that share out tests would each build their own."""
    both = list(places.values())
    for at_once in [[place] for place in both] if SOAK else [both]:
        everybody_at_a_walk_while_redis_is_frozen_and_gone(at_once)
    for kind in KINDS:
        everybody_in_one_instant(kind, places)
    sixty_four_writers_never_find_sqlite_locked(places)


def everybody_at_a_walk_while_redis_is_frozen_and_gone(places: list[Place]) -> None:
    """On both databases at the same time, or, where times are judged, on one after the other."""
    everybody = {place: place.scribes(Random(f"{SEED} walk {place.kind}"), 0, EXPERTS) for place in places}
    began = time.monotonic()
    troubles = [Thread(target=trouble_redis, args=[place, began]) for place in everybody]
    for trouble in troubles:
        trouble.start()
    together([scribe for scribes in everybody.values() for scribe in scribes], lambda scribe: at_a_walk(scribe, began))
    for trouble in troubles:
        trouble.join()
    for place, scribes in everybody.items():
        judge_walk(place, scribes, began)


def judge_walk(place: Place, scribes: list[Scribe], began: float) -> None:
    wrong = bad_ends(place.looked(scribes))
    asked, errors = asked_by(scribes), [one for scribe in scribes for one in scribe.errors]
    seconds = time.monotonic() - began
    note = f"{place.kind}: {EXPERTS} experts, {waits(asked_by(scribes, 'answer', 'hand in'))}"
    record("load", len(asked), len(errors) + len(wrong), seconds, note=note)

    def in_trouble(one: Asked) -> bool:
        return any(start <= (one.at - began) / SECONDS < end for start, end in (FROZEN, GONE))

    troubled = [one for one in asked if in_trouble(one)]
    calm = [one for one in asked_by(scribes, "answer", "hand in") if not in_trouble(one)]
    bad = [one for one in errors if in_trouble(one)]
    record("Redis frozen or gone", len(troubled), len(bad), seconds, note=f"{place.kind}: {waits(troubled)}")
    assert not errors, (errors[:5], place.web.said()[-3000:])
    assert not wrong, wrong
    assert len(troubled) > EXPERTS / 4
    if SOAK:
        assert p95(asked_by(scribes, "answer")) < SLOWEST
        assert p95([one for one in troubled if one.what != "page"]) < 1.2 * p95(calm) + 0.005


def everybody_in_one_instant(kind: str, places: Places) -> None:
    place = places[kind]
    scribes = place.scribes(Random(f"{SEED} instant {kind}"), EXPERTS, ALL_AT_ONCE)
    together(scribes, lambda scribe: scribe.open(time.monotonic() + 4 * PATIENCE))
    ready = Barrier(len(scribes))
    moments = []

    def say(scribe: Scribe) -> None:
        ready.wait()
        scribe.say(time.monotonic() + PATIENCE)
        moments.append(time.monotonic())
        scribe.close()

    began = time.monotonic()
    together(scribes, say)
    answers = asked_by(scribes, "answer")
    errors = [one for one in answers if one.status != 200]
    wrong = bad_ends(place.looked(scribes))
    last = max(moments) - min(one.at for one in answers)
    note = f"{place.kind}: {waits(answers)}, the last after {last:.1f} s"
    record("all in one instant", len(answers), len(errors) + len(wrong), time.monotonic() - began, note=note)
    assert not errors, (errors[:5], place.web.said()[-3000:])
    assert not wrong, wrong
    if SOAK:
        assert last < 15


def sixty_four_writers_never_find_sqlite_locked(places: Places) -> None:
    """Two processes of 32 threads, beside the pages and the worker: five processes with one file."""
    place = places["sqlite"]
    experts = [seat["expert"] for seat in place.seats["seats"][-WRITERS:]]
    halves = [experts[: WRITERS // 2], experts[WRITERS // 2 :]]
    began = time.monotonic()
    with ThreadPoolExecutor() as pool:
        told = list(pool.map(lambda half: place.written(-(-WRITES // WRITERS), SEED, half), halves))
    seconds = time.monotonic() - began
    waits = sorted(wait for one in told for wait in one["waits"])
    errors = [error for one in told for error in one["errors"]]
    heard = [
        {"expert": int(expert), "keys": keys, "handed_in": 0} for one in told for expert, keys in one["stored"].items()
    ]
    wrong = bad_ends(place.became_of(heard))
    rate = len(waits) / max(one["seconds"] for one in told)
    note = f"SQLite: {rate:.0f} answers a second, {spread(waits)}"
    record("database is locked", len(waits), len(errors) + len(wrong), seconds, note=note)
    assert not errors, errors[:5]
    assert not wrong, wrong
    assert sum(len(one["keys"]) for one in heard) >= WRITES
