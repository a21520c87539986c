"""The device on which an expert answers: a cookie for one survey, and the pages that need it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache

from surveys.models import Expert, ExpertSession
from surveys.selectors.links import session_of
from surveys.services.panel import SESSION_LIFE

from .reading import reading_of

Parameters = ParamSpec("Parameters")


def cookie_name(survey_id: int) -> str:
    return f"quanheng_expert_{survey_id}"


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
    """The expert's own language, until the reader chooses one: then the language cookie holds."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES or expert.person is None:
        return
    if expert.person.language in dict(settings.LANGUAGES):
        translation.activate(expert.person.language)
        request.LANGUAGE_CODE = translation.get_language()


def for_expert(
    view: Callable[Concatenate[HttpRequest, Expert, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    """Hand the view the expert whose device this is; without a live cookie, say how to come back."""

    @never_cache
    @wraps(view)
    def door(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        survey_id = int(str(kwargs.pop("survey_id")))
        session = live_session(request, survey_id)
        if session is None:
            return without_session(request)
        speak_to(request, session.expert)
        request.device = session  # type: ignore[attr-defined]
        return view(request, session.expert, *args, **kwargs)

    return door


def without_session(request: HttpRequest) -> HttpResponse:
    return render(request, "surveys/expert/no_session.html", {"unsaved": request.method == "POST"}, status=403)


def page(request: HttpRequest, expert: Expert, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the expert's survey."""
    shared = {
        "expert": expert,
        "survey": expert.survey,
        "synthetic": expert.survey.synthetic,
        "reading": reading_of(request),
    }
    return render(request, f"surveys/expert/{template}", shared | context, status=status)


def go(name: str, expert: Expert) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"surveys:{name}", args=[expert.survey_id]))


def go_to_pair(expert: Expert, position: int | None) -> HttpResponseRedirect:
    """The pair, with the question in view and in focus; the review behind the last one."""
    if not position:
        return go("review", expert)
    return HttpResponseRedirect(reverse("surveys:pair", args=[expert.survey_id, position]) + "#question")
