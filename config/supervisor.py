"""One process to start: serves the pages, and keeps a Celery worker alive beside itself."""

import errno
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import waitress
from django.conf import settings

from config.celery import PARENT_VARIABLE

THREADS = 8
# Browsers keep their connections for minutes; at a limit nobody else is let in until one of them leaves.
CONNECTIONS = 4096
SILENCE = 120  # seconds after which a connection on which nothing happens is closed
OTHER_FILES = 256  # database, logs, static files, uploads
LARGEST_REQUEST = 12 * 1024 * 1024  # bytes: data files of 5 MB and a form around them
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between a worker's end and the next
STEADY_AFTER = 30.0  # a worker that lived this long did not fail at its start
STOP_PATIENCE = 3.0  # then the worker is killed; whoever computes next takes up what it had begun
# Attempts at a job are counted for one start of the service: a power cut is not the job's fault.
SERVICE_START = datetime.now(UTC).isoformat()
# Celery's advice against root is about pickled messages; ours are JSON, and the pages have the same rights.
QUIET = ["-W", "ignore:You're running the worker with superuser privileges"]
WORKER_COMMAND = [
    *[sys.executable, *QUIET, "-m", "celery", "-A", "config", "--quiet", "worker"],
    *["--pool", "prefork", "--concurrency", "1", "--loglevel", "INFO"],
    *["--without-gossip", "--without-mingle", "--without-heartbeat"],
]


class PortError(Exception):
    """The address cannot be served; the message says why and what to do."""


def claim(host: str, port: int) -> socket.socket:
    """A socket bound to the address before any work is done, so that nobody waits for a site that cannot start."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    claimed = socket.socket(family, socket.SOCK_STREAM)
    claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        claimed.bind((host, port))
    except OSError as error:
        claimed.close()
        raise PortError(_sentence(error, host, port)) from error
    return claimed


def _sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken by another program; choose another, as in: make run PORT={port + 1}"
    if error.errno == errno.EACCES:
        return f"Port {port} needs the rights of an administrator; choose one from 1024 on, as in: make run PORT=8000"
    return f"{host} port {port} cannot be served: {error.strerror or error}. Check --host and --port."


class WorkerKeeper:
    """Starts the worker, and starts it again whenever it ends, with longer pauses while it fails at once."""

    def __init__(self, say: Callable[[str], None], command: list[str] = WORKER_COMMAND) -> None:
        self._say = say
        self._command = command
        self._stopping = threading.Event()
        self._spawning = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._spawning:
            self._stopping.set()
        if self._child is not None:
            end(self._child)
        self._thread.join(STOP_PATIENCE)

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while (child := self._spawn()) is not None:
            started = time.monotonic()
            code = child.wait()
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - started > STEADY_AFTER else pause
            self._say(f"The worker ended (code {code}); the next one starts in {pause:.0f} s.")
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        with self._spawning:
            if self._stopping.is_set():
                return None
            # A session of its own: Ctrl-C in the terminal is for us, and we end the worker our way.
            self._child = subprocess.Popen(
                self._command, cwd=settings.BASE_DIR, env=worker_environment(), start_new_session=True
            )
            return self._child


def worker_environment() -> dict[str, str]:
    return {
        **os.environ,
        PARENT_VARIABLE: str(os.getpid()),
        "QUANHENG_SERVICE_START": SERVICE_START,
        "REMAP_SIGTERM": "SIGQUIT",  # stop at once: the job row brings an interrupted job back
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def end(child: subprocess.Popen[bytes]) -> None:
    """Asks the child to stop, and after a while ends its whole group."""
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def stop_on_signals() -> None:
    """waitress ends cleanly on SystemExit, but installs no handler of its own."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)


def serve(claimed: socket.socket) -> None:
    """Serves until SystemExit or Ctrl-C."""
    from config.wsgi import application  # here: its static files must have been collected before

    server = server_of(application, claimed)
    try:
        server.run()
    finally:
        server.close()


def server_of(application: Any, claimed: socket.socket) -> Any:
    """Requests are read whole by one loop before a thread takes them: whoever sends slowly, or nothing, holds a
    connection and no thread, and loses it after a while.
    """
    return waitress.create_server(
        application,
        sockets=[claimed],
        threads=THREADS,
        max_request_body_size=LARGEST_REQUEST,
        connection_limit=connections_allowed(),
        channel_timeout=SILENCE,
        asyncore_use_poll=True,  # select() cannot see a file whose number is above 1023
        # Reads on while a request waits, and so sees who has left: what nobody waits for any more is not worked off.
        # Without it a site that has fallen behind answers only those who have gone away, and never catches up.
        channel_request_lookahead=1,
        **_proxy_options(),
    )


def connections_allowed() -> int:
    """As many as we want, or as the system lets this process have files; its soft limit is raised for that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(wanted - OTHER_FILES, 64)


def _proxy_options() -> dict[str, Any]:
    """Forwarded headers count only when they come from the proxy we were told of."""
    if not settings.TRUSTED_PROXY:
        return {"clear_untrusted_proxy_headers": True}
    return {
        "trusted_proxy": settings.TRUSTED_PROXY,
        "trusted_proxy_headers": {"x-forwarded-proto", "x-forwarded-for"},
        "clear_untrusted_proxy_headers": True,
    }
