"""Operations about surveys: what they are, how far they are. Experts are named by code; nobody's answers are told."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from surveys.access import READS, surveys_of
from surveys.api.operations import Call, operation
from surveys.api.schemas import FLAG, MOMENT, TEXT, TEXTS, WHOLE, Schema, many, maybe, one_of, said, thing
from surveys.api.systems import EDITION, edition_document
from surveys.models import Survey
from surveys.moments import told_moment
from surveys.selectors.progress import ExpertProgress, panel_progress
from surveys.stamps import SYNTHETIC

SURVEY: Schema = thing(
    id=WHOLE,
    key=said(TEXT, "The same in every export."),
    title=TEXTS,
    state=one_of(*Survey.State.values),
    closes_at=maybe(MOMENT),
    round=WHOLE,
    synthetic=FLAG,
    stamps=many(TEXT),
    edition=EDITION,
    method=one_of(*Survey.Method.values),
    random_index=one_of(*Survey.RandomIndex.values),
    aggregation=one_of(*Survey.Aggregation.values),
    missing_allowed=FLAG,
    gate=one_of(*Survey.Gate.values),
)
EXPERT: Schema = thing(
    code=TEXT,
    status=TEXT,
    answered=WHOLE,
    asked=WHOLE,
    submitted_at=maybe(MOMENT),
    tested=said(WHOLE, "Matrices with a consistency ratio."),
    failing=said(WHOLE, "Of them those at 0.10 or above."),
)
PROGRESS: Schema = thing(
    invited=WHOLE,
    submitted=WHOLE,
    answered=WHOLE,
    asked=WHOLE,
    experts=many(EXPERT),
)


@operation("GET", "surveys/", tag="surveys", summary=_("The surveys of this account"), answers=many(SURVEY))
def surveys(call: Call) -> list[dict[str, Any]]:
    found = surveys_of(call.user).select_related("edition").order_by("-pk")
    return [_survey(each) for each in found]


@operation("GET", "surveys/<number:survey_id>/", tag="surveys", summary=_("One survey"), answers=SURVEY, roles=READS)
def survey(call: Call) -> dict[str, Any]:
    return _survey(call.here)


@operation(
    "GET",
    "surveys/<number:survey_id>/progress/",
    tag="surveys",
    summary=_("How far the panel is, expert by expert"),
    answers=PROGRESS,
    roles=READS,
)
def progress(call: Call) -> dict[str, Any]:
    panel = panel_progress(call.here)
    return {
        "invited": panel.invited,
        "submitted": panel.submitted,
        "answered": panel.answered,
        "asked": panel.asked,
        "experts": [_expert(row, call.here.anonymity) for row in panel.rows()],
    }


def _survey(found: Survey) -> dict[str, Any]:
    plain = ("title", "state", "closes_at", "round", "synthetic", "method", "random_index", "aggregation")
    return {
        "id": found.pk,
        "key": str(found.key),
        **{name: getattr(found, name) for name in (*plain, "missing_allowed", "gate")},
        "stamps": list(SYNTHETIC) if found.synthetic else [],
        "edition": edition_document(found.edition),
    }


def _expert(row: ExpertProgress, anonymity: str) -> dict[str, Any]:
    return {
        "code": row.expert.code,
        "status": row.status,
        "answered": row.answered,
        "asked": row.total,
        "submitted_at": told_moment(row.submitted_at, anonymity) if row.submitted_at else None,
        "tested": row.tested,
        "failing": row.failing,
    }
