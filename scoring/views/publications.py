"""What the public may see of a run: the members' side."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scoring.exports_public import as_published
from scoring.forms.publications import PublicationForm
from scoring.models import Publication, ScoringRun
from scoring.selectors.publications import PublicRun, publications_of
from scoring.services.publications import State, publication_move, publication_write
from scoring.views.pages import account, computed_run_of, scoring_page
from scoring.views.public import previewed
from surveys.access import READS, RUNS, survey_for
from surveys.errors import Refused
from surveys.models import Survey
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import done, file_answer


@login_required
@require_safe
def publications(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    run = computed_run_of(survey, number)
    found = [(publication, PublicRun(publication)) for publication in publications_of(run)]
    for publication, _public in found:
        publication.run = run
    return _page(request, survey, "publications", run, found=found)


@login_required
@require_http_methods(["GET", "POST"])
def publication_new(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    return _form(request, survey, computed_run_of(survey, number), None)


@login_required
@require_http_methods(["GET", "POST"])
def publication_edit(request: HttpRequest, survey_id: int, number: int, key: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    run = computed_run_of(survey, number)
    return _form(request, survey, run, _of(run, key))


@login_required
@require_safe
def publication_preview(request: HttpRequest, survey_id: int, number: int, key: int, rest: str = "") -> HttpResponse:
    """The public page as it would be, for members alone."""
    survey = survey_for(request.user, survey_id, *READS)
    found = _of(computed_run_of(survey, number), key)
    home = reverse("scoring:publication_preview", args=[survey.pk, number, key])
    return previewed(request, found, home, rest)


@login_required
@require_safe
def publication_files(request: HttpRequest, survey_id: int, number: int, key: int) -> HttpResponse:
    """Everything of the run as the public may see it, to be handed on."""
    survey = survey_for(request.user, survey_id, *READS)
    found = _of(computed_run_of(survey, number), key)
    name = f"{found.slug}-as-published.zip"
    export_note(survey, name, user=account(request))
    return file_answer(as_published(PublicRun(found)), name, "application/zip")


@login_required
@require_POST
def publication_decide(request: HttpRequest, survey_id: int, number: int, key: int) -> HttpResponse:
    """Publish or withdraw."""
    survey = survey_for(request.user, survey_id, *RUNS)
    found = _of(computed_run_of(survey, number), key)
    to, reason = request.POST.get("to", ""), request.POST.get("reason", "")[:400]
    said = _("The page is public now.") if to == State.PUBLIC else _("The page is withdrawn.")

    def decide() -> None:
        if to == State.PUBLIC and not request.POST.get("looked"):
            raise Refused(_("Look at the preview, and say that you did: then it is published."))
        publication_move(found, to, user=account(request), reason=reason)

    done(request, decide, said)
    return redirect("scoring:publications", survey.pk, number)


def _form(request: HttpRequest, survey: Survey, run: ScoringRun, publication: Publication | None) -> HttpResponse:
    form = PublicationForm(request.POST or None, run=run, publication=publication)
    if form.is_valid() and _written(request, run, form):
        return redirect("scoring:publications", survey.pk, run.number)
    status = 422 if form.is_bound else 200
    return _page(request, survey, "publication_form", run, status=status, form=form, publication=publication)


def _written(request: HttpRequest, run: ScoringRun, form: PublicationForm) -> bool:
    try:
        publication_write(
            run, slug=form.cleaned_data["slug"], title=form.texts("title"), words=form.texts("words"),
            profile=form.profile, user=account(request), publication=form.publication,
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _of(run: ScoringRun, key: int) -> Publication:
    found = publications_of(run).filter(pk=key).first()
    if found is None:
        raise Http404("This run has no such public page.")
    found.run = run
    return found


def _page(
    request: HttpRequest, survey: Survey, template: str, run: ScoringRun, *, status: int = 200, **context: object
) -> HttpResponse:
    held: frozenset[str] = survey.held_roles  # type: ignore[attr-defined]
    may = bool(held.intersection(RUNS)) and not run.preview
    return scoring_page(
        request, survey, "runs", template, status=status, run=run, part="publish", synthetic=run.synthetic,
        may_publish=may, **context,
    )  # fmt: skip
