"""Data sets: the list, and one set. How they come in: `scoring.views.gate`."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from scoring.selectors.data_sets import column_rows, data_sets_of, derived_of, told_of
from scoring.views.pages import data_set_of, page_of, scoring_page
from surveys.access import READS, survey_for
from surveys.selectors.trees import tree_of

UNITS_ON_A_PAGE = 100
ATTRIBUTE_NAMES = {"province": _("Province"), "region": _("Region"), "group": _("Group"), "type": _("Type")}


@login_required
@require_safe
def data_sets(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    found = page_of(request, data_sets_of(survey), 50)
    return scoring_page(request, survey, "data", "data_sets", page=found)


@login_required
@require_safe
def data_set(request: HttpRequest, survey_id: int, data_set_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    found = data_set_of(survey, data_set_id)
    tree, units = tree_of(found.edition), list(found.units.order_by("position"))
    return scoring_page(
        request,
        survey,
        "data",
        "data_set",
        data_set=found,
        synthetic=found.synthetic,
        node=tree.by_code()[found.node],
        columns=column_rows(found, units, tree),
        attributes=[
            (name, ATTRIBUTE_NAMES[name]) for name in sorted({name for unit in units for name in unit.attributes})
        ],
        page=page_of(request, units, UNITS_ON_A_PAGE),
        told=told_of(found, tree),
        derived=derived_of(found, units, tree, shown=UNITS_ON_A_PAGE),
    )
