"""The members of a survey, and what each role may do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from surveys.models import Membership, Survey
from surveys.services.members import waits_for_password

Role = Membership.Role
ABILITIES: list[tuple[Any, tuple[str, ...]]] = [
    (_("See progress, consistency, results, weights and the log"), tuple(Role.values)),
    (_("Run the survey: settings, panel, letters, stages, decisions"), (Role.OWNER, Role.COORDINATOR)),
    (_("Draft and propose weights"), (Role.OWNER, Role.COORDINATOR)),
    (_("Approve weights that somebody else proposed"), (Role.APPROVER,)),
    (_("Lock approved weights"), (Role.OWNER, Role.COORDINATOR, Role.APPROVER)),
    (_("Import data and make runs"), (Role.OWNER, Role.COORDINATOR, Role.ANALYST)),
    (_("Give and take the roles coordinator, analyst, viewer"), (Role.OWNER, Role.COORDINATOR)),
    (_("Give and take the roles owner and approver; make accounts"), (Role.OWNER,)),
]


@dataclass
class Member:
    """An account and its roles; `removable` are those that whoever looks may take away."""

    user: User
    memberships: list[Membership] = field(default_factory=list)
    removable: frozenset[str] = frozenset()

    @property
    def waits(self) -> bool:
        return waits_for_password(self.user)


def members_of(survey: Survey, given: Collection[str]) -> list[Member]:
    """One line for each account, by user name; `given` are the roles that the reader may give and take."""
    found: dict[int, Member] = {}
    for membership in survey.memberships.select_related("user").order_by("user__username", "pk"):
        known = found.setdefault(membership.user_id, Member(membership.user, removable=frozenset(given)))
        known.memberships.append(membership)
    return list(found.values())
