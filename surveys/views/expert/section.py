"""The review of one section: own weights first, then how well the answers fit together, then hints."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surveys.errors import Refused
from surveys.forms.handing_in import KeepForm, TakeForm
from surveys.models import Expert
from surveys.selectors.hints import sentence_of
from surveys.selectors.meaning import Meaning, meaning_of
from surveys.services.judgments import Shown, judgment_record
from surveys.services.keeping import judgment_keep

from .because import Cause
from .script_data import queue_data
from .session import for_expert, page


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def section_review(request: HttpRequest, expert: Expert, node_id: int) -> HttpResponse:
    """What the answers to a section mean. A POST takes a hint, or keeps an answer."""
    meaning = meaning_of(expert, node_id)
    if meaning is None:
        raise Http404("There is no such section.")
    if request.method != "POST":
        return _page(request, expert, meaning)
    act = _keep if request.POST.get("act") == "keep" else _take
    return act(request, expert, meaning)


def _take(request: HttpRequest, expert: Expert, meaning: Meaning) -> HttpResponse:
    form = TakeForm(request.POST)
    if not form.is_valid() or not _belongs(meaning, form.cleaned_data["comparison"]):
        problem = _("Something was missing from what your browser sent. Please answer again.")
        return _page(request, expert, meaning, problem=problem, status=422)
    given = form.cleaned_data
    try:
        recorded = judgment_record(
            expert,
            given["comparison"],
            given["answer"],
            client_key=given["client_key"],
            base_revision=given["base_revision"],
            shown=Shown(view="card", cause=Cause.HINT),
        )
    except Refused as refused:
        return _page(request, expert, meaning, problem=str(refused), status=409)
    said = sentence_of(recorded.event.comparison, given["answer"])
    if recorded.conflict:
        messages.warning(
            request,
            _("Not taken: this answer was changed meanwhile, perhaps on another device. Choose which one counts."),
        )
    else:
        messages.success(request, _("Taken: %(answer)s.") % {"answer": said})
    return _back(expert, meaning)


def _keep(request: HttpRequest, expert: Expert, meaning: Meaning) -> HttpResponse:
    form = KeepForm(request.POST)
    if not form.is_valid() or not _belongs(meaning, form.cleaned_data["comparison"]):
        return _page(request, expert, meaning, problem=form.problem(), unsaved=form, status=422)
    given = form.cleaned_data
    try:
        judgment_keep(expert, given["comparison"], revision=given["revision"], reason=given["reason"])
    except Refused as refused:
        return _page(request, expert, meaning, problem=str(refused), unsaved=form, status=409)
    messages.success(request, _("Kept, with your reason."))
    return _back(expert, meaning)


def _belongs(meaning: Meaning, comparison_id: int) -> bool:
    return any(line.comparison.pk == comparison_id for line in meaning.lines)


def _page(
    request: HttpRequest,
    expert: Expert,
    meaning: Meaning,
    *,
    problem: str = "",
    unsaved: KeepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """`unsaved` is a reason that could not be kept: it stays in its field."""
    context = {
        "meaning": meaning,
        "node": meaning.review,
        "hints": [(hint, uuid.uuid4()) for hint in meaning.hints],
        "problem": problem,
        "unsaved": unsaved.data if unsaved else {},
        "data": queue_data(expert),
    }
    return page(request, expert, "section.html", status=status, **context)


def _back(expert: Expert, meaning: Meaning) -> HttpResponseRedirect:
    """A fresh page from its top, where the message stands; reloading it sends nothing again."""
    address = reverse("surveys:section_review", args=[expert.survey_id, meaning.section.node_id])
    return HttpResponseRedirect(address)
