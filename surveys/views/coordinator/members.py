"""Who may do what in a survey: roles given and taken away, and colleagues who get an account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from surveys.access import RUNS, Role, roles_of, survey_for
from surveys.errors import Refused
from surveys.forms.members import ColleagueForm, MemberForm
from surveys.models import Membership, Survey
from surveys.selectors.members import ABILITIES, members_of
from surveys.services.members import (
    colleague_invite,
    member_remove,
    password_link_make,
    roles_given_by,
    waits_for_password,
)
from surveys.services.surveys import member_add
from surveys.views.coordinator.pages import account, done, posted, survey_page
from surveys.views.proof import proof_asked


@login_required
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, survey_id: int) -> HttpResponse:
    found = survey_for(request.user, survey_id, *RUNS)
    form = MemberForm(posted(request), roles=_given_by(found))
    if form.is_valid() and form.member:
        role, member = form.cleaned_data["role"], form.member
        named = {"name": member, "role": Membership.Role(role).label}
        if asked := _asked(request, found, _("Give %(name)s the role: %(role)s") % named):
            return asked
        said = _("%(name)s is now: %(role)s.") % named
        done(request, lambda: member_add(found, member=member, role=role, user=account(request)), said)
        return redirect("surveys:members", found.pk)
    return _page(request, found, form)


def _page(request: HttpRequest, found: Survey, form: MemberForm, **context: Any) -> HttpResponse:
    given = _given_by(found)
    invite = context.pop("invite", None) or (ColleagueForm(roles=given) if Role.OWNER in given else None)
    people = members_of(found, given)
    return survey_page(
        request, found, "members", "members", form=form, invite=invite, people=people, abilities=ABILITIES,
        roles=Membership.Role.choices, **context,
    )  # fmt: skip


def _asked(request: HttpRequest, found: Survey, what: str) -> HttpResponse | None:
    """Whoever finds an open screen shall not make themselves an owner."""
    return proof_asked(request, what, reverse("surveys:members", args=[found.pk]))


def _given_by(found: Survey) -> tuple[str, ...]:
    return roles_given_by(found.held_roles)  # type: ignore[attr-defined]


@login_required
@require_POST
def member_take_away(request: HttpRequest, survey_id: int, membership_id: int) -> HttpResponse:
    found = survey_for(request.user, survey_id, *RUNS)
    membership = get_object_or_404(found.memberships.select_related("user"), pk=membership_id)
    if membership.role not in _given_by(found):
        raise PermissionDenied("Only an owner takes this role away.")
    named = {"name": membership.user, "role": membership.get_role_display()}
    if asked := _asked(request, found, _("Take from %(name)s the role: %(role)s") % named):
        return asked
    said = _("%(name)s is no longer: %(role)s.") % named
    done(request, lambda: member_remove(membership, user=account(request)), said)
    if roles_of(request.user, found).intersection(RUNS):
        return redirect("surveys:members", found.pk)
    return redirect("surveys:survey_list")  # whoever took their own role away


@login_required
@never_cache
@require_POST
def colleague(request: HttpRequest, survey_id: int) -> HttpResponse:
    """A new account; the link to choose its password is shown in this answer and never again."""
    found = survey_for(request.user, survey_id, Role.OWNER)
    form = ColleagueForm(request.POST, roles=_given_by(found))
    if asked := _asked(request, found, _("Make the account")):
        return asked
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = colleague_invite(
                found, username=given["username"], name=given["name"], role=given["role"], user=account(request)
            )
        except (Refused, ValidationError) as refusal:
            form.add_error("username", refusal if isinstance(refusal, ValidationError) else str(refusal))
        else:
            return _link_page(request, found, made)
    page = _page(request, found, MemberForm(roles=_given_by(found)), invite=form)
    page.status_code = 422
    return page


@login_required
@never_cache
@require_POST
def colleague_link(request: HttpRequest, survey_id: int, user_id: int) -> HttpResponse:
    """Another link for a colleague who has not chosen a password yet; nobody else's password is touched."""
    found = survey_for(request.user, survey_id, Role.OWNER)
    member = get_object_or_404(User, pk=user_id, survey_memberships__survey=found)
    if not waits_for_password(member):
        messages.error(request, _("This colleague has a password already: only they can change it."))
        return redirect("surveys:members", found.pk)
    asked = _asked(request, found, _("Make a new link"))
    return asked or _link_page(request, found, member)


def _link_page(request: HttpRequest, found: Survey, member: User) -> HttpResponse:
    uid, token = password_link_make(member, user=account(request), survey=found)
    link = f"{settings.SITE.origin}{reverse('password_choose', args=[uid, token])}"
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
    return survey_page(request, found, "members", "member_link", member=member, link=link, days=days)
