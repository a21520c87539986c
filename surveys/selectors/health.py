"""How the service is: what a load balancer, a monitoring system and a coordinator want to know."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.utils import timezone

from surveys import guards
from surveys.models import Job, JudgmentEvent, Letter, WorkerSign
from surveys.redis_broker import redis_broker

PATIENCE = 60.0  # seconds: a worker sweeps every five, and is idle at least between two jobs
BROKER_PATIENCE = 1.0  # seconds
BROKER_REMEMBERED = 5  # seconds: whoever asks without end must not keep every thread waiting for a frozen broker

_migrated = False


@dataclass(frozen=True)
class Standing:
    """Whether this process can answer people: nothing of it may be wrong."""

    database: bool
    migrated: bool
    guarded: bool

    @property
    def ready(self) -> bool:
        return self.database and self.migrated and self.guarded


@dataclass(frozen=True)
class Work:
    """Whether somebody computes. Ages in seconds; `seen` is None where no worker was ever there."""

    seen: float | None
    busy: bool
    oldest: float
    jobs: dict[str, int]

    @property
    def alive(self) -> bool:
        """A worker that computes takes no messages, but keeps its lease."""
        return self.busy or (self.seen is not None and self.seen <= PATIENCE)

    @property
    def stuck(self) -> bool:
        """Something waits that should have been taken long ago, or nobody is there to take it."""
        return not self.alive or (self.oldest > PATIENCE and not self.busy)


def standing() -> Standing:
    """Ask the database, whether its tables are ours and whether its guards are in force."""
    try:
        return Standing(True, _tables_are_ours(), not guards.missing())
    except DatabaseError:
        return Standing(False, False, False)


def work() -> Work:
    now = timezone.now()
    seen = WorkerSign.objects.values_list("seen_at", flat=True).first()
    busy = Job.objects.filter(state=Job.State.RUNNING, lease_until__gt=now).exists()
    due = Job.objects.filter(state=Job.State.WAITING, run_after__lte=now).aggregate(first=Min("run_after"))["first"]
    return Work(_age(seen, now), busy, _age(due, now) or 0.0, _by_state(Job))


def answers_stored() -> int:
    """Every answer ever given, changes included: the length of all logs together."""
    return JudgmentEvent.objects.count()


def letters_by_state() -> dict[str, int]:
    return _by_state(Letter)


def disk_free() -> int:
    """Bytes that are free where our data lie."""
    return shutil.disk_usage(settings.DATA_DIR).free


def broker_answers() -> bool:
    """Does the broker answer within a second? Remembered for a moment."""
    return bool(cache.get_or_set("broker-answers", _ask_broker, BROKER_REMEMBERED))


def _ask_broker() -> bool:
    client = redis_broker(BROKER_PATIENCE)
    if client is None:
        return True  # a folder, which settings made
    try:
        with client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def _tables_are_ours() -> bool:
    """A process that has once seen all migrations need not look again: it would be started anew for others."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _by_state(model: type[Job] | type[Letter]) -> dict[str, int]:
    """How many rows are in each state, also where there is none."""
    counted = dict(model._default_manager.order_by().values_list("state").annotate(Count("pk")))
    return {state: counted.get(state, 0) for state in model.State.values}


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else max(0.0, (now - moment).total_seconds())
