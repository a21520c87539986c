"""The job protocol: whatever dies, comes twice or is lost, a job is computed once."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone, translation

from config import supervisor
from surveys.errors import Refused
from surveys.models import Job, Person
from surveys.services import jobs
from surveys.services.jobs import (
    ATTEMPTS,
    LEASE,
    LostLease,
    job_claim,
    job_done,
    job_ensure,
    job_failed,
    job_perform,
    job_progress,
    job_restart,
    lease_kept,
)
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

Work = jobs.Work


@pytest.fixture
def works() -> Iterator[dict[str, Work]]:
    """Kinds of job that exist for one test."""
    before = dict(jobs._works)
    yield jobs._works
    jobs._works.clear()
    jobs._works.update(before)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda name: monkeypatch.setenv("QUANHENG_SERVICE_START", name)


def waiting(subject: int = 1, kind: str = "test") -> Job:
    return job_ensure(kind, subject)


def claimed(job: Job) -> Job:
    found = job_claim(job.pk)
    assert found is not None
    return found


def died(job: Job) -> None:
    """The worker that held it is gone, and so is its lease."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def stored(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def note(text: str) -> Callable[[], None]:
    """What a test job stores."""

    def store() -> None:
        Person.objects.create(name=text)

    return store


# --- claiming ---


def test_there_is_one_job_for_each_subject() -> None:
    assert waiting(1).pk == waiting(1).pk
    assert len({waiting(1).pk, waiting(2).pk, waiting(1, "other").pk}) == 3


@pytest.mark.django_db(transaction=True)
def test_one_of_many_who_claim_at_once_gets_it() -> None:
    job = waiting()
    outcomes = make.in_threads(*[lambda: job_claim(job.pk)] * 6)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Job", *["NoneType"] * 5]
    assert stored(job).attempts == 1


def test_a_claim_is_a_lease_for_a_while() -> None:
    job = claimed(waiting())
    assert job.state == Job.State.RUNNING
    assert job.lease_until and timezone.now() < job.lease_until <= timezone.now() + LEASE
    assert job_claim(job.pk) is None
    died(job)
    second = claimed(job)
    assert second.lease != job.lease
    assert second.attempts == 2


@pytest.mark.parametrize("state", ["done", "failed"])
def test_what_is_settled_is_not_claimed(state: str) -> None:
    job = waiting()
    Job.objects.filter(pk=job.pk).update(state=state)
    assert job_claim(job.pk) is None


def test_nobody_claims_before_its_time_or_what_is_not_there() -> None:
    job = waiting()
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now() + timedelta(seconds=60))
    assert job_claim(job.pk) is None
    assert job_claim(10**9) is None


def test_whoever_lost_the_lease_can_do_nothing() -> None:
    first = claimed(waiting())
    died(first)
    second = claimed(first)
    with pytest.raises(LostLease):
        job_done(first)
    with pytest.raises(LostLease):
        job_failed(first, "no")
    with pytest.raises(LostLease):
        job_progress(first, 1, 2)
    assert stored(first).lease == second.lease
    job_done(second)
    assert stored(first).state == Job.State.DONE


def test_progress_is_told() -> None:
    job = claimed(waiting())
    job_progress(job, 3, 14)
    assert (stored(job).done_steps, stored(job).all_steps) == (3, 14)


# --- attempts ---


def test_five_deaths_fail_a_job_and_one_click_starts_it_again() -> None:
    job = waiting()
    for _ in range(ATTEMPTS):
        died(claimed(job))
    assert job_claim(job.pk) is None
    failed = stored(job)
    assert (failed.state, failed.error, failed.lease) == (Job.State.FAILED, jobs.DIED, "")
    assert job_restart(job)
    assert not job_restart(job)
    assert claimed(job).attempts == 1


def test_deaths_of_the_whole_service_are_not_the_jobs_fault(started: Callable[[str], None]) -> None:
    job = waiting()
    for number in range(2 * ATTEMPTS):
        started(f"2026-11-23T20:00:{number:02d}")
        assert claimed(job).attempts == 1
        died(job)


def test_two_services_that_take_turns_come_to_an_end(started: Callable[[str], None]) -> None:
    job = waiting()
    attempts = 0
    while attempts < 50:
        started("2026-11-23" if attempts % 2 else "")
        if job_claim(job.pk) is None:
            break
        attempts += 1
        died(job)
    assert stored(job).state == Job.State.FAILED
    assert attempts <= 2 * ATTEMPTS


def test_the_supervisor_names_its_start_for_every_worker_of_it() -> None:
    names = {supervisor.worker_environment()["QUANHENG_SERVICE_START"] for _ in range(2)}
    assert names == {supervisor.SERVICE_START}
    assert "2026" < supervisor.SERVICE_START < "9"
    assert len(supervisor.SERVICE_START) <= (Job._meta.get_field("service").max_length or 0)


