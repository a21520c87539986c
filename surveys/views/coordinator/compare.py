"""Two editions side by side: what changed, which comparisons stay valid, and what that means for each expert."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from surveys.access import edition_for, surveys_of
from surveys.exports.systems import difference_xlsx
from surveys.models import Edition, Survey
from surveys.selectors.carrying import remaining_of
from surveys.selectors.differences import KINDS, Difference, difference_of, in_order
from surveys.views.coordinator.pages import file_answer

EXPERTS_ON_A_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def compare(request: HttpRequest, edition_id: int, other_id: int) -> HttpResponse:
    difference = _difference(request, edition_id, other_id)
    surveys = list(surveys_of(request.user).filter(edition=difference.older).order_by("-id"))
    chosen = _chosen(request, surveys)
    frozen = difference.older.state == Edition.State.FROZEN
    experts = remaining_of(difference, chosen) if chosen and frozen else []
    context = {
        "difference": difference,
        "counts": [(str(KINDS[kind]), count) for kind, count in difference.counts.items() if count],
        "surveys": surveys,
        "chosen": chosen,
        "page": Paginator(experts, EXPERTS_ON_A_PAGE).get_page(request.GET.get("page")),
        "targets": _targets(request, difference),
        "edition": difference.newer,
        "synthetic": difference.newer.system.synthetic,
    }
    return render(request, "surveys/systems/compare.html", context)


@login_required
@require_safe
def compare_export(request: HttpRequest, edition_id: int, other_id: int) -> HttpResponse:
    difference = _difference(request, edition_id, other_id)
    name = f"difference-{difference.older.label}-{difference.newer.label}.xlsx"
    return file_answer(difference_xlsx(difference), name, XLSX)


def _difference(request: HttpRequest, edition_id: int, other_id: int) -> Difference:
    one, other = edition_for(request.user, edition_id), edition_for(request.user, other_id)
    if one.pk == other.pk or one.system_id != other.system_id:
        raise Http404("Two editions of one system are compared.")
    return difference_of(*in_order(one, other))


def _chosen(request: HttpRequest, surveys: list[Survey]) -> Survey | None:
    wanted = request.GET.get("survey", "")
    return next((survey for survey in surveys if str(survey.pk) == wanted), surveys[0] if surveys else None)


def _targets(request: HttpRequest, difference: Difference) -> list[Survey]:
    """Surveys on the newer edition into which answers may be carried."""
    on_newer = surveys_of(request.user).filter(edition=difference.newer)
    return list(on_newer.filter(state__in=(Survey.State.DRAFT, *Survey.ANSWERING)).order_by("-id"))
