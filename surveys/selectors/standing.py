"""Where each expert of a panel is, worked out by the database: one formula for one and for a hundred thousand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)  # fmt: skip
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
    - `letter_state` and `letter_sent_at` of the newest letter, or None,
    - `active_at`: the last answer, submission or opening, or None,
    - `status`: a key of `STATUSES`.
    """
    own = OuterRef("pk")
    submissions = Submission.objects.filter(expert=own).order_by("-number")
    letters = Letter.objects.filter(expert=own).order_by("-pk")
    head = JudgmentEvent.objects.filter(expert=own, revision=OuterRef("revision")).order_by()
    known = experts.annotate(
        handed_in=Subquery(submissions.values("revision")[:1]),
        handed_in_at=Subquery(submissions.values("submitted_at")[:1]),
        letter_state=Subquery(letters.values("state")[:1]),
        letter_sent_at=Subquery(letters.values("sent_at")[:1]),
        active_at=_latest(Subquery(head.values("received_at")[:1]), F("started_at"), F("submitted_at")),
    )
    return known.annotate(status=_status(survey))


def standing_of(expert: Expert) -> str:
    """The status of one expert."""
    found = with_standing(Expert.objects.filter(pk=expert.pk), expert.survey)
    return str(found.values_list("status", flat=True).get())


def _status(survey: Survey) -> Case:
    """The first that holds. Only where a survey sends letters does it say something not to have got one."""
    writes = Letter.objects.filter(mailing__survey=survey)
    returned = [Letter.State.BOUNCED, Letter.State.FAILED]
    order = {
        "declined": Q(declined_at__isnull=False),
        "revoked": Q(handed_in=None, invitation__revoked_at__isnull=False),
        "to_revise": Q(handed_in__isnull=False) & Exists(unsettled_pairs().filter(request__expert=OuterRef("pk"))),
        "submitted": Q(handed_in=F("revision")),
        "changed": Q(handed_in__isnull=False),
        "in_progress": Q(revision__gt=0) & Exists(_answers_that_count(survey)),
        "opened": Q(started_at__isnull=False),
        "returned": Q(letter_state__in=returned),
        "sent": Q(letter_sent_at__isnull=False),
        "not_sent": ExpressionWrapper(Exists(writes), BooleanField()),
    }
    return Case(*(When(holds, then=Value(status)) for status, holds in order.items()), default=Value("not_opened"))


def _answers_that_count(survey: Survey) -> QuerySet[Judgment]:
    """An expert's settled answers in the sections that they are asked about."""
    left = Section.objects.filter(expert=OuterRef("expert"), node=OuterRef("comparison__node"))
    left = left.filter(Q(assigned=False) | Q(declined_at__isnull=False))
    return Judgment.objects.filter(settled(survey), ~Exists(left), expert=OuterRef("pk")).order_by()


def _latest(*moments: Subquery | F) -> NullIf:
    """The latest of these, None where there is none: databases differ in what the greatest of something and NULL is."""
    return NullIf(Greatest(*(Coalesce(moment, _NEVER) for moment in moments)), _NEVER)
