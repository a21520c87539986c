"""The front page: what this is, and the ways in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from surveys.models import InvitationLink
from surveys.selectors.demo import ready_expert
from surveys.services.panel import link_mint


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("surveys:survey_list")
    return render(request, "surveys/front.html", {"demo": ready_expert()})


@require_POST
def demo_answer(_request: HttpRequest) -> HttpResponse:
    """Mint a link for the demo's ready expert and open it, as if it had come by mail."""
    expert = ready_expert()
    if expert is None:
        raise Http404("There is no demo here.")
    return redirect("surveys:start", token=link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None))
