"""Scoring runs: the list, a new one, its overview, its nodes, its units, its exports."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from scoring.bundles import run_bundle
from scoring.exports import TYPES, export_bytes, export_name
from scoring.figures.builders import node_bars
from scoring.forms import RunForm
from scoring.models import ScoringRun
from scoring.selectors.board import board_of
from scoring.selectors.marks import legend
from scoring.selectors.pictures import kinds_of, picture
from scoring.selectors.runs import RunTree, jobs_of, ranking, run_job, run_origins, runs_of
from scoring.selectors.studies import rank_intervals_of
from scoring.services.runs import run_request
from scoring.tasks import enqueue
from scoring.views.pages import account, computed_run_of, page_of, run_of, scoring_page
from surveys.access import READS, SCORES, survey_for, surveys_of
from surveys.errors import Refused
from surveys.models import Indicator, Survey
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import file_answer

RUNS_ON_A_PAGE = 50
UNITS_ON_A_PAGE = 500


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The runs of all surveys in which the account holds a role."""
    found = page_of(request, runs_of(surveys_of(request.user)).order_by("-pk"), RUNS_ON_A_PAGE)
    synthetic = any(run.synthetic for run in found)
    return render(request, "scoring/home.html", {"page": found, "jobs": jobs_of(found), "synthetic": synthetic})


@login_required
@require_safe
def runs(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    found = page_of(request, runs_of([survey]), RUNS_ON_A_PAGE)
    return scoring_page(request, survey, "runs", "runs", page=found, jobs=jobs_of(found))


@login_required
@require_http_methods(["GET", "POST"])
def run_new(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *SCORES)
    form = RunForm(
        request.POST or None,
        survey=survey,
        initial={name: request.GET.get(key) for name, key in (("data_set", "data"), ("rules", "rules"))},
    )
    made = _request(request, survey, form) if form.is_valid() else None
    if made is None:
        return scoring_page(request, survey, "runs", "run_new", form=form, status=422 if form.is_bound else 200)
    return redirect("scoring:run", survey.pk, made.number)


@login_required
@require_safe
def run(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    found = run_of(survey, number)
    results = _overview(found) if found.computed else {}
    job = run_job(found)
    return scoring_page(request, survey, "runs", "run", run=found, job=job, synthetic=found.synthetic, **results)


@login_required
@require_safe
def node(request: HttpRequest, survey_id: int, number: int, code: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    found = computed_run_of(survey, number)
    tree = RunTree(found)
    row = tree.row_of(code)
    if row is None:
        raise Http404("This run has no such node.")
    ranked, board = ranking(tree, code), board_of(found)
    kinds, intervals = kinds_of(board, code), rank_intervals_of(found, code)
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in dict(kinds) else kinds[0][0]
    return scoring_page(
        request,
        survey,
        "runs",
        "node",
        run=found,
        synthetic=found.synthetic,
        origins=run_origins(found),
        row=row,
        direction=Indicator.Direction(board.rules[code].direction).label if row.leaf else "",
        path=tree.path(row.node),
        children=tree.children_of(row.node),
        kinds=kinds,
        chosen=chosen,
        plain=chosen == kinds[0][0],
        figure=picture(board, code, chosen, intervals),
        intervals={board.units[unit].pk: ends for unit, ends in intervals.items()},
        marks=(marks := board.marks.on(code)),
        legend=legend(marks.values()),
        page=page_of(request, ranked, UNITS_ON_A_PAGE),
    )


@login_required
@require_safe
def run_export(request: HttpRequest, survey_id: int, number: int, kind: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    if kind not in TYPES:
        raise Http404("No such format.")
    found = computed_run_of(survey, number)
    if kind == "zip" and not found.weights_kept:
        raise Http404("The draft under this preview has changed since.")
    wide = kind == "csv" and request.GET.get("shape") == "wide"
    name = export_name(found, kind, "wide" if wide else "")
    export_note(survey, name, user=account(request))
    content = run_bundle(found) if kind == "zip" else export_bytes(found, kind, wide=wide)
    return file_answer(content, name, TYPES[kind])


def _request(request: HttpRequest, survey: Survey, form: RunForm) -> ScoringRun | None:
    try:
        with transaction.atomic():
            made, job = run_request(
                survey, **form.cleaned_data, preview="preview" in request.POST, user=account(request)
            )
            enqueue(job)
            return made
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def _overview(found: ScoringRun) -> dict[str, Any]:
    tree = RunTree(found)
    row = tree.rows[0]
    figure = node_bars(board_of(found), row.node.code)
    return {"rows": tree.rows, "row": row, "figure": figure, "origins": run_origins(found)}
