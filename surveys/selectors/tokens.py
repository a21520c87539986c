"""Tokens of other programs."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from surveys.models import ApiToken
from surveys.tokens import token_hash

PREFIX = "qh_"


def token_of(text: str) -> ApiToken | None:
    """The valid token with this text, of an account that may still sign in."""
    if not text.startswith(PREFIX) or len(text) > 100:
        return None
    found = ApiToken.objects.filter(token_hash=token_hash(text), revoked_at=None, expires_at__gt=timezone.now())
    return found.filter(user__is_active=True).select_related("user").first()


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Every token of an account, the newest first."""
    return ApiToken.objects.filter(user=user).order_by("-pk")
