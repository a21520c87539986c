"""What this app's jobs compute. The tasks import this module, and so register it."""

from __future__ import annotations

from collections.abc import Callable

from scoring.services.runs import JOB, run_compute
from surveys.models import Job
from surveys.services.jobs import register


@register(JOB)
def _run(job: Job) -> Callable[[], None]:
    return run_compute(job.subject)
