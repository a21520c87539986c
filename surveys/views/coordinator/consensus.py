"""How far the panel agrees: over all nodes, and at one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from surveys.access import READS, survey_for
from surveys.selectors.camps import standings, whole_panel
from surveys.selectors.completeness import completeness_now
from surveys.selectors.consensus import consensus_of, most_disputed, node_consensus
from surveys.selectors.consistency import compared_nodes, neighbours
from surveys.selectors.panel_now import panel_now
from surveys.selectors.stability import rounds_told
from surveys.views.coordinator.pages import survey_page

MOST_PAIRS, EXPERTS_ON_A_PAGE = 10, 50


@login_required
@require_safe
def consensus(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    panel = panel_now(survey)
    nodes, whole = consensus_of(panel), whole_panel(panel)
    experts = Paginator(standings(survey, whole), EXPERTS_ON_A_PAGE)
    return survey_page(
        request,
        survey,
        "consensus",
        "consensus",
        nodes=nodes,
        disputed=most_disputed(nodes, MOST_PAIRS),
        whole=whole,
        page=experts.get_page(request.GET.get("page")),
        completeness=completeness_now(survey, panel),
        rounds=rounds_told(survey, panel),
    )


@login_required
@require_safe
def consensus_node(request: HttpRequest, survey_id: int, node: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    panel = panel_now(survey)
    nodes = compared_nodes(panel.questions.tree)
    found = next((each for each in nodes if each.code == node), None)
    if found is None:
        raise Http404("Nothing is compared there.")
    before, after = neighbours(nodes, found)
    return survey_page(
        request,
        survey,
        "consensus",
        "consensus_node",
        here=node_consensus(panel, found),
        part=completeness_now(survey, panel).of(node),
        before=before,
        after=after,
    )
