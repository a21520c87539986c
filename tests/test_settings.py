"""The environment is read strictly, and each default is safe."""

import logging
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client

from config import broker, databases, env, secret_key
from config.logs import DiscreetFormatter, WithoutSweeps
from surveys.middleware import CONTENT_SECURITY_POLICY

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def environment(clean_environment: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    clean_environment.setenv("DATA_DIR", str(tmp_path))
    return clean_environment


def settings() -> dict[str, Any]:
    """All settings, as this environment makes them."""
    return runpy.run_path(str(ROOT / "config" / "settings.py"))


def refusal(environment: pytest.MonkeyPatch, name: str, value: str) -> str:
    environment.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as caught:
        settings()
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("DEBUG", "maybe", "true or false"),
        ("DEBUG", "2", "true or false"),
        ("PORT", "0", "1 to 65535"),
        ("IDLE_MINUTES", "4", "from 5 to 480"),
        ("IDLE_MINUTES", "half an hour", "from 5 to 480"),
        ("PORT", "65536", "1 to 65535"),
        ("PORT", "http", "1 to 65535"),
        ("PORT", "８０", "1 to 65535"),
        ("SITE_URL", "example.org", "http:// or https://"),
        ("SITE_URL", "ftp://example.org/", "http:// or https://"),
        ("SITE_URL", "https://example.org/?a=1", "a host and at most a path"),
        ("SITE_URL", "https:///quanheng/", "a host and at most a path"),
        ("SITE_URL", "https://example.org:port/", "is not a URL"),
        ("TRUSTED_PROXY", "proxy.example.org", "one IP address"),
        ("TRUSTED_PROXY", "*", "one IP address"),
        ("DATABASE_URL", "mysql://localhost/x", "postgresql:// or postgres:// or sqlite://"),
        ("DATABASE_URL", "postgresql://localhost", "must name a database"),
        ("DATABASE_URL", "postgresql://localhost/x?ssl=1", "allowed are host, sslmode"),
        ("DATABASE_URL", "postgresql://localhost:99999/x", "is not a URL"),
        ("DATABASE_URL", "sqlite://relative.sqlite3", "after three slashes"),
        ("DATABASE_URL", "sqlite:///", "after three slashes"),
        ("REDIS_URL", "localhost:6379", "redis:// or rediss:// or redis+socket://"),
        ("REDIS_URL", "amqp://localhost", "redis:// or rediss:// or redis+socket://"),
    ],
)
def test_a_bad_value_is_refused_by_name(environment: pytest.MonkeyPatch, name: str, value: str, allowed: str) -> None:
    sentence = refusal(environment, name, value)
    assert name in sentence
    assert allowed in sentence


def test_a_refused_url_does_not_repeat_its_password(environment: pytest.MonkeyPatch) -> None:
    assert "geheim" not in refusal(environment, "DATABASE_URL", "mysql://me:geheim@localhost/x")
    assert "geheim" not in refusal(environment, "DATABASE_URL", "postgresql://me:geheim@localhost:x/x")


