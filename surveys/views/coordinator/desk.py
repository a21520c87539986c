"""The panel: experts pasted as lines and looked at before they are added; all of them in one table; leaving it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from surveys.access import RUNS, people_of, survey_for
from surveys.errors import Refused
from surveys.forms.panel import ExpertLine, ExpertsForm
from surveys.forms.people import DeskForm
from surveys.models import Survey
from surveys.services.expert_weights import SETTLED, expert_weights_set
from surveys.services.panel import expert_add, expert_decline, expert_remove, experts_place
from surveys.views.coordinator.pages import account, done, expert_in, posted, survey_page

PAGE = 100


@login_required
@require_http_methods(["GET", "POST"])
def experts_add(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Paste, look at who would join, confirm: nothing is kept on the way."""
    survey = survey_for(request.user, survey_id, *RUNS)
    form = ExpertsForm(posted(request), survey=survey, book=people_of(request.user))
    preview = form.is_valid()
    if preview and form.cleaned_data["confirmed"] and _add(request, survey, form):
        return redirect("surveys:survey", survey.pk)
    return survey_page(request, survey, "progress", "experts_add", form=form, preview=preview and not form.errors)


def _add(request: HttpRequest, survey: Survey, form: ExpertsForm) -> bool:
    """All of them or none."""
    try:
        with transaction.atomic():
            for line in form.experts:
                _add_one(survey, line, account(request))
    except (Refused, ValidationError) as refusal:
        form.add_error("lines", refusal if isinstance(refusal, ValidationError) else str(refusal))
        return False
    count = len(form.experts)
    said = ngettext("%(count)d expert joined the panel.", "%(count)d experts joined the panel.", count)
    messages.success(request, said % {"count": count})
    return True


def _add_one(survey: Survey, line: ExpertLine, user: User) -> None:
    usual = {"language": usual_language(survey)}
    expert_add(survey, person=line.known, user=user, **{**usual, **line.details()})


def usual_language(survey: Survey) -> str:
    """Of somebody of whom nothing else is said: the first that the survey speaks."""
    language = (survey.languages or [settings.LANGUAGE_CODE])[0]
    if survey.title and not any(tag.startswith(language.split("-")[0]) for tag in survey.title):
        language = next(iter(survey.title))
    return str(language)


@login_required
@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Field, group and weight of every expert in one table, kept together."""
    survey = survey_for(request.user, survey_id, *RUNS)
    experts = survey.experts.select_related("person").prefetch_related("branch_weights__node").order_by("id")
    page = Paginator(experts, PAGE).get_page(request.GET.get("page"))
    form = DeskForm(posted(request), experts=list(page))
    if form.is_valid() and done(request, lambda: _keep(form, account(request)), _("It is kept.")):
        return redirect(request.get_full_path())
    response = survey_page(
        request, survey, "progress", "panel_desk", form=form, page=page, fixed=survey.state in SETTLED
    )
    response.status_code = 422 if form.errors else 200
    return response


@transaction.atomic
def _keep(form: DeskForm, user: User) -> None:
    expert_weights_set(form.weights(), reason=form.cleaned_data["reason"], user=user)
    experts_place(form.places(), user=user)


@login_required
@require_POST
def expert_decline_it(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    found, reason = expert_in(survey, code), request.POST.get("reason", "")[:2000]
    said = _("%(code)s has declined: nobody reminds them, and their links open nothing.") % {"code": code}
    done(request, lambda: expert_decline(found, user=account(request), reason=reason), said)
    return redirect("surveys:expert", survey.pk, code)


@login_required
@require_POST
def expert_take_off(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    found, reason = expert_in(survey, code), request.POST.get("reason", "")[:2000]
    said = _("%(code)s is off the panel.") % {"code": code}
    if done(request, lambda: expert_remove(found, user=account(request), reason=reason), said):
        return redirect("surveys:survey", survey.pk)
    return redirect("surveys:expert", survey.pk, code)
