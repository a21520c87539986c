"""Submissions and a real worker in a process of its own: computed once, whatever dies."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from surveys.models import Expert, Job, Person, Submission
from surveys.services import jobs
from surveys.services.jobs import job_ensure
from surveys.services.submissions import submission_create
from surveys.tasks import enqueue
from tests.support.redis_server import Server
from tests.support.worker import Worker
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 40.0
AT_ONCE = 0.5  # seconds; a broker that is waited for takes two or more


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, list(Job.objects.values())
        time.sleep(0.1)


def is_done(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk, state=Job.State.DONE).exists()


def answered() -> Expert:
    expert = make.expert()
    make.answer_all(expert)
    return expert


def hand_in(expert: Expert) -> tuple[Submission, Job]:
    """As the expert's door does it, and not slower for any broker."""
    began = time.monotonic()
    submission, job = submission_create(expert)
    enqueue(job)
    assert time.monotonic() - began < AT_ONCE
    return submission, job


def assert_computed_once(submission: Submission, job: Job) -> None:
    wait_for(lambda: is_done(job))
    assert submission.results.count() == 2


def test_a_submission_is_computed(celery_worker: Worker) -> None:
    """Over a folder and over Redis, on the wake-up: no sweep is due for another ten seconds."""
    began = time.monotonic()
    assert_computed_once(*hand_in(answered()))
    assert time.monotonic() - began < 5


def test_with_redis_stopped_a_submission_is_taken_at_once_and_computed_when_it_is_back(
    start_worker: Callable[..., Worker], mortal_redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SWEEP", timedelta(seconds=2))  # how soon a wake-up counts as lost
    start_worker(mortal_redis.url)
    expert = answered()
    mortal_redis.kill()
    submission, job = hand_in(expert)
    time.sleep(1)
    assert Job.objects.get(pk=job.pk).state == Job.State.WAITING
    mortal_redis.start()
    assert_computed_once(submission, job)


@pytest.mark.one_database
def test_a_frozen_redis_delays_no_submission(start_worker: Callable[..., Worker], mortal_redis: Server) -> None:
    start_worker(mortal_redis.url)
    first = answered()
    assert_computed_once(*hand_in(first))  # a connection stands, and will hang
    make.say(first, "a", "b", "b", 9)
    mortal_redis.freeze()
    submission, job = hand_in(first)
    mortal_redis.thaw()
    assert_computed_once(submission, job)


def test_what_was_handed_in_before_any_worker_started_is_found(start_worker: Callable[..., Worker]) -> None:
    submission, job = submission_create(answered())  # its wake-up was never sent
    Job.objects.update(announced_until=None)
    start_worker()
    assert_computed_once(submission, job)


@pytest.mark.parametrize("broker", [pytest.param("folder", marks=pytest.mark.one_database), "redis"])
def test_a_worker_killed_in_the_middle_of_a_job_costs_one_attempt(
    broker: str, start_worker: Callable[..., Worker], request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("redis_url") if broker == "redis" else ""
    worker = start_worker(url, "tests.support.slow_settings")
    job = job_ensure("slow", 1)
    enqueue(job)
    wait_for(lambda: Job.objects.get(pk=job.pk).state == Job.State.RUNNING)
    worker.kill()
    assert not Person.objects.exists()
    worker.start()
    wait_for(lambda: is_done(job))
    assert Person.objects.count() == 1
    assert Job.objects.get(pk=job.pk).attempts == 2
