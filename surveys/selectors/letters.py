"""What was written to whom: for each expert the newest letter, the reminders so far, and when the next one is due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.utils import timezone

from surveys.models import Expert, Letter, LetterKind, Survey
from surveys.selectors.roster import Member, roster

MOST_REMINDERS = 3
APART = timedelta(days=3)
"""Between two letters that ask for the same answers."""

State = Letter.State
ON_THE_WAY = (State.WAITING, State.SENDING)
ASKING = (LetterKind.INVITATION, LetterKind.REMINDER)


class Line(NamedTuple):
    """One letter, as far as others depend on it."""

    pk: int
    kind: str
    state: str
    address: str
    made_at: datetime
    sent_at: datetime | None

    @property
    def at(self) -> datetime:
        return self.sent_at or self.made_at


@dataclass(frozen=True)
class History:
    """The letters to one expert, oldest first."""

    lines: list[Line] = field(default_factory=list)

    def of_kind(self, kind: str, *without: str) -> list[Line]:
        """Those that were not given up, nor are in one of these states."""
        return [line for line in self.lines if line.kind == kind and line.state not in (State.FAILED, *without)]

    @property
    def newest(self) -> Line | None:
        return self.lines[-1] if self.lines else None

    @property
    def reminders(self) -> int:
        return len(self.of_kind(LetterKind.REMINDER))

    @property
    def invited_at(self) -> datetime | None:
        """When the invitation left that arrived, as far as we know."""
        found = self.of_kind(LetterKind.INVITATION, State.BOUNCED, State.WAITING, State.SENDING)
        return found[-1].at if found else None

    def last_asked_at(self, *without: str) -> datetime | None:
        """When the expert was last asked for answers by a letter that did not come back."""
        asked = [line.at for kind in ASKING for line in self.of_kind(kind, State.BOUNCED, *without)]
        return max(asked, default=None)

    @property
    def returned(self) -> Line | None:
        """The newest letter, where it came back."""
        return self.newest if self.newest and self.newest.state == State.BOUNCED else None


@dataclass(frozen=True)
class LetterState:
    """How writing to one expert stands. `kind` and `state` are of the newest letter."""

    kind: str
    state: str
    reminders: int
    next_reminder: datetime | None


def letter_states(survey: Survey, experts: Collection[int] | None = None) -> dict[int, LetterState]:
    """Expert → how writing to them stands, for those (all or these) to whom anything was written. Two queries."""
    histories = histories_of(survey, experts)
    members = roster(survey.experts.filter(pk__in=_written_to(survey, experts))) if histories else ()
    return {member.pk: _state(survey, member, histories[member.pk]) for member in members}


def histories_of(survey: Survey, experts: Collection[int] | None = None) -> dict[int, History]:
    """Expert → the letters so far, of all or of these. One query."""
    found: dict[int, History] = {}
    columns = ("pk", "mailing__kind", "state", "address", "mailing__made_at", "sent_at")
    for row in _letters(survey, experts).order_by("pk").values_list("expert_id", *columns):
        found.setdefault(row[0], History()).lines.append(Line._make(row[1:]))
    return found


def _letters(survey: Survey, experts: Collection[int] | None) -> QuerySet[Letter]:
    letters = Letter.objects.filter(mailing__survey=survey)
    return letters if experts is None else letters.filter(expert__in=experts)


def _written_to(survey: Survey, experts: Collection[int] | None) -> QuerySet[Letter, int]:
    return _letters(survey, experts).order_by().values_list("expert", flat=True)


def reminder_due_at(survey: Survey, expert: Expert | Member, history: History) -> datetime | None:
    """When the next automatic reminder of this expert is due; None where none will be sent.

    The days count from the invitation; whoever was asked otherwise meanwhile has `APART` from then.
    """
    days = reminder_days_of(survey)
    if not survey.reminders or not survey.takes_answers or expert.reminders_paused or not reachable(expert):
        return None
    if expert.submitted_at or history.invited_at is None or history.returned or history.reminders >= len(days):
        return None
    last = history.last_asked_at() or history.invited_at
    due = max(history.invited_at + timedelta(days=days[history.reminders]), last + APART)
    return due if survey.closes_at is None or due < survey.closes_at else None


def reminder_days_of(survey: Survey) -> list[int]:
    return sorted(survey.reminder_days)[:MOST_REMINDERS]


def letters_of(expert: Expert) -> QuerySet[Letter]:
    """What was written to one expert, the newest first."""
    return Letter.objects.filter(expert=expert).select_related("mailing__sent_by").order_by("-pk")


def letter_log(survey: Survey, *, state: str = "", kind: str = "", mailing: int | None = None) -> QuerySet[Letter]:
    """Every letter of a survey, the newest first; those in one state, of one kind, of one mailing."""
    wanted = {"state": state, "mailing__kind": kind, "mailing": mailing}
    letters = Letter.objects.filter(mailing__survey=survey, **{name: value for name, value in wanted.items() if value})
    return letters.select_related("mailing__sent_by", "expert__person").order_by("-pk")


def letter_counts(survey: Survey) -> dict[str, int]:
    """State → how many letters of the survey are in it."""
    rows = Letter.objects.filter(mailing__survey=survey).order_by().values_list("state").annotate(Count("pk"))
    return {**dict.fromkeys(State.values, 0), **dict(rows)}


def surveys_reminding() -> list[Survey]:
    """The surveys that may have a reminder to send."""
    return list(Survey.objects.filter(state__in=Survey.ANSWERING, reminders=True).order_by("pk"))


def reminders_due(survey: Survey) -> list[Expert]:
    """Whom an automatic reminder is due for, now. Three queries."""
    histories, now = histories_of(survey), timezone.now()
    due = []
    for member in roster(survey.experts.filter(submitted_at=None, pk__in=_written_to(survey, None))):
        at = reminder_due_at(survey, member, histories[member.pk])
        if at is not None and at <= now:
            due.append(member.pk)
    return list(survey.experts.filter(pk__in=due).select_related("person", "invitation").order_by("pk"))


def reachable(expert: Expert | Member) -> bool:
    """There is an address, and the expert may still be asked."""
    has_address = expert.person is not None and bool(expert.person.email)
    return has_address and not expert.invitation.revoked_at and not expert.declined_at


def _state(survey: Survey, expert: Expert | Member, history: History) -> LetterState:
    newest = history.newest
    return LetterState(
        kind=newest.kind if newest else "",
        state=newest.state if newest else "",
        reminders=history.reminders,
        next_reminder=reminder_due_at(survey, expert, history),
    )
