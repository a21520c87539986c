"""The figures of a report: the studio, its plan, its templates, and finished sets."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scoring.figures.files import TYPES as FILE_TYPES
from scoring.figures.files import figure_bytes, kinds_of
from scoring.files_docx import places_in
from scoring.forms.report import FigureSetForm, PlanForm, TemplateForm
from scoring.models import FigureSet, ScoringRun
from scoring.report.archive import file_stem
from scoring.report.document import Places, example_template
from scoring.report.making import Made, figures_of
from scoring.selectors.board import board_of
from scoring.selectors.report import facts_of, other_runs, plan_of, set_of, set_page, sets_of
from scoring.services.figure_sets import JOB, figure_set_request, plan_write, template_add
from scoring.tasks import enqueue
from scoring.views.figures import file_name
from scoring.views.pages import account, computed_run_of, scoring_page
from surveys.access import READS, SCORES, survey_for
from surveys.errors import Refused
from surveys.exports.papers import TYPES
from surveys.files.problems import FileErrors
from surveys.forms.texts import languages
from surveys.models import Survey
from surveys.selectors.jobs import job_of
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import done, file_answer


@login_required
@require_http_methods(["GET", "POST"])
def gallery(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    """Every figure small, with what it lacks; and the button that makes them all."""
    survey = survey_for(request.user, survey_id, *(SCORES if request.method == "POST" else READS))
    run = computed_run_of(survey, number)
    form = FigureSetForm(request.POST or None, run=run, initial={"language": request.LANGUAGE_CODE})
    if form.is_valid():
        made = _request(request, run, form)
        if made:
            return redirect("scoring:figure_set", survey.pk, number, made.pk)
    found = _made(run)
    return _page(
        request, survey, "gallery", run, status=422 if form.is_bound else 200, form=form, found=found,
        drawn=[each for each in found if each.figure], lacking=[each for each in found if each.lacking],
        faulty=[each for each in found if each.faults], sets=sets_of(run)[:10], template_form=TemplateForm(),
        languages=[(tag, name, f"?lang={tag}") for tag, name in languages()],
    )  # fmt: skip


@login_required
@require_safe
def report_figure(request: HttpRequest, survey_id: int, number: int, key: str, kind: str) -> HttpResponse:
    """One figure or table of the report as a file, in the language that is asked for."""
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(languages()) else request.LANGUAGE_CODE
    with translation.override(language):
        figure = next((each.figure for each in _made(run, key) if each.figure and not each.faults), None)
        if figure is None or kind not in kinds_of(figure):
            raise Http404("No such figure.")
        content = figure_bytes(figure, kind)
    name = file_name(run, f"{file_stem(figure)}-{language}", kind)
    export_note(survey, name, user=account(request))
    return file_answer(content, name, FILE_TYPES[kind])


@login_required
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *SCORES)
    run = computed_run_of(survey, number)
    form = PlanForm(request.POST or None, items=plan_of(run), run=run)
    if form.is_valid():
        items = form.changed_items()
        if done(request, lambda: plan_write(survey, items, user=account(request)), _("The list of figures is kept.")):
            return redirect("scoring:gallery", survey.pk, number)
    return _page(request, survey, "report_plan", run, status=422 if form.is_bound else 200, form=form)


@login_required
@require_POST
def template_upload(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    """Keep a template, and say which of its places nothing stands for."""
    survey = survey_for(request.user, survey_id, *SCORES)
    run = computed_run_of(survey, number)
    form = TemplateForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a Word document first."))
        return redirect("scoring:gallery", survey.pk, number)
    upload = form.cleaned_data["file"]
    content, name = upload.read(), upload.name or ""
    try:
        template_add(survey, name=name, content=content, user=account(request))
        _tell_places(request, run, places_in(content, name))
    except FileErrors as errors:
        messages.error(request, " ".join(str(problem) for problem in errors.problems))
        return redirect("scoring:gallery", survey.pk, number)
    return redirect("scoring:gallery", survey.pk, number)


@login_required
@require_safe
def template_example(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    """A template with every place there is."""
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    numbers = [
        ("table" if item.table else "figure", item.number) for item in plan_of(run) if item.shown and item.number
    ]
    headers = {"Content-Disposition": content_disposition_header(True, "template.docx") or "attachment"}
    return HttpResponse(example_template(numbers), content_type=TYPES["docx"], headers=headers)


@login_required
@require_safe
def figure_set(request: HttpRequest, survey_id: int, number: int, key: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    made = _set(survey, computed_run_of(survey, number), key)
    job = job_of(JOB, made)
    told = set_page(made, request.GET.get("with", "")) if made.computed_at else None
    return _page(request, survey, "figure_set", made.run, made=made, job=job, told=told)


@login_required
@require_safe
def figure_set_file(request: HttpRequest, survey_id: int, number: int, key: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    made = _set(survey, computed_run_of(survey, number), key)
    if not made.computed_at or made.content is None:
        raise Http404("The figures are not made yet.")
    marks = [*(["draft"] if made.run.preview else []), *(["synthetic"] if made.run.synthetic else [])]
    name = "-".join(["figures", str(made.run), made.language, *marks]) + ".zip"
    export_note(survey, name, user=account(request))
    return file_answer(bytes(made.content), name, "application/zip")


def _made(run: ScoringRun, key: str = "") -> list[Made]:
    """Every figure of the plan, or the one that is asked for."""
    items = [item for item in plan_of(run) if item.shown and key in ("", item.key)]
    other = other_runs(run).defer(None).first() if any(item.branch for item in items) else None
    return figures_of(items, board_of(run), board_of(other) if other else None)


def _request(request: HttpRequest, run: ScoringRun, form: FigureSetForm) -> FigureSet | None:
    try:
        with transaction.atomic():
            made, job = figure_set_request(run, plan_of(run), user=account(request), **form.cleaned_data)
            enqueue(job)
            return made
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def _tell_places(request: HttpRequest, run: ScoringRun, names: list[str]) -> None:
    places = Places([each.figure for each in _made(run) if each.figure], facts_of(run))
    unknown = [name for name in names if not places.known(name)]
    if unknown:
        said = _("The template is kept. Nothing stands for these places, they stay as they are: %(names)s")
        messages.warning(request, said % {"names": ", ".join(f"{{{{{name}}}}}" for name in unknown)})
    elif names:
        messages.success(request, _("The template is kept; everything it asks for is there."))
    else:
        messages.success(request, _("The template is kept. It names no places: the figures will follow its text."))


def _set(survey: Survey, run: ScoringRun, key: int) -> FigureSet:
    found = set_of(survey, run, key)
    if found is None:
        raise Http404("This run has no such set of figures.")
    return found


def _page(
    request: HttpRequest, survey: Survey, template: str, run: ScoringRun, *, status: int = 200, **context: object
) -> HttpResponse:
    return scoring_page(
        request, survey, "runs", template, status=status, run=run, part="figures", synthetic=run.synthetic, **context
    )
