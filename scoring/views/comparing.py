"""A run beside another one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scoring.exports import TYPES
from scoring.models import ScoringRun
from scoring.selectors.board import board_of
from scoring.selectors.comparing import Comparison, comparable, compare, comparison_table, slope_figure
from scoring.stamped import stamped_file
from scoring.views.pages import account, computed_run_of, scoring_page
from surveys.access import READS, survey_for, surveys_of
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import file_answer


@login_required
@require_safe
def comparing(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    """Which other run, and on which node, stands in the address."""
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    others = comparable(run, surveys_of(request.user))
    found = _compared(request, run, others)
    nodes = [row for row in found.after.tree.rows if row.node.code in found.common] if found else []
    return scoring_page(
        request, survey, "runs", "comparing", run=run, part="compare", synthetic=run.synthetic, others=others,
        found=found, nodes=nodes, figure=slope_figure(found) if found else None,
        chosen=found.before.run.pk if found else None,
    )  # fmt: skip


@login_required
@require_safe
def comparing_export(request: HttpRequest, survey_id: int, number: int, kind: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    found = _compared(request, run, comparable(run, surveys_of(request.user)))
    if kind not in ("csv", "xlsx") or found is None:
        raise Http404("There is nothing to compare.")
    heading, rows = comparison_table(found)
    stamps = " / ".join(dict.fromkeys([*found.before.stamps, *found.after.stamps]))
    name = f"{run}-{found.before.run}-{found.code}.{kind}"
    export_note(survey, name, user=account(request))
    return file_answer(stamped_file(kind, _("Changes"), heading, rows, stamps), name, TYPES[kind])


def _compared(request: HttpRequest, run: ScoringRun, others: list[ScoringRun]) -> Comparison | None:
    """With the run that was asked for, else with the newest; it must be one that this account may read."""
    asked = request.GET.get("with", "")
    other = next((each for each in others if str(each.pk) == asked), None) or next(iter(others), None)
    if other is None:
        return None
    other.refresh_from_db(fields=["document"])
    return compare(board_of(other), board_of(run), request.GET.get("node", ""))
