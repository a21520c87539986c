"""The API described for people and for programs, and the tokens of an account."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.api.description import address, description, operations
from surveys.errors import Refused
from surveys.forms.tokens import TokenForm
from surveys.selectors.tokens import tokens_of
from surveys.services.tokens import token_create, token_revoke
from surveys.views.coordinator.pages import account, posted
from surveys.views.proof import proof_asked


@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """What the API takes and answers, for programs that read OpenAPI. It tells nothing of anybody's data."""
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False, "indent": 2})


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same for people, from the same declarations."""
    document = description(get_language() or "en")
    shown = [
        {
            "method": each.method,
            "address": address(each.route),
            "summary": each.summary,
            "roles": each.roles,
            "described": document["paths"][address(each.route)][each.method.lower()],
            "tag": each.tag,
            "takes": each.takes,
            "answers": each.answers,
        }
        for each in sorted(operations(), key=lambda one: TAGS.index(one.tag))
    ]
    groups = [(tag, list(found)) for tag, found in groupby(shown, key=lambda one: str(one["tag"]))]
    context = {"groups": groups, "server": document["servers"][0]["url"], "about": document["info"]["description"]}
    return render(request, "surveys/api.html", context)


TAGS = ["systems", "surveys", "weights", "data", "runs"]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of this account; a new one is shown in the answer, the only moment at which it can be read."""
    user, made = account(request), ""
    form = TokenForm(posted(request))
    if form.is_valid():
        if asked := proof_asked(request, _("Make the token"), reverse("surveys:tokens")):
            return asked
        try:
            made = token_create(user, **form.details())
            form = TokenForm()
        except Refused as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.is_bound else 200
    context = {"form": form, "made": made, "tokens": tokens_of(user)}
    return render(request, "surveys/tokens.html", context, status=status)


@login_required
@require_POST
def token_revoke_it(request: HttpRequest, token_id: int) -> HttpResponse:
    """Of one's own tokens; another's number changes nothing and tells nothing."""
    user = account(request)
    token = tokens_of(user).filter(pk=token_id).first()
    if token:
        token_revoke(token, user=user)
        messages.success(request, _("The token is revoked: it opens nothing any more."))
    return redirect("surveys:tokens")
