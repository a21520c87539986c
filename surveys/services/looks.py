"""The log of what was only looked at: named answers, exports, and doors that stayed shut.

Such an entry is written by a GET, and once an hour at most for the same account and thing: a log that notes each click
is read by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from surveys.models import AuditEvent, Expert, Person, Survey
from surveys.services.audit import audit

READ, EXPORTED, REFUSED, SIGN_IN_FAILED = "answers.read", "file.exported", "access.refused", "sign_in.failed"
PERSONAL, CODE_FAILED = "person.exported", "second_factor.failed"
LOOKS = (READ, EXPORTED, REFUSED, SIGN_IN_FAILED, PERSONAL, CODE_FAILED)
QUIET = timedelta(hours=1)


def read_note(expert: Expert, *, user: User) -> None:
    """Somebody opened what this expert answered."""
    _note(READ, expert.code, user=user, survey=expert.survey)


def export_note(survey: Survey, what: str, *, user: User) -> None:
    """Somebody took a file along."""
    _note(EXPORTED, what, user=user, survey=survey)


def personal_note(person: Person, experts: Sequence[Expert], *, user: User) -> None:
    """Somebody took out all that is held of a person: in the log of every survey that it is from."""
    for expert in experts:
        _note(PERSONAL, expert.code, user=user, survey=expert.survey)
    if not experts:
        _note(PERSONAL, f"P{person.pk}", user=user, survey=None)


def refusal_note(survey: Survey, page: str, *, user: User) -> None:
    """A member asked for what another role is needed for."""
    _note(REFUSED, page, user=user, survey=survey)


def failed_sign_in_note(username: str) -> None:
    """For accounts that there are: what else stands in that field may be a password in the wrong place."""
    if User.objects.filter(username=username).exists():
        _note(SIGN_IN_FAILED, username, user=None, survey=None)


def failed_code_note(user: User) -> None:
    """The password was right, the code was not: somebody else may know the password."""
    _note(CODE_FAILED, user.get_username(), user=user, survey=None)


def _note(action: str, subject: str, *, user: User | None, survey: Survey | None) -> None:
    since = timezone.now() - QUIET
    same = AuditEvent.objects.filter(action=action, subject=subject[:200], user=user, survey=survey, at__gte=since)
    if not same.exists():
        audit(action, subject, user=user, survey=survey)
