"""What must hold of a database that came from a backup, over everything and not a sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

from scoring.backups.archive import Manifest
from scoring.models import ScoringRun, Study
from scoring.services.studies import study_problems
from scoring.services.verification import run_problems
from surveys.guards import missing
from surveys.models import Expert, WeightSet
from surveys.selectors.verification import stored_problems
from surveys.services.chain import chain_verify

SIGNED = (WeightSet.State.LOCKED, WeightSet.State.SUPERSEDED)


@dataclass(frozen=True)
class Examined:
    """One thing that was looked at: how many there are, and what is wrong."""

    what: str
    problems: list[str]


def rows_came_back(manifest: Manifest) -> Examined:
    """Every table has the rows that it had in the moment of the backup. Asked before `migrate` may add some."""
    wanted = manifest.snapshot.rows
    with connection.cursor() as cursor:
        there = {table: _count(cursor, table) for table in connection.introspection.table_names(cursor)}
    problems = [
        f"Table {table} has {there.get(table, 'no')} rows and had {count}."
        for table, count in wanted.items()
        if there.get(table) != count
    ]
    return Examined(f"{sum(wanted.values())} rows of {len(wanted)} tables are there", problems)


def _count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  its own tables
    return int(cursor.fetchone()[0])


def examine() -> Iterator[Examined]:
    """The triggers, every expert's log, every signed set, every run and study."""
    yield Examined("all guards are in force", [f"The guard {name} is missing." for name in missing()])
    experts = list(Expert.objects.select_related("survey").order_by("pk"))
    logs = [f"Expert {one.pk} ({one.code}): {problem}" for one in experts for problem in chain_verify(one)]
    yield Examined(f"{len(experts)} experts' logs hold", logs)
    yield _sets()
    runs = list(ScoringRun.objects.exclude(computed_at=None).order_by("pk").values_list("pk", flat=True))
    yield Examined(
        f"{len(runs)} runs are whole", [f"Run {pk}: {problem}" for pk in runs for problem in run_problems(pk)]
    )
    studies = list(Study.objects.exclude(computed_at=None).order_by("pk").values_list("pk", flat=True))
    wrong = [f"Study {pk}: {problem}" for pk in studies for problem in study_problems(pk)]
    yield Examined(f"{len(studies)} studies are whole", wrong)


def _sets() -> Examined:
    stored = WeightSet.objects.filter(state__in=SIGNED).order_by("pk")
    sets = list(stored.select_related("edition__system", "panel_result__survey__edition"))
    problems = [f"Weight set {one.pk}: {problem}" for one in sets for problem in stored_problems(one)]
    return Examined(f"{len(sets)} locked weight sets hold", problems)
