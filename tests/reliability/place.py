"""A whole site for an experiment: database, Redis, pages and a worker, each a process of its own that may be killed.

Everything is on this machine and ends with the test. What dies is started again, as a service manager would.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

import psycopg

from config import supervisor
from tests.reliability.scribe import Scribe
from tests.support.redis_server import Server

ROOT = Path(__file__).resolve().parent.parent.parent
LOOK_EVERY = 0.1  # seconds: how soon what died is started again
PATIENCE = 60.0
DRAIN = 90.0  # seconds without a job done: a lease runs out after 15, a wake-up that Redis lost comes again after 60


class Program:
    """A process of its own group, with a log."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], home: Path) -> None:
        self.name, self._command, self._environment = name, list(command), dict(environment)
        self.log = home / f"{name}.log"
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.starts += 1
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """kill -9 of the process and all its children."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


@dataclass(eq=False)
class Place:
    """`database`: a URL of an empty database; `redis` may be killed and frozen by whoever holds the place."""

    database: str
    home: Path
    redis: Server
    seats: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = _free_port()
        self._environment = {
            **supervisor.worker_environment(),
            "DJANGO_SETTINGS_MODULE": "tests.reliability.settings",
            "DATABASE_URL": self.database,
            "DATA_DIR": str(self.home),
            "REDIS_URL": self.redis.url,
            "SITE_URL": f"http://127.0.0.1:{self.port}/",
        }
        python = [sys.executable, *supervisor.QUIET]
        pages = [*python, "-m", "tests.reliability.serve", str(self.port)]
        self.web = Program("web", pages, self._environment, self.home)
        self.worker = Program("worker", supervisor.WORKER_COMMAND, self._environment, self.home)
        self._stop = Event()
        self._keeper = Thread(target=self._keep, daemon=True)

    @property
    def kind(self) -> str:
        return "SQLite" if self.database.startswith("sqlite") else "PostgreSQL"

    def __enter__(self) -> Place:
        self.redis.start()
        self.worker.start()
        self.web.start()
        self._keeper.start()
        self._wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._keeper.join()
        for program in (self.web, self.worker):
            program.kill()
        self.redis.thaw()
        self.redis.kill()

    def seed(self, experts: int) -> None:
        self.seats = json.loads(self._told("seeding", str(experts)))

    def scribes(self, chance: Random, first: int = 0, count: int | None = None) -> list[Scribe]:
        """Somebody for each of these seats, with a chance of their own."""
        told, wanted = self.seats, slice(first, None if count is None else first + count)
        return [
            Scribe(
                self.port, told["survey"], told["cookie"], told["pairs"], seat["expert"], seat["token"],
                Random(chance.getrandbits(64)),
            )
            for seat in told["seats"][wanted]
        ]  # fmt: skip

    def looked(self, scribes: Sequence[Scribe]) -> dict[str, Any]:
        """What became of what they heard, once the jobs are done."""
        heard = [{"expert": one.expert, "keys": one.keys, "handed_in": one.handed_in} for one in scribes]
        return self.became_of(heard)

    def became_of(self, heard: Sequence[Mapping[str, object]]) -> dict[str, Any]:
        """The same for what others heard."""
        found: dict[str, Any] = json.loads(self._told("looking", str(DRAIN), given=json.dumps(heard)))
        return found

    def written(self, times: int, seed: int, experts: Sequence[int]) -> dict[str, Any]:
        """What these experts stored in a process of their own."""
        told: dict[str, Any] = json.loads(self._told("writing", str(times), str(seed), *map(str, experts)))
        return told

    def kill_backend(self, chance: Random) -> bool:
        """kill -9 of one of PostgreSQL's own processes that serves us: the whole server recovers from it."""
        with suppress(psycopg.Error), psycopg.connect(self.database, connect_timeout=5) as held:
            pids = held.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
            if pids:
                os.kill(chance.choice(pids)[0], signal.SIGKILL)
                return True
        return False

    def _told(self, module: str, *words: str, given: str = "") -> str:
        command = [sys.executable, "-m", f"tests.reliability.{module}", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _keep(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            for program in (self.web, self.worker):
                if not program.alive:
                    program.start()

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + PATIENCE
        while not (self._answers() and "ready." in self.worker.said()):
            assert time.monotonic() < until, f"The site did not start.\n{self.web.said()}\n{self.worker.said()}"
            time.sleep(0.1)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
