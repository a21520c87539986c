"""Backups made while experts answer, put back into an empty database, and looked through."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from psycopg import sql
from pytest_django import Settings

from scoring.backups import archive
from scoring.backups.archive import Snapshot
from scoring.backups.making import backup_check, backup_make
from surveys.errors import Refused
from surveys.models import Expert, JudgmentEvent
from tests.reliability.rows import record, size
from tests.scoring import factories as scored
from tests.support.postgres import _candidates
from tests.surveys import factories as make

WRITERS = 2
BACKUPS = size(2, 20)


def called(command: str, *words: object) -> str:
    said = StringIO()
    call_command(command, *map(str, words), stdout=said)
    return said.getvalue()


@contextmanager
def an_empty_database(name: str, home: Path) -> Iterator[None]:
    """This process works in another database for a while."""
    at = connection.settings_dict
    before = at["NAME"]
    if connection.vendor == "postgresql":
        _postgres(f"CREATE DATABASE {name}")
    connection.close()
    at["NAME"] = name if connection.vendor == "postgresql" else str(home / f"{name}.sqlite3")
    try:
        yield
    finally:
        connection.close()
        at["NAME"] = before
        if connection.vendor == "postgresql":
            _postgres(f"DROP DATABASE {name}")


def _postgres(statement: str) -> None:
    at = connection.get_connection_params()
    told = {name: at[name] for name in ("dbname", "user", "password", "host", "port") if at.get(name)}
    with psycopg.connect(**told, autocommit=True) as held:
        held.execute(sql.SQL(statement))


@contextmanager
def experts_answering(experts: list[Expert]) -> Iterator[list[str]]:
    """Each answers without a pause; the list is of the events that were acknowledged."""
    stop, acknowledged = Event(), list[str]()

    def answer(who: Expert) -> None:
        strength = 2
        while not stop.is_set():
            strength = 2 + (strength - 1) % 8
            acknowledged.append(make.say(who, "a", "b", strength=strength).event.hash)
        connections.close_all()

    writers = [Thread(target=answer, args=[who]) for who in experts]
    for writer in writers:
        writer.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def wait_for_more(acknowledged: list[str], than: int) -> None:
    until = time.monotonic() + 20
    while len(acknowledged) <= than:
        assert time.monotonic() < until, "nobody could write"
        time.sleep(0.01)


@pytest.fixture
def programs(settings: Settings) -> None:
    """Where the tests' PostgreSQL came as a wheel, its programs did too."""
    if connection.vendor == "postgresql" and not list(Path("/usr/lib/postgresql").glob("*/bin/pg_dump")):
        settings.PG_BIN = str(_candidates()[0][1])


@pytest.mark.django_db(transaction=True)
def test_backups_of_a_site_that_writes_come_back_whole(programs: None, tmp_path: Path) -> None:
    """All that was acknowledged before a backup began is in it, and every log, set and run in it holds."""
    scored.run()
    open_survey = make.survey(of=make.edition(label="2.0"))
    experts = [make.expert(open_survey, f"W{number}") for number in range(WRITERS)]
    made, began, whole = [], time.monotonic(), 0
    with experts_answering(experts) as acknowledged:
        for _ in range(BACKUPS):
            wait_for_more(acknowledged, len(acknowledged) + 5)
            before = set(acknowledged)
            made.append((backup_make(tmp_path), before))
            wait_for_more(acknowledged, len(acknowledged) + 5)  # nobody had to stop
    try:
        for number, (file, before) in enumerate(made):
            with an_empty_database(f"restored_{number}", tmp_path):
                said = called("restore", file)
                assert before <= set(JudgmentEvent.objects.values_list("hash", flat=True))
                assert "1 locked weight sets hold" in said
                assert "1 runs are whole" in said
                with pytest.raises(CommandError, match="is not empty"):
                    called("restore", file)
                whole += 1
    finally:
        seconds = time.monotonic() - began
        record("live backups restored and verified", BACKUPS, BACKUPS - whole, seconds, note=connection.vendor)


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the forgery is made in a copy of SQLite")
def test_what_was_changed_on_the_way_is_found(tmp_path: Path) -> None:
    """A backup whose maker lied consistently: its hash is right, its ranks are not."""
    run = scored.run()
    file = backup_make(tmp_path)
    assert "is whole: " in called("backup", "--check", file)
    manifest = archive.read(file)
    archive.unpack(file, manifest, tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f"DROP TRIGGER {name}")
        copy.execute("UPDATE scoring_score SET rank = rank + 1")
        copy.commit()
    forged = archive.write(tmp_path, tmp_path / "copy", manifest.snapshot)
    with an_empty_database("forged", tmp_path), pytest.raises(CommandError, match=f"Run {run.pk}"):
        called("restore", forged)


def a_backup(home: Path, **told: object) -> Path:
    with closing(sqlite3.connect(home / "copy")) as copy:
        copy.execute(
            "CREATE TABLE IF NOT EXISTS numbers AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 5000) SELECT i FROM n"
        )
        copy.commit()
    details = {"engine": "sqlite", "server": "3", "migrations": [], "rows": {"numbers": 5000}, **told}
    return archive.write(home, home / "copy", Snapshot(**details))  # type: ignore[arg-type]


@pytest.mark.parametrize("place", [0.1, 0.5, 0.97])
def test_a_damaged_backup_is_refused(tmp_path: Path, place: float) -> None:
    file = a_backup(tmp_path)
    assert backup_check(file).snapshot.rows == {"numbers": 5000}
    content = bytearray(file.read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(Refused, match="Take another one"):
        backup_check(file)
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(Refused, match="Take another one"):
        backup_check(file)


@pytest.mark.one_database
@pytest.mark.django_db
def test_what_cannot_be_put_back_here_is_refused_in_a_sentence(tmp_path: Path) -> None:
    newer = a_backup(tmp_path, engine=connection.vendor, migrations=["surveys.9999_from_tomorrow"])
    with pytest.raises(CommandError, match="9999_from_tomorrow this version does not know"):
        called("restore", newer)
    with pytest.raises(CommandError, match="a database of its own kind"):
        called("restore", a_backup(tmp_path, engine="postgresql"))
    with pytest.raises(CommandError, match="cannot be read"):
        called("restore", tmp_path / "none.zip")
