"""The consistency report: the grid, and the matrix behind each cell."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from surveys.access import READS, survey_for
from surveys.errors import Refused
from surveys.exports.consistency_workbook import report_bytes, report_name
from surveys.forms.revisions import RevisionForm
from surveys.models import Expert, Indicator, Submission, Survey
from surveys.selectors.asking import AskablePair, askable_pairs, suggested_note
from surveys.selectors.careless import signs_of
from surveys.selectors.consistency import (
    MatrixPage,
    compared_nodes,
    expert_matrix,
    method_label,
    neighbours,
    panel_matrix,
    table_label,
    with_measures,
    with_notes,
)
from surveys.selectors.decisions import decisions_told, still_open
from surveys.selectors.first_answers import first_answers, first_page, weights_moved
from surveys.selectors.grid import consistency_grid, with_signs
from surveys.selectors.panel_answers import kept_questions
from surveys.selectors.panel_now import panel_now
from surveys.selectors.progress import submission_jobs
from surveys.selectors.revisions import requests_of
from surveys.selectors.stories import story_of
from surveys.selectors.tables import tables_page
from surveys.selectors.trees import Tree
from surveys.selectors.weights import newest_computed
from surveys.services.looks import read_note
from surveys.services.panel import RESERVED_CODES
from surveys.services.results import OTHER_METHOD
from surveys.views.coordinator.pages import account, file_answer, survey_page
from surveys.whole import whole

ROWS_ON_A_PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def consistency(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The grid; with `tables=all` the same matrices under every random-index table."""
    survey = survey_for(request.user, survey_id, *READS)
    order, only = request.GET.get("order", ""), request.GET.get("only", "")
    result = newest_computed(survey)
    context: dict[str, Any] = {"result": result, "table": table_label(survey.random_index), "order": order}
    if request.GET.get("tables") == "all":
        tables = tables_page(survey, result)
        return survey_page(request, survey, "consistency", "consistency_tables", page=tables, **context)
    questions = kept_questions(survey.edition)
    grid = consistency_grid(survey, questions.tree, result, order=order, only=only)
    page = Paginator(grid.rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_signs(list(page.object_list), survey, questions)
    context |= {"only": only, "grid": grid, "page": page, "told": decisions_told(survey)}
    return survey_page(request, survey, "consistency", "consistency", **context)


@login_required
@require_safe
def export(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The report as a workbook."""
    survey = survey_for(request.user, survey_id, *READS)
    return file_answer(report_bytes(survey), report_name(survey), XLSX)


@login_required
@require_safe
def first(request: HttpRequest, survey_id: int) -> HttpResponse:
    """First answers against final ones."""
    survey = survey_for(request.user, survey_id, *READS)
    panel = panel_now(survey)
    if not panel.experts:
        return survey_page(request, survey, "consistency", "first_answers", told=None)
    found = first_answers(panel)
    told = first_page(panel, found)
    try:
        weights = weights_moved(panel.answering(found.first), panel, panel.questions.tree)
        refusal = ""
    except Refused as refused:
        weights, refusal = [], str(refused)
    rows = Paginator(told.rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"told": told, "page": rows, "weights": weights, "refusal": refusal}
    return survey_page(request, survey, "consistency", "first_answers", **context)


@login_required
@require_safe
def matrix(request: HttpRequest, survey_id: int, code: str, node: str) -> HttpResponse:
    """The matrix of an expert at a node, or the group's where the code is `panel`."""
    return matrix_page(request, survey_for(request.user, survey_id, *READS), code, node)


def matrix_page(
    request: HttpRequest, survey: Survey, code: str, node: str, *, form: RevisionForm | None = None, status: int = 200
) -> HttpResponse:
    """`form` is a request to the expert that could not be sent yet."""
    tree = kept_questions(survey.edition).tree
    found = next((parent for parent in tree.parents if parent.code == node), None)
    if found is None:
        raise Http404("No such matrix.")
    whose = _of_panel if code in RESERVED_CODES else _of_expert
    context = whose(survey, code, tree, found)
    if "submission" in context:
        read_note(context["expert"], user=account(request))
        context |= _asking(context["submission"], found, form)
        context["page"] = with_notes(context["page"], _notes(context["pairs"]))
    before, after = neighbours(compared_nodes(tree), found)
    response = survey_page(
        request, survey, "consistency", "matrix", code=code, node=found, before=before, after=after, **context
    )
    response.status_code = status
    return response


def _of_panel(survey: Survey, _code: str, tree: Tree, node: Indicator) -> dict[str, Any]:
    result = newest_computed(survey)
    page = panel_matrix(result, tree, node) if result else None
    page = with_measures(page) if page else None
    return {"panel": result, "page": page, **_labels(page, result.method if result else survey.method)}


def _of_expert(survey: Survey, code: str, tree: Tree, node: Indicator) -> dict[str, Any]:
    """Answers are shown once they were submitted, not before: nobody shall be steered."""
    expert: Expert = get_object_or_404(survey.experts.select_related("person"), code=code)
    expert.survey = survey
    submission = expert.submissions.order_by("-number").first()
    if submission is None:
        return {"expert": expert, "page": None}
    submission.expert = expert
    job = submission_jobs([submission]).get(submission.pk)  # before the results: whose job has ended has them
    told = [one for one in decisions_told(survey, expert) if one.node is None or one.node == node]
    page = expert_matrix(submission, tree, node)
    return {
        "expert": expert,
        "submission": submission,
        "page": page,
        "job": job,
        "signs": signs_of(submission),
        "story": story_of(submission, node),
        "told": told,
        "open": still_open(told, node),
        **_labels(page, survey.method),
    }


def _asking(submission: Submission, node: Indicator, form: RevisionForm | None) -> dict[str, Any]:
    """What is needed to ask this expert to look again: the pairs, those with a hint chosen already, and a note."""
    expert = submission.expert
    pairs = askable_pairs(submission, node)
    usual = {"pairs": [pair.comparison.pk for pair in pairs if pair.hint], "note": suggested_note(expert, node)}
    form = form or RevisionForm(pairs=[pair.comparison.pk for pair in pairs], initial=usual)
    return {
        "pairs": pairs,
        "form": form,
        "chosen": [whole(str(pair)) for pair in form["pairs"].value() or []],
        "asked": [asked for asked in requests_of(expert) if asked.node_id == node.pk],
    }


def _notes(pairs: list[AskablePair]) -> dict[tuple[int, int], int]:
    return {(pair.comparison.item_a_id, pair.comparison.item_b_id): pair.number for pair in pairs if pair.number}


def _labels(page: MatrixPage | None, method: str) -> dict[str, str]:
    return {
        "method": method_label(method),
        "second_method": method_label(OTHER_METHOD[method]),
        "table": table_label(page.result.table) if page and page.result else "",
    }
