"""What this app's jobs compute. The tasks import this module, and so register them."""

from __future__ import annotations

from collections.abc import Callable

from surveys.models import Job
from surveys.services.jobs import register
from surveys.services.panels import panel_result_compute
from surveys.services.submissions import submission_compute


@register("submission")
def _submission(job: Job) -> Callable[[], None]:
    return submission_compute(job.subject)


@register("panel")
def _panel(job: Job) -> Callable[[], None]:
    return panel_result_compute(job.subject)
