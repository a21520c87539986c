"""Which names were promised to be gone by now."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from surveys.models import AuditEvent, Expert, OpenDraft, Survey

UNFINISHED_KEPT = timedelta(days=30)
"""After the closing: until then a survey may be opened again, and what was begun at its open link be handed in."""
CLOSED = (Survey.State.CLOSED, Survey.State.DECIDED, Survey.State.ARCHIVED)


@dataclass(frozen=True)
class Due:
    survey: Survey
    since: datetime
    experts: Sequence[Expert]


def closed_at(survey: Survey) -> datetime | None:
    """When it last closed; None while it takes answers, or may still."""
    if survey.state not in CLOSED:
        return None
    moves = AuditEvent.objects.filter(survey=survey, action="survey.moved", new__state=Survey.State.CLOSED)
    return moves.order_by("-at").values_list("at", flat=True).first()


def names_end(survey: Survey) -> datetime | None:
    """When its names are to be erased, where that was promised and the survey is closed."""
    closed = closed_at(survey) if survey.names_kept else None
    return months_later(closed, survey.names_kept) if closed and survey.names_kept else None


def names_due(now: datetime) -> Iterator[Due]:
    """Closed surveys whose promise has come due, with the experts who still have a name."""
    for survey in Survey.objects.filter(names_kept__isnull=False, state__in=CLOSED).order_by("pk"):
        end = names_end(survey)
        if end and end <= now:
            experts = list(survey.experts.filter(erased_at=None).order_by("pk"))
            if experts:
                yield Due(survey, end, experts)


def unfinished_due(now: datetime) -> QuerySet[OpenDraft]:
    """What was begun at an open link of a survey that closed long ago, and was never handed in."""
    unfinished = OpenDraft.objects.filter(receipt="")
    surveys = Survey.objects.filter(state__in=CLOSED, open_link__drafts__in=unfinished).distinct()
    over = [survey.pk for survey in surveys if (end := closed_at(survey)) and end + UNFINISHED_KEPT <= now]
    return unfinished.filter(link__survey__in=over)


def months_later(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last of that month.

    >>> months_later(datetime(2026, 8, 31), 6).date().isoformat()
    '2027-02-28'
    """
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
