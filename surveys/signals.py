"""What the log hears of from outside: sign-ins that failed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **_: object) -> None:
    from surveys.services.looks import failed_sign_in_note  # models are not there yet when this is imported

    failed_sign_in_note(str(credentials.get("username", "")))
