"""The Celery application, and what a worker process does beside its tasks."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_init, worker_process_init
from kombu.exceptions import OperationalError

from config import catalogues

logger = logging.getLogger(__name__)

SWEEP_TASK = "surveys.tasks.sweep"
SWEEP_EVERY = 5.0  # seconds
TICK = 0.5  # a worker that stops waits for its timer's next entry, so that one must never be far
PARENT_VARIABLE = "QUANHENG_PARENT"
LOOK_AT_PARENT_EVERY = 1.0
COLD_STOP_PATIENCE = 8.0

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("quanheng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def send_sweep() -> None:
    """Asks for a sweep. One that nobody has taken by the time of the next is worth nothing, so it expires."""
    try:
        app.send_task(SWEEP_TASK, expires=2 * SWEEP_EVERY)
    except OperationalError as error:
        logger.warning("No sweep could be sent, the broker is away: %s", error)


class Sweeper(bootsteps.StartStopStep):
    """Sends a sweep when the worker is ready and every few seconds after: lost messages are found without Celery beat.

    The consumer clears its timer when it loses the broker and starts its steps again when it is back.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.entry: Any = None
        self.next_sweep = 0.0

    def start(self, parent: Any) -> None:
        self.tick()
        self.entry = parent.timer.call_repeatedly(TICK, self.tick)

    def tick(self) -> None:
        if time.monotonic() >= self.next_sweep:
            self.next_sweep = time.monotonic() + SWEEP_EVERY
            send_sweep()

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


@worker_init.connect
def prepare_worker(**_: Any) -> None:
    catalogues.compile_stale()
    if PARENT_VARIABLE in os.environ:
        follow(int(os.environ[PARENT_VARIABLE]), end_worker)


@worker_process_init.connect
def prepare_pool_process(**_: Any) -> None:
    follow(os.getppid(), lambda: os._exit(1))
