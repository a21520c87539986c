"""What this app's jobs compute. The tasks import this module, and so register them."""

from __future__ import annotations

from surveys.models import Job
from surveys.queues import BULK, MAIL
from surveys.services.deliveries import mailing_deliver
from surveys.services.jobs import Store, register
from surveys.services.open_results import open_part_compute, open_result_compute
from surveys.services.panels import panel_part_compute, panel_result_compute
from surveys.services.submissions import submission_compute


@register("submission")
def _submission(job: Job) -> Store:
    return submission_compute(job.subject)


@register("panel")
def _panel(job: Job) -> Store:
    return panel_result_compute(job.subject)


@register("panel_part", BULK)
def _panel_part(job: Job) -> Store:
    return panel_part_compute(job.subject)


@register("open_part", BULK)
def _open_part(job: Job) -> Store:
    return open_part_compute(job.subject)


@register("open_result")
def _open_result(job: Job) -> Store:
    return open_result_compute(job.subject)


@register("mailing", MAIL)
def _mailing(job: Job) -> Store:
    return mailing_deliver(job)
