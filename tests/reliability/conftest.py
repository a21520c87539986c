"""Places for experiments: one on SQLite, one on a PostgreSQL of its own that forgets nothing."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.conftest import skip_or_fail
from tests.reliability.place import Place
from tests.support import postgres, redis_server

KINDS = ("sqlite", "postgres")
Places = dict[str, Place]
OpenPlaces = Callable[[int], Places]


@pytest.fixture(scope="module")
def open_places() -> Iterator[OpenPlaces]:
    """`open_places(100)`: running sites by kind, each with an open survey and so many experts of nobody else."""
    if not redis_server.find()[0]:
        skip_or_fail("Redis: there is none that we may kill (TEST_REDIS_URL names one that we may not)")
    server = postgres.start_own()  # with the settings of a real one: what was committed is on the disk
    if not server.url:
        skip_or_fail(f"PostgreSQL: {server.report}")
    with ExitStack() as stack, ThreadPoolExecutor() as pool:

        def opened(experts: int) -> Places:
            made = [_place(kind, server.url, stack) for kind in KINDS]
            list(pool.map(partial(Place.seed, experts=experts), made))
            return {kind: stack.enter_context(place) for kind, place in zip(KINDS, made, strict=True)}

        yield opened


def _place(kind: str, server: str, stack: ExitStack) -> Place:
    home = Path(tempfile.mkdtemp(prefix="qh-place-", dir="/tmp"))  # the path of a socket must be short
    stack.callback(shutil.rmtree, home, ignore_errors=True)
    if kind == "sqlite":
        return Place(f"sqlite:///{quote(str(home / 'q.sqlite3'))}", home, redis_server.Server(home))
    name = home.name.replace("-", "_").lower()
    with psycopg.connect(server, autocommit=True) as held:
        held.execute(f"CREATE DATABASE {name}".encode())
    return Place(server.replace("/postgres?", f"/{name}?"), home, redis_server.Server(home))


@pytest.fixture
def signed_in_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a test runs, nobody is asked again who they are: doors are tried, and not the page before them."""
    monkeypatch.setattr("surveys.signing_in.FRESH_SECONDS", 24 * 3600)
