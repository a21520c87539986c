"""Random SQL on the rows under a locked set and its run: refused by the database, or, where its guards were taken away,
found by the verification. Columns that no document states (notes, moments of display, …) are not among them.
"""

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import Error, connection, models, transaction

from scoring.models import ScoringRun
from scoring.services.verification import run_problems
from surveys.guards import all_guards, lifted
from surveys.models import Decision, WeightSet
from surveys.selectors.verification import stored_problems
from tests.scoring import factories as score
from tests.support.postgres import _candidates
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

SEED = 20260131
ROOT = Path(__file__).resolve().parents[2]
STATED: dict[str, list[str]] = {
    "surveys.judgmentevent": ["more_important", "strength", "revision", "conflict", "source", "received_at", "hash",
                              "previous_hash"],
    "surveys.judgment": ["more_important", "strength", "revision"],
    "surveys.submission": ["revision", "head_hash"],
    "surveys.noderesult": ["weights", "second_weights", "lambda_max", "index", "random_index", "ratio"],
    "surveys.panelresult": ["number", "method", "random_index", "aggregation", "missing_allowed", "invited",
                            "input_hash"],
    "surveys.panelmember": ["weight", "excluded"],
    "surveys.panelnode": ["experts", "answers", "matrix", "weights", "second_weights", "lambda_max", "index",
                          "random_index", "table", "ratio"],
    "surveys.decision": ["rule", "reason", "after_unmasking", "decided_at"],
    "surveys.weightset": ["number", "adopted_decimals", "synthetic", "document", "content_hash", "seal", "seal_hash",
                          "proposed_at", "proposal", "approved_at", "approval", "locked_at", "state"],
    "surveys.weightentry": ["local_weight", "global_weight", "adopted_weight", "source", "reference", "reason"],
    "surveys.edition": ["label", "content_hash"],
    "surveys.indicator": ["code", "name", "definition", "unit", "aliases", "scoring"],
    "surveys.comparison": ["position"],
    "surveys.survey": ["key", "question_plan", "full_up_to", "questions_per_item", "question_order"],
    "scoring.dataset": ["name", "version", "node", "columns", "file_name", "file_hash", "year", "source", "synthetic",
                        "content_hash"],
    "scoring.dataunit": ["name", "attributes", "values"],
    "scoring.scoringrun": ["number", "weights_used", "weights_hash", "preview", "synthetic", "options", "software",
                           "input_hash", "document", "content_hash"],
    "scoring.score": ["score", "rank"],
}  # fmt: skip
"""What the documents of a set and of a run say, by table."""

NO_ROW_MAY_COME = [
    "surveys.judgmentevent", "surveys.panelmember", "surveys.panelnode", "surveys.weightentry", "surveys.indicator",
    "surveys.comparison", "surveys.noderesult", "scoring.dataunit", "scoring.score",
]  # fmt: skip
MAY_GO = [name for name in STATED if name != "surveys.survey"]


@pytest.fixture
def run() -> ScoringRun:
    survey = make.survey()
    for number, code in enumerate(["E1", "E2", "E3"]):
        make.submitted(make.expert(survey, code), strength=3 + number)
    last = survey.experts.get(code="E3")
    node = survey.edition.indicators.get(code="a")
    Decision.objects.create(
        expert=last, node=node, act="exclude", rule="declared", reason="rushed", decided_by=make.user()
    )
    make.work_off()
    result = make.panel_result(survey, experts=0)
    made = make.weight_set("locked", of=result, decimals=2)
    return score.run(made)


def problems(run: ScoringRun) -> list[str]:
    return [*stored_problems(WeightSet.objects.get(pk=run.weight_set_id)), *run_problems(run.pk)]


def another(chance: random.Random, field: "models.Field[Any, Any]", value: Any) -> Any:
    """A value that says something else, well beyond what processors differ by."""
    if field.choices:
        return chance.choice([choice for choice, _label in field.flatchoices if choice != value])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float | Decimal):
        return value + chance.randrange(1, 5)
    if isinstance(value, datetime):
        return value + timedelta(seconds=chance.randrange(1, 9999))
    if isinstance(value, list):
        return [*value[:-1], another(chance, field, value[-1])] if value and chance.random() < 0.7 else [*value, "1"]
    if isinstance(value, dict):
        return {**value, "en": f"{value.get('en', '')}x"}
    if field.name == "key":
        return type(value)(int=value.int ^ 1)
    text = value or ""
    place = next((place for place, char in enumerate(text) if char in "123456789"), None)
    if place is None or chance.random() < 0.3:
        return f"{text}1" if not text.replace(".", "").isdigit() else f"1{text}"
    other = chance.choice([digit for digit in "123456789" if digit != text[place]])
    return text[:place] + other + text[place + 1 :]


