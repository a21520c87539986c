"""The migrations, from nothing, lead to the database that the models describe.

Every other test runs in a database made from the models at once (`--no-migrations`: one second instead of five for each
process); this one is why they may.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests.support.worker import database_url

pytestmark = pytest.mark.django_db

MIGRATED = "migrated"
OURS = ("surveys_", "scoring_")  # Django's own tables have a history of their own, which is Django's to test
SCHEMA = """
    SELECT 'column', table_name, column_name, data_type, udt_name, character_maximum_length, is_nullable, is_identity,
        column_default FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', 0, '', '', ''
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
    UNION ALL SELECT 'index', tablename, indexname, indexdef, '', 0, '', '', '' FROM pg_indexes
        WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', 0, '', '', ''
        FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', replace(proname, 'guard_', ''), proname, prosrc, '', 0, '', '', '' FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
"""  # what PostgreSQL itself says of the whole of a schema
PERMISSIONS = (
    "SELECT app_label, model, codename, name FROM auth_permission JOIN django_content_type "
    "ON django_content_type.id = content_type_id"
)


def parts_of(statement: str) -> Iterator[str]:
    """The columns and constraints of a CREATE TABLE, whose order depends on what came first."""
    body = statement[statement.index("(") + 1 : statement.rindex(")")]
    depth = start = 0
    for at, char in enumerate(body):
        depth += (char == "(") - (char == ")")
        if char == "," and not depth:
            yield body[start:at].strip()
            start = at + 1
    yield body[start:].strip()


def schema_of(cursor: Any, vendor: str) -> set[tuple[Any, ...]]:
    """Every column, constraint, index and trigger of our tables, each as the database says it."""
    if vendor == "postgresql":
        cursor.execute(SCHEMA)
        return {row for row in cursor.fetchall() if row[1].startswith(OURS)}
    cursor.execute("SELECT type, tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    found = [row for row in cursor.fetchall() if row[1].startswith(OURS)]
    tables = {(table, part) for kind, table, _name, sql in found if kind == "table" for part in parts_of(sql)}
    return tables | {(table, name, sql) for kind, table, name, sql in found if kind != "table"}


def migrate(url: str, home: Path) -> None:
    ours = {"DATA_DIR": str(home), "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env={**os.environ, **ours}, check=True)


def read(cursor: Any, vendor: str) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    schema = schema_of(cursor, vendor)
    cursor.execute(PERMISSIONS)
    return schema, set(cursor.fetchall())


def migrated(home: Path) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """What a new database holds after all migrations: its schema, and who may do what."""
    if connection.vendor == "sqlite":
        migrate(f"sqlite:///{home / MIGRATED}", home)
        with closing(sqlite3.connect(home / MIGRATED)) as made:
            return read(made.cursor(), "sqlite")
    url = database_url()
    beside = url.replace(f"/{connection.settings_dict['NAME']}", f"/{MIGRATED}")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {MIGRATED}")
        server.execute(f"CREATE DATABASE {MIGRATED}")
    migrate(beside, home)
    with psycopg.connect(beside) as made:
        return read(made.cursor(), "postgresql")


def test_migrations_make_what_the_models_describe(tmp_path: Path) -> None:
    schema, permissions = migrated(tmp_path)
    with connection.cursor() as cursor:
        described = schema_of(cursor, connection.vendor)
    assert len(described) > 500
    assert sorted(map(str, schema - described)) == []
    assert sorted(map(str, described - schema)) == []
    kinds = ContentType.objects.in_bulk()
    assert permissions == {
        (kinds[each.content_type_id].app_label, kinds[each.content_type_id].model, each.codename, each.name)
        for each in Permission.objects.all()
    }
