"""The same answers by other methods or another panel, side by side: read only, and nothing is stored."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from scoring.selectors.variants import variant_row, variant_rows
from scoring.views.pages import scoring_page
from scoring.views.ranks import chosen_ranks
from surveys.access import READS, survey_for
from surveys.errors import Refused
from surveys.selectors.consistency import method_facts
from surveys.selectors.panel_now import PanelNow, panel_now


@login_required
@require_safe
def what_if(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    panel = panel_now(survey)
    chosen = chosen_ranks(request, survey, panel.questions.tree)
    refusal = _refusal(panel)
    rows = [] if refusal or not panel.experts else variant_rows(panel, chosen.board)
    context: dict[str, Any] = {
        "rows": rows,
        "refusal": refusal,
        "chosen": chosen,
        "facts": method_facts(survey),
    }
    return scoring_page(request, survey, "consistency", "what_if", **context)


@login_required
@require_safe
def what_if_variant(request: HttpRequest, survey_id: int, name: str) -> HttpResponse:
    """One of them in full."""
    survey = survey_for(request.user, survey_id, *READS)
    panel = panel_now(survey)
    chosen = chosen_ranks(request, survey, panel.questions.tree)
    row = variant_row(panel, name, chosen.board, chosen.nodes) if panel.experts else None
    if row is None:
        raise Http404("No such variant.")
    context: dict[str, Any] = {"row": row, "effect": row.effect, "chosen": chosen}
    return scoring_page(request, survey, "consistency", "what_if_variant", **context)


def _refusal(panel: PanelNow) -> str:
    """Why the panel has no numbers yet; empty where it has."""
    try:
        _numbers = panel.group if panel.experts else None
    except Refused as refused:
        return str(refused)
    return ""
