"""Judgments that come as a file: say what the file is, whose matrices it holds, look at what would change, store it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from surveys.access import RUNS, survey_for
from surveys.errors import Refused
from surveys.exports.matrices_workbook import matrices_xlsx
from surveys.exports.panel import XLSX
from surveys.files.judgments import JudgmentRow
from surveys.files.matrices import Found
from surveys.files.matrices.found import from_payload, to_payload
from surveys.files.problems import FileErrors
from surveys.forms.importing import ExpertsOfFileForm, JudgmentsForm, rows_from, rows_payload
from surveys.forms.uploads import signed, unsigned
from surveys.models import Survey
from surveys.selectors.importing import ImportPreview, import_preview, node_previews
from surveys.selectors.progress import newest_by_expert
from surveys.services.judgments_many import judgments_import as store_judgments
from surveys.services.panel import expert_add
from surveys.services.submissions import submission_create
from surveys.tasks import enqueue
from surveys.views.coordinator.pages import account, file_answer, posted, survey_page

MOST_MATRICES_SHOWN = 200
MOST_CELLS_SHOWN = 300


@login_required
@require_http_methods(["GET", "POST"])
def judgments_import(request: HttpRequest, survey_id: int) -> HttpResponse:
    """A table is shown as what it would change; of matrices it is asked first whose they are."""
    survey = survey_for(request.user, survey_id, *RUNS)
    salt = f"judgments:{survey.pk}:{account(request).pk}"
    if "rows" in request.POST:
        return _confirmed(request, survey, salt)
    if "found" in request.POST:
        return _chosen(request, survey, salt)
    form = JudgmentsForm(posted(request), request.FILES or None, survey=survey)
    if form.is_valid():
        try:
            if form.found:
                return _found_page(request, survey, salt, form.found)
            return _preview_page(request, survey, salt, form.rows)
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return survey_page(request, survey, "progress", "judgments_import", form=form, problems=form.problems)


@login_required
@require_safe
def matrices_template(request: HttpRequest, survey_id: int) -> HttpResponse:
    """An empty workbook to be filled in elsewhere and brought back here."""
    survey = survey_for(request.user, survey_id, *RUNS)
    return file_answer(matrices_xlsx(survey), f"matrices-{survey.edition.label}.xlsx", XLSX)


def _preview_page(
    request: HttpRequest,
    survey: Survey,
    salt: str,
    rows: Sequence[JudgmentRow],
    people: Mapping[str, str] | None = None,
    left_out: Sequence[str] = (),
) -> HttpResponse:
    """What would change. Nothing is stored."""
    nodes, preview = node_previews(survey, rows), import_preview(survey, rows)
    context = {
        "rows": signed(rows_payload(rows, people or {}), salt),
        "preview": preview,
        "lines": [(line, (people or {}).get(line.code, "")) for line in preview],
        "left_out": left_out,
        "count": len(rows),
        "any_changed": any(node.changed for node in nodes),
        "nodes": nodes[:MOST_MATRICES_SHOWN],
        "more_nodes": max(0, len(nodes) - MOST_MATRICES_SHOWN),
    }
    return survey_page(request, survey, "progress", "judgments_import", **context)


def _found_page(
    request: HttpRequest,
    survey: Survey,
    salt: str,
    found: Found,
    form: ExpertsOfFileForm | None = None,
    faulty: int | None = None,
) -> HttpResponse:
    """What was found, what was taken for what, and what must be asked."""
    count = len(found.problems) if faulty is None else faulty
    snaps = [(matrix, snap) for matrix in found.matrices for snap in matrix.snaps]
    dates = [line for matrix in found.matrices for line in _dates(matrix)]
    names = {node.code: node for node in survey.edition.indicators.all()}
    context: dict[str, Any] = {
        "found": found,
        "carried": signed({**to_payload(found), "faulty": count}, f"{salt}:found"),
        "form": form or ExpertsOfFileForm(found=found, survey=survey, faulty=count),
        "faulty": count,
        "problems": found.problems,
        "matrices": [(matrix, names[matrix.node]) for matrix in found.matrices][:MOST_MATRICES_SHOWN],
        "more_matrices": max(0, len(found.matrices) - MOST_MATRICES_SHOWN),
        "snaps": snaps[:MOST_CELLS_SHOWN],
        "more_snaps": max(0, len(snaps) - MOST_CELLS_SHOWN),
        "snap_count": len(snaps),
        "dates": dates[:MOST_CELLS_SHOWN],
    }
    return survey_page(request, survey, "progress", "judgments_found", **context)


def _dates(matrix: Any) -> Iterable[tuple[Any, str, str, str]]:
    """Each date: its matrix, cell, what is shown there, and the fraction that it probably was."""
    for answer, typed in zip(matrix.dates, matrix.typed, strict=True):
        yield matrix, answer.cell, typed, "1" if answer.strength == 1 else f"1/{answer.strength}"


def _chosen(request: HttpRequest, survey: Survey, salt: str) -> HttpResponse:
    try:
        payload = unsigned(request.POST["found"], f"{salt}:found")
        found, faulty = from_payload(payload), int(payload["faulty"])
        form = ExpertsOfFileForm(request.POST, found=found, survey=survey, faulty=faulty)
        if form.is_valid():
            chosen = form.chosen()
            if chosen.rows:
                return _preview_page(request, survey, salt, chosen.rows, chosen.people, chosen.left_out)
            form.add_error(None, _("Nobody is chosen: write a code for one expert at least, or add them to the panel."))
    except FileErrors as errors:
        for problem in errors.problems[:20]:
            form.add_error(None, problem.advice)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("surveys:judgments_import", survey.pk)
    return _found_page(request, survey, salt, found, form, faulty)


def _confirmed(request: HttpRequest, survey: Survey, salt: str) -> HttpResponse:
    try:
        rows, people = rows_from(unsigned(request.POST["rows"], salt))
        counts = _store(request, survey, rows, people)
    except (Refused, ValidationError) as refusal:
        said = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
        messages.error(request, said)
        return redirect("surveys:judgments_import", survey.pk)
    stored = sum(counts.values())
    said = ngettext("%(count)d answer was stored.", "%(count)d answers were stored.", stored)
    messages.success(request, said % {"count": stored})
    if request.POST.get("hand_in"):
        _hand_in(request, survey, import_preview(survey, rows))
    return redirect("surveys:survey", survey.pk)


@transaction.atomic
def _store(
    request: HttpRequest, survey: Survey, rows: Sequence[JudgmentRow], people: Mapping[str, str]
) -> dict[str, int]:
    """Everybody who joins and every answer, or nothing."""
    known = set(survey.experts.values_list("code", flat=True))
    for code, name in people.items():
        if code not in known and survey.takes_answers:
            expert_add(survey, code=code, name=name, user=account(request))
    return store_judgments(survey, rows, user=account(request))


def _hand_in(request: HttpRequest, survey: Survey, imported: Iterable[ImportPreview]) -> None:
    """Submit for the experts of the file who have answered everything; the log says that the account did it."""
    newest = newest_by_expert(survey)
    complete = [line.code for line in imported if line.complete]
    reason = _("Handed in from an imported file.")
    count = 0
    for found in survey.experts.filter(code__in=complete).order_by("id"):
        submission = newest.get(found.pk)
        if submission is None or submission.revision != found.revision:
            with transaction.atomic():
                _submission, job = submission_create(found, reason=reason, submitted_by=account(request))
                enqueue(job)
            count += 1
    said = ngettext("%(count)d expert was handed in.", "%(count)d experts were handed in.", count)
    messages.success(request, said % {"count": count})
