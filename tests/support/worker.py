"""A real Celery worker in a process of its own, and the way to send it messages from a test."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from config import supervisor
from config.broker import Broker
from config.celery import app

READY = "ready."
PATIENCE = 30.0


def database_url() -> str:
    """DATABASE_URL of the test database, for another process."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(at['NAME']))}"
    user = quote(at["USER"]) + (f":{quote(at['PASSWORD'])}" if at["PASSWORD"] else "")
    if at["HOST"].startswith("/"):
        return f"postgresql://{user}@/{at['NAME']}?host={quote(at['HOST'])}"
    return f"postgresql://{user}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"


@contextmanager
def publishing_to(broker: Broker) -> Iterator[None]:
    """Lets this process send its messages there."""
    before = app.conf.broker_url, app.conf.broker_transport_options
    _publish_to(broker.url, broker.transport_options)
    try:
        yield
    finally:
        _publish_to(*before)


def _publish_to(url: str, options: dict[str, Any]) -> None:
    # Under the names of Django's settings: Celery looks at those first.
    app.conf["CELERY_BROKER_URL"] = url
    app.conf["CELERY_BROKER_TRANSPORT_OPTIONS"] = options
    app._after_fork()  # forgets the connections it had


class Worker:
    """Started as `manage.py run` starts it. `kill` is kill -9; `start` may be called again after it."""

    def __init__(
        self, home: Path, redis_url: str = "", settings_module: str = "config.settings", database: str = ""
    ) -> None:
        self.log = home / "worker.log"
        self.environment = {
            **supervisor.worker_environment(),
            "DJANGO_SETTINGS_MODULE": settings_module,
            "DATABASE_URL": database or database_url(),
            "DATA_DIR": str(home),
            "REDIS_URL": redis_url,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the worker was not started"
        return self._process.pid

    def start(self) -> "Worker":
        self.launch()
        self._wait_until_ready()
        return self

    def launch(self) -> None:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                supervisor.WORKER_COMMAND,
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """The whole group at once, as a power cut would."""
        if self.is_alive():
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()  # type: ignore[union-attr]

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + PATIENCE
        while READY not in self.output():
            if not self.is_alive() or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"The worker did not become ready.\n{self.output()}")
            time.sleep(0.05)
