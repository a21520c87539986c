"""Prepares the ground before Django's settings are read: a data folder of its own, a database, a browser.

`pytest` runs everything but the browser, on SQLite. `pytest --database=postgres` repeats what uses the database on a
real PostgreSQL: of long products (`rotates`) the part that is due today, or all with QUANHENG_SOAK=1.
`pytest tests/browser` is a call of its own: Playwright keeps an event loop in the main thread, which Django takes for
asynchronous code.
"""

import atexit
import gc
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Generator
from datetime import date
from pathlib import Path
from zlib import crc32

import pytest

from tests.support import browser, postgres, redis_server
from tests.support.found import Browser, Service, services_are_required

ROOT = Path(__file__).resolve().parent.parent.parent
BROWSER_TESTS = ROOT / "tests" / "browser"
# What the shell of whoever tests may have set for a site of their own.
OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "SITE_URL",
    "PORT",
    "DEBUG",
    "METRICS_TOKEN",
    "LOG_FORMAT",
    "PLAIN_HTTP",
    "TRUSTED_PROXY",
    "MAIL_URL",
    "MAIL_FROM",
    "REQUIRE_SECOND_FACTOR",
    "IDLE_MINUTES",
)
TURN = "QUANHENG_TURN"
COLLECT_EVERY = (50_000, 20, 50)  # what thousands of tests leave lives to the end: looking at it often finds nothing
NEEDS_DATABASE = {"db", "transactional_db", "live_server", "django_db_setup", "start_worker"}

postgres_key = pytest.StashKey[Service]()
browser_key = pytest.StashKey[Browser]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("quanheng")
    group.addoption(
        "--database",
        choices=["sqlite", "postgres"],
        default="sqlite",
        help="postgres: start a real PostgreSQL and run only the tests that use the database",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Generator[None]:
    """A wrapper runs before pytest-django, which reads the settings in the same hook."""
    gc.set_threshold(*COLLECT_EVERY)
    if "PYTEST_XDIST_WORKER" not in os.environ:  # the controller has prepared what its workers inherit
        os.environ.setdefault(TURN, str(date.today().toordinal()))
        _prepare_environment()
        if early_config.known_args_namespace.database == "postgres":
            early_config.stash[postgres_key] = _use_postgres()
    if _asks_for_browser(early_config, args):
        early_config.stash[browser_key] = _use_browser()
    return (yield)


def _prepare_environment() -> None:
    for name in OURS:
        os.environ.pop(name, None)
    data_dir = tempfile.mkdtemp(prefix="qh-data-", dir="/tmp")
    os.environ["DATA_DIR"] = data_dir
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)


def _use_postgres() -> Service:
    service = postgres.start()
    if not service.url:
        raise pytest.UsageError(f"--database=postgres: no PostgreSQL could be started. {service.report}")
    os.environ["DATABASE_URL"] = service.url
    return service


def _asks_for_browser(config: pytest.Config, args: list[str]) -> bool:
    named = [
        Path(config.invocation_params.dir, arg.split("::")[0]).resolve() for arg in args if not arg.startswith("-")
    ]
    return any(path.is_relative_to(BROWSER_TESTS) for path in named)


def _use_browser() -> Browser:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    found = browser.find()
    os.environ.update(found.environment)
    return found


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if collection_path == BROWSER_TESTS and browser_key not in config.stash else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("database") != "postgres":
        return
    using = _in_turn([item for item in items if _uses_database(item)])
    config.hook.pytest_deselected(items=[item for item in items if item not in using])
    items[:] = using


def _in_turn(items: list[pytest.Item]) -> list[pytest.Item]:
    """Of what rotates, every so manieth test, another part each day and about as many every day."""
    if os.environ.get("QUANHENG_SOAK") == "1":
        return items
    seen: Counter[str] = Counter()
    kept = []
    for item in items:
        marker = item.get_closest_marker("rotates")
        name = item.nodeid.split("[")[0]
        turn = crc32(name.encode()) + seen[name] + int(os.environ[TURN])
        if marker is None or turn % marker.args[0] == 0:
            kept.append(item)
        seen[name] += 1
    return kept


def _uses_database(item: pytest.Item) -> bool:
    from django.test import SimpleTestCase, TransactionTestCase

    case = getattr(item, "cls", None)
    if case is not None and issubclass(case, SimpleTestCase):
        return issubclass(case, TransactionTestCase)
    if item.get_closest_marker("one_database"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & NEEDS_DATABASE)


def pytest_report_header(config: pytest.Config) -> list[str]:
    database = config.stash.get(postgres_key, None)
    found = config.stash.get(browser_key, None)
    lines = [
        f"services: database: {database.report if database else 'SQLite'}",
        f"services: broker: {redis_server.describe()}",
        f"services: browser: {found.report if found else 'not asked for (pytest tests/browser)'}",
    ]
    if database:
        lines.append(f"services: long products go round on PostgreSQL: {TURN}={os.environ[TURN]}, all in make soak")
    return lines + (["services: a missing service is a failure"] if services_are_required() else [])
