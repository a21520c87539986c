"""Tokens with which other programs act as an account: made, used, revoked."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import ApiToken
from surveys.selectors.tokens import PREFIX
from surveys.services.audit import audit
from surveys.tokens import new_token, token_hash

MOST = 20
NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def token_create(user: User, *, name: str, scope: str, days: int) -> str:
    """A fresh token, as a text that can be read only now. Raises Refused where an account has too many."""
    User.objects.select_for_update().get(pk=user.pk)
    now = timezone.now()
    if user.api_tokens.filter(revoked_at=None, expires_at__gt=now).count() >= MOST:
        raise Refused(
            _("An account has at most %(most)d valid tokens: revoke one that is no longer used.") % {"most": MOST}
        )
    text = f"{PREFIX}{new_token()}"
    token = ApiToken(
        user=user, name=name.strip(), scope=scope, token_hash=token_hash(text), expires_at=now + timedelta(days=days)
    )
    token.full_clean()
    token.save()
    audit("token.made", token.name, user=user, new={"scope": scope, "days": days})
    return text


@transaction.atomic
def token_revoke(token: ApiToken, *, user: User) -> None:
    """From now on the token opens nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit("token.revoked", token.name, user=user)


def token_used(token: ApiToken) -> None:
    """Note when it was used last, at most once a minute: reading shall not become writing."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
