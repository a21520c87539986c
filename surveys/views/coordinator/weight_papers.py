"""What is printed of a weight set: the sign-off sheet, its signed scan, and the methods text."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from surveys.access import DECIDES, LOCKS, READS, survey_for, surveys_of
from surveys.exports.docx import docx_bytes
from surveys.exports.methods_text import methods_text
from surveys.exports.papers import TYPES, Paper
from surveys.exports.pdf import pdf_bytes
from surveys.exports.sign_off_sheet import sign_off_sheet
from surveys.exports.weight_sets import export_name
from surveys.exports.weight_story import Story, story_of
from surveys.forms.texts import languages
from surveys.forms.weights import SheetForm
from surveys.models import Survey
from surveys.services.looks import export_note
from surveys.services.signed_sheets import signed_sheet_add, weight_set_approve_on_paper
from surveys.views.coordinator.pages import account, done, file_answer, set_in, survey_page
from surveys.views.proof import proof_asked

PAPERS: dict[str, Callable[[Story], Paper]] = {"sheet": sign_off_sheet, "methods": methods_text}
WRITERS: dict[str, Callable[[Paper], bytes]] = {"pdf": pdf_bytes, "docx": docx_bytes}


@login_required
@require_safe
def weight_paper(
    request: HttpRequest, survey_id: int, number: int, paper: str, language: str, kind: str
) -> HttpResponse:
    """The sheet or the methods text, in a language that is not necessarily the page's."""
    survey = survey_for(request.user, survey_id, *READS)
    if paper not in PAPERS or kind not in WRITERS or language not in dict(languages()):
        raise Http404("No such paper.")
    found = set_in(survey, number)
    with translation.override(language):
        content = WRITERS[kind](PAPERS[paper](story_of(found, surveys_of(request.user))))
    name = export_name(found, kind, f"-{paper}-{language}")
    export_note(survey, name, user=account(request))
    return file_answer(content, name, TYPES[kind])


@login_required
@require_safe
def weight_methods(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    """The methods text as a page."""
    survey = survey_for(request.user, survey_id, *READS)
    found = set_in(survey, number)
    paper = methods_text(story_of(found, surveys_of(request.user)))
    context = {"weight_set": found, "paper": paper, "languages": languages()}
    return survey_page(request, survey, "weights", "weight_methods", **context)


@login_required
@require_POST
def sheet_upload(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    """The second person brings what was signed on paper."""
    return _sheet(request, survey_id, number, LOCKS, signed_sheet_add, _("The signed sheet is kept with the set."))


@login_required
@require_POST
def sheet_approve(request: HttpRequest, survey_id: int, number: int) -> HttpResponse:
    """The same, and the approver approves with it."""
    said = _("Approved with the signed sheet. It can be locked now.")
    return _sheet(request, survey_id, number, DECIDES, weight_set_approve_on_paper, said)


def _sheet(
    request: HttpRequest, survey_id: int, number: int, roles: tuple[str, ...], deed: Callable[..., object], said: str
) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *roles)
    found = set_in(survey, number)
    if roles == DECIDES and (asked := _asked(request, survey, number)):
        return asked
    form = SheetForm(request.POST, request.FILES, prefix="sheet")
    if not form.is_valid() or form.scan is None:
        done(request, form.refuse)
    else:
        scan, given = form.scan, {name: form.cleaned_data[name] for name in ("printed", "note")}
        done(request, lambda: deed(found, scan, **given, user=account(request)), said)
    return redirect("surveys:weight_set", survey.pk, number)


def _asked(request: HttpRequest, survey: Survey, number: int) -> HttpResponse | None:
    what = _("Approve the weight set W%(number)d") % {"number": number}
    return proof_asked(request, what, reverse("surveys:weight_set", args=[survey.pk, number]) + "#paper")


@login_required
@never_cache
@require_safe
def sheet_scan(request: HttpRequest, survey_id: int, number: int, sheet_id: int) -> HttpResponse:
    """The scan as a download: whatever is in it is never shown on a page of ours."""
    survey = survey_for(request.user, survey_id, *READS)
    sheet = get_object_or_404(set_in(survey, number).signed_sheets, pk=sheet_id)
    export_note(survey, sheet.file_name, user=account(request))
    response = HttpResponse(bytes(sheet.file), content_type=sheet.file_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, sheet.file_name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
