"""Review, submission and receipt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveys.errors import Refused
from surveys.forms.handing_in import BasisForm, SubmitForm
from surveys.models import Expert, Survey
from surveys.selectors.answers import progress_of
from surveys.selectors.handing_in import final_check, reason_from
from surveys.selectors.own_weights import own_tree
from surveys.selectors.questionnaire import changed_since_submission
from surveys.selectors.reviewing import computation_failed
from surveys.selectors.revisions import waiting_requests
from surveys.services.basis import basis_say
from surveys.services.submissions import submission_hand_in
from surveys.tasks import enqueue

from .script_data import queue_data
from .session import for_expert, go, page


@require_safe
@for_expert
def review(request: HttpRequest, expert: Expert) -> HttpResponse:
    return _review_page(request, expert)


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def submit(request: HttpRequest, expert: Expert) -> HttpResponse:
    """Hand in. A GET (the language was switched, say) only shows the review."""
    if request.method != "POST":
        return go("review", expert)
    form, basis = SubmitForm(request.POST), BasisForm(request.POST)
    if not (form.is_valid() and basis.is_valid()):
        return _review_page(request, expert, form, status=422)
    try:
        with transaction.atomic():
            if any(basis.basis.values()):
                basis_say(expert, basis.basis)
            _submission, job = submission_hand_in(expert, **form.cleaned_data)
            enqueue(job)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _review_page(request, expert, form, status=409)
    return go("receipt", expert)


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def basis(request: HttpRequest, expert: Expert) -> HttpResponse:
    """What the judgment rests on, by itself; it also comes along when answers are handed in."""
    form = BasisForm(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            basis_say(expert, form.basis)
        except Refused as refused:
            return _review_page(request, expert, problem=str(refused), status=409)
        messages.success(request, _("Saved: what your judgment rests on."))
    return go("review", expert)


@require_safe
@for_expert
def receipt(request: HttpRequest, expert: Expert) -> HttpResponse:
    context = _receipt_context(expert)
    return page(request, expert, "receipt.html", **context) if context else go("review", expert)


@require_safe
@for_expert
def receipt_status(request: HttpRequest, expert: Expert) -> HttpResponse:
    """The part of the receipt that waits for the worker: what the script asks for."""
    context = _receipt_context(expert)
    return page(request, expert, "_results.html", **context) if context else go("review", expert)


def _review_page(
    request: HttpRequest, expert: Expert, form: SubmitForm | None = None, *, problem: str = "", status: int = 200
) -> HttpResponse:
    found = final_check(expert)
    context = {
        "progress": progress_of(expert),
        "found": found,
        "changed": changed_since_submission(expert),
        "disputed": found.disputed,
        "requests": waiting_requests(expert),
        "basis": BasisForm.of(expert.basis),
        "form": form or SubmitForm(initial={"reason": reason_from(found)}),
        "problem": problem,
        "asks_reason": bool(found.tense) and expert.survey.gate == Survey.Gate.SOFT,
        "barred": bool(found.tense) and expert.survey.gate == Survey.Gate.HARD,
        "data": queue_data(expert),
    }
    return page(request, expert, "review.html", status=status, **context)


def _receipt_context(expert: Expert) -> dict[str, Any] | None:
    submission = expert.submissions.select_related("expert__survey__edition").last()
    if submission is None:
        return None
    return {
        "submission": submission,
        "receipt_code": "-".join(submission.receipt[start : start + 4] for start in (0, 4, 8)),
        "tree": own_tree(submission),
        "failed": computation_failed(submission),
        "changed": submission.revision != expert.revision,
    }
