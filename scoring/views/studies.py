"""How sure the ranks are."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from scoring.exports import TYPES
from scoring.figures.sure import beats_figure, interval_figure
from scoring.models import ScoringRun, Study
from scoring.selectors.board import RunBoard, board_of
from scoring.selectors.levelling import levelling
from scoring.selectors.study_cards import cards_of, headline, measure_table, variant_rows, variant_table
from scoring.selectors.weighing import weighing_of
from scoring.services.studies import study_cancel, study_request
from scoring.stamped import stamped_csv, stamped_sheet
from scoring.tasks import enqueue
from scoring.views.pages import account, computed_run_of, scoring_page
from surveys.access import READS, SCORES, survey_for
from surveys.errors import Refused
from surveys.exports.workbook import workbook_bytes
from surveys.models import Survey
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import done, file_answer


class PairForm(forms.Form):
    """Two units, and the node on which they shall be level."""

    a = forms.TypedChoiceField(label=gettext_lazy("This unit"), coerce=int)
    b = forms.TypedChoiceField(label=gettext_lazy("and this one"), coerce=int)
    node = forms.ChoiceField(label=gettext_lazy("on the node"))

    def __init__(self, *args: Any, board: RunBoard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [(str(unit), board.names[unit]) for unit in board.ranked(board.root)]
        nodes = [(row.node.code, str(row.node)) for row in board.tree.rows if not row.leaf]
        for name, choices in (("a", units), ("b", units), ("node", nodes)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["class"] = "form-select"

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "a" in said and said["a"] == said.get("b"):
            raise forms.ValidationError(_("Choose two different units."))
        return said


@login_required
@require_safe
def sure(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    board = board_of(run)
    ranked = board.ranked(board.root)
    asked = {name: request.GET[name] for name in ("a", "b", "node") if name in request.GET}
    first = {"a": ranked[0], "b": ranked[1], "node": board.root} if len(ranked) > 1 else {}
    form = PairForm(asked or None, board=board, initial=first)
    found = _flips(run, board, form) if form.is_valid() else None
    cards = cards_of(run, board)
    waiting = any(card.job and not card.job.settled for card in cards)
    return _page(request, survey, "sure", run, cards=cards, form=form, found=found, waiting=waiting)


@login_required
@require_POST
def study_ask(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *SCORES)
    run = computed_run_of(survey, number)

    def ask() -> None:
        with transaction.atomic():
            _study, job = study_request(run, request.POST.get("kind", ""), user=account(request))
            enqueue(job)

    done(request, ask)
    return redirect("scoring:sure", survey.pk, number)


@login_required
@require_POST
def study_stop(request: HttpRequest, survey_id: int, number: int, key: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *SCORES)
    study = _study(computed_run_of(survey, number), key)
    done(request, lambda: study_cancel(study, user=account(request)), _("The study is cancelled."))
    return redirect("scoring:sure", survey.pk, number)


@login_required
@require_safe
def study(request: HttpRequest, survey_id: int, number: int, key: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    found = _computed(run, key)
    document, board = json.loads(found.document), board_of(run)
    context: dict[str, Any] = {"study": found, "document": document}
    if found.kind == Study.Kind.PANEL:
        codes = [row for row in board.tree.rows if row.node.code in document["nodes"]]
        code = request.GET.get("node", board.root)
        code = code if code in document["nodes"] else board.root
        context |= {"nodes": codes, "code": code, "figures": [interval_figure(board, document, code)]}
        context["figures"] += [beats_figure(board, document)] if code == board.root else []
    else:
        context |= {"groups": variant_rows(board, document), "headline": headline(board, document)}
    return _page(request, survey, "study", run, **context)


@login_required
@require_safe
def study_export(request: HttpRequest, survey_id: int, number: int, key: int, kind: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    found = _computed(run, key)
    if kind not in ("csv", "xlsx"):
        raise Http404("No such format.")
    board, document = board_of(run), json.loads(found.document)
    tables = _tables(board, document)
    marks = [*(["draft"] if run.preview else []), *(["synthetic"] if run.synthetic else [])]
    name = "-".join([str(run), found.kind, *marks]) + f".{kind}"
    export_note(survey, name, user=account(request))
    stamps = " / ".join(board.stamps)
    if kind == "csv":
        _title, heading, rows = tables[0]
        content = stamped_csv([*map(str, heading)], rows, stamps)
    else:
        content = workbook_bytes([stamped_sheet(*table, stamps) for table in tables])
    return file_answer(content, name, TYPES[kind])


def _tables(board: RunBoard, document: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    if document["kind"] != Study.Kind.PANEL:
        return [(_("Ranks"), *variant_table(board, document)), (_("What changes"), *measure_table(board, document))]
    figures = [interval_figure(board, document, code) for code in document["nodes"]]
    found = [
        (str(board.tree.nodes[code]), f.table.heading, f.table.rows)
        for code, f in zip(document["nodes"], figures, strict=True)
    ]
    pairs = beats_figure(board, document)
    return [*found, (_("Who stands before whom"), pairs.table.heading, pairs.table.rows)]


def _flips(run: ScoringRun, board: RunBoard, form: PairForm) -> dict[str, Any]:
    a, b, code = (form.cleaned_data[name] for name in ("a", "b", "node"))
    told: dict[str, Any] = {"a": board.names[a], "b": board.names[b], "node": board.tree.nodes[code]}
    told["gap"] = float(board.score_of(code)[a] - board.score_of(code)[b])
    try:
        weighing = weighing_of(run)
    except Refused as refusal:
        return {**told, "refused": str(refusal)}
    if not weighing.linear:
        return {**told, "refused": _("Only where all means are arithmetic and nothing is missing.")}
    return {**told, "levelling": levelling(weighing, board, code, a, b)}


def _study(run: ScoringRun, key: int) -> Study:
    found = Study.objects.filter(run=run, pk=key).first()
    if found is None:
        raise Http404("This run has no such study.")
    found.run = run
    return found


def _computed(run: ScoringRun, key: int) -> Study:
    found = _study(run, key)
    if not found.computed_at:
        raise Http404("This study is not computed yet.")
    return found


def _page(request: HttpRequest, survey: Survey, template: str, run: ScoringRun, **context: Any) -> HttpResponse:
    return scoring_page(request, survey, "runs", template, run=run, part="sure", synthetic=run.synthetic, **context)
