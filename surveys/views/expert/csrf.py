"""When a page was open for so long that its token is void, the answers on it must not be lost."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.decorators.cache import never_cache

from surveys.forms.answer import AnswerForm
from surveys.models import Expert
from surveys.selectors.questionnaire import last_answer

from .question import question_page
from .rows import rows_again
from .saving import fresh_token
from .session import go, go_to_pair, live_session, speak_to, wants_json


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
    session = live_session(request, match.kwargs["survey_id"]) if match and again else None
    if not match or not again or not session or session.assistant or not session.expert.survey.takes_answers:
        return csrf_failure(request, reason)
    speak_to(request, session.expert)
    return again(request, session.expert, match.kwargs) or csrf_failure(request, reason)


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
    return rows_again(request, expert, address["node"], problem, 403)


def _undo(_request: HttpRequest, expert: Expert, _address: dict[str, Any]) -> HttpResponse:
    """Nothing was taken back; the page of the newest answer offers it again."""
    newest = last_answer(expert)
    return go_to_pair(expert, newest.comparison.position) if newest else go("contents", expert)


AGAIN = {"surveys:pair": _answer, "surveys:rows": _rows, "surveys:undo": _undo}
