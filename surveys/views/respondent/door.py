"""The device on which somebody answers by an open link: a cookie for this link alone, and what its pages share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache

from surveys.models import OpenDraft, OpenLink
from surveys.selectors.open_form import OpenForm, OpenPage, draft_of, link_at
from surveys.selectors.terms import languages_offered
from surveys.services.open_links import takes_answers
from surveys.services.panel import SESSION_LIFE
from surveys.views.expert.reading import reading_of
from surveys.views.expert.session import secured

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, OpenDraft, Parameters], HttpResponse]
Door = Callable[Concatenate[HttpRequest, Parameters], HttpResponse]


def for_respondent(view: View[Parameters]) -> Door[Parameters]:
    """Hand the view the answers of this device; who has none, or has handed in, is sent on."""

    @never_cache
    @wraps(view)
    def door(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        link = link_or_404(str(kwargs.pop("slug")))
        draft = draft_here(request, link)
        if draft is None:
            return go("open_start", link)
        speak(request, link)
        if draft.receipt:
            return go("open_receipt", link)
        return view(request, draft, *args, **kwargs)

    return door


def link_or_404(slug: str) -> OpenLink:
    """A survey that is still a draft has no page yet."""
    link = link_at(slug)
    if link is None:
        raise Http404("No such link.")
    return link


def cookie_name(link: OpenLink) -> str:
    return secured(f"quanheng_open_{link.pk}")


def draft_here(request: HttpRequest, link: OpenLink) -> OpenDraft | None:
    token = request.COOKIES.get(cookie_name(link), "")
    return draft_of(link, token) if token else None


def remember(response: HttpResponse, link: OpenLink, token: str) -> None:
    response.set_cookie(
        cookie_name(link),
        token,
        max_age=SESSION_LIFE,
        path=reverse("surveys:open_start", args=[link.slug]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def speak(request: HttpRequest, link: OpenLink) -> None:
    """The language that the reader chose, else the browser's, of those that the survey offers."""
    offered = [tag for tag, _name in languages_offered(link.survey)]
    wanted = (request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME), translation.get_language(), *offered)
    translation.activate(next(str(tag) for tag in wanted if tag in offered))
    request.LANGUAGE_CODE = translation.get_language()


def page(request: HttpRequest, link: OpenLink, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    shared = {
        "link": link,
        "survey": link.survey,
        "synthetic": link.survey.synthetic,
        "reading": reading_of(request),
        "offered": languages_offered(link.survey),
        "takes_answers": takes_answers(link),
    }
    return render(request, f"surveys/open/{template}", shared | context, status=status)


def go(name: str, link: OpenLink, *rest: object) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"surveys:{name}", args=[link.slug, *rest]))


def go_on(link: OpenLink, form: OpenForm, codes: bytes, after: OpenPage | None = None) -> HttpResponseRedirect:
    """The next page with an open pair, behind this one where there is one; the review where all are answered."""
    later = form.pages[after.number :] if after else []
    found = next((each for each in [*later, *form.pages] if each.is_open(codes)), None)
    if found is None:
        return go("open_review", link)
    return HttpResponseRedirect(reverse("surveys:open_rows", args=[link.slug, found.number]) + "#question")
