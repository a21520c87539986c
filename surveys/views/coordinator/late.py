"""Late answers: taken by those who run the survey, while it is open again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from surveys.access import RUNS, survey_for
from surveys.errors import Refused
from surveys.services.late import late_take
from surveys.views.coordinator.pages import account, expert_in


@login_required
@require_POST
def late_take_it(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    found = expert_in(survey, code)
    try:
        taken = late_take(found, user=account(request), reason=request.POST.get("reason", "")[:2000])
        said = ngettext("%(count)d late answer was taken.", "%(count)d late answers were taken.", taken.events)
        messages.success(request, said % {"count": taken.events})
        if taken.conflicts:
            messages.warning(request, _("Where the expert has answered anew since, the expert is asked which counts."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("surveys:expert", survey.pk, code)
