"""A real worker process, over a folder and over Redis."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import celery
import pytest
from django.conf import settings
from packaging.version import Version

from config import broker
from config.celery import PULSE, REMIND_TASK, SWEEP_TASK, Sweeper, app
from surveys.queues import BULK, MAIL
from tests.support import redis_server
from tests.support.worker import READY, Worker, publishing_to

PATIENCE = 30.0
NO_JOB = 999_999_999
FLOOD = 400


def wait_for(worker: Worker, what: str, there: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not there():
        assert worker.is_alive() and time.monotonic() < until, f"{what!r} did not come:\n{worker.output()}"
        time.sleep(0.1)


def wait_for_output(worker: Worker, text: str) -> None:
    wait_for(worker, text, lambda: text in worker.output())


def test_a_worker_takes_what_is_sent(celery_worker: Worker) -> None:
    sent = app.send_task("surveys.tasks.perform", args=[NO_JOB])
    wait_for_output(celery_worker, f"surveys.tasks.perform[{sent.id}]")


def test_a_killed_worker_can_be_started_again(start_worker: Callable[..., Worker]) -> None:
    worker = start_worker()
    worker.kill()
    sent = app.send_task("surveys.tasks.perform", args=[NO_JOB])
    worker.start()
    wait_for_output(worker, f"surveys.tasks.perform[{sent.id}]")


@pytest.mark.one_database
def test_a_worker_waits_for_the_pages_to_migrate(tmp_path: Path) -> None:
    """Started beside them for the first time: no faults of tables that are not there yet."""
    worker = Worker(tmp_path, database=f"sqlite:///{tmp_path}/new.sqlite3")
    worker.launch()
    try:
        wait_for_output(worker, "this worker waits")
        assert READY not in worker.output()
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(migrate, cwd=settings.BASE_DIR, env=worker.environment, check=True)
        wait_for_output(worker, READY)
        with closing(sqlite3.connect(tmp_path / "new.sqlite3")) as database:
            signs = "SELECT count(*) FROM surveys_workersign"
            wait_for(worker, "a sweep", lambda: database.execute(signs).fetchone()[0] == 1)
        assert "Traceback" not in worker.output()
        assert worker.output().count("this worker waits") == 1
    finally:
        worker.kill()


def test_a_flood_in_one_queue_keeps_no_other_waiting(celery_worker: Worker) -> None:
    for number in range(FLOOD):
        app.send_task("surveys.tasks.perform", args=[NO_JOB + number], queue=BULK)
    before = celery_worker.output().count(" succeeded in ")
    letters, ours = (app.send_task("surveys.tasks.perform", args=[NO_JOB], queue=queue) for queue in (MAIL, None))
    for sent in (letters, ours):
        wait_for_output(celery_worker, f"surveys.tasks.perform[{sent.id}] succeeded")
    between = celery_worker.output().count(" succeeded in ") - before
    assert between < FLOOD / 4, f"{between} others came first"


class Consumer:
    """What a sweeper needs of its consumer: a timer, here one that only remembers."""

    def __init__(self) -> None:
        self.repeated: list[tuple[float, Callable[[], None]]] = []
        self.timer = self

    def call_repeatedly(self, seconds: float, call: Callable[[], None]) -> "Consumer":
        self.repeated.append((seconds, call))
        return self

    def cancel(self) -> None:
        self.repeated.clear()


def test_sweeps_come_at_once_and_at_most_ten_seconds_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    now, sent = 0.0, []
    monkeypatch.setattr("config.celery.time.monotonic", lambda: now)
    monkeypatch.setattr(app, "send_task", lambda name, **_: sent.append((now, name)))
    consumer = Consumer()
    sweeper = Sweeper(consumer)
    sweeper.start(consumer)
    [(seconds, tick)] = consumer.repeated
    while now < 60:
        now += seconds
        tick()
    assert {name for _, name in sent} == set(PULSE)
    assert [when for when, name in sent if name == REMIND_TASK] == [0]
    times = [when for when, name in sent if name == SWEEP_TASK]
    assert times[0] == 0
    assert max(later - earlier for earlier, later in pairwise(times)) <= 10
    assert len(times) < 20
    sweeper.stop(consumer)
    assert not consumer.repeated


def test_a_broker_that_is_away_does_not_end_the_sweeper(caplog: pytest.LogCaptureFixture) -> None:
    with publishing_to(broker.redis("redis://127.0.0.1:1/0")):
        Sweeper(Consumer()).start(Consumer())
    assert f"{SWEEP_TASK} could not be sent" in caplog.text


def test_celery_stays_below_the_release_that_loses_its_worker() -> None:
    assert Version("5.6.3") <= Version(celery.__version__) < Version("5.7")


@pytest.mark.one_database
def test_a_worker_with_a_waiting_message_outlives_its_redis(
    start_worker: Callable[..., Worker], mortal_redis: redis_server.Server
) -> None:
    """Celery 5.7.0 ends here with "Unrecoverable error"."""
    worker = start_worker(mortal_redis.url)
    app.send_task("surveys.tasks.perform", args=[NO_JOB], countdown=600)
    wait_for_output(worker, "surveys.tasks.perform")
    mortal_redis.kill()
    wait_for_output(worker, "Connection to broker lost")
    mortal_redis.start()
    wait_for_output(worker, "Connected to redis+socket")
    sent = app.send_task("surveys.tasks.perform", args=[NO_JOB + 1])
    wait_for_output(worker, f"surveys.tasks.perform[{sent.id}]")
