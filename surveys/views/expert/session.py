"""The device on which an expert answers: a cookie for one survey, and the pages that need it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from surveys.forms.answer import AnswerForm
from surveys.forms.devices import ResumeForm
from surveys.models import Expert, ExpertSession
from surveys.selectors.answers import progress_of
from surveys.selectors.links import session_of
from surveys.selectors.terms import languages_offered
from surveys.services.panel import SESSION_LIFE
from surveys.tokens import new_token

from .reading import reading_of

Parameters = ParamSpec("Parameters")
POSITION = "position"
NODE = "node"
ROW_FIELD = re.compile(r"(?:pair|seen)-[0-9]{1,18}|key")
"""In a carried answer: the pair whose page sent it."""


def cookie_name(survey_id: int) -> str:
    return secured(f"quanheng_expert_{survey_id}")


def secured(name: str) -> str:
    """Over https a name that browsers take over https alone; `__Host-` would ask for the path /."""
    return f"__Secure-{name}" if settings.SESSION_COOKIE_SECURE else name


def cookie_path(survey_id: int) -> str:
    """Only this survey's pages get the cookie."""
    return reverse("surveys:contents", args=[survey_id])


def remember(response: HttpResponse, survey_id: int, token: str) -> None:
    response.set_cookie(
        cookie_name(survey_id),
        token,
        max_age=SESSION_LIFE,
        path=cookie_path(survey_id),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse, survey_id: int) -> None:
    response.delete_cookie(cookie_name(survey_id), path=cookie_path(survey_id), samesite="Lax")


def live_session(request: HttpRequest, survey_id: int) -> ExpertSession | None:
    token = request.COOKIES.get(cookie_name(survey_id))
    return session_of(token, survey_id) if token else None


def speak_to(request: HttpRequest, expert: Expert) -> None:
    """The expert's own language, until the reader chooses one: then the language cookie holds. Never one that the
    survey does not offer.
    """
    offered = [tag for tag, _name in languages_offered(expert.survey)]
    own = expert.person.language if expert.person else ""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    wanted = (chosen, own, translation.get_language(), *offered)
    translation.activate(next(tag for tag in wanted if tag in offered))
    request.LANGUAGE_CODE = translation.get_language()


View = Callable[Concatenate[HttpRequest, Expert, Parameters], HttpResponse]
Door = Callable[Concatenate[HttpRequest, Parameters], HttpResponse]


def for_expert(view: View[Parameters]) -> Door[Parameters]:
    """Hand the view the expert whose device this is (`request.device`); an assistant's device is turned away.

    Without a live cookie, say how to come back.
    """
    return _door(view, assistants=False)


def for_device(view: View[Parameters]) -> Door[Parameters]:
    """The same for the few pages that an assistant may use as well: the view looks at `request.device.assistant`."""
    return _door(view, assistants=True)


def _door(view: View[Parameters], *, assistants: bool) -> Door[Parameters]:
    @never_cache
    @wraps(view)
    def door(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        survey_id = int(str(kwargs.pop("survey_id")))
        session = live_session(request, survey_id)
        if session is None:
            return without_session(request, survey_id)
        speak_to(request, session.expert)
        request.device = session  # type: ignore[attr-defined]
        if session.assistant and not assistants:
            return not_for_assistants(request, session.expert)
        return view(request, session.expert, *args, **kwargs)

    return door


def wants_json(request: HttpRequest) -> bool:
    """A script asks, not a browser on its way to a page."""
    said = request.headers.get("Accept", "")
    return "application/json" in said or request.headers.get("X-Requested-With") == "fetch"


def without_session(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Ask for the code or the link. The address may belong to no survey at all: strangers learn nothing from it."""
    if wants_json(request):
        sentence = _("This device has to open your personal link again before it can go on. Your answers are safe.")
        return JsonResponse({"error": sentence, "resume": reverse("surveys:resume", args=[survey_id])}, status=401)
    return ask_who(request, survey_id, carried=_answer_in(request), unsaved=request.method == "POST", status=403)


def _answer_in(request: HttpRequest) -> dict[str, str]:
    """The answer that this request brought, to be carried along until we know whose it is."""
    match = request.resolver_match
    if request.method != "POST" or match is None:
        return {}
    if match.view_name == "surveys:pair":
        said = {name: request.POST[name] for name in AnswerForm.base_fields if name in request.POST}
        return said | {POSITION: str(match.kwargs["position"])}
    if match.view_name == "surveys:rows":
        return rows_in(request.POST) | {NODE: str(match.kwargs["node_id"])}
    return {}


def rows_in(sent: Mapping[str, str]) -> dict[str, str]:
    """What a page of rows says, out of everything that was sent with it."""
    return {name: sent[name] for name in sent if ROW_FIELD.fullmatch(name)}


def ask_who(
    request: HttpRequest,
    survey_id: int,
    *,
    form: ResumeForm | None = None,
    carried: dict[str, str] | None = None,
    unsaved: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page that asks for a code or the personal link. `carried` is an answer that waits in it."""
    context = {
        "form": form or ResumeForm(),
        "device": new_token(),
        "carried": carried,
        "unsaved": unsaved and not carried,
        "survey_id": survey_id,
        "reading": reading_of(request),
    }
    return render(request, "surveys/expert/no_session.html", context, status=status)


def not_for_assistants(request: HttpRequest, expert: Expert) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": _("This page is for the expert.")}, status=403)
    return page(request, expert, "not_for_assistants.html", status=403)


def page(request: HttpRequest, expert: Expert, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the expert's survey."""
    shared = {
        "expert": expert,
        "survey": expert.survey,
        "synthetic": expert.survey.synthetic,
        "reading": reading_of(request),
        "offered": languages_offered(expert.survey),
    }
    return render(request, f"surveys/expert/{template}", shared | context, status=status)


def go(name: str, expert: Expert) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"surveys:{name}", args=[expert.survey_id]))


def go_to_first_open(expert: Expert) -> HttpResponseRedirect:
    """Where answering goes on; the contents where every pair is answered, or none is asked."""
    position = progress_of(expert).first_open if expert.survey.takes_answers else None
    return go_to_pair(expert, position) if position else go("contents", expert)


def go_to_pair(expert: Expert, position: int | None) -> HttpResponseRedirect:
    """The pair, with the question in view and in focus; the review behind the last one."""
    if not position:
        return go("review", expert)
    return HttpResponseRedirect(reverse("surveys:pair", args=[expert.survey_id, position]) + "#question")


def go_to_section(expert: Expert, node_id: int) -> HttpResponseRedirect:
    """The review of one section."""
    return HttpResponseRedirect(reverse("surveys:section_review", args=[expert.survey_id, node_id]))
