"""The public pages of a run: no account, no cookie, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_safe

from scoring.exports_public import FIGURE_FILES, PUBLIC_TYPES, figure_files, public_bytes, public_figure_bytes
from scoring.figures.svg import drawn
from scoring.forms.publications import OwnWeightsForm
from scoring.models import Publication
from scoring.publishing import Profile
from scoring.selectors.publications import PublicRun, publication_at
from surveys.errors import TooMany
from surveys.paths import CodeConverter
from surveys.services.buckets import PUBLIC_FILES_OF_A_PLACE, place_of, take
from surveys.views.waiting import address_of, told_when

FRESH = 300
STEP = re.compile(r"[+-]?[0-9]{1,2}", re.ASCII)
"""Seconds for which a reader's browser or a proxy need not ask again."""


@dataclass(frozen=True)
class Visit:
    """Who looks at what: `home` is the address that all others begin with, `preview` a look before publishing."""

    request: HttpRequest
    public: PublicRun
    home: str
    preview: bool = False

    @property
    def asked(self) -> str:
        """What every address carries on: the language, where the reader chose one."""
        tag = self.request.GET.get("lang", "")
        return f"?lang={tag}" if tag in self.public.profile.languages else ""

    def page(self, template: str, *, status: int = 200, **context: object) -> HttpResponse:
        public = self.public
        frame = {
            "visit": self, "public": public, "publication": public.publication, "run": public.run,
            "profile": public.profile, "synthetic": public.run.synthetic, "tongues": self._tongues(),
        }  # fmt: skip
        return render(self.request, f"scoring/public/{template}.html", {**frame, **context}, status=status)

    def file(self, name: str, content_type: str, make: Callable[[], bytes]) -> HttpResponse:
        """To be kept, never opened on this site: a drawing that is opened here could do what the site may."""
        key = sha256(f"{self.public.tag}|{translation.get_language()}|{name}".encode()).hexdigest()
        headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
        content = caches["files"].get_or_set(key, lambda: self._made(make))
        return HttpResponse(content, content_type=content_type, headers=headers)

    def _made(self, make: Callable[[], bytes]) -> bytes:
        """Making it is what costs; a file that was made already is anybody's at once."""
        if not self.preview:
            take(PUBLIC_FILES_OF_A_PLACE, place_of(address_of(self.request)))
        return make()

    def _tongues(self) -> list[tuple[str, str, str, bool]]:
        """The other languages of the page, with the address of this very page in them."""
        now = translation.get_language()
        found = []
        for tag, name in settings.LANGUAGES:
            query = self.request.GET.copy()
            query["lang"] = tag
            if tag in self.public.profile.languages and len(self.public.profile.languages) > 1:
                found.append((f"?{query.urlencode()}", tag, name, tag == now))
        return found


Answer = Callable[..., HttpResponse]
SHOWN: dict[Answer, Answer] = {}
"""A view of the public → what it shows, for those who look before it is published."""


def public(view: Answer) -> Answer:
    """A view of a published run, in the language of the address, with an ETag; 410 once it is withdrawn."""

    @wraps(view)
    @require_safe
    def answered(request: HttpRequest, slug: str, **rest: Any) -> HttpResponse:
        found = publication_at(slug)
        profile = Profile.of(found.profile) if found else Profile()
        with translation.override(language_for(request, profile)):
            if found is None:
                return _refusal(request, "missing", 404)
            if found.state == Publication.State.WITHDRAWN:
                return _refusal(request, "withdrawn", 410)
            visit = Visit(request, PublicRun(found), reverse("scoring:public", args=[slug]))
            try:
                return _kept(visit, lambda: view(visit, **rest))
            except Http404:
                return _refusal(request, "missing", 404)
            except TooMany as refused:
                return told_when(_refusal(request, "busy", 429, sentence=str(refused)), refused)

    SHOWN[answered] = view
    return answered


@public
def page(visit: Visit) -> HttpResponse:
    """The first chosen node: what the publication is about."""
    return _node_page(visit, visit.public.nodes[0].node.code)


@public
def node(visit: Visit, code: str) -> HttpResponse:
    return _node_page(visit, code)


@public
def figure(visit: Visit, code: str, show: str, kind: str) -> HttpResponse:
    public = visit.public
    found = public.figures(code).get(show) if public.node(code) and public.profile.downloads else None
    if found is None or kind not in figure_files(found):
        raise Http404("No such figure.")
    name = f"{public.publication.slug}-{found.key}.{kind}"
    return visit.file(name, FIGURE_FILES[kind], lambda: public_figure_bytes(public, found, kind))


