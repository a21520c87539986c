"""Triggers: what the database refuses even to those who go around the services.

A guard says: before this operation on this table, if this condition holds, refuse with this sentence. The condition
is SQL that SQLite and PostgreSQL read alike, over OLD and NEW. They are installed after every migration, because
SQLite drops a table's triggers when it rebuilds the table; `lifted` removes them for as long as a whole database is
emptied (the demo made anew, the tests' flush), and for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import AppConfig, apps
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True)
class Guard:
    """Refuse `operation` (INSERT, UPDATE or DELETE) on `table` when `condition` holds.

    Where a deletion is guarded, TRUNCATE, which asks no row, is refused altogether. `part` tells several guards of one
    operation on one table apart.
    """

    table: str
    operation: str
    sentence: str
    condition: str = "1 = 1"
    part: str = ""

    @property
    def name(self) -> str:
        return "_".join(filter(None, ["guard", self.table, self.operation.lower(), self.part]))


def append_only(table: str, what: str) -> list[Guard]:
    """Rows of this table are written once."""
    return [
        Guard(table, operation, f"{what} is written once: it is neither changed nor deleted.")
        for operation in ("UPDATE", "DELETE")
    ]


def changed(*columns: str) -> str:
    """A condition: one of these columns would change."""
    return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)


def install(guards: list[Guard], database: BaseDatabaseWrapper | None = None) -> None:
    """Put these guards in force, whether or not they were."""
    database = database or connection
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        remove(guards, database)
        for guard in guards:
            for statement in _creation(guard, database.vendor):
                cursor.execute(statement)


def remove(guards: list[Guard], database: BaseDatabaseWrapper | None = None) -> None:
    database = database or connection
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        for guard in guards:
            cursor.execute(_removal(guard, database.vendor))


def follow_migrations(app: AppConfig, guards: list[Guard]) -> None:
    """Take the guards of an app away before each migration and put them back after it."""

    def before(using: str, **_: object) -> None:
        remove(guards, connections[using])

    def after(using: str, **_: object) -> None:
        install(guards, connections[using])

    pre_migrate.connect(before, sender=app, weak=False)
    post_migrate.connect(after, sender=app, weak=False)


def all_guards() -> list[Guard]:
    """The guards of every app that declares some (`guards` on its AppConfig)."""
    return [guard for config in apps.get_app_configs() for guard in getattr(config, "guards", lambda: [])()]


def missing(database: BaseDatabaseWrapper | None = None) -> list[str]:
    """Names of guards that are not in force."""
    database = database or connection
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        there = {row[0] for row in cursor.fetchall()}
    return [guard.name for guard in all_guards() if guard.name not in there]


@contextmanager
def lifted() -> Iterator[None]:
    """No guards inside this block. Only for emptying a whole database."""
    remove(all_guards())
    try:
        yield
    finally:
        install(all_guards())


def _creation(guard: Guard, vendor: str) -> list[str]:
    sentence = guard.sentence.replace("'", "''")
    if vendor == "postgresql":
        refusal = f"RAISE EXCEPTION USING MESSAGE = '{sentence}', ERRCODE = 'check_violation'"
        result = "OLD" if guard.operation == "DELETE" else "NEW"
        body = f"IF {guard.condition} THEN {refusal}; END IF; RETURN {result}"
        statements = _trigger(guard.name, f"{guard.operation} ON {guard.table} FOR EACH ROW", body)
        if guard.operation == "DELETE":
            when = f"TRUNCATE ON {guard.table} FOR EACH STATEMENT"
            statements += _trigger(f"{guard.name}_all", when, refusal)
        return statements
    # SQLite before 3.39 has no IS DISTINCT FROM; its IS NOT means the same.
    condition = guard.condition.replace("IS DISTINCT FROM", "IS NOT")
    return [
        f"CREATE TRIGGER {guard.name} BEFORE {guard.operation} ON {guard.table} FOR EACH ROW "
        f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
    ]


def _trigger(name: str, when: str, body: str) -> list[str]:
    """PostgreSQL keeps what a trigger does in a function of its own."""
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN {body}; END $guard$",
        f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION {name}()",
    ]


def _removal(guard: Guard, vendor: str) -> str:
    if vendor == "postgresql":
        return f"DROP FUNCTION IF EXISTS {guard.name}(), {guard.name}_all() CASCADE"
    return f"DROP TRIGGER IF EXISTS {guard.name}"
