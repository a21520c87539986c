"""What wakes workers up: messages that leave after the commit, and a sweep that finds what was lost."""

import logging
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from surveys import tasks
from surveys.models import Job
from surveys.services import jobs
from surveys.services.jobs import job_announced, job_done, job_failed, jobs_due
from tests.surveys.test_jobs import claimed, stored, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Messages that would have gone to the broker."""
    messages: list[int] = []
    monkeypatch.setattr(tasks.perform, "apply_async", lambda args, **_: messages.extend(args))
    return messages


def due(job: Job, **changes: Any) -> Job:
    Job.objects.filter(pk=job.pk).update(**{"announced_until": None, **changes})
    return job


def test_the_sweep_announces_what_waits_or_was_abandoned_and_nothing_else(sent: list[int]) -> None:
    now, later = timezone.now(), timezone.now() + timedelta(seconds=30)
    waits = due(waiting(1))
    abandoned = due(claimed(waiting(2)), lease_until=now - timedelta(seconds=1))
    forgotten = due(waiting(3), announced_until=now - timedelta(seconds=1))
    due(waiting(4), announced_until=later)
    due(waiting(5), run_after=later)
    due(claimed(waiting(6)))
    job_done(claimed(due(waiting(7))))
    job_failed(claimed(due(waiting(8))), "no")
    assert {job.pk for job in jobs_due()} == {waits.pk, abandoned.pk, forgotten.pk}
    tasks.sweep()
    assert sorted(sent) == sorted([waits.pk, abandoned.pk, forgotten.pk])
    tasks.sweep()
    assert len(sent) == 3


def test_what_its_door_announces_is_left_to_it_for_a_moment(sent: list[int]) -> None:
    job = waiting()
    tasks.sweep()
    assert sent == []
    died_message = stored(job).announced_until
    assert died_message and died_message <= timezone.now() + jobs.SWEEP


def test_an_announced_job_is_announced_again_when_its_message_was_lost() -> None:
    job = due(waiting())
    job_announced(job.pk)
    assert not jobs_due()
    due(job, announced_until=timezone.now() - timedelta(milliseconds=1))
    assert list(jobs_due()) == [job]


def test_a_sweep_without_a_broker_stops_at_the_first_message(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def away(args: tuple[int], **_: object) -> None:
        tries.extend(args)
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.perform, "apply_async", away)
    for subject in range(3):
        due(waiting(subject))
    tasks.sweep()
    assert len(tries) == 1
    assert jobs_due().count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_wake_up_leaves_after_the_commit_and_not_without_one(sent: list[int]) -> None:
    def wait_for(count: int) -> list[int]:
        until = time.monotonic() + 2
        while len(sent) < count and time.monotonic() < until:
            time.sleep(0.01)
        return sent

    with transaction.atomic():
        job = waiting()
        tasks.enqueue(job)
        time.sleep(0.1)
        assert sent == []
    assert wait_for(1) == [job.pk]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tasks.enqueue(waiting(2))
        raise ZeroDivisionError
    time.sleep(0.1)
    assert sent == [job.pk]


def test_a_sweep_announces_some_of_each_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of parts that wait keep no letter and no expert's answers waiting."""
    told: list[tuple[str, str]] = []
    now = timezone.now()
    for subject in range(5):
        Job.objects.create(kind="open_part", subject=subject, run_after=now - timedelta(hours=1))
    for kind in ("submission", "mailing", "what nobody registered"):
        Job.objects.create(kind=kind, subject=1, run_after=now)
    kinds = dict(Job.objects.values_list("pk", "kind"))
    monkeypatch.setattr(tasks, "SWEEP_BATCH", 3)
    monkeypatch.setattr(tasks.perform, "apply_async", lambda ids, *, queue, **_: told.append((queue, kinds[ids[0]])))
    tasks.sweep()
    assert told == [
        ("interactive", "submission"), ("interactive", "what nobody registered"), ("mail", "mailing"),
        *[("bulk", "open_part")] * 3,
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_frozen_broker_delays_nobody_and_a_full_queue_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    frozen = True

    def hang(*_: object, **__: object) -> None:
        while frozen:
            time.sleep(0.01)

    monkeypatch.setattr(tasks.perform, "apply_async", hang)
    monkeypatch.setattr(tasks, "_messenger", tasks._Messenger(limit=2))
    made = [waiting(subject) for subject in range(6)]
    began = time.monotonic()
    for job in made:
        tasks.enqueue(job)
    taken = time.monotonic() - began
    frozen = False
    assert taken < 0.3
    assert "left to the sweep" in caplog.text
    assert Job.objects.filter(state=Job.State.WAITING).count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_is_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.perform, "apply_async", away)
    job = waiting()
    tasks.enqueue(job)
    until = time.monotonic() + 2
    while "does not answer" not in caplog.text and time.monotonic() < until:
        time.sleep(0.01)
    assert f"job {job.pk} waits for the sweep" in caplog.text
