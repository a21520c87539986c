"""Surveys: made as drafts, moved by one function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from surveys.errors import Refused, Stale
from surveys.models import Edition, Expert, Membership, Survey
from surveys.selectors.answers import answered_themselves
from surveys.services.audit import audit
from surveys.services.expert_weights import expert_leave_uncounted

State = Survey.State

MOVES: dict[str, tuple[str, ...]] = {
    State.DRAFT: (State.PILOT, State.OPEN),
    State.PILOT: (State.DRAFT, State.OPEN),
    State.OPEN: (State.CLOSED,),
    State.CLOSED: (State.OPEN, State.DECIDED),
    State.DECIDED: (State.ARCHIVED,),
    State.ARCHIVED: (),
}


@transaction.atomic
def survey_create(*, edition: Edition, title: dict[str, str], user: User, **settings: Any) -> Survey:
    """A draft survey, owned and coordinated by the account that makes it."""
    survey = Survey(edition=edition, title=title, created_by=user, **settings)
    survey.full_clean()
    survey.save()
    for role in (Membership.Role.OWNER, Membership.Role.COORDINATOR):
        Membership.objects.create(survey=survey, user=user, role=role)
    audit("survey.created", survey, user=user, survey=survey, new={"edition": edition.label})
    return survey


@transaction.atomic
def survey_settings_change(survey: Survey, *, user: User | None, **settings: Any) -> Survey:
    """Choose the method of a draft anew. Later it is fixed: experts answer under it."""
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    if survey.state != State.DRAFT:
        raise Refused(_("The method is fixed since the survey opened: make another survey for another method."))
    old = {name: getattr(survey, name) for name in settings}
    new = {name: value for name, value in settings.items() if value != old[name]}
    if new:
        for name, value in new.items():
            setattr(survey, name, value)
        survey.full_clean()
        survey.save(update_fields=list(new))
        audit("survey.settings", survey, user=user, survey=survey, old=_logged(old, new), new=_logged(new, new))
    return survey


def _logged(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Settings as the log keeps them: decimals are texts."""
    return {name: str(values[name]) if isinstance(values[name], Decimal) else values[name] for name in names}


@transaction.atomic
def member_add(survey: Survey, *, member: User, role: str, user: User | None) -> Membership:
    membership, made = Membership.objects.get_or_create(survey=survey, user=member, role=role)
    if made:
        audit("member.added", member, user=user, survey=survey, new={"role": role})
    return membership


PILOT_COUNTS, PILOT_LEFT_OUT = "count", "leave_out"


@transaction.atomic
def survey_move(survey: Survey, to: str, *, user: User | None, reason: str = "", pilot: str = "") -> Survey:
    """Move a survey to another state: the one way.

    Where experts answered in the pilot, opening needs `pilot`: whether their answers count, or are recorded and not
    counted. Raises Refused where the move is not allowed, and Stale where somebody else was faster.
    """
    if to not in MOVES[survey.state]:
        raise Refused(
            _("A survey that is %(from)s cannot become %(to)s.")
            % {"from": State(survey.state).label, "to": State(to).label}
        )
    _check_ready(survey, to)
    moved = Survey.objects.filter(pk=survey.pk, state=survey.state, version=survey.version)
    if not moved.update(state=to, version=F("version") + 1):
        raise Stale(
            _("Somebody else moved this survey a moment ago. Look at it again and repeat what is still needed.")
        )
    new = {"state": to} | _settle_pilot(survey, to, pilot, user)
    audit("survey.moved", survey, user=user, survey=survey, old={"state": survey.state}, new=new, reason=reason)
    survey.refresh_from_db(fields=["state", "version"])
    return survey


def _settle_pilot(survey: Survey, to: str, pilot: str, user: User | None) -> dict[str, str]:
    """Answers of the pilot never count unawares: the log cannot be emptied, so somebody says what they are."""
    if to != State.OPEN or survey.state not in (State.DRAFT, State.PILOT):
        return {}
    tried = answered_themselves(survey)
    if not tried:
        return {}
    if pilot not in (PILOT_COUNTS, PILOT_LEFT_OUT):
        raise Refused(
            _("Answers were given in the pilot, by %(codes)s: say whether they count before the survey opens.")
            % {"codes": ", ".join(expert.code for expert in tried)}
        )
    Expert.objects.filter(pk__in=[expert.pk for expert in tried]).update(pilot=True)
    if pilot == PILOT_LEFT_OUT:
        for expert in tried:
            expert_leave_uncounted(expert, reason=_("Answered in the pilot; recorded, not counted."), user=user)
    return {"pilot": pilot}


def _check_ready(survey: Survey, to: str) -> None:
    if to in Survey.ANSWERING and survey.edition.state != Edition.State.FROZEN:
        raise Refused(_("The indicator system is still a draft: freeze the edition before experts answer."))
