"""`manage.py run`, as a person starts it and as a machine ends it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.test import override_settings

from config import env
from surveys.management.commands.run import Command

PATIENCE = 40.0
Start = Callable[..., "Site"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], object], why: str) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, why
        time.sleep(0.1)


class Site:
    """A running `manage.py run` with a data folder of its own."""

    def __init__(self, home: Path, *options: str, **environment: str) -> None:
        self.port = free_port()
        self.log = home / "run.log"
        ours = {"DATA_DIR": str(home), "DJANGO_SETTINGS_MODULE": "config.settings", **environment}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run", "--no-demo", "--port", str(self.port), *options],
                cwd=settings.BASE_DIR,
                env={**os.environ, **ours},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def get(self, path: str) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
            return str(response.read().decode())

    def status(self, path: str, headers: dict[str, str] | None = None) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers or {})
            return connection.getresponse().status
        finally:
            connection.close()

    def answers(self, path: str = "/healthz") -> bool:
        assert self.process.poll() is None, self.output()
        try:
            return self.get(path) == "ok"
        except (URLError, OSError):
            return False

    def worker(self) -> int:
        """The process id of the worker, 0 while there is none."""
        found = (pid for pid in children(self.process.pid) if b"celery" in command_of(pid))  # not the reader of uploads
        return next(found, 0)

    def kill(self) -> None:
        """Everything at once: a polite stop takes seconds."""
        for pid in [*children(self.process.pid), self.process.pid] if self.process.poll() is None else []:
            os.killpg(pid, signal.SIGKILL)
        self.process.wait()

    def wait_for_worker(self) -> int:
        wait_for(lambda: "ready." in self.output(), self.output())
        return self.worker()


def children(pid: int) -> list[int]:
    """Linux lists the children of every thread."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for found in lists for child in found.read_text().split()]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture(scope="module")
def made_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database is there: every later start finds one."""
    home = tmp_path_factory.mktemp("home")
    ours = {"DATA_DIR": str(home), "DJANGO_SETTINGS_MODULE": "config.settings"}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=settings.BASE_DIR, env={**os.environ, **ours}, check=True)
    return home


@pytest.fixture
def start(tmp_path: Path, made_before: Path, request: pytest.FixtureRequest) -> Iterator[Start]:
    """Starts a site; in a folder that was used before, but for `first_start`."""
    started: list[Site] = []
    if not request.node.get_closest_marker("first_start"):
        shutil.copytree(made_before, tmp_path, dirs_exist_ok=True)

    def run(*options: str, **environment: str) -> Site:
        site = Site(tmp_path, *options, **environment)
        started.append(site)
        wait_for(site.answers, "the site does not answer")
        return site

    yield run
    for site in started:
        site.kill()


@pytest.mark.first_start
def test_it_serves_computes_and_stops(start: Start, tmp_path: Path) -> None:
    site = start()
    worker = site.wait_for_worker()
    pool = children(worker)
    assert f"http://127.0.0.1:{site.port}/" in site.output()
    assert (tmp_path / "quanheng.sqlite3").exists()
    site.process.terminate()
    assert site.process.wait(20) == 0
    assert not any(is_alive(pid) for pid in [worker, *pool])


def test_ctrl_c_stops_it_too(start: Start) -> None:
    site = start()
    worker = site.wait_for_worker()
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(20) == 0
    assert not is_alive(worker)


def test_a_killed_worker_is_started_again(start: Start) -> None:
    site = start()
    first = site.wait_for_worker()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: site.worker() not in (0, first), "no second worker")
    assert "The worker ended" in site.output()
    assert site.answers()


def test_a_killed_parent_leaves_no_orphan(start: Start) -> None:
    site = start()
    worker = site.wait_for_worker()
    family = [worker, *children(worker)]
    site.process.kill()
    site.process.wait()
    wait_for(lambda: not any(is_alive(pid) for pid in family), "a worker outlived its parent")


def refused(tmp_path: Path, port: int, **environment: str) -> str:
    """What `manage.py run` says when it cannot start."""
    ours = {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings", **environment}
    done = subprocess.run(
        [sys.executable, "manage.py", "run", "--port", str(port)],
        cwd=settings.BASE_DIR,
        env={**os.environ, **ours},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 is taken" in refused(tmp_path, port)


def test_a_database_that_is_away_is_named(tmp_path: Path) -> None:
    sentence = refused(tmp_path, free_port(), DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert "The database cannot be used" in sentence
    assert "Check DATABASE_URL" in sentence


def test_links_name_the_port_that_was_asked_for(clean_environment: pytest.MonkeyPatch) -> None:
    clean_environment.setenv("PORT", "8000")
    with override_settings(SITE=env.Site("http", "localhost", 8000, ""), SITE_URL="", CSRF_TRUSTED_ORIGINS=[]):
        Command()._tell_port(8123)
        assert settings.SITE_URL == "http://localhost:8123/"
        assert os.environ["PORT"] == "8123"
    clean_environment.setenv("SITE_URL", "https://example.org/")
    with override_settings(SITE_URL="https://example.org/"):
        Command()._tell_port(8123)
        assert settings.SITE_URL == "https://example.org/"


def test_behind_a_proxy_https_is_seen_and_wanted(start: Start) -> None:
    site = start(SITE_URL="https://example.org/", TRUSTED_PROXY="127.0.0.1")
    assert site.status("/login/") == 301
    assert site.status("/login/", {"X-Forwarded-Proto": "https"}) == 200


def test_a_stranger_is_not_believed_about_https(start: Start) -> None:
    site = start(SITE_URL="https://example.org/", TRUSTED_PROXY="192.0.2.1")
    assert site.status("/login/", {"X-Forwarded-Proto": "https"}) == 301


def test_with_redis_workers_are_others_business(start: Start, redis_url: str) -> None:
    site = start(REDIS_URL=redis_url)
    assert "start workers of your own" in site.output()
    assert not site.worker()


def test_with_redis_a_worker_may_be_asked_for(start: Start, redis_url: str) -> None:
    assert start("--worker", REDIS_URL=redis_url).wait_for_worker()


def test_a_sub_path_is_served_with_and_without_the_proxys_help(start: Start) -> None:
    site = start(SITE_URL="http://localhost:8000/quanheng/")
    assert site.get("/quanheng/healthz") == "ok"
    assert site.get("/healthz") == "ok"
    page = site.get("/quanheng/login/")
    sheet = next(part for part in page.split('"') if part.endswith(".css"))
    assert sheet.startswith("/quanheng/static/")
    assert site.get(sheet)
