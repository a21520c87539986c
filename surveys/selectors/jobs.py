"""Whose a job is: the survey that it computes for."""

from __future__ import annotations

from collections.abc import Callable

from surveys.models import Job, Mailing, PanelPart, PanelResult, Submission

Finder = Callable[[int], int | None]

_finders: dict[str, Finder] = {}


def finds_survey(kind: str) -> Callable[[Finder], Finder]:
    """Say how the survey of this kind of job is found from the job's subject; apps add their own kinds."""

    def keep(finder: Finder) -> Finder:
        _finders[kind] = finder
        return finder

    return keep


def survey_of_job(job: Job) -> int | None:
    """The key of the survey, or None where the job belongs to none."""
    finder = _finders.get(job.kind)
    return finder(job.subject) if finder else None


def shown_job(job: Job) -> Job:
    """What to show of a job: itself, or the part of a large panel that has failed and keeps it waiting."""
    if job.kind != "panel" or job.settled:
        return job
    parts = PanelPart.objects.filter(result=job.subject).values("pk")
    return Job.objects.filter(kind="panel_part", subject__in=parts, state=Job.State.FAILED).first() or job


@finds_survey("submission")
def _of_submission(subject: int) -> int | None:
    return Submission.objects.filter(pk=subject).values_list("expert__survey_id", flat=True).first()


@finds_survey("panel")
def _of_panel(subject: int) -> int | None:
    return PanelResult.objects.filter(pk=subject).values_list("survey_id", flat=True).first()


@finds_survey("panel_part")
def _of_panel_part(subject: int) -> int | None:
    return PanelPart.objects.filter(pk=subject).values_list("result__survey_id", flat=True).first()


@finds_survey("mailing")
def _of_mailing(subject: int) -> int | None:
    return Mailing.objects.filter(pk=subject).values_list("survey_id", flat=True).first()
