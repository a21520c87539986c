"""The answer to whoever tried too often: a sentence, and when to come back."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from surveys.errors import Refused, TooMany

Answer = TypeVar("Answer", bound=HttpResponseBase)


def wait_page(request: HttpRequest, refused: TooMany) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        return told_when(JsonResponse({"error": str(refused)}, status=429), refused)
    return told_when(render(request, "429.html", {"sentence": str(refused)}, status=429), refused)


def address_of(request: HttpRequest) -> str:
    """Where the request comes from, as the server says that took it: it believes the named proxy and nobody else."""
    return str(request.META.get("REMOTE_ADDR", ""))


def status_of(refused: Refused) -> int:
    """Of a code that opens nothing."""
    return 429 if isinstance(refused, TooMany) else 410


def told_when(response: Answer, refused: Refused) -> Answer:
    """With the moment to come back, where the refusal has one."""
    if isinstance(refused, TooMany):
        response.headers["Retry-After"] = str(refused.seconds)
        response.headers["Cache-Control"] = "no-store"
    return response
