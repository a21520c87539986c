"""Where one's own account is signed in, and signing out everywhere else."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from surveys.selectors.sessions import sessions_of
from surveys.services.sessions import sessions_end
from surveys.views.coordinator.pages import account
from surveys.views.proof import proof_asked

HERE = "signed_in"


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def signed_in(request: HttpRequest) -> HttpResponse:
    user = account(request)
    if request.method != "POST":
        return render(request, "surveys/signed_in.html", {"sessions": sessions_of(user, request.session.session_key)})
    if asked := proof_asked(request, _("Sign out everywhere else"), reverse(HERE)):
        return asked
    ended = sessions_end(user, but=request.session.session_key, by=user)
    said = ngettext("You were signed out on %d other device.", "You were signed out on %d other devices.", ended)
    messages.success(request, said % ended)
    return redirect(HERE)
