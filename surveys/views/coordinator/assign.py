"""Which sections an expert is asked."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surveys.access import RUNS, survey_for
from surveys.forms.assign import SectionsForm
from surveys.models import Expert, Survey
from surveys.selectors.coverage import sections_told
from surveys.services.sections import sections_assign
from surveys.views.coordinator.pages import account, done, expert_in, posted, survey_page


@login_required
@require_http_methods(["GET", "POST"])
def expert_sections(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    found = expert_in(survey, code)
    told = sections_told(found)
    form = SectionsForm(posted(request), told=told)
    if form.is_valid():
        if done(request, lambda: _assign(request, found, form)):
            messages.success(request, _said(found))
            return redirect("surveys:expert", survey.pk, code)
        return redirect("surveys:expert_sections", survey.pk, code)
    changeable = survey.state in (Survey.State.DRAFT, *Survey.ANSWERING)
    return survey_page(
        request, survey, "progress", "expert_sections", expert=found, form=form, told=told, changeable=changeable
    )


def _assign(request: HttpRequest, expert: Expert, form: SectionsForm) -> None:
    given = form.cleaned_data
    sections_assign(expert, given["nodes"], user=account(request), reason=given["reason"])


def _said(expert: Expert) -> str:
    told = sections_told(expert)
    return _(
        "Asked of %(code)s from now on: sections %(sections)d, questions %(questions)d, minutes about %(minutes)d."
    ) % {
        "code": expert.code,
        "questions": told.questions,
        "sections": len(told.asked),
        "minutes": told.minutes,
    }
