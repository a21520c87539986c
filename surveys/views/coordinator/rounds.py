"""A further round: choose pairs, see who would be asked what, ask."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from surveys.access import RUNS, survey_for
from surveys.errors import Refused
from surveys.forms.rounds import RoundForm
from surveys.forms.texts import field_name, languages
from surveys.models import Survey
from surveys.selectors.completeness import completeness_now
from surveys.selectors.consensus import comparisons_by_column, consensus_of, most_disputed
from surveys.selectors.panel_now import PanelNow, panel_now
from surveys.selectors.rounds import SUGGESTED_PART, round_plan
from surveys.selectors.structure import structure_of
from surveys.services.rounds import round_start
from surveys.views.coordinator.pages import account, posted, survey_page

MOST_CANDIDATES = 40


@login_required
@require_http_methods(["GET", "POST"])
def round_new(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    panel = panel_now(survey)
    candidates = _candidates(panel)
    suggested = [pair for pair, _split in candidates][: max(1, len(panel.questions.columns) // SUGGESTED_PART)]
    initial: dict[str, Any] = {"pairs": suggested, **_usual_note()}
    form = RoundForm(posted(request), pairs=panel.questions.columns, initial=initial)
    plan = None
    if form.is_valid():
        chosen = form.cleaned_data["pairs"]
        if form.cleaned_data["step"] == RoundForm.START and _start(request, survey, form):
            return redirect("surveys:consensus", survey.pk)
        known = structure_of(survey.edition).pairs
        plan = round_plan(survey, panel, [known[pair] for pair in chosen])
    response = survey_page(
        request,
        survey,
        "consensus",
        "round_new",
        form=form,
        plan=plan,
        candidates=candidates,
        chosen=[known_pair for pk, known_pair in structure_of(survey.edition).pairs.items() if pk in form.chosen],
        note_fields=form.fields_of("note"),
        completeness=completeness_now(survey, panel),
    )
    response.status_code = 200 if plan or request.method == "GET" else 422
    return response


def _candidates(panel: PanelNow) -> list[tuple[int, Any]]:
    """Comparison and how it divides the panel, the most disputed first."""
    pairs = comparisons_by_column(panel)
    return [(pairs[split.column], split) for split in most_disputed(consensus_of(panel), MOST_CANDIDATES)]


def _usual_note() -> dict[str, str]:
    """A courteous note in each language, for the coordinator to change."""
    found = {}
    for tag, _language in languages():
        with translation.override(tag):
            found[field_name("note", tag)] = _(
                "On these comparisons the panel's answers differ most. You see how all experts answered, without "
                "names, and your own answer. Please look at them once more: you may change your answers, and you may "
                "keep them. No agreement is expected of you."
            )
    return found


def _start(request: HttpRequest, survey: Survey, form: RoundForm) -> bool:
    try:
        made = round_start(survey, form.cleaned_data["pairs"], note=form.texts("note"), user=account(request))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    count = made.requests.values("expert").distinct().count()
    said = ngettext(
        "Round %(number)d has begun: %(count)d expert is asked. Their pages say so from now on.",
        "Round %(number)d has begun: %(count)d experts are asked. Their pages say so from now on.",
        count,
    )
    messages.success(request, said % {"number": made.number, "count": count})
    return True
