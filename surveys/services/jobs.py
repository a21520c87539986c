"""The job protocol: the row is the truth, a message only a wake-up.

A worker claims a job for `LEASE` by compare-and-swap, renews the lease every `RENEWAL` while it computes, and stores
the result in the transaction that marks the job done: whoever lost the lease stores nothing. A worker that dies
leaves a lease that runs out; the sweep, at most `SWEEP` apart, announces whatever waits. Five attempts that died
without the whole service having been killed make a job `failed`; one click starts it again.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop, override

from surveys.canonical import canonical_json
from surveys.errors import Refused
from surveys.models import Job
from surveys.queues import INTERACTIVE

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
RENEWAL = timedelta(seconds=3)
SWEEP = timedelta(seconds=10)
ANNOUNCEMENT = timedelta(seconds=60)
ATTEMPTS = 5
HELD = timedelta(days=36500)

# Stored as msgids, so that each reader sees them in their own language.
DIED = gettext_noop("The computation ended unexpectedly five times. Start it again or ask the administrator.")
BROKEN = gettext_noop("An unexpected error stopped the computation. Start it again or ask the administrator.")


class LostLease(Exception):
    """Another worker holds this job now, or it was taken away: stop, and store nothing."""


class NotYet(Exception):
    """A job has done what it could for now: it goes on `after` a while, and starts counting its attempts anew."""

    def __init__(self, after: timedelta = timedelta(0)) -> None:
        super().__init__()
        self.after = after


def job_ensure(kind: str, subject: int) -> Job:
    """The job that computes `subject`. There is one for each subject, however often it is asked for."""
    now = timezone.now()
    fresh = {"run_after": now, "announced_until": now + SWEEP}  # the door that asks announces it first
    return Job.objects.get_or_create(kind=kind, subject=subject, defaults=fresh)[0]


def job_hold(kind: str, subject: int, steps: int) -> Job:
    """A job that waits for `steps` others: nobody claims it before `job_step` has counted them all."""
    later = timezone.now() + HELD
    return Job.objects.get_or_create(kind=kind, subject=subject, defaults={"run_after": later, "all_steps": steps})[0]


def job_of_parts(kind: str, subject: int, part_kind: str, parts: Sequence[int]) -> Job:
    """A job for each part, which a sweep finds where nobody announces it, and the held one that waits for all."""
    now = timezone.now()
    Job.objects.bulk_create([Job(kind=part_kind, subject=part, run_after=now) for part in parts], ignore_conflicts=True)
    return job_hold(kind, subject, len(parts))


def job_step(kind: str, subject: int) -> Job | None:
    """One of those that a held job waits for is done. After the last one the job is free, and returned: announce it.

    Call it in the transaction of that one: the row is locked, so that the last of several knows that it is the last.
    """
    held = Job.objects.filter(kind=kind, subject=subject)
    held.update(done_steps=F("done_steps") + 1)
    freed = held.filter(done_steps__gte=F("all_steps")).update(run_after=timezone.now(), announced_until=None)
    return held.get() if freed else None


def job_restart(job: Job) -> bool:
    """Put a failed job back in the queue: the one click."""
    return bool(
        Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
            state=Job.State.WAITING,
            attempts=0,
            error="",
            run_after=timezone.now(),
            announced_until=None,
            finished_at=None,
        )
    )


def jobs_due(queue: str = "") -> QuerySet[Job]:
    """What the sweep must announce, in one queue or in all: waiting or abandoned, and not announced a moment ago."""
    now = timezone.now()
    unannounced = Q(announced_until=None) | Q(announced_until__lt=now)
    there = _waiting_in(queue) if queue else Q()
    return Job.objects.filter(_free(), unannounced, there, run_after__lte=now).order_by("run_after")


def job_announced(job_id: int) -> None:
    """A wake-up for this job is on its way: the next one can wait a while."""
    Job.objects.filter(pk=job_id).update(announced_until=timezone.now() + ANNOUNCEMENT)


def job_claim(job_id: int) -> Job | None:
    """Take the job for one lease, or None where it is done, held by another, or has died too often."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(_free(), pk=job_id, run_after__lte=timezone.now()).first()
        if job is None:
            return None
        if job.service < this_service():  # not merely another one: two services that take turns would never end
            job.service, job.attempts = this_service(), 0
        if job.attempts >= ATTEMPTS:
            _fail(job, DIED)
            return None
        now = timezone.now()
        job.state, job.lease, job.attempts = Job.State.RUNNING, uuid.uuid4().hex, job.attempts + 1
        job.lease_until, job.started_at, job.announced_until, job.error = now + LEASE, now, None, ""
        job.save()
    return job


def job_done(job: Job) -> None:
    """Mark the claimed job done. Call it in the transaction that stores the result."""
    _settle(job, state=Job.State.DONE, error="", finished_at=timezone.now())


