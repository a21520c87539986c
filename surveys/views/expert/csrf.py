"""When a page was open for so long that its token is void, the answer on it must not be lost."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.decorators.cache import never_cache

from surveys.forms.answer import AnswerForm

from .question import question_page
from .saving import fresh_token
from .session import live_session, speak_to, wants_json


@never_cache
def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show an expert the pair again with the answer that came, ready to be sent with a fresh token; else Django's page.

    Nothing is stored here. Another site's forged answer never comes so far: the browser keeps the expert's cookie
    from it (SameSite).
    """
    if wants_json(request):
        return fresh_token(request)
    offered = _answer_offered(request)
    return offered or csrf_failure(request, reason)


def _answer_offered(request: HttpRequest) -> HttpResponse | None:
    match = request.resolver_match
    if match is None or match.view_name != "surveys:pair" or request.method != "POST":
        return None
    session = live_session(request, match.kwargs["survey_id"])
    form = AnswerForm(request.POST)
    if session is None or not form.is_valid() or not session.expert.survey.takes_answers:
        return None
    speak_to(request, session.expert)
    return question_page(
        request,
        session.expert,
        match.kwargs["position"],
        problems=[_("The page had been open for a long time, so the answer was not accepted yet.")],
        unsaved=form.cleaned_data["answer"],
        status=403,
    )
