"""The panel's result, and the weight sets that two people sign."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.access import DECIDES, LOCKS, READS, RUNS, survey_for
from surveys.errors import Refused
from surveys.exports.weight_sets import TYPES, export_bytes, export_name
from surveys.forms.weights import DraftForm, ReasonForm
from surveys.models import PanelResult, Survey, WeightSet
from surveys.selectors.consistency import method_facts, panel_matrices
from surveys.selectors.trees import tree_of
from surveys.selectors.weights import newest_computed, panel_state, weight_sets_of
from surveys.services.looks import export_note
from surveys.services.panels import panel_result_request
from surveys.services.weight_sets import (
    weight_set_adopt,
    weight_set_approve,
    weight_set_draft,
    weight_set_lock,
    weight_set_propose,
    weight_set_send_back,
)
from surveys.tasks import enqueue
from surveys.views.coordinator.pages import account, done, file_answer, posted, set_in, survey_page
from surveys.views.proof import proof_asked

Deed = Callable[[WeightSet, User, ReasonForm], object]


@login_required
@require_safe
def panel(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    state = panel_state(survey)
    pages = panel_matrices(state.result, tree_of(survey.edition)) if state.result and state.computed else []
    facts = method_facts(state.result or survey)
    return survey_page(request, survey, "panel", "panel", state=state, job=state.job, pages=pages, **facts)


@login_required
@require_POST
def panel_compute(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    done(request, lambda: _request_result(survey, account(request)))
    return redirect("surveys:panel", survey.pk)


@transaction.atomic
def _request_result(survey: Survey, user: User) -> None:
    _result, job = panel_result_request(survey, user=user)
    enqueue(job)


@login_required
@require_safe
def weight_sets(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    sets = weight_sets_of(survey)
    return survey_page(request, survey, "weights", "weight_sets", sets=sets, result=newest_computed(survey))


@login_required
@require_http_methods(["GET", "POST"])
def weight_set_new(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    result = newest_computed(survey)
    form = DraftForm(posted(request), initial={"result": result.number if result else None})
    if result and form.is_valid():
        seen = form.cleaned_data["result"] or result.number
        try:
            chosen = survey.panel_results.select_related("survey__edition").get(number=seen)
            made = weight_set_draft(chosen, user=account(request), adopted_decimals=form.cleaned_data["decimals"])
            return redirect("surveys:weight_set", survey.pk, made.number)
        except PanelResult.DoesNotExist:
            form.add_error(None, _("There is no such panel result: reload the page."))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    state = panel_state(survey, result) if result else None
    return survey_page(request, survey, "weights", "weight_set_new", form=form, state=state)


@login_required
@require_POST
def weight_set_propose_it(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    return _deed(
        request, survey_id, number, RUNS, "propose",
        lambda it, user, form: weight_set_propose(it, user=user, reason=form.cleaned_data["reason"]),
        _("Proposed. Another person approves it now."),
    )  # fmt: skip


@login_required
@require_POST
def weight_set_approve_it(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    return _deed(
        request, survey_id, number, DECIDES, "approve",
        lambda it, user, form: weight_set_approve(it, user=user, **form.cleaned_data),
        _("Approved. It can be locked now."), fresh=_("Approve the weight set W%(number)d") % {"number": number},
    )  # fmt: skip


@login_required
@require_POST
def weight_set_return_it(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    return _deed(
        request, survey_id, number, DECIDES, "return",
        lambda it, user, form: weight_set_send_back(it, user=user, reason=form.cleaned_data["reason"]),
        _("Sent back as a draft, with your reason in the log."),
    )  # fmt: skip


@login_required
@require_POST
def weight_set_lock_it(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    return _deed(
        request, survey_id, number, LOCKS, "lock",
        lambda it, user, form: weight_set_lock(it, user=user, reason=form.cleaned_data["reason"]),
        _("Locked and sealed. From now on nothing of it can change."),
        fresh=_("Lock and seal the weight set W%(number)d") % {"number": number},
    )  # fmt: skip


@login_required
@require_POST
def weight_set_adopt_it(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    found, form = set_in(survey, number), DraftForm(request.POST, prefix="adopt")
    if form.is_valid():
        decimals = form.cleaned_data["decimals"]
        said = _("The printed weights are written anew.")
        done(request, lambda: weight_set_adopt(found, decimals=decimals, user=account(request)), said)
    return redirect("surveys:weight_set", survey.pk, number)


def _deed(
    request: HttpRequest,
    survey_id: int,
    number: int,
    roles: tuple[str, ...],
    prefix: str,
    deed: Deed,
    said: str,
    *,
    fresh: str = "",
) -> HttpResponse:
    """Fetch with permission, do it with the reason of the form, say what became of it, show the set again.

    `fresh` says what is done where the account must have shown lately who it is.
    """
    survey = survey_for(request.user, survey_id, *roles)
    found, form = set_in(survey, number), ReasonForm(request.POST, prefix=prefix)
    if fresh and (asked := proof_asked(request, fresh, reverse("surveys:weight_set", args=[survey.pk, number]))):
        return asked
    if form.is_valid():
        done(request, lambda: deed(found, account(request), form), said)
    else:
        done(request, _refuse_long)
    return redirect("surveys:weight_set", survey.pk, number)


def _refuse_long() -> None:
    raise Refused(_("The reason is too long: keep it below 2000 characters."))


@login_required
@require_safe
def weight_set_export(request: HttpRequest, survey_id: int, number: int, kind: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    if kind not in TYPES:
        raise Http404("No such format.")
    found = set_in(survey, number)
    name = export_name(found, kind)
    export_note(survey, name, user=account(request))
    return file_answer(export_bytes(found, kind), name, TYPES[kind])
