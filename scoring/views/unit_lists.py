"""Lists of units of a survey's indicator system: seen, brought as a file, changed, deleted."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scoring.exports import TYPES
from scoring.forms.unit_lists import UnitForm, UnitListForm
from scoring.models import UnitList
from scoring.selectors.unit_lists import counted_lists_of, list_header, list_rows, list_sheet_name
from scoring.services.unit_lists import unit_change, unit_list_create, unit_list_delete, unit_list_renew
from scoring.views.pages import account, page_of, scoring_page
from surveys.access import READS, SCORES, survey_for
from surveys.errors import Refused
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import csv_bytes
from surveys.models import Survey
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import done, file_answer

UNITS_ON_A_PAGE = 200


@login_required
@require_safe
def unit_lists(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    return scoring_page(request, survey, "data", "unit_lists", lists=counted_lists_of(survey))


@login_required
@require_http_methods(["GET", "POST"])
def unit_list_new(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *SCORES)
    return _brought(request, survey, None)


@login_required
@require_http_methods(["GET", "POST"])
def unit_list_again(request: HttpRequest, survey_id: int, key: int) -> HttpResponse:
    """The same list from a newer file."""
    survey = survey_for(request.user, survey_id, *SCORES)
    return _brought(request, survey, _list_of(survey, key))


@login_required
@require_safe
def unit_list(request: HttpRequest, survey_id: int, key: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    found = _list_of(survey, key)
    page = page_of(request, found.units.select_related("parent").order_by("position"), UNITS_ON_A_PAGE)
    return scoring_page(request, survey, "data", "unit_list", list=found, page=page)


@login_required
@require_safe
def unit_list_export(request: HttpRequest, survey_id: int, key: int, kind: str) -> HttpResponse:
    """The file that would make the list again."""
    survey = survey_for(request.user, survey_id, *READS)
    found = _list_of(survey, key)
    header, rows = list_header(found.system.language), list_rows(found)
    if kind == "csv":
        content = csv_bytes(header, rows)
    elif kind == "xlsx":
        content = workbook_bytes([Sheet(list_sheet_name(), [header, *rows], frozen=1)])
    else:
        raise Http404("No such format.")
    name = f"units-{found.pk}.{kind}"
    export_note(survey, name, user=account(request))
    return file_answer(content, name, TYPES[kind])


@login_required
@require_http_methods(["GET", "POST"])
def unit_edit(request: HttpRequest, survey_id: int, key: int, unit_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *SCORES)
    found = _list_of(survey, key)
    unit = found.units.select_related("parent", "unit_list__system").filter(pk=unit_id).first()
    if unit is None:
        raise Http404("No such unit.")
    form = UnitForm(request.POST or None, unit=unit)
    if form.is_valid():
        try:
            unit_change(unit, survey, form.said(), user=account(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{_address(survey, found)}#unit-{unit.pk}")
    status = 422 if form.is_bound else 200
    return scoring_page(request, survey, "data", "unit_edit", list=found, unit=unit, form=form, status=status)


@login_required
@require_POST
def unit_list_remove(request: HttpRequest, survey_id: int, key: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *SCORES)
    found = _list_of(survey, key)
    gone = done(
        request, lambda: unit_list_delete(found, survey, user=account(request)), _("The list of units is deleted.")
    )
    return redirect("scoring:unit_lists", survey.pk) if gone else redirect(_address(survey, found))


def _brought(request: HttpRequest, survey: Survey, renews: UnitList | None) -> HttpResponse:
    system = survey.edition.system
    form = UnitListForm(request.POST or None, request.FILES or None, system=system, renews=renews)
    if form.is_valid():
        said = ngettext("%(count)d unit is in the list.", "%(count)d units are in the list.", len(form.rows))
        try:
            stored = _stored(form, survey, renews, account(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said % {"count": len(form.rows)})
            return redirect(_address(survey, stored))
    return scoring_page(
        request, survey, "data", "unit_list_new", form=form, problems=form.problems, list=renews,
        header=list_header(system.language), status=422 if form.is_bound else 200,
    )  # fmt: skip


def _stored(form: UnitListForm, survey: Survey, renews: UnitList | None, user: User) -> UnitList:
    if renews is None:
        return unit_list_create(survey, form.texts("name"), form.rows, user=user)
    unit_list_renew(renews, survey, form.rows, user=user)
    return renews


def _list_of(survey: Survey, key: int) -> UnitList:
    found = counted_lists_of(survey).filter(pk=key).first()
    if found is None:
        raise Http404("No such list of units.")
    return found


def _address(survey: Survey, unit_list: UnitList) -> str:
    return reverse("scoring:unit_list", args=[survey.pk, unit_list.pk])
