"""What this app's jobs compute. The tasks import this module, and so register it."""

from __future__ import annotations

from collections.abc import Callable

from scoring.services import figure_sets, studies
from scoring.services.runs import JOB, run_compute
from surveys.models import Job
from surveys.queues import BULK
from surveys.services.jobs import job_progress, register


@register(JOB)
def _run(job: Job) -> Callable[[], None]:
    return run_compute(job.subject)


@register(figure_sets.JOB, BULK)
def _figures(job: Job) -> Callable[[], None]:
    return figure_sets.figure_set_compute(job.subject, lambda done, total: job_progress(job, done, total))


@register(studies.JOB, BULK)
def _study(job: Job) -> Callable[[], None]:
    return studies.study_compute(job.subject, lambda done, total: job_progress(job, done, total))
