"""How far a panel is: who is missing, and which matrices want a second look. Never what anybody answered.

A panel in numbers costs what its answers cost; what is told of each expert is made for those who are looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from surveys import scale
from surveys.models import Job, NodeResult, Submission, Survey
from surveys.selectors.answers import Answered, answered_in
from surveys.selectors.letters import LetterState, letter_states
from surveys.selectors.pace import Pace, paces
from surveys.selectors.revisions import waiting_counts
from surveys.selectors.roster import Member, roster_with
from surveys.selectors.standing import GONE, MISSING, NOT_OPENED, STATUSES, UNFINISHED, with_standing

STALLED = timedelta(days=3)
FEW = 500
"""Experts who are asked for by number; where more are looked at, everybody is read and some are taken."""


@dataclass(frozen=True)
class Ratios:
    """Of the matrices that somebody submitted last: how many can be tested, and how many have CR >= 0.1."""

    tested: int = 0
    failing: int = 0

    @classmethod
    def of(cls, ratios: Iterable[str]) -> Ratios:
        tested = [ratio for ratio in ratios if ratio]
        return cls(len(tested), sum(scale.consistency_level(ratio) != "pass" for ratio in tested))


@dataclass(frozen=True)
class ExpertProgress:
    """One line of the dashboard.

    `ratios` are of what was submitted last, None where they are not computed; `minutes` is the time on the pages of
    the questions; `flags` are what calls for a look at how the answers were given; `waiting` are requests to look again
    that are not settled.
    """

    expert: Member
    status: str
    answered: int
    total: int
    submitted_at: datetime | None
    last_activity: datetime | None
    ratios: Ratios | None = None
    minutes: int | None = None
    waiting: int = 0
    flags: tuple[str, ...] = ()
    letter: LetterState | None = None

    @property
    def label(self) -> str:
        return str(STATUSES[self.status])

    @property
    def missing(self) -> bool:
        return self.status in MISSING

    @property
    def computing(self) -> bool:
        return self.submitted_at is not None and self.ratios is None

    @property
    def tested(self) -> int:
        return self.ratios.tested if self.ratios else 0

    @property
    def failing(self) -> int:
        return self.ratios.failing if self.ratios else 0


@dataclass(frozen=True)
class PanelProgress:
    """The panel in numbers. `unwritten`: may answer, has not begun, and got no letter yet; `stalled`: has begun, and
    nothing came for more than three days.
    """

    survey: Survey
    counts: Counter[str]
    submitted: int
    unwritten: int
    stalled: int
    answers: Answered
    ratios: Mapping[int, Ratios]

    @property
    def experts(self) -> QuerySet[Any]:
        """Everybody, each as `with_standing` has them."""
        return with_standing(self.survey.experts.all(), self.survey)

    @property
    def invited(self) -> int:
        return self.counts.total()

    @property
    def unfinished(self) -> int:
        return self._in(UNFINISHED)

    @property
    def not_opened(self) -> int:
        return self._in(NOT_OPENED)

    @property
    def missing(self) -> int:
        return self._in(MISSING)

    @cached_property
    def missing_rows(self) -> list[ExpertProgress]:
        """Who is missing, as lines: for a small panel."""
        return self._told(self.experts.filter(status__in=MISSING))

    @property
    def answered(self) -> int:
        return sum(answered for answered, _asked in self.answers.begun.values())

    @cached_property
    def asked(self) -> int:
        """Pairs asked of those who may still answer, or have."""
        begun = self.answers.begun
        asked = self.answers.usual * (self.invited - len(begun)) + sum(asked for _answered, asked in begun.values())
        gone = self.experts.filter(status__in=GONE).values_list("pk", flat=True) if self._in(GONE) else ()
        return asked - sum(self.answers.of(expert)[1] for expert in gone)

    @property
    def failing(self) -> int:
        return sum(ratios.failing for ratios in self.ratios.values())

    @property
    def tested(self) -> int:
        return sum(ratios.tested for ratios in self.ratios.values())

    @property
    def passing_share(self) -> float | None:
        """The share of matrices with CR < 0.1 among those that can be tested."""
        return (self.tested - self.failing) / self.tested if self.tested else None

    def rows(self, experts: Sequence[int] | None = None) -> list[ExpertProgress]:
        """What is told of these experts, in this order; or of all, in that of the panel. Five queries at most."""
        if experts is None:
            return self._told(self.experts, _Detail.of(self.survey, None))
        few = experts if len(experts) <= FEW else None
        chosen = self.experts if few is None else self.experts.filter(pk__in=few)
        told = {row.expert.pk: row for row in self._told(chosen, _Detail.of(self.survey, few))}
        return [told[expert] for expert in experts if expert in told]

    def _in(self, statuses: Iterable[str]) -> int:
        return sum(self.counts[status] for status in statuses)

    def _told(self, experts: QuerySet[Any], detail: _Detail | None = None) -> list[ExpertProgress]:
        also = ("status", "handed_in_at", "active_at")
        detail = detail or _Detail()
        return [self._row(member, detail, *more) for member, more in roster_with(experts, *also)]

    def _row(
        self, expert: Member, detail: _Detail, status: str, submitted_at: datetime | None, active_at: datetime | None
    ) -> ExpertProgress:
        answered, total = self.answers.of(expert.pk)
        pace = detail.pace.get(expert.pk)
        return ExpertProgress(
            expert=expert,
            status=status,
            answered=answered,
            total=total,
            submitted_at=submitted_at,
            last_activity=active_at,
            ratios=self.ratios.get(expert.pk),
            minutes=pace.minutes if pace else None,
            waiting=detail.waiting.get(expert.pk, 0),
            flags=("quick",) if submitted_at and pace and pace.quick else (),
            letter=detail.letters.get(expert.pk),
        )


@dataclass(frozen=True)
class _Detail:
    """What is looked up for those who are shown, by expert."""

    waiting: Mapping[int, int] = field(default_factory=dict)
    pace: Mapping[int, Pace] = field(default_factory=dict)
    letters: Mapping[int, LetterState] = field(default_factory=dict)

    @classmethod
    def of(cls, survey: Survey, experts: Collection[int] | None) -> _Detail:
        return cls(waiting_counts(survey, experts), paces(survey, experts), letter_states(survey, experts))


def with_panel_sizes(surveys: QuerySet[Survey]) -> QuerySet[Survey]:
    """The same surveys, each with how many experts it has and how many of them have submitted."""
    submitted = Count("experts", filter=Q(experts__submitted_at__isnull=False))
    sized = surveys.annotate(experts_count=Count("experts"), submitted_count=submitted)
    return sized.select_related("edition__system").order_by("-created_at", "-id")


def panel_progress(survey: Survey) -> PanelProgress:
    """The whole panel in a fixed number of queries, however large it is."""
    found = with_standing(survey.experts.all(), survey).order_by().values("status").annotate(
        all=Count("pk"),
        submitted=Count("pk", filter=Q(handed_in__isnull=False)),
        unwritten=Count("pk", filter=Q(mail=None)),
        quiet=Count("pk", filter=stands_still()),
    )  # fmt: skip
    rows = {row["status"]: row for row in found}
    return PanelProgress(
        survey=survey,
        counts=Counter({status: row["all"] for status, row in rows.items()}),
        submitted=sum(row["submitted"] for row in rows.values()),
        unwritten=sum(rows[status]["unwritten"] for status in NOT_OPENED if status in rows),
        stalled=sum(rows[status]["quiet"] for status in UNFINISHED if status in rows),
        answers=answered_in(survey),
        ratios=_ratios(survey),
    )


def stands_still() -> Q:
    """For those who have not finished: nothing has come for a while."""
    return Q(active_at__lt=timezone.now() - STALLED)


def newest_by_expert(survey: Survey) -> dict[int, Submission]:
    """Expert → what was submitted last."""
    return {submission.expert_id: submission for submission in Submission.objects.filter(pk__in=_newest(survey))}


def submission_jobs(submissions: list[Submission]) -> dict[int, Job]:
    """Submission → its job, for those whose results are not there yet."""
    jobs = Job.objects.filter(kind="submission", subject__in=[submission.pk for submission in submissions])
    return {job.subject: job for job in jobs.exclude(state=Job.State.DONE)}


def _newest(survey: Survey) -> QuerySet[Submission, Any]:
    chosen = Submission.objects.filter(expert__survey=survey).order_by().values("expert").annotate(newest=Max("id"))
    return chosen.values("newest")


def _ratios(survey: Survey) -> dict[int, Ratios]:
    """Expert → the CR of what was submitted last, where it is computed."""
    ratios: dict[int, list[str]] = {}
    found = NodeResult.objects.filter(submission__in=_newest(survey)).order_by()
    for expert, ratio in found.values_list("submission__expert", "ratio"):
        ratios.setdefault(expert, []).append(ratio)
    return {expert: Ratios.of(each) for expert, each in ratios.items()}
