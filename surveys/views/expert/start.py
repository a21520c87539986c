"""The personal link. Opening it changes nothing, for mail scanners open links too; beginning is a POST."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from surveys.models import InvitationLink, Survey
from surveys.selectors.links import link_of
from surveys.selectors.questionnaire import minutes_for, questions_in
from surveys.services.panel import session_open

from .session import go, page, remember, speak_to


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, token: str) -> HttpResponse:
    link = link_of(token)
    if link is None:
        return render(request, "surveys/expert/link_unknown.html", status=404)
    expert = link.invitation.expert
    speak_to(request, expert)
    if request.method == "POST" and may_enter(link):
        response = go("contents", expert)
        remember(response, expert.survey_id, session_open(link))
        return response
    questions = questions_in(expert)
    context = {"may_enter": may_enter(link), "questions": questions, "minutes": minutes_for(questions)}
    return page(request, expert, "start.html", early=expert.survey.state == Survey.State.DRAFT, **context)


def may_enter(link: InvitationLink) -> bool:
    """While answers are taken; afterwards for those who handed in, to see their receipt."""
    expert = link.invitation.expert
    return expert.survey.takes_answers or expert.submitted_at is not None
