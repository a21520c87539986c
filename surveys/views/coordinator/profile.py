"""The profile of the panel for referees, and the branch weights that may be made of it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveys.access import READS, RUNS, survey_for
from surveys.authority import BASIS_WORDS, EXTENT_WORDS, FAMILIARITY
from surveys.errors import Refused
from surveys.forms.proposals import ProposalForm
from surveys.models import Section
from surveys.selectors.groups import groups_told
from surveys.selectors.panel_now import panel_now
from surveys.selectors.profile import panel_profile
from surveys.selectors.proposals import Proposal, branch_weights_proposed
from surveys.selectors.stability import rounds_told
from surveys.services.expert_weights import SETTLED, expert_weight_set
from surveys.views.coordinator.pages import account, done, posted, survey_page

EXPERTS_ON_A_PAGE = 50


@login_required
@require_safe
def profile(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    found, panel = panel_profile(survey), panel_now(survey)
    words = dict(Section.Familiarity.choices)
    return survey_page(
        request,
        survey,
        "consensus",
        "profile",
        profile=found,
        page=Paginator(found.experts, EXPERTS_ON_A_PAGE).get_page(request.GET.get("page")),
        familiarities=[words[word] for word in FAMILIARITY],
        extents=list(EXTENT_WORDS.values()),
        basis=[(BASIS_WORDS[kind], counts) for kind, counts in found.basis],
        rounds=rounds_told(survey, panel),
        groups=groups_told(panel),
        weights_fixed=survey.state in SETTLED,
    )


@login_required
@require_http_methods(["GET", "POST"])
def branch_weights(request: HttpRequest, survey_id: int) -> HttpResponse:
    """What would follow from the experts' Cr, and taking it."""
    survey = survey_for(request.user, survey_id, *RUNS)
    proposal = branch_weights_proposed(survey, panel_now(survey))
    form = ProposalForm(posted(request), initial={"seen": proposal.seen, "reason": _usual_reason()})
    if form.is_valid():
        said = _("The branch weights are set. They count when the panel's result is computed again.")
        if done(request, lambda: _take(request, proposal, form), said):
            return redirect("surveys:profile", survey.pk)
        form = ProposalForm(initial={"seen": proposal.seen, "reason": form.cleaned_data["reason"]})
    return survey_page(
        request,
        survey,
        "consensus",
        "branch_weights",
        form=form,
        proposal=proposal,
        page=Paginator(proposal.experts, EXPERTS_ON_A_PAGE).get_page(request.GET.get("page")),
        weights_fixed=survey.state in SETTLED,
    )


def _usual_reason() -> str:
    return _("Authority coefficient Cr = (Ca + Cs) / 2 in this branch, over the panel's mean.")


@transaction.atomic
def _take(request: HttpRequest, proposal: Proposal, form: ProposalForm) -> None:
    """All of them or none, and only what was seen."""
    if form.cleaned_data["seen"] != proposal.seen:
        raise Refused(_("Answers or weights changed since you looked: here is what would be set now."))
    if not proposal.set:
        raise Refused(_("Nothing would change."))
    for expert, node, weight in proposal.set:
        expert_weight_set(expert, weight, node, reason=form.cleaned_data["reason"], user=account(request))
