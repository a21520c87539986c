"""The import gate: a file is checked, its questions are answered, it is stored; its template; two versions compared."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from scoring.exports import TYPES
from scoring.forms import DataSetForm
from scoring.forms.data import Brought, QuestionsForm, brought_from
from scoring.gate.reading import Passed
from scoring.models import DataSet
from scoring.selectors.data_sets import told_in
from scoring.selectors.unit_lists import unit_lists_of
from scoring.selectors.versions import Difference, difference_of, earlier_versions
from scoring.services.data_sets import data_set_import
from scoring.template import template_xlsx
from scoring.versions_export import changes_csv, changes_xlsx
from scoring.views.pages import account, data_set_of, page_of, scoring_page
from surveys.access import READS, SCORES, survey_for
from surveys.errors import Refused
from surveys.files.problems import FileErrors
from surveys.forms.uploads import signed, unsigned
from surveys.models import Survey
from surveys.selectors.trees import tree_of
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import file_answer

CHANGES_ON_A_PAGE = 100
POINTS_SHOWN = 300  # more boxes than a request may carry fields are for nobody to tick


@login_required
@require_http_methods(["GET", "POST"])
def data_import(request: HttpRequest, survey_id: int) -> HttpResponse:
    """A file with nothing odd is stored at once; else its questions are shown, and come back with the answers."""
    survey = survey_for(request.user, survey_id, *SCORES)
    if "gate" in request.POST:
        return _answered(request, survey)
    start = {"synthetic": survey.synthetic}
    form = DataSetForm(request.POST or None, request.FILES or None, survey=survey, initial=start)
    if form.is_valid():
        try:
            if form.passed.asked:
                return _questions(
                    request, survey, form.brought, form.passed, QuestionsForm(questions=form.passed.asked)
                )
            return _stored(request, survey, form.brought, form.passed, "")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.is_bound else 200
    lists = unit_lists_of(survey)
    return scoring_page(
        request, survey, "data", "data_import", form=form, problems=form.problems, lists=lists, status=status
    )


def _answered(request: HttpRequest, survey: Survey) -> HttpResponse:
    """What was shown is read once more: tree, list and the version before may have changed since."""
    try:
        brought = brought_from(unsigned(request.POST["gate"], _salt(request, survey)), survey)
        passed = brought.passed()
        form = QuestionsForm(request.POST, questions=passed.asked)
        if not form.is_valid():
            return _questions(request, survey, brought, passed, form, status=422)
        return _stored(request, survey, brought, passed, form.cleaned_data["reason"].strip())
    except (Refused, FileErrors) as refusal:
        messages.error(request, str(refusal))
        return redirect("scoring:data_import", survey.pk)


def _questions(
    request: HttpRequest, survey: Survey, brought: Brought, passed: Passed, form: QuestionsForm, status: int = 200
) -> HttpResponse:
    """Nothing is stored on the server: the table travels in the page, signed."""
    tree = tree_of(survey.edition)
    return scoring_page(
        request, survey, "data", "data_questions", form=form, brought=brought, data=passed.data, status=status,
        questions=told_in(passed.asked[:POINTS_SHOWN], tree), count=len(passed.asked),
        notes=told_in((each for each in passed.findings if not each.asks), tree),
        payload=signed(brought.payload(), _salt(request, survey)),
    )  # fmt: skip


def _stored(request: HttpRequest, survey: Survey, brought: Brought, passed: Passed, reason: str) -> HttpResponse:
    stored = data_set_import(
        survey, passed.data, content=brought.sha256, about=brought.about, user=account(request),
        replaces=brought.replaces, provenance=brought.provenance(passed, reason),
    )  # fmt: skip
    said = ngettext("%(count)d unit was imported.", "%(count)d units were imported.", stored.unit_count)
    clear = "" if passed.asked else _("Nothing odd was found.")
    messages.success(request, f"{said % {'count': stored.unit_count}} {clear}".strip())
    return redirect("scoring:data_set", survey.pk, stored.pk)


def _salt(request: HttpRequest, survey: Survey) -> str:
    return f"data:{survey.pk}:{account(request).pk}"


@login_required
@require_safe
def data_template(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The table to fill in, with the units of a list and the indicators of a node."""
    survey = survey_for(request.user, survey_id, *READS)
    tree, asked = tree_of(survey.edition), request.GET.get("units", "")
    unit_list = unit_lists_of(survey).filter(pk=asked if asked.isdecimal() else 0).first()
    node = tree.by_code().get(request.GET.get("node", ""), tree.root)
    content = template_xlsx(survey.edition, tree, node, unit_list)
    return file_answer(content, f"data-{survey.edition.label}-{node.code}.xlsx", TYPES["xlsx"])


@login_required
@require_safe
def data_changes(request: HttpRequest, survey_id: int, data_set_id: int) -> HttpResponse:
    """Against the version before, or another set that the address names."""
    survey = survey_for(request.user, survey_id, *READS)
    data_set = data_set_of(survey, data_set_id)
    found, others = _difference(request, data_set)
    page = page_of(request, found.cells if found else [], CHANGES_ON_A_PAGE)
    return scoring_page(
        request, survey, "data", "data_changes", data_set=data_set, found=found, others=others, page=page,
        synthetic=data_set.synthetic,
    )  # fmt: skip


@login_required
@require_safe
def data_changes_export(request: HttpRequest, survey_id: int, data_set_id: int, kind: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    data_set = data_set_of(survey, data_set_id)
    found, _others = _difference(request, data_set)
    if kind not in ("csv", "xlsx") or found is None:
        raise Http404("There is nothing to compare.")
    name = f"changes-{found.before.pk}-{found.after.pk}{'-synthetic' if found.stamps else ''}.{kind}"
    export_note(survey, name, user=account(request))
    return file_answer(changes_csv(found) if kind == "csv" else changes_xlsx(found), name, TYPES[kind])


def _difference(request: HttpRequest, data_set: DataSet) -> tuple[Difference | None, list[DataSet]]:
    others = earlier_versions(data_set)
    asked = request.GET.get("with", "")
    other = next((each for each in others if str(each.pk) == asked), None) or next(iter(others), None)
    return (difference_of(other, data_set) if other else None), others
