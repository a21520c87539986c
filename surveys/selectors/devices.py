"""The devices on which an expert is signed in."""

from __future__ import annotations

from django.utils import timezone

from surveys.models import Expert, ExpertSession
from surveys.tokens import token_hash


def devices_of(expert: Expert) -> list[ExpertSession]:
    """The live ones, the newest first."""
    sessions = ExpertSession.objects.filter(expert=expert, ended_at=None, expires_at__gt=timezone.now())
    return list(sessions.filter(link__revoked_at=None).order_by("-created_at", "-pk"))


def owner_of(token: str, survey_id: int) -> int | None:
    """Whose device this cookie once was, dead or alive: the expert's number."""
    sessions = ExpertSession.objects.filter(token_hash=token_hash(token), expert__survey_id=survey_id)
    return sessions.values_list("expert_id", flat=True).first()
