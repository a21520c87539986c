"""The consistency report: the grid, and the matrix behind each cell."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from surveys.access import READS, survey_for
from surveys.forms.revisions import RevisionForm
from surveys.models import Expert, Indicator, Submission, Survey
from surveys.selectors.asking import askable_pairs, suggested_note
from surveys.selectors.consistency import (
    MatrixPage,
    compared_nodes,
    consistency_grid,
    expert_matrix,
    method_label,
    neighbours,
    panel_matrix,
    table_label,
)
from surveys.selectors.progress import submission_jobs
from surveys.selectors.revisions import requests_of
from surveys.selectors.tables import tables_page
from surveys.selectors.trees import Tree, tree_of
from surveys.selectors.weights import newest_computed
from surveys.services.looks import read_note
from surveys.services.panel import RESERVED_CODES
from surveys.services.results import OTHER_METHOD
from surveys.views.coordinator.pages import account, survey_page


@login_required
@require_safe
def consistency(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    order = request.GET.get("order", "")
    result = newest_computed(survey)
    context = {"result": result, "table": table_label(survey.random_index), "order": order}
    if request.GET.get("tables") == "all":
        tables = tables_page(survey, result)
        return survey_page(request, survey, "consistency", "consistency_tables", page=tables, **context)
    grid = consistency_grid(survey, tree_of(survey.edition), result, order=order)
    return survey_page(request, survey, "consistency", "consistency", grid=grid, **context)


@login_required
@require_safe
def matrix(request: HttpRequest, survey_id: int, code: str, node: str) -> HttpResponse:
    """The matrix of an expert at a node, or the group's where the code is `panel`."""
    return matrix_page(request, survey_for(request.user, survey_id, *READS), code, node)


def matrix_page(
    request: HttpRequest, survey: Survey, code: str, node: str, *, form: RevisionForm | None = None, status: int = 200
) -> HttpResponse:
    """`form` is a request to the expert that could not be sent yet."""
    tree = tree_of(survey.edition)
    found = next((parent for parent in tree.parents if parent.code == node), None)
    if found is None:
        raise Http404("No such matrix.")
    whose = _of_panel if code in RESERVED_CODES else _of_expert
    context = whose(survey, code, tree, found)
    if "submission" in context:
        read_note(context["expert"], user=account(request))
        context |= _asking(context["submission"], found, form)
    before, after = neighbours(compared_nodes(tree), found)
    response = survey_page(
        request, survey, "consistency", "matrix", code=code, node=found, before=before, after=after, **context
    )
    response.status_code = status
    return response


def _of_panel(survey: Survey, _code: str, tree: Tree, node: Indicator) -> dict[str, Any]:
    result = newest_computed(survey)
    page = panel_matrix(result, tree, node) if result else None
    return {"panel": result, "page": page, **_labels(page, result.method if result else survey.method)}


def _of_expert(survey: Survey, code: str, tree: Tree, node: Indicator) -> dict[str, Any]:
    """Answers are shown once they were submitted, not before: nobody shall be steered."""
    expert: Expert = get_object_or_404(survey.experts.select_related("person"), code=code)
    expert.survey = survey
    submission = expert.submissions.order_by("-number").first()
    if submission is None:
        return {"expert": expert, "page": None}
    page = expert_matrix(submission, tree, node)
    job = submission_jobs([submission]).get(submission.pk)
    return {"expert": expert, "submission": submission, "page": page, "job": job, **_labels(page, survey.method)}


def _asking(submission: Submission, node: Indicator, form: RevisionForm | None) -> dict[str, Any]:
    """What is needed to ask this expert to look again: the pairs, those with a hint chosen already, and a note."""
    expert = submission.expert
    pairs = askable_pairs(submission, node)
    usual = {"pairs": [pair.comparison.pk for pair in pairs if pair.hint], "note": suggested_note(expert, node)}
    form = form or RevisionForm(pairs=[pair.comparison.pk for pair in pairs], initial=usual)
    return {
        "pairs": pairs,
        "form": form,
        "chosen": [int(pair) for pair in form["pairs"].value() or [] if str(pair).isdecimal()],
        "asked": [asked for asked in requests_of(expert) if asked.node_id == node.pk],
    }


def _labels(page: MatrixPage | None, method: str) -> dict[str, str]:
    return {
        "method": method_label(method),
        "second_method": method_label(OTHER_METHOD[method]),
        "table": table_label(page.result.table) if page and page.result else "",
    }
