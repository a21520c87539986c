"""Copies of a database that others write to meanwhile, and their way back into an empty one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Protocol

from django.db import connection

from scoring.backups.archive import Snapshot
from surveys.errors import Refused


class Engine(Protocol):
    """What differs between SQLite and PostgreSQL."""

    name: str

    def copy(self, target: Path) -> Snapshot:
        """One moment of the database, as a file. Nobody who writes has to wait for it."""

    def check(self, content: Path) -> list[str]:
        """What is wrong with such a file, as far as the file alone tells."""

    def put_back(self, content: Path) -> None:
        """All of the file, into an empty database, or nothing."""


def engine_of(name: str) -> Engine:
    from scoring.backups.postgresql import PostgreSQL

    return PostgreSQL() if name == "postgresql" else SQLite()


class SQLite:
    name = "sqlite"

    def copy(self, target: Path) -> Snapshot:
        """By SQLite's own backup, in one step: a plain copy of the file would miss what lies in its log."""
        name = str(connection.settings_dict["NAME"])
        if not Path(name).exists():
            raise Refused(f"There is no database {name}. Check DATA_DIR and DATABASE_URL.")
        with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            tables = [row[0] for row in copy.execute(_TABLES)]
            rows = {table: _count(copy, table) for table in tables}
            done = copy.execute(MIGRATIONS).fetchall() if "django_migrations" in rows else []
            return Snapshot(self.name, sqlite3.sqlite_version, migration_names(done), rows)

    def check(self, content: Path) -> list[str]:
        try:
            with closing(sqlite3.connect(content)) as copy:
                found = [str(row[0]) for row in copy.execute("PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [] if found == ["ok"] else found

    def put_back(self, content: Path) -> None:
        """Also by SQLite's backup: one transaction of the database that is filled."""
        connection.close()
        name = str(connection.settings_dict["NAME"])
        with closing(sqlite3.connect(content)) as source, closing(sqlite3.connect(name)) as target:
            source.backup(target)
        Path(name).chmod(0o600)


def _count(copy: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    return int(copy.execute(f'SELECT COUNT(*) FROM "{quoted}"').fetchone()[0])  # noqa: S608  quoted


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


def migration_names(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{app}.{name}" for app, name in rows]
