"""The description of the API (OpenAPI 3.1), made from what the operations declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import translation

from surveys.api.operations import OPERATIONS, Operation, Parameter
from surveys.api.problems import MEDIA_TYPE, PROBLEM
from surveys.api.schemas import Schema
from surveys.version import VERSION

CONVERTED = re.compile(r"<(?P<kind>\w+):(?P<name>\w+)>")
REFUSALS = {
    "400": "The request cannot be read.",
    "401": "No valid token was sent.",
    "403": "This token or this account may not do that.",
    "404": "There is nothing here for this account.",
    "409": "Something was changed by somebody else in the meantime.",
    "429": "Too many tokens that are not valid came from this address: wait, and look at Retry-After.",
    "422": "What was asked for is refused; the sentences say why, all at once.",
}


def description(language: str = "en") -> dict[str, Any]:
    """The whole document, in one language."""
    with translation.override(language):
        return {
            "openapi": "3.1.0",
            "info": {"title": "Quanheng", "version": str(VERSION), "description": _about()},
            "servers": [{"url": f"{settings.SITE_URL.rstrip('/')}/api/v1"}],
            "security": [{"token": []}],
            "paths": _paths(),
            "components": {
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
                "schemas": {"Problem": PROBLEM},
            },
        }


def operations() -> list[Operation]:
    """In the order in which they are declared."""
    return list(OPERATIONS)


def address(route: str) -> str:
    """`surveys/<number:survey_id>/` as OpenAPI writes it."""
    return "/" + CONVERTED.sub(r"{\g<name>}", route)


def _about() -> str:
    return str(
        translation.gettext(
            "Indicator systems, progress, weight sets, data, runs and scores for other programs. A token acts as the "
            "account that made it, with its roles. Experts are named by code alone. What is synthetic or not locked "
            "says so in “stamps”."
        )
    )


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for each in OPERATIONS:
        paths.setdefault(address(each.route), {})[each.method.lower()] = _operation(each)
    return paths


def _operation(each: Operation) -> dict[str, Any]:
    document: dict[str, Any] = {
        "operationId": each.name.removeprefix("api_"),
        "tags": [each.tag],
        "summary": str(each.summary),
        "parameters": [*_in_path(each.route), *(_in_query(one) for one in each.parameters)],
        "responses": {str(each.status.value): _content("The answer.", each.answers), **_refusals(each)},
    }
    if each.roles:
        document["description"] = translation.gettext("Roles: %(roles)s") % {"roles": ", ".join(sorted(each.roles))}
    if each.takes:
        document["requestBody"] = {"required": True, "content": {"application/json": {"schema": each.takes}}}
    return document


def _in_path(route: str) -> Iterator[dict[str, Any]]:
    for found in CONVERTED.finditer(route):
        kind: Schema = {"type": "integer"} if found["kind"] == "number" else {"type": "string"}
        yield {"name": found["name"], "in": "path", "required": True, "schema": kind}


def _in_query(parameter: Parameter) -> dict[str, Any]:
    if isinstance(parameter.default, int):
        schema: Schema = {"type": "integer", "minimum": 0, "default": parameter.default}
        if parameter.most:
            schema["maximum"] = parameter.most
    else:
        schema = {"type": "string"}
    return {"name": parameter.name, "in": "query", "description": str(parameter.description), "schema": schema}


def _content(text: str, schema: Schema, media_type: str = "application/json") -> dict[str, Any]:
    return {"description": text, "content": {media_type: {"schema": schema}}}


def _refusals(each: Operation) -> dict[str, Any]:
    codes = ["401", "404", "429"]
    codes += ["403"] if each.roles or each.takes else []
    codes += ["400"] if each.parameters or each.takes else []
    codes += ["409", "422"] if each.takes else []
    problem = {"$ref": "#/components/schemas/Problem"}
    return {code: _content(REFUSALS[code], problem, MEDIA_TYPE) for code in sorted(codes)}
