"""Excel and paper: the questionnaire is taken out of the browser, and comes back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from surveys.models import Expert
from surveys.selectors.paper import paper_of
from surveys.selectors.questionnaire import way_of
from surveys.views import sheets

from .session import for_expert, go, page


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def sheet(request: HttpRequest, expert: Expert) -> HttpResponse:
    """Download, upload, look at what would change, confirm."""
    if request.method != "POST":
        return _sheet_page(request, expert, sheets.looked_at(request, expert, _salt(expert), tells=False))
    if not expert.survey.takes_answers:
        return go("contents", expert)
    if _is_assistant(request):
        return _sheet_page(request, expert, {}, status=403)
    if sheets.FIELD in request.POST:
        done = sheets.stored(request, expert, _salt(expert), user=None)
        return go("contents" if done else "sheet", expert)
    context = sheets.looked_at(request, expert, _salt(expert), tells=False)
    return _sheet_page(request, expert, context, status=200 if "preview" in context else 422)


@require_safe
@for_expert
def download(_request: HttpRequest, expert: Expert) -> HttpResponse:
    return sheets.workbook(expert, named=True, filled=True)


@require_safe
@for_expert
def paper(request: HttpRequest, expert: Expert) -> HttpResponse:
    filled = "filled" in request.GET
    context: dict[str, Any] = {"frame": "surveys/expert/_frame.html", "may_fill": True, "filled": filled}
    return page(request, expert, "paper.html", paper=paper_of(expert, filled=filled), **context)


def _sheet_page(request: HttpRequest, expert: Expert, context: dict[str, Any], status: int = 200) -> HttpResponse:
    in_wechat = "MicroMessenger" in request.headers.get("User-Agent", "")
    facts = {"in_wechat": in_wechat, "assistant": _is_assistant(request), "total": way_of(expert).total}
    return page(request, expert, "sheet.html", status=status, **facts, **context)


def _is_assistant(request: HttpRequest) -> bool:
    """Whoever prepares answers for an expert may not bring a file whose answers count at once."""
    return bool(request.device.assistant)  # type: ignore[attr-defined]


def _salt(expert: Expert) -> str:
    return f"sheet:{expert.pk}"
