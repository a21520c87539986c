"""How far a panel is: who is missing, and which matrices want a second look. Never what anybody answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from surveys import scale
from surveys.models import Expert, Job, JudgmentEvent, NodeResult, Submission, Survey
from surveys.selectors.answers import answered_counts

STATUSES = {
    "not_opened": _("Not opened"),
    "opened": _("Opened"),
    "in_progress": _("In progress"),
    "changed": _("Changed after submitting"),
    "submitted": _("Submitted"),
    "revoked": _("Revoked"),
}


@dataclass(frozen=True)
class ExpertProgress:
    """One line of the dashboard. `failing` counts the matrices with CR >= 0.1 of what was submitted last."""

    expert: Expert
    status: str
    answered: int
    total: int
    submission: Submission | None
    tested: int
    failing: int
    computing: bool
    last_activity: datetime | None

    @property
    def label(self) -> str:
        return str(STATUSES[self.status])


@dataclass(frozen=True)
class PanelProgress:
    rows: list[ExpertProgress]

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.status for row in self.rows)

    @property
    def submitted(self) -> int:
        return sum(row.submission is not None for row in self.rows)

    @property
    def unfinished(self) -> int:
        return self.counts["in_progress"] + self.counts["opened"]

    @property
    def missing(self) -> int:
        """Who may still be waited for: not submitted, and not revoked."""
        return sum(row.submission is None and row.status != "revoked" for row in self.rows)

    @property
    def not_opened(self) -> int:
        return self.counts["not_opened"]

    @property
    def answered(self) -> int:
        return sum(row.answered for row in self.rows)

    @property
    def asked(self) -> int:
        return sum(row.total for row in self.rows)

    @property
    def failing(self) -> int:
        return sum(row.failing for row in self.rows)

    @property
    def tested(self) -> int:
        return sum(row.tested for row in self.rows)


def with_panel_sizes(surveys: QuerySet[Survey]) -> QuerySet[Survey]:
    """The same surveys, each with how many experts it has and how many of them have submitted."""
    submitted = Count("experts", filter=Q(experts__submitted_at__isnull=False))
    sized = surveys.annotate(experts_count=Count("experts"), submitted_count=submitted)
    return sized.select_related("edition__system").order_by("-created_at", "-id")


def panel_progress(survey: Survey) -> PanelProgress:
    """The whole panel in a fixed number of queries, however large it is."""
    answered = answered_counts(survey)
    moments = _last_answers(survey)
    newest = newest_by_expert(survey)
    ratios = _ratios(list(newest.values()))
    experts = survey.experts.select_related("person", "invitation").order_by("id")
    rows = [
        _row(expert, *answered.get(expert.pk, (0, 0)), newest.get(expert.pk), ratios, moments.get(expert.pk))
        for expert in experts
    ]
    return PanelProgress(rows)


def newest_by_expert(survey: Survey) -> dict[int, Submission]:
    """Expert → what was submitted last."""
    chosen = Submission.objects.filter(expert__survey=survey).values("expert").annotate(newest=Max("id"))
    found = Submission.objects.filter(pk__in=chosen.values("newest"))
    return {submission.expert_id: submission for submission in found}


def expert_status(expert: Expert, answered: int, submission: Submission | None) -> str:
    if submission:
        return "submitted" if submission.revision == expert.revision else "changed"
    if expert.invitation.revoked_at:
        return "revoked"
    if answered:
        return "in_progress"
    return "opened" if expert.started_at else "not_opened"


def submission_jobs(submissions: list[Submission]) -> dict[int, Job]:
    """Submission → its job, for those whose results are not there yet."""
    jobs = Job.objects.filter(kind="submission", subject__in=[submission.pk for submission in submissions])
    return {job.subject: job for job in jobs.exclude(state=Job.State.DONE)}


def _row(
    expert: Expert,
    answered: int,
    total: int,
    submission: Submission | None,
    ratios: dict[int, list[str]],
    answered_at: datetime | None,
) -> ExpertProgress:
    found = ratios.get(submission.pk, []) if submission else []
    tested = [ratio for ratio in found if ratio]
    moments = [moment for moment in (answered_at, expert.started_at, expert.submitted_at) if moment]
    return ExpertProgress(
        expert=expert,
        status=expert_status(expert, answered, submission),
        answered=answered,
        total=total,
        submission=submission,
        tested=len(tested),
        failing=sum(scale.consistency_level(ratio) != "pass" for ratio in tested),
        computing=submission is not None and not found,
        last_activity=max(moments, default=None),
    )


def _last_answers(survey: Survey) -> dict[int, datetime]:
    """Expert → when the last answer came: the event at the head of each log."""
    heads = JudgmentEvent.objects.filter(expert__survey=survey, revision=F("expert__revision"))
    return dict(heads.order_by().values_list("expert_id", "received_at"))


def _ratios(submissions: list[Submission]) -> dict[int, list[str]]:
    """Submission → the CR of every matrix, empty where nothing is tested."""
    ratios: dict[int, list[str]] = {}
    found = NodeResult.objects.filter(submission__in=[submission.pk for submission in submissions]).order_by()
    for submission, ratio in found.values_list("submission_id", "ratio"):
        ratios.setdefault(submission, []).append(ratio)
    return ratios
