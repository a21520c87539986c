"""Weights that are not from judgments: a whole set from a file, or the children of one node of a draft."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from surveys.access import RUNS, survey_for
from surveys.errors import Refused
from surveys.forms.weights import FixForm, WeightFileForm
from surveys.models import Indicator, Survey, WeightSet
from surveys.selectors.trees import Tree, tree_of
from surveys.selectors.weight_origins import origins_of
from surveys.services.weight_entries import local_now
from surveys.services.weights_outside import weight_set_fix, weight_set_import, weight_set_release
from surveys.views.coordinator.pages import account, done, posted, set_in, survey_page


@login_required
@require_http_methods(["GET", "POST"])
def weight_set_from_file(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The draft that it makes is the preview: nothing counts before two people have signed."""
    survey = survey_for(request.user, survey_id, *RUNS)
    form = WeightFileForm(posted(request), request.FILES or None, survey=survey)
    if form.is_valid():
        made = _imported(request, survey, form)
        if made:
            return redirect("surveys:weight_set", survey.pk, made.number)
    status = 422 if form.is_bound else 200
    response = survey_page(request, survey, "weights", "weight_set_import", form=form, problems=form.problems)
    response.status_code = status
    return response


def _imported(request: HttpRequest, survey: Survey, form: WeightFileForm) -> WeightSet | None:
    said = form.cleaned_data
    try:
        return weight_set_import(
            survey,
            form.local,
            source=said["source"],
            reference=said["reference"],
            reason=said["reason"],
            adopted_decimals=said["decimals"],
            user=account(request),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


@login_required
@require_http_methods(["GET", "POST"])
def weight_set_fix_node(request: HttpRequest, survey_id: int, number: int, node: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    found = set_in(survey, number)
    tree = tree_of(found.edition)
    parent = _parent(tree, node)
    present = local_now(found, tree)[parent.code]
    form = FixForm(posted(request), children=tree.children_of(parent), present=present)
    if form.is_valid() and _fixed(request, found, parent, form):
        return redirect("surveys:weight_set", survey.pk, number)
    fixed = origins_of(found, {parent.code})
    response = survey_page(
        request, survey, "weights", "weight_set_fix", weight_set=found, node=parent, form=form, origins=fixed
    )
    response.status_code = 422 if form.is_bound else 200
    return response


@login_required
@require_POST
def weight_set_release_node(request: HttpRequest, survey_id: int, number: int, node: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    found = set_in(survey, number)
    parent = _parent(tree_of(found.edition), node)
    said = _("The panel's weights stand again below %(code)s.") % {"code": parent.code}
    done(request, lambda: weight_set_release(found, parent, user=account(request)), said)
    return redirect("surveys:weight_set", survey.pk, number)


def _parent(tree: Tree, code: str) -> Indicator:
    found = next((node for node in tree.parents if node.code == code), None)
    if found is None:
        raise Http404("Nothing hangs below such a node.")
    return found


def _fixed(request: HttpRequest, weight_set: WeightSet, node: Indicator, form: FixForm) -> bool:
    try:
        weight_set_fix(weight_set, node, form.weights(), **form.source_said(), user=account(request))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return done(request, lambda: None, _("The weights below %(code)s are fixed.") % {"code": node.code})
