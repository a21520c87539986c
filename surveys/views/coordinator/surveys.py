"""Surveys: the list, a new one, the dashboard, its state, its members, its log."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.access import READS, RUNS, survey_for, surveys_of
from surveys.forms.method import MethodSettingsForm
from surveys.forms.surveys import MemberForm, MoveForm, SurveyForm
from surveys.models import Membership, Survey
from surveys.selectors.consistency import method_facts
from surveys.selectors.coverage import coverage_of
from surveys.selectors.late import late_waiting
from surveys.selectors.planning import plan_effect
from surveys.selectors.progress import panel_progress, with_panel_sizes
from surveys.selectors.trees import tree_of
from surveys.services.surveys import MOVES, member_add, survey_create, survey_move, survey_settings_change
from surveys.views.coordinator.pages import account, done, posted, survey_page

LOG_PAGE = 50


@login_required
@require_safe
def survey_list(request: HttpRequest) -> HttpResponse:
    surveys = list(with_panel_sizes(surveys_of(request.user)))
    synthetic = any(survey.synthetic for survey in surveys)
    return render(request, "surveys/survey_list.html", {"surveys": surveys, "synthetic": synthetic})


@login_required
@require_http_methods(["GET", "POST"])
def survey_new(request: HttpRequest) -> HttpResponse:
    user = account(request)
    form = SurveyForm(posted(request), user=user, initial={"edition": request.GET.get("edition")})
    if form.is_valid():
        edition = form.cleaned_data["edition"]
        survey = survey_create(
            edition=edition,
            title=form.texts("title"),
            user=user,
            synthetic=edition.system.synthetic,
            **form.settings(),
        )
        return redirect("surveys:survey", survey.pk)
    return render(request, "surveys/survey_new.html", {"form": form})


@login_required
@require_safe
def survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    found = survey_for(request.user, survey_id, *READS)
    moves = [(state, Survey.State(state).label) for state in MOVES[found.state]]
    stages = [(state, label, _passed(state, found.state)) for state, label in Survey.State.choices]
    context = {"progress": panel_progress(found), "moves": moves, "stages": stages, "at_top": True}
    context |= {"coverage": coverage_of(found), "late": late_waiting(found)}
    return survey_page(request, found, "progress", "survey", **context)


def _passed(state: str, now: str) -> bool:
    order = list(Survey.State.values)
    return order.index(state) < order.index(now)


@login_required
@require_POST
def survey_move_to(request: HttpRequest, survey_id: int) -> HttpResponse:
    found = survey_for(request.user, survey_id, *RUNS)
    form = MoveForm(request.POST)
    if form.is_valid():
        to, reason = form.cleaned_data["to"], form.cleaned_data["reason"]
        said = _("The survey is now: %(state)s.") % {"state": Survey.State(to).label}
        done(request, lambda: survey_move(found, to, user=account(request), reason=reason), said)
    return redirect("surveys:survey", found.pk)


@login_required
@require_http_methods(["GET", "POST"])
def survey_settings(request: HttpRequest, survey_id: int) -> HttpResponse:
    """What the survey asks and how it computes: a form while it is a draft, else what was fixed when it opened.

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
    for name, value in (tried or {}).items():
        setattr(found, name, value)  # only shown
    effect = plan_effect(found, tree_of(found.edition))
    context = {"form": form, "tried": tried, "effect": effect, **method_facts(found)}
    return survey_page(request, found, "method", "survey_settings", **context)


def _tried(request: HttpRequest, found: Survey) -> dict[str, Any] | None:
    """The settings in the address, where a draft is previewed and they can be."""
    if request.method == "POST" or found.state != Survey.State.DRAFT or "question_plan" not in request.GET:
        return None
    form = MethodSettingsForm(request.GET, survey=found)
    return form.method_settings() if form.is_valid() else None


@login_required
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, survey_id: int) -> HttpResponse:
    found = survey_for(request.user, survey_id, *RUNS)
    form = MemberForm(posted(request))
    if form.is_valid() and form.member:
        role, member = form.cleaned_data["role"], form.member
        said = _("%(name)s is now: %(role)s.") % {"name": member, "role": Membership.Role(role).label}
        done(request, lambda: member_add(found, member=member, role=role, user=account(request)), said)
        return redirect("surveys:members", found.pk)
    held = found.memberships.select_related("user").order_by("user__username", "role")
    return survey_page(request, found, "members", "members", form=form, memberships=held)


@login_required
@require_safe
def audit_log(request: HttpRequest, survey_id: int) -> HttpResponse:
    found = survey_for(request.user, survey_id, *READS)
    events = found.audit_events.select_related("user").order_by("-at", "-id")
    page = Paginator(events, LOG_PAGE).get_page(request.GET.get("page"))
    return survey_page(request, found, "log", "audit_log", page=page)
