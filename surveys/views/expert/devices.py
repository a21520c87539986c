"""Going on elsewhere: a one-time code, made on a device that is signed in and used on one that is not."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from surveys.errors import Refused
from surveys.forms.devices import JoinForm, ResumeForm
from surveys.models import Expert, ExpertSession
from surveys.qr import qr_svg
from surveys.selectors.devices import devices_of
from surveys.services.devices import CODE_LENGTH, CODE_LIFE, code_mint, code_read, code_use, devices_end
from surveys.tokens import new_token
from surveys.views.waiting import address_of, status_of, told_when
from surveys.whole import whole

from .reading import reading_of
from .session import ask_who, for_expert, go, go_to_first_open, page, remember, speak_to


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def elsewhere(request: HttpRequest, expert: Expert) -> HttpResponse:
    """Which devices are signed in; a POST makes a code and shows it, this once."""
    device: ExpertSession = request.device  # type: ignore[attr-defined]
    context: dict[str, Any] = {"minutes": CODE_LIFE.seconds // 60}
    if request.method == "POST":
        assistant = request.POST.get("for") == "assistant"
        code = code_mint(device, assistant=assistant)
        where = settings.SITE.origin + reverse("surveys:join", args=[expert.survey_id, code])
        context |= {
            "code": f"{code[:4]}-{code[4:]}",
            "qr": qr_svg(where),
            "resume_at": _resume_address(expert),
            "assistant": assistant,
        }
    return page(request, expert, "elsewhere.html", devices=devices_of(expert), **context)


def _resume_address(expert: Expert) -> str:
    """Where the code is typed by whoever cannot scan."""
    return str(settings.SITE.origin + reverse("surveys:resume", args=[expert.survey_id]))


@require_POST
@for_expert
def end_others(request: HttpRequest, expert: Expert) -> HttpResponse:
    """Sign out the other devices, or the one that is named."""
    only = whole(request.POST.get("device", ""))
    ended = devices_end(expert, but=request.device, device=only)  # type: ignore[attr-defined]
    messages.success(request, ngettext("%d device was signed out.", "%d devices were signed out.", ended) % ended)
    return go("elsewhere", expert)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """The address in the QR code. Opening it changes nothing and tells nothing; the button uses the code."""
    form = JoinForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        shown = code_read(code)[:CODE_LENGTH]
        context = {"survey_id": survey_id, "code": f"{shown[:4]}-{shown[4:]}", "device": new_token()}
        return render(request, "surveys/expert/join.html", context | {"reading": reading_of(request)})
    try:
        token, session = code_use(survey_id, code, device=form.cleaned_data["device"], address=address_of(request))
    except Refused as refused:
        return _refused(request, survey_id, refused)
    response = landing(request, session)
    remember(response, survey_id, token)
    return response


def landing(request: HttpRequest, session: ExpertSession) -> HttpResponse:
    """Where a device goes on that has just been signed in."""
    speak_to(request, session.expert)
    if session.assistant:
        messages.info(request, _("This device prepares answers: they count when the expert confirms them."))
        return go("prepare", session.expert)
    return go_to_first_open(session.expert)


def _refused(request: HttpRequest, survey_id: int, refused: Refused) -> HttpResponse:
    form = ResumeForm({})
    form.errors.clear()
    form.add_error("key", str(refused))
    return told_when(ask_who(request, survey_id, form=form, status=status_of(refused)), refused)
