"""The audit log: one entry for each act, in the transaction of the act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User

from surveys.models import AuditEvent, Survey


def audit(
    action: str,
    subject: object,
    *,
    user: User | None,
    survey: Survey | None = None,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    return AuditEvent.objects.create(
        action=action,
        subject=str(subject)[:200],
        user=user,
        survey=survey,
        old=dict(old or {}),
        new=dict(new or {}),
        reason=reason,
    )
