"""Who may do what in a survey, and accounts for colleagues who have none yet."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Membership, Survey
from surveys.services.audit import audit
from surveys.services.surveys import member_add

Role = Membership.Role

GIVEN_BY_COORDINATORS = (Role.COORDINATOR, Role.ANALYST, Role.VIEWER)
"""The others are for an owner to give: whoever signs must not be chosen by whoever proposes."""


def roles_given_by(held: frozenset[str]) -> tuple[str, ...]:
    """The roles that somebody who holds these may give and take away."""
    if Role.OWNER in held:
        return tuple(Role.values)
    return tuple(GIVEN_BY_COORDINATORS) if Role.COORDINATOR in held else ()


@transaction.atomic
def member_remove(membership: Membership, *, user: User | None, reason: str = "") -> None:
    """Take a role away. One owner with a live account stays."""
    survey = Survey.objects.select_for_update().get(pk=membership.survey_id)
    if membership.role == Role.OWNER:
        owners = survey.memberships.filter(role=Role.OWNER, user__is_active=True)
        if not owners.exclude(pk=membership.pk).exists():
            raise Refused(_("A survey needs an owner: make somebody else one before this role is taken away."))
    deleted, _by_kind = Membership.objects.filter(pk=membership.pk).delete()
    if deleted:
        audit(
            "member.removed", membership.user, user=user, survey=survey, old={"role": membership.role},
            reason=reason.strip(),
        )  # fmt: skip


@transaction.atomic
def colleague_invite(survey: Survey, *, username: str, name: str, role: str, user: User | None) -> User:
    """A new account without a password, with a role in this survey. The password is set by a one-time link."""
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(_("There is an account “%(name)s” already: give it a role instead.") % {"name": username})
    made = account_make(username, name=name, user=user, survey=survey)
    member_add(survey, member=made, role=role, user=user)
    return made


@transaction.atomic
def account_make(username: str, *, name: str = "", user: User | None = None, survey: Survey | None = None) -> User:
    made = User(username=username, first_name=name)
    made.set_unusable_password()
    made.full_clean(exclude=["password"])
    made.save()
    audit("account.made", username, user=user, survey=survey)
    return made


@transaction.atomic
def password_link_make(account: User, *, user: User | None, survey: Survey | None = None) -> tuple[str, str]:
    """What a link to choose a password is made of: it works once, for three days. Nothing of it is stored."""
    audit("account.link_made", account.get_username(), user=user, survey=survey)
    return urlsafe_base64_encode(force_bytes(account.pk)), default_token_generator.make_token(account)


@transaction.atomic
def account_switch(account: User, *, active: bool, user: User | None = None) -> None:
    """A deactivated account cannot sign in; what it did stays as it was done."""
    if User.objects.filter(pk=account.pk, is_active=not active).update(is_active=active):
        audit("account.switched_on" if active else "account.switched_off", account.get_username(), user=user)


def waits_for_password(account: User) -> bool:
    """Invited, and never chose a password: only then may an owner make another link."""
    return account.is_active and not account.has_usable_password()