def test_an_unforeseen_error_is_raised_for_the_log_and_tried_again_later(works: dict[str, Work]) -> None:
    works["test"] = _broken
    job = waiting()
    for attempt in range(1, ATTEMPTS):
        Job.objects.update(run_after=timezone.now())
        with pytest.raises(ZeroDivisionError):
            job_perform(job.pk)
        put_back = stored(job)
        assert (put_back.state, put_back.attempts, put_back.error) == (Job.State.WAITING, attempt, "")
        assert put_back.run_after > timezone.now() + timedelta(seconds=2**attempt - 1)
    Job.objects.update(run_after=timezone.now())
    with pytest.raises(ZeroDivisionError):
        job_perform(job.pk)
    assert (stored(job).state, stored(job).error) == (Job.State.FAILED, jobs.BROKEN)


def _broken(job: Job) -> Callable[[], None]:
    raise ZeroDivisionError


def test_an_unknown_kind_is_put_back() -> None:
    job = waiting(kind="of a later version")
    with pytest.raises(KeyError):
        job_perform(job.pk)
    assert stored(job).state == Job.State.WAITING


# --- performing ---


def test_a_job_performed_twice_stores_once(works: dict[str, Work]) -> None:
    works["test"] = lambda _job: note("result")
    job = waiting()
    assert job_perform(job.pk) is not None
    assert job_perform(job.pk) is None
    assert Person.objects.count() == 1
    done = stored(job)
    assert (done.state, done.lease, done.error) == (Job.State.DONE, "", "")
    assert done.finished_at


@pytest.mark.django_db(transaction=True)
def test_a_job_performed_by_many_at_once_stores_once(works: dict[str, Work]) -> None:
    works["test"] = lambda _job: note("result")
    job = waiting()
    make.in_threads(*[lambda: job_perform(job.pk)] * 4)
    assert Person.objects.count() == 1


def test_a_lost_lease_stores_nothing(works: dict[str, Work]) -> None:
    def overtaken(job: Job) -> Callable[[], None]:
        died(job)
        claimed(job)
        return note("too late")

    works["test"] = overtaken
    job = waiting()
    job_perform(job.pk)
    assert not Person.objects.exists()
    assert (stored(job).state, stored(job).attempts) == (Job.State.RUNNING, 2)


@pytest.mark.parametrize("error", [Refused("Nothing to compute."), ZeroDivisionError()])
def test_a_result_that_cannot_be_stored_is_not_half_stored(works: dict[str, Work], error: Exception) -> None:
    def half() -> None:
        note("half")()
        raise error

    works["test"] = lambda _job: half
    job = waiting()
    if isinstance(error, Refused):
        job_perform(job.pk)
        assert (stored(job).state, stored(job).error) == (Job.State.FAILED, "Nothing to compute.")
    else:
        with pytest.raises(ZeroDivisionError):
            job_perform(job.pk)
        assert stored(job).state == Job.State.WAITING
    assert not Person.objects.exists()


def test_a_refusal_is_a_failure_with_its_sentence(works: dict[str, Work]) -> None:
    def refuse(job: Job) -> Callable[[], None]:
        raise Refused(translation.gettext("No such survey."))

    works["test"] = refuse
    job = waiting()
    with translation.override("zh-hans"):
        job_perform(job.pk)
    assert (stored(job).state, stored(job).error) == (Job.State.FAILED, "No such survey.")


def test_the_work_runs_outside_a_transaction_and_the_storing_inside_one(works: dict[str, Work]) -> None:
    depth: list[int] = []

    def look() -> None:
        depth.append(len(connection.savepoint_ids))

    def work(job: Job) -> Callable[[], None]:
        look()
        return look

    works["test"] = work
    before = len(connection.savepoint_ids)
    job_perform(waiting().pk)
    assert [seen - before for seen in depth] == [0, 1]


# --- the lease while computing ---


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=1.0))
    monkeypatch.setattr(jobs, "RENEWAL", timedelta(seconds=0.1))


@pytest.mark.django_db(transaction=True)
def test_a_long_computation_keeps_its_lease(quick: None) -> None:
    job = claimed(waiting())
    with lease_kept(job):
        time.sleep(1.5)
        assert job_claim(job.pk) is None
    job_done(job)


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_not_renewed_after_the_work(quick: None) -> None:
    job = claimed(waiting())
    with pytest.raises(ZeroDivisionError), lease_kept(job):
        time.sleep(0.3)
        raise ZeroDivisionError
    until = stored(job).lease_until
    time.sleep(0.3)
    assert stored(job).lease_until == until


@pytest.mark.django_db(transaction=True)
def test_a_missed_renewal_is_not_the_last(
    quick: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = claimed(waiting())
    held, troubles = jobs._held, [DatabaseError("database is locked")] * 2

    def sometimes(job: Job, **values: Any) -> None:
        if troubles:
            raise troubles.pop()
        held(job, **values)

    monkeypatch.setattr(jobs, "_held", sometimes)
    with lease_kept(job):
        time.sleep(1.5)
        assert job_claim(job.pk) is None
    assert "could not be renewed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_losing_the_lease_ends_the_renewals_quietly(quick: None) -> None:
    job = claimed(waiting())
    with lease_kept(job):
        died(job)
        other = claimed(job)
        time.sleep(0.3)
    assert stored(job).lease == other.lease
