"""Signing in with a name and a password, wherever a page asks for them: tries are limited, and each is in the log."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from surveys.services.buckets import sign_in_done, sign_in_try

log = logging.getLogger(__name__)


class AccountBackend(ModelBackend):
    """Raises TooMany, which becomes a page that says how long to wait (surveys.middleware)."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **rest: Any
    ) -> User | None:
        if request is None or username is None or password is None:
            return super().authenticate(request, username, password, **rest)
        address = request.META.get("REMOTE_ADDR", "")
        sign_in_try(username, address)
        user = super().authenticate(request, username, password, **rest)
        if user is None:
            account = User.objects.filter(username=username).values_list("pk", flat=True).first()
            log.info("A password was wrong: account %s.", account)  # not the name: a field may hold anything
            return None
        sign_in_done(username, address)
        log.info("The password of account %s was right.", user.pk)
        return user