def test_a_data_folder_that_is_a_file_is_refused(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "DATA_DIR" in refusal(environment, "DATA_DIR", str(tmp_path / "file"))
    assert "DATA_DIR" in refusal(environment, "DATA_DIR", str(tmp_path / "file" / "below"))


def test_a_bad_environment_ends_a_command_with_a_sentence(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PORT", "eighty")
    environment.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "PORT is 'eighty'; write a whole number from 1 to 65535." in done.stderr
    assert "Traceback" not in done.stderr


def test_without_any_variable_everything_is_set(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = settings()
    assert found["DATABASES"]["default"]["NAME"] == str(tmp_path / "quanheng.sqlite3")
    assert found["CELERY_BROKER_URL"] == "filesystem://localhost"
    assert found["SITE_URL"] == "http://localhost:8000/"
    assert found["DEBUG"] is False
    assert {"localhost", "127.0.0.1"} <= set(found["ALLOWED_HOSTS"])
    assert not found["SESSION_COOKIE_SECURE"]
    assert found["SESSION_COOKIE_NAME"] == "quanheng_session"  # over plain http browsers refuse the stricter names
    assert not found["REQUIRE_SECOND_FACTOR"]
    assert not found["CELERY_TASK_REJECT_ON_WORKER_LOST"]
    assert found["CELERY_TASK_ACKS_LATE"]
    assert "CELERY_TASK_ALWAYS_EAGER" not in found


def test_empty_values_are_unset(environment: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SITE_URL", "PORT", "DEBUG", "TRUSTED_PROXY", "SECRET_KEY"):
        environment.setenv(name, " ")
    assert settings()["SITE_URL"] == "http://localhost:8000/"


def test_the_port_is_part_of_the_default_address(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PORT", "8123")
    assert settings()["SITE_URL"] == "http://localhost:8123/"


def test_a_sub_path_holds_for_pages_files_and_cookies(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SITE_URL", "https://example.org/quanheng/")
    found = settings()
    assert found["SITE_URL"] == "https://example.org/quanheng/"
    assert found["FORCE_SCRIPT_NAME"] == "/quanheng"
    assert found["STATIC_URL"] == "/quanheng/static/"
    for name in ("SESSION_COOKIE_PATH", "CSRF_COOKIE_PATH", "LANGUAGE_COOKIE_PATH", "LOGIN_REDIRECT_URL"):
        assert found[name] == "/quanheng/", name
    assert found["SESSION_COOKIE_NAME"] == "__Secure-quanheng_session"  # __Host- would be refused with such a path


def test_https_switches_on_what_needs_it(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SITE_URL", "https://example.org")
    found = settings()
    assert found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"] and found["SECURE_HSTS_SECONDS"] > 0
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://example.org"]
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME"):
        assert found[name].startswith("__Host-quanheng_"), name
    # Nobody vouches for a forwarded header, and a redirect would never end.
    assert found["SECURE_PROXY_SSL_HEADER"] is None and not found["SECURE_SSL_REDIRECT"]


def test_a_named_proxy_is_believed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SITE_URL", "https://example.org")
    environment.setenv("TRUSTED_PROXY", "127.0.0.1")
    found = settings()
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert found["SECURE_SSL_REDIRECT"]


def test_plain_http_under_a_name_works(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SITE_URL", "http://survey.lan:8080")
    found = settings()
    assert "survey.lan" in found["ALLOWED_HOSTS"]
    assert not found["SESSION_COOKIE_SECURE"] and not found["SECURE_SSL_REDIRECT"]
    assert found["SECURE_CROSS_ORIGIN_OPENER_POLICY"] is None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://Example.ORG/a/b", "https://example.org"),
    ],
)
def test_the_origin_of_a_site(environment: pytest.MonkeyPatch, url: str, origin: str) -> None:
    environment.setenv("SITE_URL", url)
    assert env.site("SITE_URL", 8000).origin == origin


def database(environment: pytest.MonkeyPatch, url: str) -> dict[str, Any]:
    environment.setenv("DATABASE_URL", url)
    return databases.from_environment(Path("/nowhere"))


def test_a_postgresql_url(environment: pytest.MonkeyPatch) -> None:
    found = database(environment, "postgresql://me:p%40ss@db.example.org:5433/survey?sslmode=require")
    expected = {"USER": "me", "PASSWORD": "p@ss", "HOST": "db.example.org", "PORT": "5433", "NAME": "survey"}
    assert expected.items() <= found.items()
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["CONN_HEALTH_CHECKS"] and found["CONN_MAX_AGE"] > 0


def test_a_postgresql_socket(environment: pytest.MonkeyPatch) -> None:
    found = database(environment, "postgres://me@/survey?host=/run/postgresql")
    assert found["HOST"] == "/run/postgresql"
    assert "host" not in found["OPTIONS"]


def test_sqlite_paths(environment: pytest.MonkeyPatch) -> None:
    assert database(environment, "sqlite:////srv/my%20data.sqlite3")["NAME"] == "/srv/my data.sqlite3"
    assert database(environment, "sqlite:///here.sqlite3")["NAME"] == str(Path("here.sqlite3").absolute())


@pytest.mark.django_db
def test_the_database_keeps_what_it_acknowledged() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            names = ("journal_mode", "synchronous", "recursive_triggers")
            found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
            assert found == {"journal_mode": "wal", "synchronous": 2, "recursive_triggers": 1}
        else:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("15s",)


def test_redis_is_fair_and_never_waits_for_ever() -> None:
    found = broker.redis("rediss://localhost:6380/1")
    assert found.prefetch == 1
    assert found.transport_options["socket_timeout"] and found.transport_options["socket_connect_timeout"]
    assert found.use_ssl
    assert broker.redis("redis://localhost").use_ssl is None


def test_a_secret_key_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    key = secret_key.kept_in(path)
    assert len(key) >= 50
    assert secret_key.kept_in(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_the_process_that_comes_second_takes_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    key = secret_key.kept_in(path)
    secret_key._create(path)
    assert secret_key.kept_in(path) == key


def test_an_empty_secret_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    with pytest.raises(ImproperlyConfigured, match="delete it"):
        secret_key.kept_in(tmp_path / "secret_key")


def record(message: str, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord("x", level, "file.py", 1, message, (), None)


@pytest.mark.parametrize("path", ["/i/AbC-123_x", "/quanheng/i/AbC-123_x?next=1", "GET /i/AbC-123_x/3 HTTP/1.1"])
def test_logs_hide_tokens(path: str) -> None:
    line = DiscreetFormatter().format(record(f"Not Found: {path}"))
    assert "AbC" not in line
    assert "/i/[token]" in line


def test_logs_hide_the_pulse_of_the_sweep_but_not_its_failure() -> None:
    assert not WithoutSweeps().filter(record("Task surveys.tasks.sweep[1] succeeded"))
    assert not WithoutSweeps().filter(record("Task surveys.tasks.remind[1] received"))
    assert WithoutSweeps().filter(record("Task surveys.tasks.sweep[1] raised", logging.ERROR))
    assert WithoutSweeps().filter(record("Task surveys.tasks.perform[1] succeeded"))


def test_every_page_forbids_what_is_not_ours(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["Referrer-Policy"] == "strict-origin"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_every_variable_is_documented() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    for name in (
        *("SITE_URL", "PORT", "DATA_DIR", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "TRUSTED_PROXY", "DEBUG"),
        "REQUIRE_SECOND_FACTOR",
        "IDLE_MINUTES",
    ):
        assert f"\n{name}=" in example
        assert f"`{name}`" in page
