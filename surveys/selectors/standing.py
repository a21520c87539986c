"""Where each expert of a panel is, worked out by the database: one formula for one and for a hundred thousand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, NullIf
from django.utils.translation import gettext_lazy as _

from surveys.models import Expert, Judgment, JudgmentEvent, Letter, Section, Submission, Survey
from surveys.selectors.answers import settled
from surveys.selectors.revisions import unsettled_pairs

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
MISSING = tuple(status for status in STATUSES if status not in ("submitted", *GONE))
"""Somebody still has to do something, and can."""

_NEVER = Value(datetime(1, 1, 2, tzinfo=UTC), DateTimeField())


def with_standing(experts: QuerySet[Expert], survey: Survey) -> QuerySet[Any]:
    """The same experts of this survey, each with

    - `handed_in` and `handed_in_at`: revision and moment of what was submitted last, or None,
    - `mail`: what the newest letter says of somebody who has not begun, or None where there is none,
    - `active_at`: the last answer, submission or opening, or None,
    - `status`: a key of `STATUSES`.
    """
    own = OuterRef("pk")
    submissions = Submission.objects.filter(expert=own).order_by("-number")
    head = JudgmentEvent.objects.filter(expert=own, revision=OuterRef("revision")).order_by()
    letters = Letter.objects.filter(expert=own).annotate(says=_says()).order_by("-pk")
    known = experts.annotate(
        handed_in=Subquery(submissions.values("revision")[:1]),
        handed_in_at=Subquery(submissions.values("submitted_at")[:1]),
        mail=Subquery(letters.values("says")[:1]),
        active_at=_latest(Subquery(head.values("received_at")[:1]), F("started_at"), F("submitted_at")),
    )
    return known.annotate(status=_status(survey))


def _status(survey: Survey) -> Case:
    """The first that holds. Nested, so that whoever has not submitted is asked about that once."""
    waits = Exists(unsettled_pairs().filter(request__expert=OuterRef("pk")))
    return Case(
        When(declined_at__isnull=False, then=Value("declined")),
        When(handed_in=None, then=_before_submitting(survey)),
        When(waits, then=Value("to_revise")),
        When(handed_in=F("revision"), then=Value("submitted")),
        default=Value("changed"),
    )


def _before_submitting(survey: Survey) -> Case:
    """Only where a survey sends letters does it say something not to have got one."""
    writes = Exists(Letter.objects.filter(mailing__survey=survey))
    return Case(
        When(invitation__revoked_at__isnull=False, then=Value("revoked")),
        When(Q(revision__gt=0) & Exists(_answers_that_count(survey)), then=Value("in_progress")),
        When(started_at__isnull=False, then=Value("opened")),
        default=Coalesce(F("mail"), Case(When(writes, then=Value("not_sent")), default=Value("not_opened"))),
    )


def _says() -> Case:
    """Of a letter. One that did not leave is no better than one that came back."""
    returned = [Letter.State.BOUNCED, Letter.State.FAILED]
    return Case(
        When(state__in=returned, then=Value("returned")),
        When(sent_at__isnull=False, then=Value("sent")),
        default=Value("not_sent"),
    )


def _answers_that_count(survey: Survey) -> QuerySet[Judgment]:
    """An expert's settled answers in the sections that they are asked about."""
    left = Section.objects.filter(expert=OuterRef("expert"), node=OuterRef("comparison__node"))
    left = left.filter(Q(assigned=False) | Q(declined_at__isnull=False))
    return Judgment.objects.filter(settled(survey), ~Exists(left), expert=OuterRef("pk")).order_by()


def _latest(*moments: Subquery | F) -> NullIf:
    """The latest of these, None where there is none: databases differ in what the greatest of something and NULL is."""
    return NullIf(Greatest(*(Coalesce(moment, _NEVER) for moment in moments)), _NEVER)
