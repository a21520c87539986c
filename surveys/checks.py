"""What endangers an installation, each in one sentence with a way out.

What must never be is an error: pages and workers do not start (config/wsgi.py, Celery and every command ask). What may
be meant, or needs a connection to know, is a warning of `manage.py check --deploy` and of `manage.py run`.
"""

import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import connection

from surveys.redis_broker import redis_broker

START = "start"  # what is asked at every start
BROKER = "broker"  # what asks Redis
RUN = "run"  # what `manage.py run` says once more

# Below these, SQLite may damage a database in WAL mode that several processes write to (the WAL-reset bug).
FIXED_IN, BACKPORTS = (3, 51, 3), {(3, 44): 6, (3, 50): 7}
DURABLE = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
COST = "whoever shares the network can read answers, passwords and personal links, and act with them."
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
NETWORK_SHARES = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "ncpfs"}
NETWORK_SHARES |= {"fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone"}
MOUNTS = Path("/proc/self/mounts")


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


@register(Tags.database)
def postgresql_durability(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Asked at `run`, at `migrate` and with `--database default`, since it must connect."""
    if connection.vendor != "postgresql" or not databases:
        return []
    with connection.cursor() as cursor:
        return [found for name, good in DURABLE.items() if (found := _wrong_setting(cursor, name, good))]


def _wrong_setting(cursor: Any, name: str, good: str) -> CheckMessage | None:
    cursor.execute("SELECT current_setting(%s)", [name])
    value = cursor.fetchone()[0]
    if value == good:
        return None
    return (Error if settings.SITE.is_https else CheckWarning)(
        f"PostgreSQL runs with {name} = {value}: answers that were acknowledged may be lost.",
        hint=f"Set {name} = {good} in postgresql.conf.",
        id="surveys.W002",
    )


@register(START)
def plain_http_unasked(**_: Any) -> list[CheckMessage]:
    """Nobody comes into plain http by leaving an s out: it is said in a variable of its own."""
    if settings.PLAIN_HTTP or not _in_the_clear():
        return []
    return [
        Error(
            f"{settings.SITE_URL} is plain http: {COST}",
            hint="Put a proxy with a certificate in front and set SITE_URL=https://…, or accept this: PLAIN_HTTP=true.",
            id="surveys.E005",
        )
    ]


@register(Tags.security, RUN, deploy=True)
def plain_http(**_: Any) -> list[CheckMessage]:
    if not _in_the_clear():
        return []
    return [
        CheckWarning(
            f"{settings.SITE_URL} is plain http, as PLAIN_HTTP accepts: {COST}",
            hint="Put a proxy with a certificate in front and set SITE_URL=https://…",
            id="surveys.W003",
        )
    ]


def _in_the_clear() -> bool:
    return not settings.SITE.is_https and settings.SITE.host not in LOCAL_NAMES


@register(START)
def debug_in_public(**_: Any) -> list[CheckMessage]:
    if not (settings.DEBUG and settings.SITE.is_https):
        return []
    return [
        Error(
            f"DEBUG is on at {settings.SITE_URL}: every error page would show code and settings to strangers.",
            hint="Unset DEBUG.",
            id="surveys.E001",
        )
    ]


@register(START)
def secrets_in_sight(**_: Any) -> list[CheckMessage]:
    """The key in the data folder, wherever the site is; the folder itself (answers, names) where the site is public."""
    found: list[CheckMessage] = []
    key, folder = settings.DATA_DIR / "secret_key", settings.DATA_DIR
    if _mode(key) & (stat.S_IRWXG | stat.S_IRWXO):
        found.append(
            Error(
                f"Others may read {key}, and with it sign in as anybody.",
                hint=f"chmod 600 {key}, and make a new key if somebody may have read it (docs/deployment.md).",
                id="surveys.E002",
            )
        )
    if settings.SITE.is_https and _mode(folder) & stat.S_IRWXO:
        found.append(
            Error(
                f"Every account of this machine may look into {folder}, where answers and names are.",
                hint=f"chmod 700 {folder}",
                id="surveys.E003",
            )
        )
    return found


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


@register(START)
def sqlite_on_a_share(**_: Any) -> list[CheckMessage]:
    if connection.vendor != "sqlite":
        return []
    file = Path(str(connection.settings_dict["NAME"]))
    kind = file_system(file, MOUNTS.read_text(encoding="utf-8", errors="replace") if MOUNTS.exists() else "")
    if kind not in NETWORK_SHARES:
        return []
    return [
        Error(
            f"{file} is SQLite on a network share ({kind}), where its locks do not hold: answers would be lost.",
            hint="Put DATA_DIR on a disk of this machine, or set DATABASE_URL to PostgreSQL.",
            id="surveys.E004",
        )
    ]


def file_system(file: Path, mounts: str) -> str:
    """The kind of file system that a file lies on, from Linux's list of mounts; "" where it cannot be told."""
    kinds = {}
    for line in mounts.splitlines():
        _device, place, kind = line.split(" ")[:3]
        kinds[Path(place.replace("\\040", " "))] = kind
    above = [parent for parent in file.resolve().parents if parent in kinds]
    return kinds[above[0]] if above else ""


@register(BROKER, deploy=True)
def redis_eviction(**_: Any) -> list[CheckMessage]:
    """A Redis that is away is no fault of the settings: nothing is lost, and work goes on when it is back."""
    client = redis_broker(patience=2)
    if client is None:
        return []
    try:
        with client:
            policy = client.info("memory").get("maxmemory_policy", "noeviction")
    except redis.RedisError:
        return []
    if policy == "noeviction":
        return []
    return [
        CheckWarning(
            f"Redis runs with maxmemory-policy {policy}: when it is full it throws messages away, and work waits.",
            hint="Set maxmemory-policy noeviction in redis.conf.",
            id="surveys.W004",
        )
    ]
