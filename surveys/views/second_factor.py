"""The second factor of one's own account: set up, recovery codes, switched off."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.errors import Refused
from surveys.forms.second_factor import ProofForm, SetUpForm, seed_in, seed_signed
from surveys.qr import qr_svg
from surveys.selectors.second_factor import codes_left, factor_of
from surveys.services.second_factor import (
    RECOVERY_CODES,
    codes_renew,
    factor_remove,
    factor_set,
    phone_uri,
    secret_of,
    seed_new,
)
from surveys.services.sessions import sessions_end
from surveys.views.coordinator.pages import account, posted
from surveys.views.proof import proof_asked, proven

HERE = "second_factor"


@login_required
@never_cache
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    factor = factor_of(account(request))
    context = {
        "factor": factor,
        "left": codes_left(factor) if factor else 0,
        "all": RECOVERY_CODES,
        "required": settings.REQUIRE_SECOND_FACTOR,
    }
    return render(request, "surveys/second_factor.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def second_factor_set_up(request: HttpRequest) -> HttpResponse:
    """Also for a new phone: the one before ends when the new one has shown its first code."""
    here = reverse("second_factor_set_up")
    if asked := proof_asked(request, _("Set up a second factor"), here, leave=reverse(HERE)):
        return asked
    user = account(request)
    form, codes = set_up(request, user)
    return codes_page(request, user, codes, reverse(HERE)) if codes else set_up_page(request, user, form)


def set_up(request: HttpRequest, user: User) -> tuple[SetUpForm, list[str]]:
    """The form, and the recovery codes where it was right."""
    form = SetUpForm(posted(request))
    if form.is_valid():
        try:
            return form, factor_set(user, form.cleaned_data["seed"], form.cleaned_data["code"])
        except Refused as refusal:
            form.add_error("code", str(refusal))
    return form, []


def set_up_page(request: HttpRequest, user: User, form: SetUpForm, *, asked: bool = False) -> HttpResponse:
    """`asked`: the installation asks for it, in the middle of signing in."""
    seed = seed_in(request.POST.get("seed", "")) or seed_new()
    secret, uri = secret_of(seed), phone_uri(user, seed)
    context = {
        "form": form,
        "seed": seed_signed(seed),
        "picture": qr_svg(uri),
        "uri": uri,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "asked": asked,
        "replaces": factor_of(user) is not None,
    }
    return render(request, "surveys/second_factor_set_up.html", context, status=422 if form.is_bound else 200)


def codes_page(request: HttpRequest, user: User, codes: list[str], to: str) -> HttpResponse:
    """The only moment at which they can be read. Whoever else is signed in with this account has to show it anew."""
    sessions_end(user, but=request.session.session_key, by=user)
    return render(request, "surveys/recovery_codes.html", {"codes": codes, "to": to})


@login_required
@never_cache
@require_POST
def second_factor_codes(request: HttpRequest) -> HttpResponse:
    user = account(request)
    if asked := proof_asked(request, _("Make new recovery codes"), reverse(HERE)):
        return asked
    try:
        return codes_page(request, user, codes_renew(user), reverse(HERE))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(HERE)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def second_factor_off(request: HttpRequest) -> HttpResponse:
    """Password and code are asked for here whenever one signed in."""
    user = account(request)
    if factor_of(user) is None:
        messages.error(request, _("This account has no second factor: there is nothing to switch off."))
        return redirect(HERE)
    if settings.REQUIRE_SECOND_FACTOR:
        messages.error(
            request, _("This installation asks everybody for a second factor. Set up another phone instead.")
        )
        return redirect(HERE)
    form = ProofForm(posted(request), with_code=True)
    if form.is_valid() and proven(request, form, user):
        factor_remove(user)
        sessions_end(user, but=request.session.session_key, by=user)
        said = _(
            "The second factor is switched off: you sign in with your password alone. Other devices were signed out."
        )
        messages.success(request, said)
        return redirect(HERE)
    status = 422 if form.is_bound else 200
    return render(request, "surveys/second_factor_off.html", {"form": form}, status=status)
