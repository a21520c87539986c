"""The page of one weight set: its numbers from every side, what it rests on, and the next step towards a signature."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from surveys.access import READS, survey_for, surveys_of
from surveys.forms.texts import languages
from surveys.forms.weights import DraftForm, ReasonForm, SheetForm
from surveys.models import Survey, WeightSet
from surveys.selectors.adopting import adopting
from surveys.selectors.consistency import method_facts
from surveys.selectors.four_ways import four_ways
from surveys.selectors.signed_sheets import sheets_of
from surveys.selectors.trees import tree_of
from surveys.selectors.weight_facts import decisions_in, panel_facts
from surveys.selectors.weight_history import changes_since, previous_set
from surveys.selectors.weight_origins import origins_of
from surveys.selectors.weights import panel_state, weight_rows
from surveys.services.signed_sheets import SHORT, TAKES_SHEETS
from surveys.views.coordinator.pages import account, set_in, survey_page


@login_required
@require_safe
def weight_set(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    found = set_in(survey, number)
    return survey_page(
        request,
        survey,
        "weights",
        "weight_set",
        weight_set=found,
        synthetic=found.synthetic,
        **_numbers(request, survey, found),
        **_steps(request, survey, found),
    )


def _numbers(request: HttpRequest, survey: Survey, found: WeightSet) -> dict[str, Any]:
    result = found.panel_result
    previous = previous_set(found, surveys_of(account(request)))
    rows = weight_rows(found)
    return {
        "rows": rows,
        "panel": panel_facts(found, tree_of(found.edition)),
        "ways": four_ways(result),
        "changes": changes_since(found, previous) if previous else None,
        "adopting": adopting(rows),
        "origins": origins_of(found),
        "decisions": decisions_in(found),
        "state": panel_state(survey, result) if result else None,
        **(method_facts(result) if result else {}),
    }


def _steps(request: HttpRequest, survey: Survey, found: WeightSet) -> dict[str, Any]:
    seen = {"seen_hash": found.content_hash}
    locked = survey.weight_sets.filter(state=WeightSet.State.LOCKED).exclude(pk=found.pk).only("number").first()
    why = gettext_lazy("Why this set takes the place of the locked one")
    return {
        "adopt_form": DraftForm(initial={"decimals": found.adopted_decimals}, prefix="adopt"),
        "propose_form": ReasonForm(initial=seen, label=gettext_lazy("Why these weights (optional)"), prefix="propose"),
        "approve_form": ReasonForm(initial=seen, label=gettext_lazy("Why you approve"), prefix="approve"),
        "return_form": ReasonForm(initial=seen, label=gettext_lazy("What has to change"), prefix="return"),
        "lock_form": ReasonForm(initial=seen, label=why, prefix="lock") if locked else None,
        "sheet_form": SheetForm(prefix="sheet"),
        "replaced": locked,
        "sheets": sheets_of(found),
        "takes_sheets": found.state in TAKES_SHEETS,
        "short_hash": found.content_hash[:SHORT],
        "own_proposal": found.proposed_by_id == request.user.pk,
        "nobody_asked": found.panel_result_id is None and not survey.experts.exists(),
        "languages": languages(),
    }
