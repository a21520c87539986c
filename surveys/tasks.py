"""Celery's door. A task takes an id, may come twice or never, and asks the job row what is true."""

from __future__ import annotations

import logging
from queue import Full, Queue
from threading import Lock, Thread

from celery import Task, shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from surveys import work  # noqa: F401  a worker knows what this app's jobs compute
from surveys.models import Job
from surveys.queues import QUEUES
from surveys.selectors.letters import surveys_reminding
from surveys.services.buckets import buckets_forget
from surveys.services.jobs import job_announced, job_perform, jobs_due, queue_of
from surveys.services.mailings import reminders_send
from surveys.services.retention import retention_run, unfinished_forget
from surveys.services.signs import worker_seen
from surveys.trace import current_id, traced

log = logging.getLogger(__name__)

SWEEP_BATCH = 500
REQUEST_ID = "quanheng_request"


@shared_task(bind=True, acks_late=True)
def perform(self: Task, job_id: int) -> None:
    """Whoever asked is named in a header of the message, so that a worker's lines lead back to the request."""
    with traced((self.request.headers or {}).get(REQUEST_ID, "")):
        job_perform(job_id, _announce)


@shared_task
def sweep() -> None:
    """Announce whatever waits, of each queue some: thousands in one of them do not keep the others waiting. Sent to
    the workers at most ten seconds apart, however many workers there are.
    """
    worker_seen()
    for queue in QUEUES:
        for job in jobs_due(queue)[:SWEEP_BATCH]:
            if not _send(job.pk, queue):
                return  # the broker is away: the others would each wait for it too
            job_announced(job.pk)


@shared_task
def remind() -> None:
    """Send the automatic reminders that are due. Comes every few minutes; several at once send each letter once.

    What else has to be done now and then is done here, too.
    """
    buckets_forget()
    for survey in surveys_reminding():
        job = reminders_send(survey)
        if job:
            _announce(job)


@shared_task
def retain() -> None:
    """Erase the names that were promised to be gone by now, and what nobody handed in. Every hour; twice is once."""
    if forgotten := unfinished_forget():
        log.info("%s unfinished answers by open links were deleted: their surveys closed a month ago.", forgotten)
    for kept in retention_run():
        log.info("Survey %s: %s names were erased, as was promised.", kept.survey.pk, kept.erased)


def enqueue(job: Job) -> None:
    """Wake a worker once the transaction is committed. For doors.

    The message leaves from a thread of its own: a broker that is down or frozen delays nobody's page. What cannot be
    sent, or does not fit into the short queue, the sweep sends later.
    """
    transaction.on_commit(lambda: _messenger.post(job.pk, queue_of(job)))


def _announce(job: Job) -> None:
    """Wake a worker for a job that another one has set free."""
    if _send(job.pk, queue_of(job), current_id()):
        job_announced(job.pk)


def _send(job_id: int, queue: str, request_id: str = "") -> bool:
    try:
        perform.apply_async((job_id,), queue=queue, headers={REQUEST_ID: request_id})
    except (OperationalError, OSError) as error:
        log.warning("The broker does not answer (%s): job %s waits for the sweep.", type(error).__name__, job_id)
        return False
    return True


class _Messenger:
    """Posts wake-ups from one daemon thread, started at the first."""

    def __init__(self, limit: int = 100) -> None:
        self._waiting: Queue[tuple[int, str, str]] = Queue(limit)
        self._start = Lock()
        self._thread: Thread | None = None

    def post(self, job_id: int, queue: str) -> None:
        with self._start:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._deliver, name="wake-ups", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait((job_id, queue, current_id()))
        except Full:
            log.warning("Too many wake-ups wait: job %s is left to the sweep.", job_id)

    def _deliver(self) -> None:
        while True:
            _send(*self._waiting.get())


_messenger = _Messenger()
