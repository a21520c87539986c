"""Where an account is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from surveys.signing_in import SHOWN_AT


@dataclass(frozen=True)
class SignedIn:
    """One session of an account. What device it is on is kept nowhere, so all that can be told is since when."""

    key: str
    since: datetime | None
    here: bool


def live_sessions(user: User) -> Iterator[tuple[str, dict[str, object]]]:
    """Whose a session is stands inside it, so every live one is read: those of accounts alone, experts have others."""
    for each in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        kept = each.get_decoded()
        if kept.get(SESSION_KEY) == str(user.pk):
            yield each.pk, kept


def sessions_of(user: User, here: str | None) -> list[SignedIn]:
    """This one first, then the newest."""
    found = [SignedIn(key, _moment(kept.get(SHOWN_AT)), key == here) for key, kept in live_sessions(user)]
    return sorted(found, key=lambda one: (not one.here, -(one.since.timestamp() if one.since else 0)))


def _moment(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None
