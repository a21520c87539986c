"""From a token to whom it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from surveys.models import Edition, Expert, ExpertSession, InvitationLink, Person, Survey
from surveys.prepared import Prepared
from surveys.tokens import token_hash


def link_of(token: str) -> InvitationLink | None:
    """The live link of this token: not revoked. Unknown and revoked look alike to a stranger."""
    links = InvitationLink.objects.select_related("invitation__expert__survey__edition", "invitation__expert__person")
    return links.filter(token_hash=token_hash(token), revoked_at=None, invitation__revoked_at=None).first()


def session_of(token: str, survey_id: int) -> ExpertSession | None:
    """The live session of this cookie for this survey, in one query, with expert, survey and edition.

    A session dies with its link, also one that was opened at the very moment of revoking.
    """
    row = _SESSION.first(token=token_hash(token), survey=survey_id)
    if row is None:
        return None
    session, expert, survey, edition, person = _made(row)
    survey.edition = edition
    expert.survey, expert.person = survey, person if person.pk else None
    session.expert = expert
    return session if session.expires_at > timezone.now() else None


# A session and what is known of its owner at every request: the way there, and the columns.
_WAY: tuple[tuple[str, type[Model]], ...] = (
    ("", ExpertSession),
    ("expert__", Expert),
    ("expert__survey__", Survey),
    ("expert__survey__edition__", Edition),
    ("expert__person__", Person),
)
_COLUMNS = [[field.attname for field in model._meta.concrete_fields] for _way, model in _WAY]


def _session_query(token: str, survey: int) -> QuerySet[ExpertSession, Any]:
    live = ExpertSession.objects.filter(
        token_hash=token, expert__survey_id=survey, ended_at=None, link__revoked_at=None
    )
    return live.values_list(
        *(way + name for (way, _model), names in zip(_WAY, _COLUMNS, strict=True) for name in names)
    )


_SESSION = Prepared(_session_query)


def _made(row: Sequence[Any]) -> list[Any]:
    """An object for each part of the row."""
    parts, values = [], iter(row)
    for (_way, model), names in zip(_WAY, _COLUMNS, strict=True):
        parts.append(model.from_db("default", names, list(islice(values, len(names)))))
    return parts
