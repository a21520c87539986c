"""The devices on which an account is signed in."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction

from surveys.selectors.sessions import live_sessions
from surveys.services.audit import audit


@transaction.atomic
def sessions_end(user: User, *, but: str | None = None, by: User | None = None) -> int:
    """Sign an account out everywhere, or everywhere but in the session `but`. How many sessions were ended."""
    mine = [key for key, _kept in live_sessions(user) if key != but]
    ended, _rows = Session.objects.filter(pk__in=mine).delete()
    if ended:
        audit("account.signed_out", user.get_username(), user=by, new={"devices": ended})
    return ended
