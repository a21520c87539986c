"""What an operation is: declared once, checked at every call."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from surveys import paths  # noqa: F401  knows how numbers stand in an address
from surveys.access import survey_for
from surveys.api.problems import Refusal, problem_response
from surveys.api.schemas import Schema
from surveys.errors import Refused, Stale, TooMany
from surveys.files.problems import FileErrors
from surveys.models import ApiToken, Survey
from surveys.selectors.tokens import token_of
from surveys.services.buckets import WRONG_TOKENS_OF_A_PLACE, place_of, take
from surveys.services.tokens import token_used

LARGEST_BODY = 8 * 1024 * 1024
WRITES = ("POST", "PUT", "PATCH", "DELETE")

Handler = Callable[..., Any]
Words = str | Promise
"""A sentence, or one that is translated when it is read."""


@dataclass(frozen=True)
class Parameter:
    """A whole number or a text in the query of an address."""

    name: str
    description: Words
    default: int | str = ""
    most: int | None = None

    def read(self, request: HttpRequest) -> int | str:
        given = request.GET.get(self.name, "")
        if not isinstance(self.default, int) or given == "":
            return given or self.default
        if not (given.isascii() and given.isdigit() and len(given) < 10) or (self.most and int(given) > self.most):
            detail = _("%(name)s is a whole number from 0 to %(most)d.")
            most = self.most or 10**9 - 1
            raise Refusal(HTTPStatus.BAD_REQUEST, detail % {"name": self.name, "most": most})
        return int(given)


@dataclass(frozen=True)
class Operation:
    """One thing that a program may do. `roles`: who may, in the survey that the address names; none: any account."""

    method: str
    route: str
    name: str
    summary: Words
    tag: str
    answers: Schema
    handler: Handler
    roles: Sequence[str] = ()
    parameters: Sequence[Parameter] = ()
    takes: Schema | None = None
    status: HTTPStatus = HTTPStatus.OK

    @property
    def of_survey(self) -> bool:
        return "<number:survey_id>" in self.route


@dataclass(frozen=True)
class Call:
    """What an operation is given: whose program asks, about which survey, with what."""

    request: HttpRequest
    user: User
    survey: Survey | None
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def here(self) -> Survey:
        """The survey that the address names."""
        if self.survey is None:
            raise Http404("No survey in this address.")
        return self.survey


OPERATIONS: list[Operation] = []


def operation(
    method: str, route: str, *, tag: str, summary: Words, answers: Schema, **rest: Any
) -> Callable[[Handler], Handler]:
    """Declare a function to be an operation: it takes a `Call` and what the route names, and returns the answer."""

    def declare(handler: Handler) -> Handler:
        name = f"api_{handler.__name__}"
        OPERATIONS.append(Operation(method, route, name, summary, tag, answers, handler, **rest))
        return handler

    return declare


def patterns(module: str) -> list[URLPattern]:
    """The addresses of the operations that are declared in a package."""
    routes: dict[str, list[Operation]] = {}
    for each in OPERATIONS:
        if each.handler.__module__.startswith(module):
            routes.setdefault(each.route, []).append(each)
    return [path(f"api/v1/{route}", _view(found), name=found[0].name) for route, found in routes.items()]


def _view(found: Sequence[Operation]) -> Callable[..., HttpResponse]:
    by_method = {each.method: each for each in found}

    @csrf_exempt  # no cookie is looked at here: a token in a header is nothing that a browser sends by itself
    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        try:
            _check_encrypted(request)
            token, asked = _token(request), by_method.get(request.method or "")
            if asked is None:
                raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, _("This address takes %(methods)s.") % _methods(by_method))
            return _answer(asked, token, request, named)
        except Refusal as refusal:
            return problem_response(refusal)
        except TooMany as refused:
            return problem_response(Refusal(HTTPStatus.TOO_MANY_REQUESTS, str(refused), seconds=refused.seconds))

    return view


def _check_encrypted(request: HttpRequest) -> None:
    """A redirect would hide for ever that a program sends its token in the clear."""
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        detail = _("Use https. If a token was sent just now, it could be read on the way: revoke it and make another.")
        raise Refusal(HTTPStatus.FORBIDDEN, detail)


def _methods(by_method: dict[str, Operation]) -> dict[str, str]:
    return {"methods": ", ".join(sorted(by_method))}


def _answer(asked: Operation, token: ApiToken, request: HttpRequest, named: dict[str, Any]) -> HttpResponse:
    if asked.method in WRITES and token.scope != ApiToken.Scope.WRITE:
        raise Refusal(HTTPStatus.FORBIDDEN, _("This token only reads: make one that may write."))
    try:
        survey = survey_for(token.user, named.pop("survey_id"), *asked.roles) if asked.of_survey else None
        query = {each.name: each.read(request) for each in asked.parameters}
        body = _body(request, asked.takes) if asked.takes else {}
        answer = asked.handler(Call(request, token.user, survey, query, body), **named)
    except Http404 as error:
        raise Refusal(HTTPStatus.NOT_FOUND, _("There is nothing at this address for this account.")) from error
    except PermissionDenied as error:
        raise Refusal(HTTPStatus.FORBIDDEN, _("This account has another role in this survey.")) from error
    except FileErrors as errors:
        detail = _("The file was not taken: nothing of it is stored.")
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors.problems) from errors
    except Stale as stale:
        raise Refusal(HTTPStatus.CONFLICT, str(stale)) from stale
    except Refused as refused:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(refused)) from refused
    return _response(asked, answer)


def _response(asked: Operation, answer: Any) -> HttpResponse:
    """Bytes are sent as they are: of a signed document no byte may change."""
    if isinstance(answer, bytes):
        response = HttpResponse(answer, status=asked.status, content_type="application/json")
    else:
        response = JsonResponse(answer, status=asked.status, safe=False, json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "no-store"
    return response


def _token(request: HttpRequest) -> ApiToken:
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    token = token_of(text.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        if text:
            take(WRONG_TOKENS_OF_A_PLACE, place_of(request.META.get("REMOTE_ADDR", "")))
        detail = _("Send a valid token: Authorization: Bearer …")
        raise Refusal(HTTPStatus.UNAUTHORIZED, detail)
    token_used(token)
    return token


def _body(request: HttpRequest, schema: Schema) -> dict[str, Any]:
    """A JSON object with the properties that the schema names, of their types. Every fault is said at once."""
    raw = request.read(LARGEST_BODY + 1)
    if len(raw) > LARGEST_BODY:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("At most 8 MB are taken at once."))
    try:
        sent = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, _("The body is no valid JSON.")) from error
    faults = list(_faults(sent, schema))
    if faults:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, " ".join(faults))
    found: dict[str, Any] = sent
    return found


def _no_number(text: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(text)


def _faults(sent: Any, schema: Schema) -> list[str]:
    if not isinstance(sent, dict):
        return [_("The body is a JSON object.")]
    properties: dict[str, Schema] = schema["properties"]
    missing = [_("%(name)s is missing.") % {"name": name} for name in schema["required"] if name not in sent]
    strange = [_("%(name)s is not known here.") % {"name": repr(name[:60])} for name in sent if name not in properties]
    wrong = [
        _("%(name)s is not what it should be: %(kind)s.") % {"name": name, "kind": _kind(properties[name])}
        for name, value in sent.items()
        if name in properties and not _fits(value, properties[name])
    ]
    return [*missing, *strange, *wrong]


def _fits(value: Any, schema: Schema) -> bool:
    """Of the kinds that bodies hold here: texts, whole numbers, yes or no, and texts by language tag."""
    match schema["type"]:
        case "string":
            return _is_text(value, schema.get("maxLength")) and value in schema.get("enum", [value])
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case _:
            most = schema["additionalProperties"].get("maxLength")
            return isinstance(value, dict) and all(_is_text(one, most) for pair in value.items() for one in pair)


def _is_text(value: Any, most: int | None) -> bool:
    """A text that both databases can store."""
    if not isinstance(value, str) or (most is not None and len(value) > most) or "\x00" in value:
        return False
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _kind(schema: Schema) -> str:
    if "enum" in schema:
        return " | ".join(schema["enum"])
    most = schema.get("maxLength")
    return f"{schema['type']} (≤ {most})" if most else str(schema["type"])
