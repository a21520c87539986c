"""A site of its own process, and a small reverse proxy in front of it."""

import fcntl
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.conf import settings

PATIENCE = 60.0
NOT_FORWARDED = {"host", "connection", "transfer-encoding", "content-length"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copy_demo(home: Path) -> Path:
    """Fill a data folder with the demo, which the first who asks loads for all processes of this test run."""
    shared = Path(os.environ["DATA_DIR"]) / "demo"
    shared.mkdir(exist_ok=True)
    with (shared.parent / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "demo-sign-ins.json").exists():
            port = free_port()
            with running_site(shared, port, f"http://127.0.0.1:{port}/"):
                pass
    shutil.copytree(shared, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("run.log", "queue"))
    return home


@contextmanager
def running_site(home: Path, port: int, site_url: str) -> Iterator[None]:
    """`manage.py run` over this data folder; it loads the demo where there is none."""
    # Empty is unset: the tests' own database is not this site's.
    ours = {"DATA_DIR": str(home), "SITE_URL": site_url, "DATABASE_URL": "", "REDIS_URL": "", "PLAIN_HTTP": "true"}
    with (home / "run.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **ours},
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, port, home / "run.log")
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not _answers(port):
        assert process.poll() is None and time.monotonic() < until, log.read_text("utf-8", "replace")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def demo_password(home: Path, username: str) -> str:
    """What the demo wrote down for whoever looks after the site."""
    return str(json.loads((home / "demo-sign-ins.json").read_text("utf-8"))[username])


class Proxy(ThreadingHTTPServer):
    """Forwards what lies under `prefix`, with or without the prefix; what is asked beside it is noted in `astray`."""

    daemon_threads = True

    def __init__(self, port: int, target: int, prefix: str) -> None:
        super().__init__(("127.0.0.1", port), _Forward)
        self.target, self.prefix = target, prefix
        self.strips = True
        self.astray: list[str] = []

    @contextmanager
    def serving(self) -> Iterator["Proxy"]:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield self
        self.shutdown()
        self.server_close()


class _Forward(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        if not self.path.startswith(f"{self.server.prefix}/"):
            self.server.astray.append(self.path)
            self.send_error(404)
            return
        path = self.path.removeprefix(self.server.prefix) if self.server.strips else self.path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_FORWARDED}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=30)
        connection.request(self.command, path, body, headers)
        self._answer(connection.getresponse())
        connection.close()

    do_POST = do_GET  # noqa: N815  the base class calls it so

    def _answer(self, response: http.client.HTTPResponse) -> None:
        content = response.read()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in NOT_FORWARDED:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing: the site has a log of its own."""
