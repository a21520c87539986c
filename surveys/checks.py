"""What `manage.py check --deploy` says about an installation, each with a way out."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import connection

# Below these, SQLite may damage a database in WAL mode that several processes write to (the WAL-reset bug).
FIXED_IN, BACKPORTS = (3, 51, 3), {(3, 44): 6, (3, 50): 7}
DURABLE = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


def sqlite_is_fixed(version: tuple[int, ...]) -> bool:
    backport = BACKPORTS.get((version[0], version[1]))
    return version >= FIXED_IN or (backport is not None and version[2] >= backport)


@register(Tags.database, deploy=True)
def sqlite_version(**_: Any) -> list[CheckMessage]:
    if connection.vendor != "sqlite" or sqlite_is_fixed(sqlite3.sqlite_version_info):
        return []
    return [
        CheckWarning(
            f"SQLite {sqlite3.sqlite_version} has a rare fault that can damage a database written by two processes.",
            hint="Back up DATA_DIR often, use a Python with SQLite 3.51.3 or newer, or set DATABASE_URL to PostgreSQL.",
            id="surveys.W001",
        )
    ]


@register(Tags.database, deploy=True)
def postgresql_durability(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Asked only with `--database default`, since it must connect."""
    if connection.vendor != "postgresql" or not databases:
        return []
    with connection.cursor() as cursor:
        return [found for name, good in DURABLE.items() if (found := _wrong_setting(cursor, name, good))]


def _wrong_setting(cursor: Any, name: str, good: str) -> CheckMessage | None:
    cursor.execute("SELECT current_setting(%s)", [name])
    value = cursor.fetchone()[0]
    if value == good:
        return None
    return CheckWarning(
        f"PostgreSQL runs with {name} = {value}: answers that were acknowledged may be lost.",
        hint=f"Set {name} = {good} in postgresql.conf.",
        id="surveys.W002",
    )


@register(Tags.security, deploy=True)
def plain_http(**_: Any) -> list[CheckMessage]:
    if settings.SITE.is_https or settings.SITE.host in LOCAL_NAMES:
        return []
    return [
        CheckWarning(
            f"{settings.SITE_URL} is plain http: answers and passwords can be read on the way.",
            hint="Put a proxy with a certificate in front and set SITE_URL=https://…",
            id="surveys.W003",
        )
    ]
