"""Asking an expert to look again at some pairs of one matrix, and taking the request back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from surveys.access import RUNS, survey_for
from surveys.errors import Refused
from surveys.forms.revisions import RevisionForm
from surveys.models import Expert, RevisionRequest
from surveys.selectors.asking import askable_nodes, suggested_note_for_all
from surveys.selectors.grid import nodes_to_ask
from surveys.selectors.structure import structure_of
from surveys.services.revisions import revision_request, revision_withdraw, revisions_request
from surveys.views.coordinator.consistency import matrix_page
from surveys.views.coordinator.pages import account, done, posted, survey_page
from surveys.whole import whole


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_again(request: HttpRequest, survey_id: int, code: str, node: str) -> HttpResponse:
    """Send the request. A GET (the language was switched, say) only shows the matrix with the form."""
    survey = survey_for(request.user, survey_id, *RUNS)
    if request.method != "POST":
        return redirect("surveys:matrix", survey.pk, code, node)
    expert: Expert = get_object_or_404(survey.experts.select_related("survey__edition", "person"), code=code)
    structure = structure_of(survey.edition)
    pairs = next((pairs for pairs in structure.by_node.values() if pairs[0].node.code == node), None)
    if pairs is None:
        raise Http404("No such matrix.")
    form = RevisionForm(request.POST, pairs=[pair.pk for pair in pairs])
    if not form.is_valid():
        return matrix_page(request, survey, code, node, form=form, status=422)
    chosen, note = form.cleaned_data["pairs"], form.cleaned_data["note"]
    try:
        revision_request(expert, pairs[0].node, chosen, note=note, user=account(request))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return matrix_page(request, survey, code, node, form=form, status=409)
    said = _("%(code)s is asked to look again. Their pages say so from now on.") % {"code": expert.code}
    messages.success(request, said)
    return redirect("surveys:expert", survey.pk, code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_about_all(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """Every matrix of one expert that needs a look, in one form: a request for each."""
    survey = survey_for(request.user, survey_id, *RUNS)
    expert: Expert = get_object_or_404(survey.experts.select_related("survey__edition", "person"), code=code)
    submission = expert.submissions.order_by("-number").first()
    if submission is None:
        messages.error(request, _("This expert has not handed in yet: there is nothing to look at again."))
        return redirect("surveys:expert", survey.pk, code)
    submission.expert = expert
    matrices = askable_nodes(submission, nodes_to_ask(submission))
    pairs = [pair for found in matrices.values() for pair in found]
    usual = {"pairs": [pair.comparison.pk for pair in pairs if pair.hint], "note": suggested_note_for_all(expert)}
    form = RevisionForm(posted(request), pairs=[pair.comparison.pk for pair in pairs], initial=usual)
    if form.is_valid() and _asked_all(request, expert, form):
        return redirect("surveys:expert", survey.pk, code)
    chosen = [whole(str(pair)) for pair in form["pairs"].value() or []]
    context = {"expert": expert, "matrices": matrices, "form": form, "chosen": chosen}
    page = survey_page(request, survey, "consistency", "ask_all", **context)
    page.status_code = 422 if form.is_bound else 200
    return page


def _asked_all(request: HttpRequest, expert: Expert, form: RevisionForm) -> bool:
    chosen, note = form.cleaned_data["pairs"], form.cleaned_data["note"]
    try:
        revisions_request(expert, chosen, note=note, user=account(request))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    said = _("%(code)s is asked to look again. Their pages say so from now on.") % {"code": expert.code}
    messages.success(request, said)
    return True


@login_required
@require_POST
def withdraw(request: HttpRequest, survey_id: int, code: str, request_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    requests = RevisionRequest.objects.select_related("expert__survey", "node")
    found = get_object_or_404(requests, pk=request_id, expert__survey=survey, expert__code=code)
    said = _("The request is withdrawn. What the expert changed or kept because of it stays.")
    done(request, lambda: revision_withdraw(found, user=account(request)), said)
    return redirect("surveys:expert", survey.pk, code)
