"""How far a panel is: who is missing, and which matrices want a second look. Never what anybody answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from surveys import scale
from surveys.models import Expert, Job, JudgmentEvent, NodeResult, Submission, Survey
from surveys.selectors.answers import answered_counts
from surveys.selectors.letters import LetterState, letter_states
from surveys.selectors.pace import Pace, paces
from surveys.selectors.revisions import waiting_counts
from surveys.selectors.roster import Member, roster

STATUSES = {
    "not_sent": _("Not sent"),
    "sent": _("Sent"),
    "not_opened": _("Not opened"),
    "opened": _("Opened"),
    "in_progress": _("In progress"),
    "to_revise": _("To look at again"),
    "changed": _("Changed after submitting"),
    "submitted": _("Submitted"),
    "returned": _("Mail returned"),
    "declined": _("Declined"),
    "revoked": _("Revoked"),
}
NOT_OPENED = ("not_sent", "sent", "not_opened", "returned")
UNFINISHED = ("opened", "in_progress")
GONE = ("declined", "revoked")


@dataclass(frozen=True)
class ExpertProgress:
    """One line of the dashboard. `failing` counts the matrices with CR >= 0.1 of what was submitted last.

    `minutes` is the time on the pages of the questions; `flags` are what calls for a look at how the answers were
    given; `waiting` are requests to look again that are not settled.
    """

    expert: Member
    status: str
    answered: int
    total: int
    submission: Submission | None
    tested: int
    failing: int
    computing: bool
    last_activity: datetime | None
    minutes: int | None = None
    waiting: int = 0
    flags: tuple[str, ...] = ()
    letter: LetterState | None = None

    @property
    def label(self) -> str:
        return str(STATUSES[self.status])

    @property
    def missing(self) -> bool:
        """Somebody still has to do something, and can."""
        return self.status not in ("submitted", *GONE)


@dataclass(frozen=True)
class PanelProgress:
    rows: list[ExpertProgress]

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(row.status for row in self.rows)

    @property
    def submitted(self) -> int:
        return sum(row.submission is not None for row in self.rows)

    @property
    def unfinished(self) -> int:
        return sum(self.counts[status] for status in UNFINISHED)

    @property
    def not_opened(self) -> int:
        return sum(self.counts[status] for status in NOT_OPENED)

    @property
    def unwritten(self) -> int:
        """Who may answer, has not begun, and got no letter yet."""
        quiet = (row for row in self.rows if row.missing and not row.answered and not row.expert.started_at)
        return sum(not (row.letter and row.letter.state) for row in quiet)

    @cached_property
    def missing(self) -> list[ExpertProgress]:
        return [row for row in self.rows if row.missing]

    @property
    def answered(self) -> int:
        return sum(row.answered for row in self.rows)

    @property
    def asked(self) -> int:
        return sum(row.total for row in self.rows if row.status not in GONE)

    @property
    def failing(self) -> int:
        return sum(row.failing for row in self.rows)

    @property
    def tested(self) -> int:
        return sum(row.tested for row in self.rows)

    @property
    def passing_share(self) -> float | None:
        """The share of matrices with CR < 0.1 among those that can be tested."""
        return (self.tested - self.failing) / self.tested if self.tested else None


def with_panel_sizes(surveys: QuerySet[Survey]) -> QuerySet[Survey]:
    """The same surveys, each with how many experts it has and how many of them have submitted."""
    submitted = Count("experts", filter=Q(experts__submitted_at__isnull=False))
    sized = surveys.annotate(experts_count=Count("experts"), submitted_count=submitted)
    return sized.select_related("edition__system").order_by("-created_at", "-id")


def panel_progress(survey: Survey) -> PanelProgress:
    """The whole panel in a fixed number of queries, however large it is."""
    found = _Found.of(survey)
    return PanelProgress([_row(member, found) for member in roster(survey)])


@dataclass(frozen=True)
class _Found:
    """What is known of a whole panel, by expert; `ratios` by submission."""

    answered: Mapping[int, tuple[int, int]]
    moments: Mapping[int, datetime]
    newest: Mapping[int, Submission]
    ratios: Mapping[int, list[str]]
    waiting: Mapping[int, int]
    pace: Mapping[int, Pace]
    letters: Mapping[int, LetterState]
    writes: bool

    @classmethod
    def of(cls, survey: Survey) -> _Found:
        newest = newest_by_expert(survey)
        letters = letter_states(survey)
        return cls(
            answered_counts(survey),
            _last_answers(survey),
            newest,
            _ratios(list(newest.values())),
            waiting_counts(survey),
            paces(survey),
            letters,
            any(letter.state for letter in letters.values()),
        )


def newest_by_expert(survey: Survey) -> dict[int, Submission]:
    """Expert → what was submitted last."""
    chosen = Submission.objects.filter(expert__survey=survey).values("expert").annotate(newest=Max("id"))
    found = Submission.objects.filter(pk__in=chosen.values("newest"))
    return {submission.expert_id: submission for submission in found}


def expert_status(
    expert: Expert | Member,
    answered: int,
    submission: Submission | None,
    *,
    waiting: int = 0,
    letter: LetterState | None = None,
    writes: bool = False,
) -> str:
    """Where an expert is. `writes`: the survey sends letters, so that not having got one says something."""
    if expert.declined_at:
        return "declined"
    if expert.invitation.revoked_at and not submission:
        return "revoked"
    if submission and waiting:
        return "to_revise"
    if submission:
        return "submitted" if submission.revision == expert.revision else "changed"
    if answered:
        return "in_progress"
    if expert.started_at:
        return "opened"
    if letter and letter.returned:
        return "returned"
    if writes:
        return "sent" if letter and letter.sent_at else "not_sent"
    return "not_opened"


def submission_jobs(submissions: list[Submission]) -> dict[int, Job]:
    """Submission → its job, for those whose results are not there yet."""
    jobs = Job.objects.filter(kind="submission", subject__in=[submission.pk for submission in submissions])
    return {job.subject: job for job in jobs.exclude(state=Job.State.DONE)}


def _row(expert: Member, found: _Found) -> ExpertProgress:
    answered, total = found.answered.get(expert.pk, (0, 0))
    submission, waiting = found.newest.get(expert.pk), found.waiting.get(expert.pk, 0)
    letter, pace = found.letters.get(expert.pk), found.pace.get(expert.pk)
    ratios = found.ratios.get(submission.pk, []) if submission else []
    tested = [ratio for ratio in ratios if ratio]
    moments = [found.moments.get(expert.pk), expert.started_at, expert.submitted_at]
    return ExpertProgress(
        expert=expert,
        status=expert_status(expert, answered, submission, waiting=waiting, letter=letter, writes=found.writes),
        answered=answered,
        total=total,
        submission=submission,
        tested=len(tested),
        failing=sum(scale.consistency_level(ratio) != "pass" for ratio in tested),
        computing=submission is not None and not ratios,
        last_activity=max(filter(None, moments), default=None),
        minutes=pace.minutes if pace else None,
        waiting=waiting,
        flags=("quick",) if submission and pace and pace.quick else (),
        letter=letter,
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
