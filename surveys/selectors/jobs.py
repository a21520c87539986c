"""Whose jobs are: the surveys that they compute for, and what is not done of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_noop

from surveys.models import Job, Mailing, OpenPart, OpenResult, PanelPart, PanelResult, Submission, Survey

Pairs = Iterable[tuple[int, int]]
Finder = Callable[[Collection[int]], Pairs]
"""Subjects of one kind → pairs of subject and key of the survey."""

PARTS_OF: dict[str, tuple[str, type[Model]]] = {
    "panel": ("panel_part", PanelPart),
    "open_result": ("open_part", OpenPart),
}
"""What a large result is computed in: the kind of the jobs, and their rows."""

_finders: dict[str, Finder] = {}
_labels: dict[str, str] = {}


def finds_surveys(kind: str, label: str) -> Callable[[Finder], Finder]:
    """Say what this kind of job is called (a msgid), and whose its subjects are; apps add their own kinds."""

    def keep(finder: Finder) -> Finder:
        _finders[kind], _labels[kind] = finder, label
        return finder

    return keep


def surveys_of_jobs(jobs: Iterable[Job]) -> dict[int, int]:
    """For each job that computes for a survey: the survey's key. One query for each kind."""
    by_kind: dict[str, dict[int, int]] = defaultdict(dict)
    for job in jobs:
        by_kind[job.kind][job.subject] = job.pk
    return {
        keys[subject]: survey
        for kind, keys in by_kind.items()
        if kind in _finders
        for subject, survey in _finders[kind](list(keys))
    }


def survey_of_job(job: Job) -> int | None:
    """The key of the survey, or None where the job belongs to none."""
    return surveys_of_jobs([job]).get(job.pk)


@dataclass(frozen=True)
class OpenJob:
    job: Job
    what: str
    survey: Survey


def open_jobs(surveys: QuerySet[Survey], most: int) -> list[OpenJob]:
    """What waits, is computed or has failed for these surveys: of so many newest of the whole service."""
    jobs = Job.objects.exclude(state=Job.State.DONE).order_by("-pk")[:most]
    whose = surveys_of_jobs(jobs)
    mine = surveys.in_bulk(set(whose.values()))
    return [OpenJob(job, _labels[job.kind], mine[whose[job.pk]]) for job in jobs if whose.get(job.pk) in mine]


def shown_job(job: Job) -> Job:
    """What to show of a job: itself, or the part of a large result that has failed and keeps it waiting."""
    if job.settled or job.kind not in PARTS_OF:
        return job
    kind, model = PARTS_OF[job.kind]
    parts = model._default_manager.filter(result=job.subject).values("pk")
    return Job.objects.filter(kind=kind, subject__in=parts, state=Job.State.FAILED).first() or job


def job_of(kind: str, result: Model) -> Job | None:
    """The job of a result that was read before, as a page shows it."""
    job = Job.objects.filter(kind=kind, subject=result.pk).first()
    return job_beside(result, shown_job(job)) if job else None


def job_beside(result: Model, job: Job | None) -> Job | None:
    """The job of a result that was read before it, as a page shows the two: a job that ended in between counts as
    running, so that the page asks again. It would stand still without its result otherwise.
    """
    if job and job.state == Job.State.DONE and result.computed_at is None:  # type: ignore[attr-defined]
        job.state = Job.State.RUNNING
    return job


@finds_surveys("submission", gettext_noop("An expert's answers"))
def _of_submissions(subjects: Collection[int]) -> Pairs:
    return Submission.objects.filter(pk__in=subjects).values_list("pk", "expert__survey_id")


@finds_surveys("panel", gettext_noop("The panel's weights"))
def _of_panels(subjects: Collection[int]) -> Pairs:
    return PanelResult.objects.filter(pk__in=subjects).values_list("pk", "survey_id")


@finds_surveys("panel_part", gettext_noop("A part of a large panel"))
def _of_panel_parts(subjects: Collection[int]) -> Pairs:
    return PanelPart.objects.filter(pk__in=subjects).values_list("pk", "result__survey_id")


@finds_surveys("open_result", gettext_noop("Weights of the open link"))
def _of_open_results(subjects: Collection[int]) -> Pairs:
    return OpenResult.objects.filter(pk__in=subjects).values_list("pk", "link__survey_id")


@finds_surveys("open_part", gettext_noop("A part of the answers through the open link"))
def _of_open_parts(subjects: Collection[int]) -> Pairs:
    return OpenPart.objects.filter(pk__in=subjects).values_list("pk", "result__link__survey_id")


@finds_surveys("mailing", gettext_noop("Letters"))
def _of_mailings(subjects: Collection[int]) -> Pairs:
    return Mailing.objects.filter(pk__in=subjects).values_list("pk", "survey_id")
