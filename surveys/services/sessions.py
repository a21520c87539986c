"""The devices on which an account is signed in."""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from surveys.services.audit import audit


@transaction.atomic
def sessions_end(user: User, *, but: str | None = None, by: User | None = None) -> int:
    """Sign an account out everywhere, or everywhere but in the session `but`. How many sessions were ended.

    Whose a session is stands inside it, so every live one is read: those of accounts alone, experts have others.
    """
    live = Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=but or "")
    mine = [each.pk for each in live.iterator() if each.get_decoded().get(SESSION_KEY) == str(user.pk)]
    ended, _rows = Session.objects.filter(pk__in=mine).delete()
    if ended:
        audit("account.signed_out", user.get_username(), user=by, new={"devices": ended})
    return ended
