"""`manage.py check --deploy` warns of what endangers answers, and of nothing else."""

import runpy
from pathlib import Path

import pytest
import redis
from django.core.checks import run_checks
from django.db import connection
from pytest_django import Settings

from config.env import Site
from config.secret_key import kept_in
from surveys import checks

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_which_sqlite_has_the_fault(version: tuple[int, ...], fixed: bool) -> None:
    assert checks.sqlite_is_fixed(version) is fixed


@pytest.mark.parametrize(
    ("site", "accepted", "found"),
    [
        (Site("http", "localhost", 8000, ""), False, set()),
        (Site("https", "example.org", None, ""), False, set()),
        (Site("http", "survey.lan", None, "/q"), False, {"surveys.E005", "surveys.W003"}),
        (Site("http", "survey.lan", None, "/q"), True, {"surveys.W003"}),
    ],
)
def test_plain_http_under_a_name_is_accepted_in_so_many_words_and_then_warned_of(
    settings: Settings, site: Site, accepted: bool, found: set[str]
) -> None:
    settings.SITE, settings.SITE_URL, settings.PLAIN_HTTP = site, site.url, accepted
    said = [*checks.plain_http_unasked(), *checks.plain_http()]
    assert {message.id for message in said} == found
    assert all("can read answers, passwords and personal links" in message.msg for message in said)


@pytest.mark.django_db
def test_a_postgresql_that_forgets_is_warned_of() -> None:
    """The one the tests start is such a one."""
    found = {message.id for message in checks.postgresql_durability(databases=["default"])}
    assert found <= {"surveys.W002"}
    if connection.vendor == "sqlite":
        assert not found


def errors(*tags: str) -> set[str]:
    return {str(message.id) for message in run_checks(tags=list(tags)) if message.is_serious()}


@pytest.mark.parametrize(("scheme", "refused"), [("https", {"surveys.E001", "surveys.E003"}), ("http", set())])
def test_a_public_site_starts_neither_with_debug_nor_with_an_open_folder(
    settings: Settings, tmp_path: Path, scheme: str, refused: set[str]
) -> None:
    tmp_path.chmod(0o755)
    settings.PLAIN_HTTP = True
    settings.SITE, settings.DEBUG, settings.DATA_DIR = Site(scheme, "example.org", None, ""), True, tmp_path
    assert errors(checks.START) == refused
    tmp_path.chmod(0o750)
    settings.DEBUG = False
    assert not errors(checks.START)


def test_a_key_that_others_may_read_is_refused_everywhere(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    kept_in(tmp_path / "secret_key")
    assert not errors(checks.START)
    (tmp_path / "secret_key").chmod(0o640)
    assert errors(checks.START) == {"surveys.E002"}


def told_at_deployment() -> set[str]:
    """Of the settings; the tests' own SQLite is another matter."""
    found = run_checks(include_deployment_checks=True)
    return {str(message.id) for message in found if not message.is_silenced()} - {"surveys.W001"}


PRODUCTION = {
    "SITE_URL": "https://weights.example.org/",
    "TRUSTED_PROXY": "127.0.0.1",
    "DATABASE_URL": "postgresql://quanheng@localhost/quanheng",
    "REQUIRE_SECOND_FACTOR": "1",
}
NOT_IN_A_RUNNING_PROCESS = ("DATABASES", "INSTALLED_APPS")


def test_a_production_installation_has_nothing_to_be_warned_of(
    clean_environment: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    """What `check --deploy --fail-level WARNING` asks, of the settings as docs/deployment.md says to make them."""
    tmp_path.chmod(0o700)
    for name, value in {**PRODUCTION, "DATA_DIR": str(tmp_path)}.items():
        clean_environment.setenv(name, value)
    made = runpy.run_path(str(ROOT / "config" / "settings.py"))
    for name in made:
        if name.isupper() and name not in NOT_IN_A_RUNNING_PROCESS:
            setattr(settings, name, made[name])
    assert told_at_deployment() == set()
    settings.SESSION_COOKIE_SECURE = False
    assert told_at_deployment() == {"security.W012"}


MOUNTED = "/dev/sda1 / ext4 rw 0 0\nhost:/a /srv nfs4 rw 0 0\n//host/b /srv/my\\040share cifs rw 0 0\n"


@pytest.mark.parametrize(
    ("file", "kind"), [("/var/q.sqlite3", "ext4"), ("/srv/q.sqlite3", "nfs4"), ("/srv/my share/q/q.sqlite3", "cifs")]
)
def test_the_file_system_of_a_file(file: str, kind: str) -> None:
    assert checks.file_system(Path(file), MOUNTED) == kind


def test_sqlite_on_a_share_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mounts").write_text("host:/a / nfs4 rw 0 0\n")
    monkeypatch.setattr(checks, "MOUNTS", tmp_path / "mounts")
    assert errors(checks.START) == ({"surveys.E004"} if connection.vendor == "sqlite" else set())


def test_a_redis_that_throws_messages_away_is_warned_of(settings: Settings, redis_url: str) -> None:
    settings.CELERY_BROKER_URL = redis_url
    assert not checks.redis_eviction()
    with redis.Redis.from_url(redis_url.replace("redis+socket://", "unix://")) as client:
        before = client.config_get("maxmemory-policy")["maxmemory-policy"]
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            assert [message.id for message in checks.redis_eviction()] == ["surveys.W004"]
        finally:
            client.config_set("maxmemory-policy", before)
