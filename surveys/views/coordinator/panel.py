"""The panel: experts pasted as lines, each one's page, their links; judgments that come as a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.access import READS, RUNS, survey_for
from surveys.errors import Refused
from surveys.forms.expert_weight import ExpertWeightForm
from surveys.forms.panel import ExpertLine, ExpertsForm
from surveys.forms.uploads import JudgmentsForm, judgment_payload, judgments_from, signed, unsigned
from surveys.models import Expert, InvitationLink, Submission, Survey
from surveys.selectors.answers import progress_of
from surveys.selectors.careless import Sign, signs_of
from surveys.selectors.coverage import sections_told
from surveys.selectors.decisions import decisions_told, still_open
from surveys.selectors.drafts import draft_count
from surveys.selectors.importing import ImportPreview, import_preview
from surveys.selectors.late import late_of
from surveys.selectors.progress import STATUSES, expert_status, newest_by_expert, submission_jobs
from surveys.selectors.revisions import second_looks
from surveys.selectors.transcripts import transcripts_of
from surveys.selectors.trees import tree_of
from surveys.services.expert_weights import SETTLED, expert_weight_set
from surveys.services.judgments_many import judgments_import as store_judgments
from surveys.services.panel import expert_add, invitation_renew, invitation_revoke, link_mint
from surveys.services.submissions import submission_create
from surveys.tasks import enqueue
from surveys.views.coordinator.pages import account, done, expert_in, posted, survey_page


@login_required
@require_http_methods(["GET", "POST"])
def experts_add(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    form = ExpertsForm(posted(request), survey=survey)
    if form.is_valid() and _add(request, survey, form):
        return redirect("surveys:survey", survey.pk)
    return survey_page(request, survey, "progress", "experts_add", form=form)


def _add(request: HttpRequest, survey: Survey, form: ExpertsForm) -> bool:
    """All of them or none."""
    try:
        with transaction.atomic():
            for line in form.experts:
                _add_one(survey, line, account(request))
    except (Refused, ValidationError) as refusal:
        form.add_error("lines", refusal if isinstance(refusal, ValidationError) else str(refusal))
        return False
    count = len(form.experts)
    said = ngettext("%(count)d expert joined the panel.", "%(count)d experts joined the panel.", count)
    messages.success(request, said % {"count": count})
    return True


def _add_one(survey: Survey, line: ExpertLine, user: User) -> None:
    language = settings.LANGUAGE_CODE
    if survey.title and not any(tag.startswith(language.split("-")[0]) for tag in survey.title):
        language = next(iter(survey.title))
    expert_add(survey, **line.details(), language=language, user=user)


def _weight_form(survey: Survey, data: QueryDict | None = None) -> ExpertWeightForm:
    return ExpertWeightForm(data, tree=tree_of(survey.edition))


@login_required
@require_safe
def expert(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    return _expert_page(request, survey, expert_in(survey, code), _weight_form(survey))


@login_required
@require_POST
def expert_weight(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """Say how much the expert counts, in the whole tree or in one branch."""
    survey = survey_for(request.user, survey_id, *RUNS)
    found, form = expert_in(survey, code), _weight_form(survey, request.POST)
    if not form.is_valid():
        page = _expert_page(request, survey, found, form)
        page.status_code = 422
        return page
    weight, reason = form.cleaned_data["weight"], form.cleaned_data["reason"]
    said = _("The weight of %(code)s is set. It counts when the panel's result is computed again.") % {"code": code}
    done(
        request,
        lambda: expert_weight_set(found, weight, form.chosen, reason=reason, user=account(request)),
        said,
    )
    return redirect("surveys:expert", survey.pk, code)


def _expert_page(request: HttpRequest, survey: Survey, found: Expert, form: ExpertWeightForm) -> HttpResponse:
    progress = progress_of(found)
    submissions = list(found.submissions.select_related("submitted_by").order_by("-number"))
    told = decisions_told(survey, found)
    status = expert_status(found, progress.answered, submissions[0] if submissions else None)
    return survey_page(
        request,
        survey,
        "progress",
        "expert_detail",
        expert=found,
        progress=progress,
        status=status,
        status_label=STATUSES[status],
        links=found.invitation.links.select_related("created_by").order_by("-created_at"),
        submissions=submissions,
        signs=_signs(found, submissions),
        told=told,
        open=still_open(told, None),
        job=next(iter(submission_jobs(submissions).values()), None),
        weight_form=form,
        weights_fixed=survey.state in SETTLED,
        branch_weights=found.branch_weights.select_related("node"),
        **second_looks(found, submissions[0].revision if submissions else 0),
        sections=sections_told(found),
        transcripts=transcripts_of(found),
        drafts=draft_count(found),
        late=late_of(found),
    )


def _signs(found: Expert, submissions: list[Submission]) -> list[Sign]:
    """Of what was handed in last."""
    if not submissions:
        return []
    submissions[0].expert = found
    return signs_of(submissions[0])


@login_required
@never_cache
@require_POST
def link_show(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """Mint a link and show it in the answer: the only moment at which it can be read."""
    survey = survey_for(request.user, survey_id, *RUNS)
    found = expert_in(survey, code)
    try:
        token = link_mint(found, channel=InvitationLink.Channel.SHOWN, user=account(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("surveys:expert", survey.pk, code)
    link = f"{settings.SITE.origin}{reverse('surveys:start', args=[token])}"
    return survey_page(request, survey, "progress", "link", expert=found, link=link)


@login_required
@require_POST
def expert_revoke(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    found, reason = expert_in(survey, code), request.POST.get("reason", "")[:2000]
    said = _("The invitation of %(code)s is revoked: no link of theirs opens any more.") % {"code": code}
    done(request, lambda: invitation_revoke(found, user=account(request), reason=reason), said)
    return redirect("surveys:expert", survey.pk, code)


@login_required
@require_POST
def expert_renew(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    found = expert_in(survey, code)
    said = _("The invitation of %(code)s stands again. Old links stay dead: make a new one.") % {"code": code}
    done(request, lambda: invitation_renew(found, user=account(request)), said)
    return redirect("surveys:expert", survey.pk, code)


# --- judgments from a file ---


@login_required
@require_http_methods(["GET", "POST"])
def judgments_import(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Upload, look at what would change, confirm."""
    survey = survey_for(request.user, survey_id, *RUNS)
    salt = f"judgments:{survey.pk}:{account(request).pk}"
    if "rows" in request.POST:
        return _import_confirmed(request, survey, salt)
    form = JudgmentsForm(posted(request), request.FILES or None, survey=survey)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            rows = signed(judgment_payload(form.rows), salt)
            context = {"rows": rows, "preview": import_preview(survey, form.rows), "count": len(form.rows)}
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return survey_page(request, survey, "progress", "judgments_import", problems=form.problems, **context)


