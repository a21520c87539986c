"""An expert's questionnaire outside the browser: the coordinator hands it out, and brings it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from surveys.access import RUNS, survey_for
from surveys.errors import Refused
from surveys.models import Expert, Survey
from surveys.selectors.paper import paper_of
from surveys.services.looks import read_note
from surveys.services.submissions import submission_create
from surveys.tasks import enqueue
from surveys.views import sheets
from surveys.views.coordinator.pages import account, survey_page


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """Download, upload, look at what would change, confirm."""
    survey = survey_for(request.user, survey_id, *RUNS)
    expert = _expert(survey, code)
    salt = f"sheet:{expert.pk}:{account(request).pk}"
    if sheets.FIELD in request.POST:
        if not sheets.stored(request, expert, salt, user=account(request)):
            return redirect("surveys:expert_sheet", survey.pk, code)
        if request.POST.get("hand_in"):
            _hand_in(request, expert)
        return redirect("surveys:expert", survey.pk, code)
    context = sheets.looked_at(request, expert, salt, tells=True)
    return survey_page(request, survey, "progress", "expert_sheet", expert=expert, reveals=_reveals(expert), **context)


@login_required
@never_cache
@require_safe
def download(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """Without the name, for the file may pass through many hands."""
    expert = _expert(survey_for(request.user, survey_id, *RUNS), code)
    if _reveals(expert):
        read_note(expert, user=account(request))
    return sheets.workbook(expert, named=False, filled=_reveals(expert))


@login_required
@never_cache
@require_safe
def paper(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    expert = _expert(survey, code)
    may_fill = _reveals(expert)
    filled = may_fill and "filled" in request.GET
    if filled:
        read_note(expert, user=account(request))
    context: dict[str, Any] = {"frame": "surveys/survey_base.html", "may_fill": may_fill, "filled": filled}
    context["paper"] = paper_of(expert, filled=filled)
    return survey_page(request, survey, "progress", "paper", expert=expert, **context)


def _expert(survey: Survey, code: str) -> Expert:
    found = get_object_or_404(survey.experts.select_related("person"), code=code)
    found.survey = survey
    return found


def _reveals(expert: Expert) -> bool:
    """Answers are shown to others once they were submitted, here as everywhere."""
    return expert.submitted_at is not None


def _hand_in(request: HttpRequest, expert: Expert) -> None:
    """Submit for the expert; the log says that the account did it."""
    try:
        with transaction.atomic():
            reason = _("Handed in from an imported file.")
            _submission, job = submission_create(expert, reason=reason, submitted_by=account(request))
            enqueue(job)
    except Refused as refusal:
        messages.warning(request, str(refusal))
