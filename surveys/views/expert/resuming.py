"""A clean address without its cookie: the code or the personal link opens it again, and an answer that came is kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from surveys.errors import Refused, TooMany
from surveys.forms.answer import AnswerForm
from surveys.forms.devices import ResumeForm
from surveys.models import Expert
from surveys.scale import sentence
from surveys.selectors.devices import owner_of
from surveys.selectors.links import link_of
from surveys.services.buckets import WRONG_LINKS_OF_A_PLACE, place_of, take
from surveys.services.devices import code_use
from surveys.services.judgments import ClosedSurvey
from surveys.services.panel import session_open
from surveys.views.waiting import address_of, status_of, told_when
from surveys.whole import whole

from .devices import landing
from .rows import rows_keep
from .saving import keep_late, store
from .session import (
    NODE,
    POSITION,
    ask_who,
    cookie_name,
    go,
    go_to_first_open,
    go_to_pair,
    live_session,
    remember,
    rows_in,
    speak_to,
)
from .start import asks_consent, may_enter


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, survey_id: int) -> HttpResponse:
    if request.method != "POST":
        session = live_session(request, survey_id)
        return go("contents", session.expert) if session else ask_who(request, survey_id)
    carried = {name: request.POST[name] for name in (*AnswerForm.base_fields, POSITION, NODE) if name in request.POST}
    carried |= rows_in(request.POST) if NODE in carried else {}
    form = ResumeForm(request.POST)
    if not form.is_valid():
        return ask_who(request, survey_id, form=form, carried=carried, status=422)
    if form.cleaned_data["token"]:
        return _by_link(request, survey_id, form, carried)
    return _by_code(request, survey_id, form, carried)


def _by_link(request: HttpRequest, survey_id: int, form: ResumeForm, carried: dict[str, str]) -> HttpResponse:
    """The link may be of another survey: it leads to its own. Who has not begun begins on the start page."""
    token = form.cleaned_data["token"]
    link = link_of(token)
    if link is None:
        return _no_link(request, survey_id, form, carried)
    expert = link.invitation.expert
    speak_to(request, expert)
    onward = _keep(request, survey_id, expert, carried)
    if not may_enter(link) or asks_consent(expert):
        return redirect("surveys:start", token=token)
    cookie = session_open(link)
    response = onward or go_to_first_open(expert)
    remember(response, expert.survey_id, cookie)
    return response


def _no_link(request: HttpRequest, survey_id: int, form: ResumeForm, carried: dict[str, str]) -> HttpResponse:
    try:
        take(WRONG_LINKS_OF_A_PLACE, place_of(address_of(request)))
    except TooMany as refused:
        form.add_error("key", str(refused))
        return told_when(ask_who(request, survey_id, form=form, carried=carried, status=429), refused)
    form.add_error("key", _("This link opens no survey. It may have been replaced by a newer one, or cut short."))
    return ask_who(request, survey_id, form=form, carried=carried, status=404)


def _by_code(request: HttpRequest, survey_id: int, form: ResumeForm, carried: dict[str, str]) -> HttpResponse:
    try:
        given = form.cleaned_data
        token, session = code_use(survey_id, given["code"], device=given["device"], address=address_of(request))
    except Refused as refused:
        form.add_error("key", str(refused))
        page = ask_who(request, survey_id, form=form, carried=carried, status=status_of(refused))
        return told_when(page, refused)
    speak_to(request, session.expert)
    onward = None if session.assistant else _keep(request, survey_id, session.expert, carried)
    response = onward or landing(request, session)
    remember(response, survey_id, token)
    return response


def _keep(request: HttpRequest, survey_id: int, expert: Expert, carried: dict[str, str]) -> HttpResponse | None:
    """Store the answer that waited on the page, and say so; where it led, or None if there was none.

    Only this expert's: an answer from a page of somebody else who used this device before is left alone.
    """
    if not carried:
        return None
    if NODE in carried and _is_theirs(request, survey_id, expert):
        return rows_keep(request, expert, carried)
    form = AnswerForm(carried)
    if not form.is_valid() or not _is_theirs(request, survey_id, expert):
        messages.warning(request, _("The answer that you sent last was not saved. Please give it once more."))
        return None
    given = form.cleaned_data
    position = whole(carried.get(POSITION, ""))
    try:
        recorded = store(expert, form)
    except ClosedSurvey as closed:
        messages.error(request, keep_late(expert, form, closed))
        return go("contents", expert)
    except Refused as refused:
        messages.error(request, str(refused))
        return None
    if recorded.conflict:
        return go_to_pair(expert, position)
    pair, said = recorded.event.comparison, given["answer"]
    words = sentence(said.more_important, said.strength, pair.item_a, pair.item_b)
    messages.success(request, _("Your answer was saved: %(answer)s.") % {"answer": words})
    return go_to_pair(expert, given["next_position"])


def _is_theirs(request: HttpRequest, survey_id: int, expert: Expert) -> bool:
    """The pair is of this expert's survey, and the cookie that died, if it is still there, was this expert's."""
    before = request.COOKIES.get(cookie_name(survey_id))
    owner = owner_of(before, survey_id) if before else None
    return expert.survey_id == survey_id and owner in (None, expert.pk)
