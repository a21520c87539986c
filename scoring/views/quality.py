"""How good the data are, and how much each indicator really counts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from scoring.exports import TYPES
from scoring.figures.files import TYPES as FIGURE_TYPES
from scoring.figures.files import figure_bytes
from scoring.figures.quality import influence_figure, of_data, of_run, relations_figure, spread_figure
from scoring.figures.specification import Figure
from scoring.models import DataSet
from scoring.quality_tables import KINDS, QualityTable, about_data, data_tables, run_tables, table_file
from scoring.selectors.board import RunBoard, board_of
from scoring.selectors.findings import data_findings
from scoring.selectors.influence import RunQuality
from scoring.selectors.quality import DataQuality, Group
from scoring.selectors.runs import run_origins
from scoring.selectors.treatments import WAYS, rank_effect, treated_columns, ways
from scoring.views.pages import account, computed_run_of, data_set_of, page_of, scoring_page
from surveys.access import READS, survey_for
from surveys.models import Survey
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import file_answer

UNITS_ON_A_PAGE = 100


@login_required
@require_safe
def data_quality(request: HttpRequest, survey_id: int, data_set_id: int) -> HttpResponse:
    """Of a data set, whoever weighs it. `node` chooses a group, `treat` a treatment to look at."""
    survey = survey_for(request.user, survey_id, *READS)
    found = data_set_of(survey, data_set_id)
    quality = DataQuality(found)
    told = {} if quality.too_large else _data_context(request, quality)
    return scoring_page(
        request, survey, "data", "data_quality", data_set=found, synthetic=found.synthetic, quality=quality, **told
    )


@login_required
@require_safe
def data_quality_file(request: HttpRequest, survey_id: int, data_set_id: int, kind: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    quality = _small(data_set_of(survey, data_set_id))
    name = f"data-{quality.data_set.pk}-quality"
    return _table_response(request, survey, data_tables(quality), kind, name, about_data(quality.data_set))


@login_required
@require_safe
def data_quality_figure(
    request: HttpRequest, survey_id: int, data_set_id: int, code: str, show: str, kind: str
) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    quality = _small(data_set_of(survey, data_set_id))
    figure = _data_figure(quality, code, show) if kind in FIGURE_TYPES else None
    if figure is None:
        raise Http404("No such figure.")
    marks = "-synthetic" if quality.data_set.synthetic else ""
    name = f"data-{quality.data_set.pk}-{figure.key}{marks}.{kind}"
    export_note(survey, name, user=account(request))
    return file_answer(figure_bytes(figure, kind), name, FIGURE_TYPES[kind])


@login_required
@require_safe
def run_quality(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    """Of a run: weights beside influence. `node` and `treat` as above."""
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    data = DataQuality(run.data_set)
    told = {} if data.too_large else _run_context(request, board_of(run), data)
    return scoring_page(
        request, survey, "runs", "run_quality", run=run, synthetic=run.synthetic, origins=run_origins(run), data=data,
        **told,
    )  # fmt: skip


@login_required
@require_safe
def run_quality_file(request: HttpRequest, survey_id: int, number: int, kind: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    _small(run.data_set)
    board = board_of(run)
    about = [f"{run} · {run.data_set} · {run.content_hash}", *board.stamps]
    return _table_response(request, survey, run_tables(RunQuality(board)), kind, f"{run}-quality", about)


def _data_context(request: HttpRequest, quality: DataQuality) -> dict[str, Any]:
    group = _chosen(quality.groups, request)
    captioned, treat = of_data(quality.data_set), _treatment(request)
    return {
        "findings": data_findings(quality),
        "spread": spread_figure(quality, captioned),
        "groups": quality.groups,
        "group": group,
        "relations": relations_figure(group, captioned) if group else None,
        "page": page_of(request, quality.gaps, UNITS_ON_A_PAGE),
        "group_nodes": [quality.nodes[code] for code in quality.by_parent],
        "ways": ways(),
        "treat": treat,
        "treated": treated_columns(quality, treat) if treat else [],
    }


def _run_context(request: HttpRequest, board: RunBoard, data: DataQuality) -> dict[str, Any]:
    quality = RunQuality(board)
    row = quality.of(request.GET.get("node", "")) or next(iter(quality.rows), None)
    captioned, treat = of_run(board), _treatment(request)
    return {
        "findings": quality.findings(),
        "quality": quality,
        "row": row,
        "influence": influence_figure(row, captioned) if row else None,
        "relations": relations_figure(row.group, captioned) if row else None,
        "ways": ways(),
        "treat": treat,
        "effect": rank_effect(board, data, treat) if treat else None,
    }


def _chosen(groups: list[Group], request: HttpRequest) -> Group | None:
    """The group that was asked for, else the first with a pair that stands out, else the first."""
    asked = request.GET.get("node", "")
    found = next((group for group in groups if group.node.code == asked), None)
    return found or next((group for group in groups if group.pairs), None) or next(iter(groups), None)


def _treatment(request: HttpRequest) -> str:
    asked = request.GET.get("treat", "")
    return asked if asked in WAYS else ""


def _small(data_set: DataSet) -> DataQuality:
    quality = DataQuality(data_set)
    if quality.too_large:
        raise Http404("These data are too large for this page.")
    return quality


def _data_figure(quality: DataQuality, code: str, show: str) -> Figure | None:
    captioned = of_data(quality.data_set)
    if show == "spread" and code == quality.data_set.node:
        return spread_figure(quality, captioned)
    group = next((each for each in quality.groups if each.node.code == code), None)
    return relations_figure(group, captioned) if group and show == "relations" else None


def _table_response(
    request: HttpRequest, survey: Survey, tables: list[QualityTable], kind: str, name: str, about: list[str]
) -> HttpResponse:
    if kind not in KINDS:
        raise Http404("No such format.")
    shown = request.GET.get("table", "")
    known = shown if kind == "csv" and shown in {table.name for table in tables} else ""
    file = "-".join(part for part in (name, known) if part) + f".{kind}"
    export_note(survey, file, user=account(request))
    return file_answer(table_file(tables, kind, known, about), file, TYPES[kind])