@public
def method(visit: Visit) -> HttpResponse:
    return visit.page("method", part="method", hides=not visit.public.profile.whole)


@public
def weights(visit: Visit) -> HttpResponse:
    """A reader's own weights, in the address: it can be shared, and is stored nowhere."""
    public = visit.public
    if not public.weighable:
        raise Http404("Own weights are not offered here.")
    form = OwnWeightsForm(_stepped(visit.request) or None, rows=public.weighable)
    own = form.is_valid()
    used = form.weights if own else [row.local_weight for row in public.weighable]
    total = sum(used)
    shares = [share / total for share in used]
    context = {
        "form": form, "own": own, "rows": public.by_own_weights(used), "row": public.nodes[0],
        "part": "weights",
        "fields": list(zip(form.visible_fields(), public.weighable, shares, strict=True)),
    }  # fmt: skip
    return visit.page("weights", status=422 if form.is_bound and not own else 200, **context)


@public
def data(visit: Visit, kind: str) -> HttpResponse:
    if kind not in PUBLIC_TYPES or not visit.public.profile.downloads:
        raise Http404("No such file.")
    name = f"{visit.public.publication.slug}.{kind}"
    return visit.file(name, PUBLIC_TYPES[kind], lambda: public_bytes(visit.public, kind))


def previewed(request: HttpRequest, publication: Publication, home: str, rest: str) -> HttpResponse:
    """What the public would get at this address, before it is published: the same view, other links."""
    public = PublicRun(publication)
    try:
        match = resolve(f"/p/{publication.slug}/{rest}")
    except Resolver404 as error:
        raise Http404("There is no such public page.") from error
    kwargs = {name: value for name, value in match.kwargs.items() if name != "slug"}
    with translation.override(language_for(request, public.profile)):
        response: HttpResponse = SHOWN[match.func](Visit(request, public, home, preview=True), **kwargs)
    response["Cache-Control"] = "no-store"
    return response


def language_for(request: HttpRequest, profile: Profile) -> str:
    """The one in the address; else the first that the browser asks for; no cookie is looked at."""
    offered = list(profile.languages) or [settings.LANGUAGE_CODE]
    asked = request.GET.get("lang", "")
    if asked in offered:
        return asked
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        found = [each for each in offered if each.split("-")[0] == tag.split("-")[0]]
        if found:
            return found[0]
    return offered[0]


def _node_page(visit: Visit, code: str) -> HttpResponse:
    public = visit.public
    row = public.node(code)
    if row is None:
        raise Http404("This node is not published.")
    address = f"{visit.home}nodes/{CodeConverter().to_url(code)}/"
    offered = public.profile.downloads
    figures = [
        (figure, figure_files(figure), f"{address}{show}" if offered else "")
        for show, figure in public.figures(code).items()
        if drawn(figure)
    ]
    context: dict[str, Any] = {
        "row": row,
        "seen": public.shown(code),
        "first": row is public.nodes[0],
        "figures": figures,
    }
    return visit.page("page", part="ranks", kinds=tuple(PUBLIC_TYPES), **context)


def _kept(visit: Visit, answer: Callable[[], HttpResponse]) -> HttpResponse:
    tag = f'W/"{visit.public.tag}-{translation.get_language()}"'
    same = tag in visit.request.headers.get("If-None-Match", "")
    response: HttpResponse = HttpResponseNotModified() if same else answer()
    response["ETag"] = tag
    return _headed(response, indexed=visit.public.profile.indexed)


def _refusal(request: HttpRequest, template: str, status: int, **context: str) -> HttpResponse:
    """In our own frame: the usual one offers languages by a form, and a form sets a cookie."""
    return _headed(render(request, f"scoring/public/{template}.html", context, status=status), indexed=False)


def _headed(response: HttpResponse, *, indexed: bool) -> HttpResponse:
    response["Content-Language"] = translation.get_language() or ""
    if not indexed:
        response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, public=True, max_age=FRESH)
    return response


def _stepped(request: HttpRequest) -> dict[str, str]:
    """What the reader set, with a press of − or + counted in: `step` is name:±5."""
    said = {name: str(text) for name, text in request.GET.items() if name.startswith("w-")}
    name, _colon, step = request.GET.get("step", "").rpartition(":")
    if name in said and STEP.fullmatch(step) and said[name].isdecimal():
        said[name] = str(min(max(int(said[name][:6]) + int(step), 0), OwnWeightsForm.MOST))
    return said
