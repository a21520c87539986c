"""On behalf of an expert (代录): how the answers came, then section by section what they are."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.access import RUNS, survey_for
from surveys.errors import Refused
from surveys.forms.enter import RowsForm, TranscriptForm
from surveys.models import Expert, Section, Transcript
from surveys.rows import value_of
from surveys.selectors.answers import progress_of
from surveys.selectors.questionnaire import said_by
from surveys.selectors.sections import sections_of
from surveys.selectors.transcripts import keyed_at_once, keyed_drafts, keyed_sections, transcripts_of
from surveys.services.submissions import submission_create
from surveys.services.transcripts import transcript_create, transcript_draft, transcript_record
from surveys.tasks import enqueue
from surveys.views.coordinator.pages import account, done, expert_in, posted, survey_page
from surveys.views.keying import after, keying, pairs_in, section_in

AT_ONCE, AS_DRAFTS = "now", "draft"


@login_required
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """What was keyed in so far, and a new transcript."""
    survey = survey_for(request.user, survey_id, *RUNS)
    found = expert_in(survey, code)
    form = TranscriptForm(posted(request), request.FILES or None)
    if form.is_valid():
        try:
            made = _made(request, found, form)
            return redirect("surveys:enter_transcript", survey.pk, code, made.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"expert": found, "form": form, "transcripts": transcripts_of(found)}
    return survey_page(request, survey, "progress", "enter", **context)


def _made(request: HttpRequest, expert: Expert, form: TranscriptForm) -> Transcript:
    given = form.cleaned_data
    return transcript_create(
        expert,
        way=given["way"],
        received_on=given["received_on"],
        note=given["note"],
        scan=form.scan,
        user=account(request),
    )


def _transcript(expert: Expert, number: int) -> Transcript:
    found = get_object_or_404(Transcript.objects.defer("file").select_related("entered_by"), pk=number, expert=expert)
    found.expert = expert
    return found


@login_required
@require_safe
def enter_transcript(request: HttpRequest, survey_id: int, code: str, transcript_id: int) -> HttpResponse:
    """The sections of one transcript, and handing in."""
    survey = survey_for(request.user, survey_id, *RUNS)
    found = expert_in(survey, code)
    transcript = _transcript(found, transcript_id)
    return survey_page(
        request,
        survey,
        "progress",
        "enter_transcript",
        expert=found,
        transcript=transcript,
        sections=keyed_sections(transcript),
        waiting=len(keyed_drafts(transcript)),
        progress=progress_of(found),
        changed=found.submissions.filter(revision=found.revision).first() is None,
    )


@login_required
@require_http_methods(["GET", "POST"])
def enter_section(request: HttpRequest, survey_id: int, code: str, transcript_id: int, node: str) -> HttpResponse:
    """One section as rows. What the expert said on the form is not shown here: only that there is an answer."""
    survey = survey_for(request.user, survey_id, *RUNS)
    found = expert_in(survey, code)
    transcript, section = _transcript(found, transcript_id), section_in(found, node)
    if request.method == "POST":
        form = RowsForm(request.POST, pairs=pairs_in(found, section))
        refusal = _stored(request, transcript, form)
        if not refusal:
            return _onward(found, transcript, section)
        values = {pair: value_of(answer.more_important, answer.strength) for pair, answer in form.answers.items()}
        page = _rows_page(request, transcript, section, values, problems=[refusal])
        page.status_code = 422
        return page
    return _rows_page(request, transcript, section, keyed_at_once(transcript) | keyed_drafts(transcript))


def _stored(request: HttpRequest, transcript: Transcript, form: RowsForm) -> str:
    """Empty, or why nothing was stored."""
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    try:
        if request.POST.get("counts") == AS_DRAFTS:
            count = transcript_draft(transcript, form.answers, user=account(request))
            said = ngettext(
                "%(count)d draft was kept: it counts once the expert confirms it.",
                "%(count)d drafts were kept: they count once the expert confirms them.",
                count,
            )
            messages.success(request, said % {"count": count})
        else:
            base = form.cleaned_data["base"]
            events = transcript_record(transcript, form.answers, base=base, user=account(request))
            _tell(request, len(events), sum(event.conflict for event in events))
    except Refused as refusal:
        return str(refusal)
    return ""


def _tell(request: HttpRequest, stored: int, conflicts: int) -> None:
    said = ngettext("%(count)d answer was stored.", "%(count)d answers were stored.", stored)
    messages.success(request, said % {"count": stored})
    if conflicts:
        said = ngettext(
            "%(count)d of them differs from what the expert said meanwhile: the expert is asked which one counts.",
            "%(count)d of them differ from what the expert said meanwhile: the expert is asked which ones count.",
            conflicts,
        )
        messages.warning(request, said % {"count": conflicts})


def _onward(expert: Expert, transcript: Transcript, section: Section) -> HttpResponseRedirect:
    """To the next section on the paper, or back to the transcript behind the last one."""
    following = after(sections_of(expert), section)
    place = [expert.survey_id, expert.code, transcript.pk]
    if following:
        return HttpResponseRedirect(reverse("surveys:enter_section", args=[*place, following.node.code]))
    return HttpResponseRedirect(reverse("surveys:enter_transcript", args=place))


def _rows_page(
    request: HttpRequest,
    transcript: Transcript,
    section: Section,
    values: dict[int, str],
    problems: list[str] | None = None,
) -> HttpResponse:
    expert = transcript.expert
    own = said_by(expert)
    keyed = keyed_at_once(transcript)
    notes = {pair: _("has an answer already") for pair in own if pair not in keyed}
    revisions = {pair: judgment.revision for pair, judgment in own.items()}
    context: dict[str, Any] = {
        "expert": expert,
        "transcript": transcript,
        "section": section,
        "keying": keying(expert, section, values, notes=notes, revisions=revisions),
        "problems": problems,
        "as_drafts": request.POST.get("counts") == AS_DRAFTS or (bool(keyed_drafts(transcript)) and not keyed),
    }
    return survey_page(request, expert.survey, "progress", "enter_section", **context)


@login_required
@require_POST
def enter_hand_in(request: HttpRequest, survey_id: int, code: str, transcript_id: int) -> HttpResponse:
    """Hand in for the expert; the log says that the account did it."""
    survey = survey_for(request.user, survey_id, *RUNS)
    found = expert_in(survey, code)
    transcript = _transcript(found, transcript_id)
    reason = request.POST.get("reason", "")[:2000].strip() or _("Handed in on the expert's behalf.")
    done(
        request, lambda: _hand_in(request, found, reason), _("The answers of %(code)s are handed in.") % {"code": code}
    )
    return redirect("surveys:enter_transcript", survey.pk, code, transcript.pk)


@transaction.atomic
def _hand_in(request: HttpRequest, expert: Expert, reason: str) -> None:
    _submission, job = submission_create(expert, reason=reason, submitted_by=account(request))
    enqueue(job)


@login_required
@never_cache
@require_safe
def enter_scan(request: HttpRequest, survey_id: int, code: str, transcript_id: int) -> HttpResponse:
    """The scan as a download: whatever is in it is never shown on a page of ours."""
    survey = survey_for(request.user, survey_id, *RUNS)
    transcript = get_object_or_404(Transcript, pk=transcript_id, expert=expert_in(survey, code), file__isnull=False)
    response = HttpResponse(bytes(transcript.file or b""), content_type=transcript.file_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, transcript.file_name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