def statement(chance: random.Random) -> tuple[str, list[Any]]:
    """One UPDATE, DELETE, INSERT or REPLACE of a row under the set."""
    act = chance.choice(["update", "update", "update", "delete", "insert", "replace"])
    name = chance.choice({"update": list(STATED), "delete": MAY_GO, "insert": NO_ROW_MAY_COME, "replace": MAY_GO}[act])
    model = apps.get_model(name)
    row = chance.choice(list(model._default_manager.all()))
    table = model._meta.db_table
    if act == "delete":
        return f"DELETE FROM {table} WHERE id = %s", [row.pk]
    field = model._meta.get_field(chance.choice(STATED[name]))
    value = another(chance, field, getattr(row, field.name))
    given = field.get_db_prep_save(value, connection)
    if act == "update":
        return f'UPDATE {table} SET "{field.column}" = %s WHERE id = %s', [given, row.pk]
    columns = [each.column for each in model._meta.concrete_fields]
    values = [
        each.get_db_prep_save(value if each is field else getattr(row, each.attname), connection)
        for each in model._meta.concrete_fields
    ]
    if act == "insert":
        values[columns.index("id")] = row.pk + 1_000_000
        if "revision" in columns:  # the next event of the log
            values[columns.index("revision")] = 99
        if "client_key" in columns:
            values[columns.index("client_key")] = "00000000000040008000000000000001"
    named, marks = ", ".join(f'"{column}"' for column in columns), ", ".join(["%s"] * len(columns))
    insert = f"INTO {table} ({named}) VALUES ({marks})"
    if act == "insert":
        return f"INSERT {insert}", values
    if connection.vendor == "sqlite":
        return f"INSERT OR REPLACE {insert}", values
    changes = ", ".join(f'"{column}" = EXCLUDED."{column}"' for column in columns if column != "id")
    return f"INSERT {insert} ON CONFLICT (id) DO UPDATE SET {changes}", values


def attempt(chance: random.Random, run: ScoringRun) -> str:
    """refused or found; anything else is what was done."""
    sql, values = statement(chance)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
            connection.check_constraints()
            outcome = "found" if problems(run) else f"{sql} {values}"
            transaction.set_rollback(True)
    except Error:
        return "refused"
    return outcome


def test_an_untouched_set_and_run_hold(run: ScoringRun) -> None:
    assert problems(run) == []
    guarded = {guard.table for guard in all_guards()}
    unguarded = {apps.get_model(name)._meta.db_table for name in STATED} - guarded
    assert unguarded == set()


def test_with_its_guards_the_database_refuses(run: ScoringRun) -> None:
    """What it lets pass is found: a log may grow, and grows only as the count of the expert says."""
    chance = random.Random(SEED)
    outcomes = [attempt(chance, run) for _attempt in range(500)]
    assert set(outcomes) <= {"refused", "found"}, (SEED, outcomes)
    assert outcomes.count("refused") > 400


@pytest.mark.rotates(10)
def test_without_guards_every_change_is_found(run: ScoringRun) -> None:
    chance = random.Random(SEED + 1)
    with lifted():
        outcomes = [attempt(chance, run) for _attempt in range(250)]
    assert set(outcomes) <= {"refused", "found"}, (SEED, outcomes)
    assert outcomes.count("found") > 150


# --- after a dump and a restore ---


def manage(*words: str, database: str, home: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "DATABASE_URL": database, "DATA_DIR": str(home)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def postgres_url(name: str) -> str:
    settings = connection.settings_dict
    return f"postgresql://{settings['USER']}@/{name}?host={settings['HOST'] or settings['OPTIONS'].get('host')}"


def restored(home: Path) -> str:
    """The URL of a copy of the test database, made as one would: from a dump as SQL."""
    if connection.vendor == "sqlite":
        copy = home / "restored.sqlite3"
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as old, closing(sqlite3.connect(copy)) as new:
            new.executescript("\n".join(old.iterdump()))
        return f"sqlite:///{copy}"
    name = "restored"
    with psycopg.connect(postgres_url("postgres"), autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS restored")
        server.execute("CREATE DATABASE restored")
    _origin, programs = _candidates()[0]
    source = postgres_url(str(connection.settings_dict["NAME"]))
    dump = subprocess.run([programs / "pg_dump", source], capture_output=True, check=True).stdout
    load = [str(programs / "psql"), "-v", "ON_ERROR_STOP=1", "-q", postgres_url(name)]
    subprocess.run(load, input=dump, capture_output=True, check=True)
    return postgres_url(name)


def execute(url: str, statements: list[str]) -> None:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as copy:
            copy.executescript(";".join(statements))
        return
    with psycopg.connect(url, autocommit=True) as copy:
        for each in statements:
            copy.execute(each.encode())


@pytest.mark.django_db(transaction=True)
def test_a_set_and_its_run_hold_after_a_dump_and_a_restore(run: ScoringRun, tmp_path: Path) -> None:
    copy = restored(tmp_path)
    change = "UPDATE surveys_judgmentevent SET strength = 9 WHERE revision = 1"
    with pytest.raises((sqlite3.Error, psycopg.Error), match="written once"):
        execute(copy, [change])
    for command, number in (("verify", run.weight_set_id), ("verify_run", run.pk)):
        held = manage(command, str(number), database=copy, home=tmp_path)
        assert held.returncode == 0, held.stderr
    off = "DROP TRIGGER guard_surveys_judgmentevent_update"
    execute(copy, [f"{off} ON surveys_judgmentevent" if connection.vendor == "postgresql" else off, change])
    broken = manage("verify", str(run.weight_set_id), database=copy, home=tmp_path)
    assert broken.returncode == 1
    assert "E1: Event 1 does not say" in broken.stderr
