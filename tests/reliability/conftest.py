"""Places for experiments: one on SQLite, one on a PostgreSQL of its own that forgets nothing."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.conftest import skip_or_fail
from tests.reliability.place import Place
from tests.support import postgres, redis_server
from tests.support.found import Service

OpenPlace = Callable[[str, int], Place]


@cache
def lasting_postgres() -> Service:
    """With the settings of a real one: what was committed is on its way to the disk."""
    return postgres.start_own()


@pytest.fixture(scope="module")
def open_place() -> Iterator[OpenPlace]:
    """`open_place("sqlite", 100)`: a running site with an open survey and so many experts."""
    if not redis_server.find()[0]:
        skip_or_fail("Redis: there is none that we may kill (TEST_REDIS_URL names one that we may not)")
    with ExitStack() as stack:

        def opened(kind: str, experts: int) -> Place:
            home = Path(tempfile.mkdtemp(prefix="qh-place-", dir="/tmp"))  # the path of a socket must be short
            stack.callback(shutil.rmtree, home, ignore_errors=True)
            place = Place(_database(kind, home), home, redis_server.Server(home))
            place.seed(experts)
            return stack.enter_context(place)

        yield opened


def _database(kind: str, home: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{quote(str(home / 'q.sqlite3'))}"
    service = lasting_postgres()
    if not service.url:
        skip_or_fail(f"PostgreSQL: {service.report}")
    name = home.name.replace("-", "_").lower()
    with psycopg.connect(service.url, autocommit=True) as held:
        held.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    return service.url.replace("/postgres?", f"/{name}?")
