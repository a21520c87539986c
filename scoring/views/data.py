"""Data sets: the list, the import gate, one set."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from scoring.forms import DataSetForm
from scoring.models import DataSet
from scoring.selectors.data_sets import column_rows, data_sets_of
from scoring.services.data_sets import data_set_import
from scoring.views.pages import account, data_set_of, page_of, scoring_page
from surveys.access import READS, SCORES, survey_for
from surveys.errors import Refused
from surveys.models import Survey
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
@require_http_methods(["GET", "POST"])
def data_import(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *SCORES)
    start = {"synthetic": survey.synthetic}
    form = DataSetForm(request.POST or None, request.FILES or None, survey=survey, initial=start)
    stored = _store(request, survey, form) if form.is_valid() else None
    if stored is None:
        status = 422 if form.is_bound else 200
        return scoring_page(request, survey, "data", "data_import", form=form, problems=form.problems, status=status)
    said = ngettext("%(count)d unit was imported.", "%(count)d units were imported.", stored.unit_count)
    messages.success(request, said % {"count": stored.unit_count})
    return redirect("scoring:data_set", survey.pk, stored.pk)


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
    )


def _store(request: HttpRequest, survey: Survey, form: DataSetForm) -> DataSet | None:
    replaces = form.cleaned_data["replaces"]
    try:
        return data_set_import(
            survey,
            form.table,
            content=form.content(),
            about=form.about(),
            user=account(request),
            replaces=replaces,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
