"""Computations: how one gets on, and the click that starts a failed one again."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from surveys.access import READS, WORKS, survey_for
from surveys.addresses import way_back
from surveys.models import Job
from surveys.selectors.jobs import shown_job, survey_of_job
from surveys.services.jobs import job_restart
from surveys.tasks import enqueue


@login_required
@never_cache
@require_safe
def job_status(request: HttpRequest, job_id: int) -> HttpResponse:
    """A piece of a page."""
    job, _survey = _job(request, job_id, *READS)
    return render(request, "surveys/_job.html", {"job": shown_job(job)})


@login_required
@require_POST
def job_retry(request: HttpRequest, job_id: int) -> HttpResponse:
    job, survey_id = _job(request, job_id, *WORKS)
    with transaction.atomic():
        if job_restart(job):
            enqueue(job)
    return redirect(way_back(request, reverse("surveys:survey", args=[survey_id])))


def _job(request: HttpRequest, job_id: int, *roles: str) -> tuple[Job, int]:
    """The job, for whoever holds one of these roles in the survey that it computes for."""
    job = get_object_or_404(Job, pk=job_id)
    survey_id = survey_of_job(job)
    if survey_id is None:
        raise Http404("No such job.")
    survey_for(request.user, survey_id, *roles)
    return job, survey_id
