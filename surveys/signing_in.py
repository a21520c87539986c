"""What the session of an account remembers of signing in.

*Half a sign-in*: the password was right and the second factor is still to come; it opens nothing, and ends after five
minutes or with a change of the password. *Fresh*: the account showed who it is, by signing in or by being asked again,
within the last ten minutes; approving, locking and changing roles want that.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

SHOWN_AT, SEEN_AT, HALF = "shown_at", "seen_at", "half_signed_in"
NOTED_EVERY = 60
FRESH_SECONDS, HALF_SECONDS = 10 * 60, 5 * 60


def shown_now(session: SessionBase) -> None:
    """The account has just shown who it is."""
    session[SHOWN_AT] = int(time.time())


def is_fresh(session: SessionBase) -> bool:
    return lately(session.get(SHOWN_AT, 0), FRESH_SECONDS)


def lately(at: int, seconds: int) -> bool:
    """A clock that was put back makes nothing last longer."""
    return 0 <= int(time.time()) - at < seconds


def left_alone(session: SessionBase, minutes: int) -> bool:
    """Nothing was done for so long, or it was signed in longer ago than any session lives.

    Else this is a sign of life, which is noted once a minute. Noting it makes the session's row last longer: hence
    the second half.
    """
    now, seen = int(time.time()), session.get(SEEN_AT)
    if seen is not None and not lately(seen, minutes * 60):
        return True
    if seen is None or now - seen >= NOTED_EVERY:
        session[SEEN_AT] = now
    return not lately(session.setdefault(SHOWN_AT, now), settings.SESSION_COOKIE_AGE)


@dataclass(frozen=True)
class Half:
    """Whose password was right, and where they wanted to go."""

    user: User
    to: str


def half_begin(request: HttpRequest, user: User, to: str) -> None:
    """The session gets a new name, so that nobody waits in it who knew the old one."""
    request.session.cycle_key()
    request.session[HALF] = {
        "user": user.pk,
        "backend": getattr(user, "backend", ""),
        "print": user.get_session_auth_hash(),
        "at": int(time.time()),
        "to": to,
    }


def half_of(request: HttpRequest) -> Half | None:
    """Who is half signed in here, if anybody still is."""
    kept = request.session.get(HALF)
    if not kept or not lately(kept["at"], HALF_SECONDS):
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["print"], user.get_session_auth_hash()):
        return None
    return Half(user, kept["to"])


def half_complete(request: HttpRequest, half: Half) -> None:
    """Signed in: the second factor was right, too."""
    kept = request.session.pop(HALF)
    login(request, half.user, backend=kept["backend"] or None)


def half_end(request: HttpRequest) -> bool:
    """It took too long. Whether there was one at all."""
    return request.session.pop(HALF, None) is not None
