"""The public pages of a run: no account, no cookie, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from scoring.exports_public import PUBLIC_TYPES, public_bytes
from scoring.forms.publications import OwnWeightsForm
from scoring.models import Publication
from scoring.selectors.publications import PublicRun, publication_at
from surveys.texts import language_of

FRESH = 300
"""Seconds for which a reader's browser or a proxy need not ask again."""
Answer = Callable[..., HttpResponse]


def public(view: Answer) -> Answer:
    """A view of a published run, in the language of the address, with an ETag; 410 once it is withdrawn."""

    @wraps(view)
    @require_safe
    def answered(request: HttpRequest, slug: str, **rest: Any) -> HttpResponse:
        found = publication_at(slug)
        if found is None:
            raise Http404("Nothing is published here.")
        with translation.override(_language(request, found)):
            if found.state == Publication.State.WITHDRAWN:
                return render(request, "scoring/public/withdrawn.html", {"publication": found}, status=410)
            return _kept(request, PublicRun(found), lambda run: view(request, run, **rest))

    return answered


@public
def page(request: HttpRequest, run: PublicRun) -> HttpResponse:
    return public_page(request, run)


@public
def node(request: HttpRequest, run: PublicRun, code: str) -> HttpResponse:
    return public_page(request, run, code)


@public
def method(request: HttpRequest, run: PublicRun) -> HttpResponse:
    return _render(request, "method", run)


@public
def weights(request: HttpRequest, run: PublicRun) -> HttpResponse:
    """A reader's own weights, in the address: it can be shared, and is stored nowhere."""
    if not run.weighable:
        raise Http404("Own weights are not offered here.")
    form = OwnWeightsForm(_stepped(request) or None, rows=run.weighable)
    own = form.is_valid()
    used = form.weights if own else [row.local_weight for row in run.weighable]
    context = {"form": form, "own": own, "rows": run.by_own_weights(used), "node": run.nodes[0]}
    return _render(request, "weights", run, status=422 if form.is_bound and not own else 200, **context)


@public
def data(request: HttpRequest, run: PublicRun, kind: str) -> HttpResponse:
    if kind not in PUBLIC_TYPES or not run.profile.downloads:
        raise Http404("No such file.")
    name = f"{run.publication.slug}.{kind}"
    headers = {"Content-Disposition": content_disposition_header(kind != "json", name) or "inline"}
    return HttpResponse(public_bytes(run, kind), content_type=PUBLIC_TYPES[kind], headers=headers)


def public_page(request: HttpRequest, run: PublicRun, code: str = "", *, preview: bool = False) -> HttpResponse:
    """The table of one node, the first of those chosen unless another is asked for."""
    row = run.node(code or request.GET.get("node", "")) or (None if code else run.nodes[0])
    if row is None:
        raise Http404("This node is not published.")
    context = {"row": row, "shown": run.shown(row.node.code), "preview": preview}
    return _render(request, "page", run, **context)


def _render(request: HttpRequest, template: str, run: PublicRun, *, status: int = 200, **context: Any) -> HttpResponse:
    frame = {"public": run, "publication": run.publication, "run": run.run, "synthetic": run.run.synthetic}
    frame |= {"languages": settings.LANGUAGES, "tongue": translation.get_language()}
    return render(request, f"scoring/public/{template}.html", {**frame, **context}, status=status)


def _language(request: HttpRequest, found: Publication) -> str:
    """The one in the address; else the browser's, where the page has a title in it."""
    asked = request.GET.get("lang", "")
    if asked in dict(settings.LANGUAGES):
        return asked
    return language_of(found.title, translation.get_language_from_request(request))


def _kept(request: HttpRequest, run: PublicRun, answer: Callable[[PublicRun], HttpResponse]) -> HttpResponse:
    tag = f'W/"{run.tag}-{translation.get_language()}"'
    same = tag in request.headers.get("If-None-Match", "")
    response: HttpResponse = HttpResponseNotModified() if same else answer(run)
    response["ETag"] = tag
    patch_cache_control(response, public=True, max_age=FRESH)
    return response


def _stepped(request: HttpRequest) -> dict[str, str]:
    """What the reader set, with a press of − or + counted in: `step` is name:±5."""
    said = {name: text for name, text in request.GET.items() if name.startswith("w-")}
    name, _colon, step = request.GET.get("step", "").partition(":")
    if name in said and said[name].isdecimal() and step.lstrip("+-").isdecimal() and len(step) < 4:
        said[name] = str(min(max(int(said[name][:6]) + int(step), 0), OwnWeightsForm.MOST))
    return said
