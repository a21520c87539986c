"""Saying again who one is, before something that cannot be taken back: approving, locking, changing roles.

Ten minutes after signing in a page stands between the button and the deed. It carries what was typed, so that no reason
is lost, says what will be done, and does it only when its own button is pressed.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.forms.second_factor import ProofForm
from surveys.selectors.second_factor import factor_of
from surveys.services.second_factor import code_take
from surveys.signing_in import is_fresh, shown_now
from surveys.views.coordinator.pages import account

SENT, CARRIED = "proof-sent", "proof-carried"
OURS = ("csrfmiddlewaretoken", "proof-password", "proof-code", SENT, CARRIED)


def proof_asked(request: HttpRequest, what: str, back: str, *, leave: str = "") -> HttpResponse | None:
    """None where the account is fresh; else the page that asks who it is.

    `what` is about to be done. `back` is the page to go on from where nothing can be carried: a file was sent, or a
    page was only asked for; whoever would rather not goes there too, or to `leave`.
    """
    if is_fresh(request.session):
        return None
    user, sent = account(request), SENT in request.POST
    form = ProofForm(request.POST if sent else None, with_code=factor_of(user) is not None)
    if form.is_valid() and proven(request, form, user):
        request.session.cycle_key()
        shown_now(request.session)
        if CARRIED in request.POST:
            return None
        messages.success(request, _("Thank you. Nothing was done yet: go on here."))
        return redirect(back)
    carries = CARRIED in request.POST if sent else request.method == "POST" and not request.FILES
    context = {
        "form": form,
        "what": what,
        "leave": leave or back,
        "carries": carries,
        "carried": _fields(request) if carries else [],
        "file_lost": bool(request.FILES),
    }
    return render(request, "surveys/proof.html", context, status=422 if sent else 403)


def proven(request: HttpRequest, form: ProofForm, user: User) -> bool:
    """Password first, then the code: a code is used up only where the password was right."""
    given = form.cleaned_data
    if authenticate(request, username=user.get_username(), password=given["password"]) != user:
        form.add_error("password", _("This is not your password."))
        return False
    try:
        if "code" in form.fields:
            code_take(user, given["code"])
    except Refused as refusal:
        form.add_error("code", str(refusal))
        return False
    return True


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What the form of the deed said."""
    return [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]
