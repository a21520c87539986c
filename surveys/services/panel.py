"""The panel: experts, their invitations and links, and the devices on which they answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Expert, ExpertSession, Invitation, InvitationLink, Person, Survey
from surveys.services.audit import audit
from surveys.services.sections import sections_make
from surveys.tokens import new_token, token_hash

SESSION_LIFE = timedelta(days=30)
RESERVED_CODES = ("panel",)
"""In reports and addresses this stands for the whole group."""


@transaction.atomic
def expert_add(
    survey: Survey,
    *,
    code: str,
    name: str = "",
    field: str = "",
    group: str = "",
    language: str = "zh-hans",
    person: Person | None = None,
    user: User | None,
    **details: str,
) -> Expert:
    """One more expert on the panel, with a standing invitation. Nothing is sent.

    `person` is somebody who is known already; else one is made of name, language and `details` (title, organisation,
    email, telephone), where there is a name.
    """
    if code in RESERVED_CODES:
        raise Refused(_("The code %(code)s means the whole panel: choose another.") % {"code": code})
    if survey.experts.filter(code=code).exists():
        raise Refused(_("Expert %(code)s is on the panel already.") % {"code": code})
    if person is None and name:
        person = person_make(
            survey_is_synthetic=survey.synthetic, user=user, name=name, field=field, language=language, **details
        )
    expert = Expert(survey=survey, code=code, person=person, field=field, group=group)
    expert.full_clean()
    expert.save()
    Invitation.objects.create(expert=expert)
    audit("expert.added", code, user=user, survey=survey)
    return expert


def person_make(*, survey_is_synthetic: bool, user: User | None, **details: str) -> Person:
    person = Person(synthetic=survey_is_synthetic, created_by=user, **details)
    person.full_clean()
    person.save()
    return person


def expert_seed(expert: Expert, *, seed: int) -> None:
    """Fix the order and the sides of the pairs, so that a simulation can be repeated. Raises Refused once begun."""
    if not Expert.objects.filter(pk=expert.pk, started_at=None).update(seed=seed):
        raise Refused(_("%(code)s has begun: the order of the pairs stays.") % {"code": expert.code})
    expert.seed = seed


@transaction.atomic
def link_mint(expert: Expert, *, channel: str, user: User | None) -> str:
    """A fresh token for a personal link. This is the only moment at which it can be read; earlier links live on."""
    if expert.invitation.revoked_at:
        raise Refused(
            _("The invitation of %(code)s was revoked: renew it before making a link.") % {"code": expert.code}
        )
    token = new_token()
    InvitationLink.objects.create(
        invitation=expert.invitation, token_hash=token_hash(token), channel=channel, created_by=user
    )
    audit("link.minted", expert.code, user=user, survey=expert.survey, new={"channel": channel})
    return token


@transaction.atomic
def invitation_revoke(expert: Expert, *, user: User | None, reason: str = "") -> None:
    """Kill every link and every open session of this expert."""
    _end_access(expert)
    audit("invitation.revoked", expert.code, user=user, survey=expert.survey, reason=reason)


@transaction.atomic
def expert_decline(expert: Expert, *, user: User | None, reason: str) -> None:
    """The expert said no: nobody reminds them, and their links end. What they answered stays in the log."""
    if not reason.strip():
        raise Refused(_("Say in a sentence how the expert declined: it stands in the log."))
    if expert.submitted_at:
        raise Refused(
            _("%(code)s has submitted: leave the answers out with a reason instead, on the page of the matrix.")
            % {"code": expert.code}
        )
    _end_access(expert)
    Expert.objects.filter(pk=expert.pk).update(declined_at=timezone.now())
    audit("expert.declined", expert.code, user=user, survey=expert.survey, reason=reason.strip())


@transaction.atomic
def invitation_renew(expert: Expert, *, user: User | None) -> None:
    """Lift a revocation, or that the expert declined. Old links stay dead; new ones may be made."""
    if expert.erased_at:
        raise Refused(_("The name of %(code)s was erased: nobody is there to be asked.") % {"code": expert.code})
    Invitation.objects.filter(expert=expert).update(revoked_at=None)
    Expert.objects.filter(pk=expert.pk).update(declined_at=None)
    audit("invitation.renewed", expert.code, user=user, survey=expert.survey)


@transaction.atomic
def expert_remove(expert: Expert, *, user: User | None, reason: str = "") -> None:
    """Take somebody off the panel who has done nothing yet and was written to by nobody: a slip of the list."""
    locked = Expert.objects.select_for_update().get(pk=expert.pk)
    try:
        if locked.started_at or locked.revision:
            raise Refused(
                _("%(code)s has begun: an expert with answers is declined or weighted with 0, never removed.")
                % {"code": expert.code}
            )
        locked.delete()
    except ProtectedError as error:
        raise Refused(
            _("%(code)s was written to already: say that the expert declined instead.") % {"code": expert.code}
        ) from error
    audit("expert.removed", expert.code, user=user, survey=expert.survey, reason=reason.strip())


@transaction.atomic
def experts_place(places: Mapping[Expert, tuple[str, str]], *, user: User | None) -> None:
    """Say of experts what their field is and which group they belong to."""
    for expert, (field, group) in places.items():
        old, new = (expert.field, expert.group), (field.strip(), group.strip())
        if old != new:
            Expert.objects.filter(pk=expert.pk).update(field=new[0], group=new[1])
            names = ("field", "group")
            audit(
                "expert.placed", expert.code, user=user, survey=expert.survey, old=dict(zip(names, old, strict=True)),
                new=dict(zip(names, new, strict=True)),
            )  # fmt: skip


def _end_access(expert: Expert) -> None:
    now = timezone.now()
    Invitation.objects.filter(expert=expert).update(revoked_at=now)
    InvitationLink.objects.filter(invitation__expert=expert, revoked_at=None).update(revoked_at=now)
    ExpertSession.objects.filter(expert=expert, ended_at=None).update(ended_at=now)


@transaction.atomic
def session_open(link: InvitationLink, *, token: str = "", assistant: bool = False) -> str:
    """The cookie token, a fresh one unless given, for the device on which this link was opened and the survey begun."""
    now = timezone.now()
    token = token or new_token()
    expert = link.invitation.expert
    ExpertSession.objects.create(
        expert=expert,
        link=link,
        token_hash=token_hash(token),
        assistant=assistant,
        expires_at=now + SESSION_LIFE,
    )
    InvitationLink.objects.filter(pk=link.pk, first_used_at=None).update(first_used_at=now)
    Expert.objects.filter(pk=expert.pk, started_at=None).update(started_at=now)
    if expert.survey.takes_answers:
        sections_make(expert)
    return token


def session_end(session: ExpertSession) -> None:
    ExpertSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=timezone.now())
