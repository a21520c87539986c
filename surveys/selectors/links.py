"""From a token to whom it belongs."""

from __future__ import annotations

from django.utils import timezone

from surveys.models import ExpertSession, InvitationLink
from surveys.tokens import token_hash


def link_of(token: str) -> InvitationLink | None:
    """The live link of this token: not revoked. Unknown and revoked look alike to a stranger."""
    links = InvitationLink.objects.select_related("invitation__expert__survey__edition", "invitation__expert__person")
    return links.filter(token_hash=token_hash(token), revoked_at=None, invitation__revoked_at=None).first()


def session_of(token: str, survey_id: int) -> ExpertSession | None:
    """The live session of this cookie for this survey, in one query, with expert, survey and edition.

    A session dies with its link, also one that was opened at the very moment of revoking.
    """
    sessions = ExpertSession.objects.select_related("expert__survey__edition", "expert__person")
    return (
        sessions.filter(link__revoked_at=None)
        .filter(token_hash=token_hash(token), expert__survey_id=survey_id, ended_at=None, expires_at__gt=timezone.now())
        .first()
    )
