"""Answering, pair by pair. Each answer is one POST and is stored before the next page is shown."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from surveys.errors import Refused
from surveys.forms.answer import AnswerForm
from surveys.models import Expert
from surveys.selectors.answers import progress_of
from surveys.selectors.questionnaire import changed_since_submission, disputed_pairs, minutes_for
from surveys.services.judgments import ClosedSurvey, judgment_record
from surveys.services.panel import session_end

from .question import question_page
from .session import for_expert, forget, go, go_to_pair, live_session, page


@require_safe
@for_expert
def contents(request: HttpRequest, expert: Expert) -> HttpResponse:
    progress = progress_of(expert)
    return page(
        request,
        expert,
        "contents.html",
        progress=progress,
        minutes=minutes_for(progress.total - progress.answered),
        disputed=list(disputed_pairs(expert)),
        changed=changed_since_submission(expert),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def pair(request: HttpRequest, expert: Expert, position: int) -> HttpResponse:
    if request.method == "POST":
        return _record(request, expert, position)
    if not expert.survey.takes_answers:
        return go("contents", expert)
    return question_page(request, expert, position)


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def leave(request: HttpRequest, expert: Expert) -> HttpResponse:
    """End this device's session. A GET (the language was switched, say) only shows where things stand."""
    session = live_session(request, expert.survey_id)
    if request.method != "POST" or session is None:
        return go("contents", expert)
    session_end(session)
    response = page(request, expert, "left.html")
    forget(response, expert.survey_id)
    return response


def _record(request: HttpRequest, expert: Expert, position: int) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return question_page(
            request, expert, position, problems=[str(error) for error in form.non_field_errors()], status=422
        )
    given = form.cleaned_data
    try:
        recorded = judgment_record(
            expert,
            given["comparison"],
            given["answer"],
            client_key=given["client_key"],
            base_revision=given["base_revision"],
        )
    except ClosedSurvey as closed:
        messages.error(request, str(closed))
        return go("contents", expert)
    except Refused as refused:
        return question_page(request, expert, position, problems=[str(refused)], unsaved=given["answer"], status=409)
    return go_to_pair(expert, position if recorded.conflict else given["next_position"])
