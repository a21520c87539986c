"""Refusals for programs: problem documents (RFC 9457) with the sentences that people read on the pages."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

from surveys.api.schemas import TEXT, WHOLE, Schema, many, options
from surveys.files.problems import Problem

MEDIA_TYPE = "application/problem+json"

PROBLEM: Schema = options(
    ["type", "title", "status", "detail"],
    type=TEXT,
    title=TEXT,
    status=WHOLE,
    detail=TEXT,
    problems=many(options(["what", "mend"], file=TEXT, place=TEXT, what=TEXT, mend=TEXT)),
)


class Refusal(Exception):
    """Ends an operation with a status and a sentence; `problems` are the faults of a file, all at once."""

    def __init__(self, status: HTTPStatus, detail: str, problems: Iterable[Problem] = (), *, seconds: int = 0) -> None:
        super().__init__(detail)
        self.status, self.detail, self.problems, self.seconds = status, detail, tuple(problems), seconds


def problem_response(refusal: Refusal) -> JsonResponse:
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": refusal.status.phrase,
        "status": refusal.status.value,
        "detail": refusal.detail,
    }
    if refusal.problems:
        document["problems"] = [
            {"file": each.file, "place": each.place, "what": each.what, "mend": each.mend} for each in refusal.problems
        ]
    response = JsonResponse(document, status=refusal.status.value, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Quanheng"'
    if refusal.seconds:
        response.headers["Retry-After"] = str(refusal.seconds)
    return response
