"""When a page was open for so long that its token is void, the answers on it must not be lost."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.decorators.cache import never_cache

from surveys.forms.answer import AnswerForm
from surveys.models import Expert
from surveys.selectors.questionnaire import trail_of
from surveys.selectors.structure import structure_of

from .question import question_page
from .rows import rows_again
from .saving import fresh_token
from .session import live_session, speak_to, wants_json, without_session


@never_cache
def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show an expert the page again with what came, ready to be sent with a fresh token; else Django's page.

    Nothing is stored here. Another site's forged answer never comes so far: the browser keeps the expert's cookie
    from it (SameSite).
    """
    if wants_json(request):
        return fresh_token(request)
    match = request.resolver_match
    again = AGAIN.get(match.view_name) if match else None
    if not match or not again:
        return csrf_failure(request, reason)
    survey_id = match.kwargs["survey_id"]
    session = live_session(request, survey_id)
    if session is None:
        return without_session(request, survey_id) if _is_ours(request) else csrf_failure(request, reason)
    if session.assistant or not session.expert.survey.takes_answers:
        return csrf_failure(request, reason)
    speak_to(request, session.expert)
    return again(request, session.expert, match.kwargs) or csrf_failure(request, reason)


def _is_ours(request: HttpRequest) -> bool:
    """The form stood on a page of ours: where every cookie is gone, nothing but the browser's word tells."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _answer(request: HttpRequest, expert: Expert, address: dict[str, Any]) -> HttpResponse | None:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return None
    return question_page(
        request,
        expert,
        address["position"],
        problems=[_("The page had been open for a long time, so the answer was not accepted yet.")],
        unsaved=form.cleaned_data["answer"],
        status=403,
    )


def _rows(request: HttpRequest, expert: Expert, address: dict[str, Any]) -> HttpResponse:
    problem = _("The page had been open for a long time, so it was not saved yet. Please save it once more.")
    return rows_again(request, expert, address["node_id"], problem, 403)


def _undo(request: HttpRequest, expert: Expert, _address: dict[str, Any]) -> HttpResponse | None:
    """Nothing was taken back; the page of the newest answer offers it again."""
    newest = trail_of(expert).last
    if newest is None:
        return None
    position = structure_of(expert.survey.edition).pairs[newest.pair].position
    problem = _("The page had been open for a long time, so nothing was taken back yet.")
    return question_page(request, expert, position, problems=[problem], status=403)


AGAIN = {"surveys:pair": _answer, "surveys:rows": _rows, "surveys:undo": _undo}