def job_failed(job: Job, sentence: str) -> None:
    """The job cannot succeed, and `sentence` says why: a second attempt would end alike."""
    _settle(job, state=Job.State.FAILED, error=sentence, finished_at=timezone.now())


def told(refusal: Refused) -> str:
    """The sentence to keep: in every language of the pages where it is made when it is read."""
    sentences = {}
    for tag, _language in settings.LANGUAGES:
        with override(tag):
            sentences[tag] = str(refusal)
    said = set(sentences.values())
    return said.pop() if len(said) == 1 else canonical_json(sentences)


def job_postponed(job: Job) -> None:
    """The attempt broke for a reason nobody foresaw: try again a little later, until the attempts are used up."""
    if job.attempts >= ATTEMPTS:
        job_failed(job, BROKEN)
    else:
        _settle(job, state=Job.State.WAITING, run_after=timezone.now() + timedelta(seconds=2**job.attempts))


def job_continued(job: Job, after: timedelta) -> None:
    """A turn ended well and there is more to do: back to the end of the queue, so that others have their turn."""
    _settle(job, state=Job.State.WAITING, attempts=0, run_after=timezone.now() + after)


def job_progress(job: Job, done: int, total: int) -> None:
    """Tell how far the work is. Raises LostLease when the job is no longer ours."""
    _held(job, done_steps=done, all_steps=total)


@contextmanager
def lease_kept(job: Job) -> Iterator[None]:
    """Renew the lease from a thread of its own while the block computes."""
    stop = Event()
    keeper = Thread(target=_keep, args=(job, stop), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def this_service() -> str:
    """The running start of the service. A supervisor gives each of its starts a name that sorts after the earlier."""
    return os.environ.get("QUANHENG_SERVICE_START", "")


def _free() -> Q:
    now = timezone.now()
    return Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=now)


def _keep(job: Job, stop: Event) -> None:
    try:
        while not stop.wait(RENEWAL.total_seconds()):
            _renew(job)
    except LostLease:
        pass  # the computing thread finds out when it stores
    finally:
        connection.close()


def _renew(job: Job) -> None:
    try:
        _held(job, lease_until=timezone.now() + LEASE)
    except DatabaseError as error:  # a busy or restarted database: the lease bears some missed renewals
        log.warning("The lease of job %s could not be renewed (%s).", job.pk, type(error).__name__)
        connection.close()


def _held(job: Job, **values: object) -> None:
    ours = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, lease=job.lease)
    if not ours.update(**values):
        raise LostLease(str(job))


def _settle(job: Job, **values: object) -> None:
    _held(job, lease="", lease_until=None, **values)


def _fail(job: Job, sentence: str) -> None:
    job.state, job.error, job.finished_at = Job.State.FAILED, sentence, timezone.now()
    job.lease, job.lease_until = "", None
    job.save()


# --- what each kind of job does: apps register it, the task looks it up ---

Store = Callable[[], Job | None]
Work = Callable[[Job], Store]
"""Compute from the job's subject, outside any transaction, and return what stores the result (called inside one).

What stores may return another job that is free now: it is announced once the result is committed.
"""

_works: dict[str, Work] = {}
_queues: dict[str, str] = {}


def register(kind: str, queue: str = INTERACTIVE) -> Callable[[Work], Work]:
    """Say what computes jobs of this kind, and in which queue their wake-ups wait."""

    def keep(work: Work) -> Work:
        _works[kind], _queues[kind] = work, queue
        return work

    return keep


def queue_of(job: Job) -> str:
    """Where its wake-up waits. What nobody registered is taken at once, and fails in sight."""
    return _queues.get(job.kind, INTERACTIVE)


def _waiting_in(queue: str) -> Q:
    if queue == INTERACTIVE:
        return ~Q(kind__in=[kind for kind, own in _queues.items() if own != INTERACTIVE])
    return Q(kind__in=[kind for kind, own in _queues.items() if own == queue])


def job_perform(job_id: int, announce: Callable[[Job], None] | None = None) -> Job | None:
    """Claim the job, compute it, and store the result once. The one path of every worker.

    An error that nobody foresaw is raised again after the job was put back, for the log.
    """
    job = job_claim(job_id)
    if job is None:
        return None
    with suppress(LostLease):
        try:
            with override(None), lease_kept(job):
                store = _works[job.kind](job)
            with transaction.atomic():
                job_done(job)
                freed = store()
            if freed and announce:
                announce(freed)
        except NotYet as more:
            job_continued(job, more.after)
            if announce and not more.after:
                announce(job)
        except Refused as refusal:
            job_failed(job, told(refusal))
        except LostLease:
            raise
        except Exception:
            with suppress(LostLease):
                job_postponed(job)
            raise
    return job
