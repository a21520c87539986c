"""What an expert was asked to look at again: the note, and only the pairs it is about."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surveys.errors import Refused
from surveys.forms.handing_in import KeepForm
from surveys.models import Expert
from surveys.selectors.questionnaire import changed_since_submission
from surveys.selectors.revisions import Asked, request_of
from surveys.selectors.rounds import distributions
from surveys.services.keeping import judgment_keep

from .session import for_expert, page


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def revision(request: HttpRequest, expert: Expert, request_id: int) -> HttpResponse:
    """One request. A POST keeps an answer; changing one happens on its own page."""
    asked = request_of(expert, request_id)
    if asked is None:
        raise Http404("There is no such request.")
    if request.method != "POST":
        return _page(request, expert, asked)
    return _keep(request, expert, asked)


def _keep(request: HttpRequest, expert: Expert, asked: Asked) -> HttpResponse:
    in_round = asked.request.round_id is not None
    form = KeepForm(request.POST, explained=not in_round)
    if not form.is_valid():
        return _page(request, expert, asked, problem=form.problem(), unsaved=form, status=422)
    given = form.cleaned_data
    try:
        judgment_keep(
            expert, given["comparison"], revision=given["revision"], reason=given["reason"], request=asked.request
        )
    except Refused as refused:
        return _page(request, expert, asked, problem=str(refused), unsaved=form, status=409)
    messages.success(request, _("Kept, with your reason.") if given["reason"] else _("Kept."))
    return HttpResponseRedirect(reverse("surveys:revision", args=[expert.survey_id, asked.pk]))


def _page(
    request: HttpRequest,
    expert: Expert,
    asked: Asked,
    *,
    problem: str = "",
    unsaved: KeepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """`unsaved` is a reason that could not be kept: it stays in its field."""
    found = distributions(asked, expert.survey.smallest_group)
    context = {
        "asked": asked,
        "rows": [(pair, found.get(pair.comparison.pk)) for pair in asked.pairs],
        "changed": changed_since_submission(expert),
        "problem": problem,
        "unsaved": unsaved.data if unsaved else {},
    }
    return page(request, expert, "revision.html", status=status, **context)
