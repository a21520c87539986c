"""What holds for every page: its id in the logs, its headers, and that a refused door is noted."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from surveys.errors import TooMany
from surveys.metrics import request_answered
from surveys.models import Survey
from surveys.services.looks import refusal_note
from surveys.signing_in import left_alone
from surveys.trace import id_for, traced
from surveys.views.waiting import wait_page

log = logging.getLogger("surveys.requests")

# data: images are in Bootstrap's style sheet (the marks of check boxes and lists). No 'unsafe-inline', no other host.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
PUBLIC = "/p/"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=()"


class TraceMiddleware:
    """Each request has an id: a proxy's, or one of ours. It comes back in the answer and stands in each line logged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id, began = id_for(request.headers.get("X-Request-ID", "")), time.perf_counter()
        request.trace_id = request_id  # type: ignore[attr-defined]
        with traced(request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            view = request.resolver_match.view_name if request.resolver_match else "none"
            request_answered(view, request.method or "", response.status_code, seconds)
            told = {"view": view, "status": response.status_code, "ms": round(1000 * seconds)}
            log.info("%s %s: %s in %s ms", request.method, view, told["status"], told["ms"], extra={"told": told})
        response.headers["X-Request-ID"] = request_id
        return response


class ContentSecurityPolicyMiddleware:
    """Only our own files may run, be shown or be sent to; no page may frame ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class NoStoreMiddleware:
    """What is shown to a device with a session is for whoever sits before it now: no browser or proxy keeps it.

    Answers that say themselves how long they are good for (public pages, static files) keep their word.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class NoNulMiddleware:
    """No keyboard writes the character NUL. PostgreSQL keeps no text with it, SQLite does: with both it is refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404("No address holds the character NUL.")
        self._refuse([*_texts(request.GET), *request.COOKIES.values()])
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """A form's fields, once Django has looked at the token in them."""
        if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
            self._refuse(_texts(request.POST))

    def _refuse(self, texts: Iterable[str]) -> None:
        if any("\0" in text for text in texts):
            raise BadRequest("The request holds the character NUL.")


def _texts(fields: QueryDict) -> Iterator[str]:
    for name, values in fields.lists():
        yield name
        yield from values


class LeftAloneMiddleware:
    """Where IDLE_MINUTES is set, an account that did nothing for so long is signed out. Public pages know none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        minutes = settings.IDLE_MINUTES
        private = minutes and not request.path_info.startswith(PUBLIC)
        if private and request.user.is_authenticated and left_alone(request.session, minutes):
            logout(request)
            said = _("You were signed out, since nothing was done here for %(minutes)d minutes. Please sign in again.")
            messages.info(request, said % {"minutes": minutes})
        return self.get_response(request)


class TooManyMiddleware:
    """Whoever tried too often reads how long to wait, whichever page they tried at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return wait_page(request, exception) if isinstance(exception, TooMany) else None


class RefusalLogMiddleware:
    """A member of a survey who asks for what another role is needed for is refused; the survey's log says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        match = request.resolver_match
        if not isinstance(exception, PermissionDenied) or match is None or not isinstance(request.user, User):
            return
        survey = Survey.objects.filter(pk=match.kwargs.get("survey_id", 0)).first()
        if survey and survey.memberships.filter(user=request.user).exists():
            refusal_note(survey, match.view_name, user=request.user)
