"""The Celery application, and what a worker process does beside its tasks."""

import ctypes
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import django
from celery import Celery, bootsteps
from celery.signals import worker_init, worker_process_init
from django.core.management import BaseCommand
from django.core.management.base import SystemCheckError
from kombu.exceptions import OperationalError

from config import catalogues

logger = logging.getLogger(__name__)

SWEEP_TASK = "surveys.tasks.sweep"
REMIND_TASK = "surveys.tasks.remind"
RETAIN_TASK = "surveys.tasks.retain"
PULSE = {SWEEP_TASK: 5.0, REMIND_TASK: 300.0, RETAIN_TASK: 3600.0}  # seconds
TICK = 0.5  # a worker that stops waits for its timer's next entry, so that one must never be far
PARENT_VARIABLE = "QUANHENG_PARENT"
LOOK_AT_PARENT_EVERY = LOOK_AT_TABLES_EVERY = 1.0
COLD_STOP_PATIENCE = 8.0
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # glibc, malloc.h

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("quanheng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def send_pulse(task: str) -> None:
    """Asks for a sweep, or a look at what is due. One that nobody has taken by the time of the next expires."""
    try:
        app.send_task(task, expires=2 * PULSE[task])
    except OperationalError as error:
        logger.warning("%s could not be sent, the broker is away: %s", task, error)


class Sweeper(bootsteps.StartStopStep):
    """Sends the pulse when the worker is ready and every few seconds after: what is lost or due is found without beat.

    The consumer clears its timer when it loses the broker and starts its steps again when it is back.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.entry: Any = None
        self.next = dict.fromkeys(PULSE, 0.0)

    def start(self, parent: Any) -> None:
        self.tick()
        self.entry = parent.timer.call_repeatedly(TICK, self.tick)

    def tick(self) -> None:
        now = time.monotonic()
        for task, every in PULSE.items():
            if now >= self.next[task]:
                self.next[task] = now + every
                send_pulse(task)

    def stop(self, _parent: Any) -> None:
        if self.entry is not None:
            self.entry.cancel()
            self.entry = None


app.steps["consumer"].add(Sweeper)


def follow(parent: int, end: Callable[[], None]) -> None:
    """Calls `end` once this process is no longer a child of `parent`: nobody told it that its parent was killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_AT_PARENT_EVERY)
        end()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def end_worker() -> None:
    """A cold stop, then the whole process group: the supervisor made us its leader."""
    os.kill(os.getpid(), signal.SIGQUIT)
    time.sleep(COLD_STOP_PATIENCE)
    os.killpg(0, signal.SIGKILL)


def refuse_what_is_unsafe() -> None:
    """Celery asks Django's checks and does not listen; of what a receiver raises, it lets only this through."""
    django.setup()
    try:
        BaseCommand().check(tags=["start"])
    except SystemCheckError as error:
        raise SystemExit(str(error)) from None


def wait_for_tables() -> None:
    """Pages migrate. A worker that is started beside them, for the first time or after an upgrade, waits for that."""
    from django.db import connection

    from surveys.selectors.health import standing

    said = False
    while not standing().migrated:
        if not said:
            logger.warning("The database does not answer, or the pages have not migrated it yet: this worker waits.")
        said = True
        time.sleep(LOOK_AT_TABLES_EVERY)
    connection.close()  # the processes of the pool open their own


@worker_init.connect
def prepare_worker(**_: Any) -> None:
    catalogues.compile_stale()
    refuse_what_is_unsafe()
    if PARENT_VARIABLE in os.environ:
        follow(int(os.environ[PARENT_VARIABLE]), end_worker)
    wait_for_tables()


def keep_freed_memory() -> None:
    """Lets this process keep some memory that it has freed.

    By itself glibc hands every large array back to the system and asks for the next one: a fifth of the time of
    evaluating a crowd went into that. Other libraries have no such setting, and stay as they are.
    """
    with suppress(OSError, AttributeError):
        set_option = ctypes.CDLL(None).mallopt
        for option, size in ((M_TRIM_THRESHOLD, 64 << 20), (M_MMAP_THRESHOLD, 32 << 20)):
            set_option(option, size)


@worker_process_init.connect
def prepare_pool_process(**_: Any) -> None:
    keep_freed_memory()
    follow(os.getppid(), lambda: os._exit(1))
