"""The personal link. Opening it changes nothing, for mail scanners open links too; beginning is a POST."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from surveys.forms.devices import BeginForm
from surveys.forms.reading import SIZES
from surveys.models import Expert, InvitationLink, Survey
from surveys.selectors.consents import Notice, has_agreed, notice_of, notices_of
from surveys.selectors.extent import extent_of
from surveys.selectors.links import link_of
from surveys.services.buckets import WRONG_LINKS_OF_A_PLACE, place_of, take
from surveys.services.consents import consent_give
from surveys.services.panel import session_open
from surveys.views.waiting import address_of

from .reading import reading_of
from .session import go, go_to_first_open, page, remember, speak_to


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, token: str) -> HttpResponse:
    link = link_of(token)
    if link is None:
        take(WRONG_LINKS_OF_A_PLACE, place_of(address_of(request)))
        return render(request, "surveys/expert/link_unknown.html", {"reading": reading_of(request)}, status=404)
    speak_to(request, link.invitation.expert)
    if request.method == "POST" and may_enter(link):
        return _begin(request, link)
    return _start_page(request, link, BeginForm())


def may_enter(link: InvitationLink) -> bool:
    """While answers are taken; afterwards for those who handed in, to see their receipt."""
    expert = link.invitation.expert
    return expert.survey.takes_answers or expert.submitted_at is not None


def asks_consent(expert: Expert) -> bool:
    """Before new answers, once for each text. To read one's own receipt nothing has to be agreed to."""
    return expert.survey.takes_answers and not has_agreed(expert)


def _begin(request: HttpRequest, link: InvitationLink) -> HttpResponse:
    expert = link.invitation.expert
    form = BeginForm(request.POST)
    notice = _agreed_to(form, expert) if asks_consent(expert) else None
    if form.errors:
        return _start_page(request, link, form, status=422)
    with transaction.atomic():
        if notice:
            consent_give(expert, notice)
        cookie = session_open(link)
    response = _landing(expert, to_practice=form.cleaned_data["to"] == "practice")
    remember(response, expert.survey_id, cookie)
    return response


def _agreed_to(form: BeginForm, expert: Expert) -> Notice | None:
    """The very text that was on the page. Where it was changed meanwhile, or not agreed to, the form says so."""
    if not form.is_valid() or not form.cleaned_data["consent"]:
        form.add_error("consent", _("Please read the privacy notice and tick the box beside it before you begin."))
        return None
    shown = form.cleaned_data["notice"]
    found = [notice for notice in notices_of(expert.survey) if notice.text_hash == shown]
    if shown and not found:
        form.add_error("consent", _("The privacy notice was changed while this page was open. Please read it again."))
        return None
    return found[0] if found else notice_of(expert.survey)


def _landing(expert: Expert, *, to_practice: bool) -> HttpResponse:
    if not expert.survey.takes_answers:
        return go("receipt", expert)
    if to_practice:
        return HttpResponseRedirect(reverse("surveys:practice", args=[expert.survey_id]) + "#question")
    return go_to_first_open(expert)


def _start_page(request: HttpRequest, link: InvitationLink, form: BeginForm, status: int = 200) -> HttpResponse:
    expert = link.invitation.expert
    survey = expert.survey
    context = {
        "form": form,
        "may_enter": may_enter(link),
        "early": survey.state == Survey.State.DRAFT,
        "past_deadline": survey.closes_at is not None and survey.closes_at <= timezone.now(),
        "sizes": SIZES,
    }
    if survey.takes_answers:
        context |= asdict(extent_of(expert)) | {"notice": notice_of(survey), "asks_consent": asks_consent(expert)}
    return page(request, expert, "start.html", status=status, **context)
