"""From DATABASE_URL to Django's DATABASES entry: SQLite by default, PostgreSQL when asked."""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from django.core.exceptions import ImproperlyConfigured

from config import env

SCHEMES = ("postgresql", "postgres", "sqlite")
EXAMPLE = "postgresql://user:password@host:5432/name"
POSTGRES_PARAMETERS = ("host", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout")

# Seconds that a thread keeps its connection. SQLite, too: opening one reads a hundred tables and as many triggers,
# which takes longer than to store an answer.
KEPT = 60
# FULL: with NORMAL a power cut takes back answers that were acknowledged. IMMEDIATE: a transaction that reads and
# then writes would otherwise meet "database is locked"; config.write_gate lets these transactions wait in turn.
# secure_delete: what is erased is overwritten with zeros, not left in pages that nobody has used again.
# recursive_triggers: INSERT OR REPLACE must not slip past the triggers that keep the log of judgments append-only.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON;"
    ),
}
# jit: a query over a large panel took a third of its time, the other two thirds went into compiling it.
POSTGRES_OPTIONS = (
    "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 -c jit=off"
)


def from_environment(data_dir: Path) -> dict[str, Any]:
    parts = env.url("DATABASE_URL", SCHEMES, EXAMPLE)
    if parts is None:
        return sqlite(data_dir / "quanheng.sqlite3")
    if parts.scheme == "sqlite":
        return sqlite(_sqlite_path(parts))
    return postgresql(parts)


def sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "config.write_gate",
        "NAME": str(path),
        "CONN_MAX_AGE": KEPT,
        "OPTIONS": dict(SQLITE_OPTIONS),
    }


def _sqlite_path(parts: SplitResult) -> Path:
    """sqlite:///name is relative to the working folder, sqlite:////srv/name is absolute."""
    name = unquote(parts.path)[1:]
    if parts.netloc or not name:
        raise ImproperlyConfigured("DATABASE_URL must name a file after three slashes, like sqlite:////srv/q.sqlite3.")
    return Path(name).absolute()


def postgresql(parts: SplitResult) -> dict[str, Any]:
    parameters = dict(parse_qsl(parts.query))
    unknown = sorted(set(parameters) - set(POSTGRES_PARAMETERS))
    if unknown:
        raise ImproperlyConfigured(
            f"DATABASE_URL has the parameter {unknown[0]!r}; allowed are {', '.join(POSTGRES_PARAMETERS)}."
        )
    name = unquote(parts.path).strip("/")
    if not name:
        raise ImproperlyConfigured(f"DATABASE_URL must name a database, like {EXAMPLE}.")
    host = parameters.pop("host", "") or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": KEPT,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**parameters, "options": POSTGRES_OPTIONS},
    }
