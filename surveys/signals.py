"""What is heard of signing in: failures go to the log, and the session remembers when it was."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **_: object) -> None:
    from surveys.services.looks import failed_sign_in_note  # models are not there yet when this is imported

    failed_sign_in_note(str(credentials.get("username", "")))


@receiver(user_logged_in)
def signed_in(request: HttpRequest, **_: object) -> None:
    from surveys.signing_in import shown_now

    shown_now(request.session)
