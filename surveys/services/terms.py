"""What a survey says and promises beside its method, and until when it can be answered.

What experts or referees rely on is fixed when the survey opens: the rules for leaving answers out, the title, the
promise that names stay apart. Words that help, languages, reminders may change while it is being answered.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Survey
from surveys.services.audit import audit

State, Anonymity = Survey.State, Survey.Anonymity

PLANNED = (State.DRAFT, State.PILOT)
UNTIL_OPENING = ("title", "exclusion_rules")
UNTIL_CLOSING = (
    *("purpose", "inviter", "contact", "privacy", "languages", "anonymity", "smallest_group", "names_kept"),
    *("reminders", "reminder_days"),
)
MOST_REMINDERS = 3


def changeable_terms(survey: Survey) -> tuple[str, ...]:
    """The names of what may be changed now."""
    if survey.state in PLANNED:
        return (*UNTIL_OPENING, *UNTIL_CLOSING)
    return UNTIL_CLOSING if survey.state == State.OPEN else ()


@transaction.atomic
def terms_change(survey: Survey, *, user: User | None, reason: str = "", **terms: Any) -> Survey:
    """Change texts, languages, anonymity, rules or reminders. Raises Refused where one of them is fixed by now."""
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    old = {name: getattr(survey, name) for name in terms}
    new = {name: value for name, value in terms.items() if value != old[name]}
    if not new:
        return survey
    _check(survey, new)
    for name, value in new.items():
        setattr(survey, name, value)
    survey.full_clean()
    survey.save(update_fields=list(new))
    before = {name: old[name] for name in new}
    audit("survey.terms", survey, user=user, survey=survey, old=before, new=new, reason=reason.strip())
    return survey


def _check(survey: Survey, new: dict[str, Any]) -> None:
    fixed = [name for name in new if name not in changeable_terms(survey)]
    if fixed:
        names = ", ".join(str(Survey._meta.get_field(name).verbose_name) for name in fixed)  # type: ignore[union-attr]
        raise Refused(_("Fixed by now, since experts and readers rely on it: %(names)s.") % {"names": names})
    if survey.state not in PLANNED and new.get("anonymity") == Anonymity.NAMED:
        raise Refused(
            _("The experts were promised that their names stay apart from their answers: this cannot be taken back.")
        )
    if survey.state not in PLANNED and new.get("smallest_group", survey.smallest_group) < survey.smallest_group:
        raise Refused(_("The experts were promised that smaller groups are not shown: this cannot be taken back."))
    if survey.state not in PLANNED and survey.names_kept and "names_kept" in new:
        _check_kept(survey.names_kept, new["names_kept"])
    days = new.get("reminder_days", [])
    if len(days) > MOST_REMINDERS or sorted(set(days)) != days or any(day < 1 for day in days):
        raise Refused(_("At most three reminders, each on a later day than the one before: for example 3, 7, 10."))


def _check_kept(promised: int, months: int | None) -> None:
    if months is None or months > promised:
        raise Refused(
            _("The experts were promised that their names are erased after %(months)d months: make it less, not more.")
            % {"months": promised}
        )


@transaction.atomic
def deadline_set(survey: Survey, closes_at: datetime | None, *, user: User | None, reason: str = "") -> Survey:
    """Say until when the survey can be answered. Once it is open the deadline only moves to a later moment."""
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    if survey.closes_at == closes_at:
        return survey
    _check_deadline(survey, closes_at, reason)
    old = {"closes_at": _moment(survey.closes_at)}
    Survey.objects.filter(pk=survey.pk).update(closes_at=closes_at)
    audit(
        "survey.deadline", survey, user=user, survey=survey, old=old, new={"closes_at": _moment(closes_at)},
        reason=reason.strip(),
    )  # fmt: skip
    survey.closes_at = closes_at
    return survey


def _check_deadline(survey: Survey, closes_at: datetime | None, reason: str) -> None:
    if survey.state not in (*PLANNED, State.OPEN):
        raise Refused(_("This survey takes no answers any more: reopen it before giving it another deadline."))
    if closes_at and closes_at <= timezone.now():
        raise Refused(_("The deadline lies in the past: choose a later moment, or leave it blank."))
    if survey.state in PLANNED:
        return
    if closes_at and survey.closes_at and closes_at < survey.closes_at:
        raise Refused(_("The experts were told a later deadline: it can be extended, not brought forward."))
    if not reason.strip():
        raise Refused(_("Say in a sentence why the deadline changes: it stands in the log."))


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
