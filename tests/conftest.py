"""Fixtures that every folder of tests may use."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import redis as redis_client
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from config import broker, catalogues
from surveys.guards import lifted
from tests.support import redis_server
from tests.support.found import services_are_required
from tests.support.worker import Worker, publishing_to

# A busy machine is no reason for a failure; the same examples every time, so that a failure can be looked into.
hypothesis_settings.register_profile("quanheng", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("quanheng")


FILLED_BY_DJANGO = {"django_content_type", "auth_permission"}

catalogues.compile_stale()  # the tests read today's translations, also where nothing was started before


def skip_or_fail(reason: str) -> None:
    """A missing service is a skip on a desk, and a failure where QUANHENG_REQUIRE_SERVICES=1 says so."""
    if services_are_required():
        pytest.fail(f"A required service is missing: {reason}", pytrace=False)
    pytest.skip(f"a service is missing: {reason}")


def empty_tables() -> None:
    """Without the append-only triggers, which would refuse it, and but for what Django fills in after a migration, and
    would fill in again.
    """
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    with lifted():
        emptying = connection.ops.sql_flush(no_style(), sorted(tables - FILLED_BY_DJANGO), allow_cascade=False)
        connection.ops.execute_sql_flush(emptying)


@contextmanager
def migrations_told() -> Iterator[None]:
    """Tables are made without migrations here, and a worker that a test starts would wait for them."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    recorder.migration_qs.bulk_create(
        recorder.Migration(app=app.label, name=file.stem)
        for app in apps.get_app_configs()
        for file in Path(app.path, "migrations").glob("[0-9]*.py")
    )
    try:
        yield
    finally:
        recorder.migration_qs.all().delete()


@pytest.fixture(scope="session", autouse=True)
def tables_are_emptied() -> Iterator[None]:
    """After each test with real transactions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_tables())
        yield


@pytest.fixture
def redis_url() -> str:
    """An empty Redis, started at the first call."""
    service = redis_server.start()
    if not service.url:
        skip_or_fail(f"Redis: {service.report}")
    address = service.url.removeprefix("redis+socket://")
    client = (
        redis_client.Redis(unix_socket_path=address)
        if service.url.startswith("redis+socket://")
        else redis_client.Redis.from_url(service.url)
    )
    with client:
        client.flushdb()
    return service.url


@pytest.fixture
def mortal_redis() -> Iterator[redis_server.Server]:
    """A Redis that a test may kill."""
    if not redis_server.find()[0]:
        skip_or_fail("Redis: there is none that we may kill (TEST_REDIS_URL names one that we may not)")
    # Not tmp_path: the path of a socket must be short.
    with TemporaryDirectory(prefix="qh-redis-", dir="/tmp") as home:
        server = redis_server.Server(Path(home))
        server.start()
        yield server
        server.kill()


@pytest.fixture
def start_worker(
    transactional_db: None, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Worker]]:
    """Call it to get a running worker: `start_worker()` over a folder, `start_worker(redis_url)` over Redis.

    This process then sends its messages to the same broker.
    """
    started: list[Worker] = []
    request.node.workers = started
    with ExitStack() as stack:
        stack.enter_context(migrations_told())

        def start(redis_url: str = "", settings: str = "config.settings") -> Worker:
            home = tmp_path / f"worker-{len(started)}"
            home.mkdir()
            way = broker.redis(redis_url) if redis_url else broker.folder(home / "queue")
            stack.enter_context(publishing_to(way))
            worker = Worker(home, redis_url, settings)
            stack.callback(worker.kill)  # a polite stop takes seconds
            started.append(worker)
            return worker.start()

        yield start


@pytest.fixture(params=[pytest.param("folder", marks=pytest.mark.one_database), "redis"])
def celery_worker(request: pytest.FixtureRequest, start_worker: Callable[..., Worker]) -> Worker:
    """A running worker, once over a folder and once over Redis."""
    return start_worker(request.getfixturevalue("redis_url")) if request.param == "redis" else start_worker()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """What the workers of a failed test had to say."""
    report = yield
    if report.failed:
        for worker in getattr(item, "workers", []):
            report.sections.append((f"worker {worker.pid}", worker.output()))
    return report


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which nothing of ours is set."""
    from tests.support.plugin import OURS

    for name in (*OURS, "DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert "DATA_DIR" not in os.environ
    return monkeypatch