def _import_confirmed(request: HttpRequest, survey: Survey, salt: str) -> HttpResponse:
    user = account(request)
    try:
        rows = judgments_from(unsigned(request.POST["rows"], salt))
        counts = store_judgments(survey, rows, user=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("surveys:judgments_import", survey.pk)
    stored = sum(counts.values())
    said = ngettext("%(count)d answer was stored.", "%(count)d answers were stored.", stored)
    messages.success(request, said % {"count": stored})
    if request.POST.get("hand_in"):
        _hand_in(request, survey, import_preview(survey, rows))
    return redirect("surveys:survey", survey.pk)


def _hand_in(request: HttpRequest, survey: Survey, imported: Iterable[ImportPreview]) -> None:
    """Submit for the experts of the file who have answered everything; the log says that the account did it."""
    newest = newest_by_expert(survey)
    complete = [line.code for line in imported if line.complete]
    reason = _("Handed in from an imported file.")
    count = 0
    for found in survey.experts.filter(code__in=complete).order_by("id"):
        submission = newest.get(found.pk)
        if submission is None or submission.revision != found.revision:
            with transaction.atomic():
                _submission, job = submission_create(found, reason=reason, submitted_by=account(request))
                enqueue(job)
            count += 1
    said = ngettext("%(count)d expert was handed in.", "%(count)d experts were handed in.", count)
    messages.success(request, said % {"count": count})
