"""Everything that is held of one person: counted for a page, and whole for a file that is handed to them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from surveys.models import (
    AuditEvent,
    Consent,
    Decision,
    DraftAnswer,
    Expert,
    ExpertSession,
    InvitationLink,
    JudgmentEvent,
    KeptJudgment,
    LateAnswer,
    Letter,
    Person,
    RevisionRequest,
    Section,
    Submission,
    Survey,
    Transcript,
)
from surveys.selectors.retention import names_end
from surveys.texts import text_in

FORMAT = "quanheng-person/1"
DETAILS = ("name", "title", "organisation", "field", "email", "telephone", "language")

OWN_SOURCES = [source for source in JudgmentEvent.Source.values if source != JudgmentEvent.Source.CARRIED]

Rows = list[dict[str, Any]]


def panels_of(person: Person, surveys: QuerySet[Survey]) -> QuerySet[Expert]:
    """Where somebody is asked, among the surveys that the reader looks after."""
    return person.experts.filter(survey__in=surveys).select_related("survey").order_by("survey_id")


# --- counted ---


@dataclass(frozen=True)
class Held:
    """What one panel holds of somebody, in numbers, and when its names are to go by themselves."""

    expert: Expert
    counts: Mapping[str, int]
    names_end: datetime | None


def _count(model: type[Model], path: str = "expert", **chosen: Any) -> Coalesce:
    rows = model._default_manager.filter(**{path: OuterRef("pk")}, **chosen).order_by().values(path)
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField())


COUNTED = {
    "answers": _count(JudgmentEvent),
    "submissions": _count(Submission),
    "remarks": _count(Submission, remark__gt="") + _count(Submission, reason__gt=""),
    "reasons": _count(KeptJudgment, reason__gt="") + _count(JudgmentEvent, note__gt="", source__in=OWN_SOURCES),
    "notes": _count(RevisionRequest, round=None) + _count(Transcript, note__gt=""),
    "scans": _count(Transcript, file__isnull=False),
    "drafts": _count(DraftAnswer),
    "letters": _count(Letter),
    "links": _count(InvitationLink, "invitation__expert"),
    "devices": _count(ExpertSession),
    "consents": _count(Consent),
    "decisions": _count(Decision),
}


def held_of(person: Person, surveys: QuerySet[Survey]) -> list[Held]:
    """In one query, and one for each survey that promised when names go."""
    found = panels_of(person, surveys).annotate(**{f"held_{name}": count for name, count in COUNTED.items()})
    return [
        Held(expert, {name: getattr(expert, f"held_{name}") for name in COUNTED}, names_end(expert.survey))
        for expert in found
    ]


# --- whole ---


def person_document(person: Person, surveys: QuerySet[Survey]) -> dict[str, Any]:
    """For the person: what is held of them in the surveys that whoever hands it out looks after."""
    panels = list(panels_of(person, surveys).select_related("invitation", "survey__edition"))
    return {
        "format": FORMAT,
        "made_at": _at(timezone.now()),
        "person": {name: getattr(person, name) for name in DETAILS} | {"entered_at": _at(person.created_at)},
        "panels": [_panel(expert) for expert in panels],
        "panels_of_others": person.experts.count() - len(panels),
        "log_of_the_book": _log(AuditEvent.objects.filter(survey=None, subject__in=[f"P{person.pk}", person.name])),
    }


def _panel(expert: Expert) -> dict[str, Any]:
    survey = expert.survey
    return {
        "survey": {"key": str(survey.key), "title": survey.title, "state": survey.state},
        "code": expert.code,
        **{name: getattr(expert, name) for name in ("field", "group", "basis", "weight_reason", "pilot")},
        "weight": str(expert.weight),
        **{name: _at(getattr(expert, name)) for name in ("started_at", "submitted_at", "declined_at")},
        **{name: rows(expert) for name, rows in PARTS.items()},
    }


def _table(model: type[Model], *columns: str, path: str = "expert") -> Callable[[Expert], Rows]:
    """Rows of a table that hang on an expert, with these columns; a double underscore leads to another table."""

    def rows(expert: Expert) -> Rows:
        found = model._default_manager.filter(**{path: expert}).order_by("pk").values(*columns)
        return [{name.replace("__", "_"): _plain(value) for name, value in row.items()} for row in found]

    return rows


def _transcripts(expert: Expert) -> Rows:
    """With the scans, as text."""
    made = ("way", "received_on", "note", "file_name", "file_type", "file_hash", "entered_at", "file")
    return _table(Transcript, *made)(expert)


def _letters(expert: Expert) -> Rows:
    """With the words that were sent, before name and link were put in."""
    letters = Letter.objects.filter(expert=expert).select_related("mailing").order_by("pk")
    return [
        {
            "kind": letter.mailing.kind,
            **{name: getattr(letter, name) for name in ("address", "language", "state", "error")},
            "sent_at": _at(letter.sent_at),
            "subject": text_in(letter.mailing.subject, letter.language),
            "text": text_in(letter.mailing.body, letter.language),
        }
        for letter in letters
    ]


def _acts(expert: Expert) -> Rows:
    return _log(AuditEvent.objects.filter(survey=expert.survey, subject=expert.code))


def _log(events: QuerySet[AuditEvent]) -> Rows:
    rows = events.order_by("pk").values("action", "old", "new", "reason", "at")
    return [{**row, "at": _at(row["at"])} for row in rows]


_PAIR = ("comparison__node__code", "comparison__item_a__code", "comparison__item_b__code", "more_important", "strength")
PARTS: dict[str, Callable[[Expert], Rows]] = {
    "invitation_links": _table(
        InvitationLink, "channel", "created_at", "first_used_at", "revoked_at", path="invitation__expert"
    ),
    "devices": _table(ExpertSession, "assistant", "created_at", "expires_at", "ended_at"),
    "consents": _table(Consent, "agreed_at", "text__language", "text__text", "text__text_hash"),
    "sections": _table(Section, "node__code", "assigned", "familiarity", "declined_at"),
    "answers": _table(
        JudgmentEvent, "revision", *_PAIR, "source", "conflict", "note", "view", "milliseconds", "received_at", "hash"
    ),
    "prepared_answers": _table(DraftAnswer, *_PAIR, "entered_at"),
    "late_answers": _table(LateAnswer, *_PAIR, "received_at"),
    "submissions": _table(Submission, "number", "revision", "head_hash", "reason", "remark", "submitted_at"),
    "asked_again": _table(RevisionRequest, "node__code", "note", "requested_at", "withdrawn_at"),
    "kept_answers": _table(KeptJudgment, "comparison__node__code", "revision", "reason", "kept_at"),
    "decisions": _table(Decision, "node__code", "act", "rule", "reason", "decided_at"),
    "on_paper": _transcripts,
    "letters": _letters,
    "log": _acts,
}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _at(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value if value is None or isinstance(value, bool | int | str | dict | list) else str(value)


def _at(moment: datetime | None) -> str | None:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None
