"""What a survey asks, how it computes, what it says and promises, until when: each with what it changes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from surveys.access import READS, RUNS, survey_for
from surveys.forms.method import MethodSettingsForm
from surveys.forms.terms import DeadlineForm, TermsForm
from surveys.models import Survey
from surveys.selectors.consistency import method_facts
from surveys.selectors.planning import plan_effect
from surveys.selectors.terms import languages_told
from surveys.selectors.trees import tree_of
from surveys.services.surveys import survey_settings_change
from surveys.services.terms import deadline_set, terms_change
from surveys.views.coordinator.pages import account, done, posted, survey_page


@login_required
@require_http_methods(["GET", "POST"])
def survey_settings(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The method is a form while the survey is a draft, else what was fixed when it opened; beside it the rest.

    A preview shows the effect of settings that are not kept: they travel in the address.
    """
    found = survey_for(request.user, survey_id, *(RUNS if request.method == "POST" else READS))
    tried = _tried(request, found)
    form = MethodSettingsForm(posted(request), survey=found, tried=tried)
    here = reverse("surveys:survey_settings", args=[found.pk])
    if form.is_valid():
        settings = form.method_settings()
        if "preview" in request.POST:
            return HttpResponseRedirect(f"{here}?{urlencode(settings)}#effect")
        said = _("The method is chosen. It is fixed once the survey opens.")
        done(request, lambda: survey_settings_change(found, user=account(request), **settings), said)
        return HttpResponseRedirect(here)
    return _page(request, found, form, tried)


def _page(
    request: HttpRequest,
    found: Survey,
    method: MethodSettingsForm,
    tried: dict[str, Any] | None = None,
    *,
    terms: TermsForm | None = None,
    deadline: DeadlineForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "terms": terms or TermsForm(survey=found),
        "deadline": deadline or DeadlineForm(survey=found),
        "languages": languages_told(found),
        "method_open": found.state == Survey.State.DRAFT,
    }
    for name, value in (tried or {}).items():
        setattr(found, name, value)  # only shown
    effect = plan_effect(found, tree_of(found.edition))
    response = survey_page(
        request, found, "method", "survey_settings", form=method, tried=tried, effect=effect, **context,
        **method_facts(found),
    )  # fmt: skip
    response.status_code = status
    return response


def _tried(request: HttpRequest, found: Survey) -> dict[str, Any] | None:
    """The settings in the address, where a draft is previewed and they can be."""
    if request.method == "POST" or found.state != Survey.State.DRAFT or "question_plan" not in request.GET:
        return None
    form = MethodSettingsForm(request.GET, survey=found)
    return form.method_settings() if form.is_valid() else None


@login_required
@require_POST
def survey_terms(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Texts, languages, promises, reminders."""
    found = survey_for(request.user, survey_id, *RUNS)
    form = TermsForm(request.POST, survey=found)
    if not form.is_valid():
        return _page(request, found, MethodSettingsForm(survey=found), terms=form, status=422)
    done(request, lambda: terms_change(found, user=account(request), **form.terms()), _("It is kept."))
    return redirect("surveys:survey_settings", found.pk)


@login_required
@require_POST
def survey_deadline(request: HttpRequest, survey_id: int) -> HttpResponse:
    found = survey_for(request.user, survey_id, *RUNS)
    form = DeadlineForm(request.POST, survey=found)
    if not form.is_valid():
        return _page(request, found, MethodSettingsForm(survey=found), deadline=form, status=422)
    moment, reason = form.moment, form.cleaned_data["reason"]
    done(request, lambda: deadline_set(found, moment, user=account(request), reason=reason), _("The deadline is set."))
    return redirect("surveys:survey_settings", found.pk)
