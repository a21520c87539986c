"""PostgreSQL by its own programs: pg_dump within a snapshot, pg_restore in one transaction."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from scoring.backups.archive import Snapshot
from scoring.backups.databases import MIGRATIONS, migration_names
from surveys.errors import Refused

# A connection that holds a snapshot is idle for as long as the dump takes.
PATIENT = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
VARIABLES = {
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
PLAIN = ["--no-owner", "--no-privileges"]  # the account may have another name where it is put back


class PostgreSQL:
    name = "postgresql"

    def copy(self, target: Path) -> Snapshot:
        """What is counted and what is dumped are the same moment."""
        with psycopg.connect(**_parameters(), options=PATIENT, autocommit=True) as held:
            held.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            snapshot = str(_one(held, "SELECT pg_export_snapshot()"))
            tables = [str(row[0]) for row in held.execute(TABLES)]
            rows = {table: int(_one(held, _count(table))) for table in tables}
            done = held.execute(MIGRATIONS).fetchall() if "django_migrations" in rows else []
            version = held.info.server_version
            _call(version, "pg_dump", ["--format=custom", f"--snapshot={snapshot}", *PLAIN, f"--file={target}"])
        return Snapshot(self.name, f"{version // 10000}.{version % 10000}", migration_names(done), rows)

    def check(self, content: Path) -> list[str]:
        """Reads the whole dump, as a restore would, and throws away what comes out."""
        try:
            _call(0, "pg_restore", ["--file=/dev/null", str(content)])
        except Refused as error:
            return [str(error)]
        return []

    def put_back(self, content: Path) -> None:
        version = connection.cursor().connection.info.server_version
        connection.close()
        target = f"--dbname={connection.settings_dict['NAME']}"
        _call(version, "pg_restore", ["--single-transaction", "--exit-on-error", *PLAIN, target, str(content)])


def _count(table: str) -> sql.Composed:
    return sql.SQL("SELECT COUNT(*) FROM {}").format(sql.Identifier(table))


def _one(held: psycopg.Connection[Any], query: Any) -> Any:
    row = held.execute(query).fetchone()
    return row[0] if row else None


def _parameters() -> dict[str, Any]:
    told = connection.get_connection_params()
    return {name: told[name] for name in VARIABLES if told.get(name)}


def _call(server_version: int, program: str, options: list[str]) -> None:
    """The password travels in the environment, where no list of processes shows it."""
    told = {VARIABLES[name]: str(value) for name, value in _parameters().items()}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    command = [str(_folder(server_version // 10000) / program), *options]
    done = subprocess.run(command, env={**inherited, **told}, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise Refused(f"{program} could not do it: {reason}. PG_BIN may name the folder of another {program}.")


def _folder(major: int) -> Path:
    """Where the programs lie: of the server's own version if possible, else the newest (which read what is older)."""
    if settings.PG_BIN:
        return Path(settings.PG_BIN)
    found = {folder: _major(folder) for folder in _places() if (folder / "pg_dump").exists()}
    if not found:
        raise Refused("There is no pg_dump here. Install PostgreSQL's client programs, or name their folder in PG_BIN.")
    return max(found, key=lambda folder: (found[folder] == major, found[folder]))


def _places() -> list[Path]:
    """On Debian the programs of every version lie beside each other, and pg_dump on the PATH is a chooser."""
    on_path = shutil.which("pg_dump")
    return [*Path("/usr/lib/postgresql").glob("*/bin"), *([Path(on_path).parent] if on_path else [])]


def _major(folder: Path) -> int:
    said = subprocess.run([str(folder / "pg_dump"), "--version"], capture_output=True, text=True).stdout
    number = re.search(r"\d+", said)
    return int(number[0]) if number else 0
