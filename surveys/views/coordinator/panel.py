"""The panel: experts pasted as lines, each one's page, their links; judgments that come as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from surveys.access import READS, RUNS, survey_for
from surveys.addresses import personal_link
from surveys.errors import Refused
from surveys.forms.expert_weight import ExpertWeightForm
from surveys.models import Expert, InvitationLink, Submission, Survey
from surveys.qr import qr_svg
from surveys.selectors.answers import progress_of
from surveys.selectors.careless import Sign, signs_of
from surveys.selectors.coverage import sections_told
from surveys.selectors.decisions import decisions_told, still_open
from surveys.selectors.drafts import draft_count
from surveys.selectors.late import late_of
from surveys.selectors.letters import letters_of
from surveys.selectors.panel_answers import kept_questions
from surveys.selectors.progress import submission_jobs
from surveys.selectors.questionnaire import said_by
from surveys.selectors.revisions import second_looks
from surveys.selectors.sections import sections_of
from surveys.selectors.standing import STATUSES, with_standing
from surveys.selectors.transcripts import transcripts_of
from surveys.services.expert_weights import SETTLED, expert_weight_set
from surveys.services.letters import short_text
from surveys.services.panel import invitation_renew, invitation_revoke, link_mint
from surveys.views.coordinator.pages import account, done, expert_in, survey_page


def _weight_form(survey: Survey, data: QueryDict | None = None) -> ExpertWeightForm:
    return ExpertWeightForm(data, tree=kept_questions(survey.edition).tree)


@login_required
@require_safe
def expert(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *READS)
    return _expert_page(request, survey, _with_status(survey, code), _weight_form(survey))


@login_required
@require_POST
def expert_weight(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """Say how much the expert counts, in the whole tree or in one branch."""
    survey = survey_for(request.user, survey_id, *RUNS)
    found, form = _with_status(survey, code), _weight_form(survey, request.POST)
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


def _with_status(survey: Survey, code: str) -> Any:
    return expert_in(survey, code, with_standing(survey.experts.all(), survey))


def _expert_page(request: HttpRequest, survey: Survey, found: Any, form: ExpertWeightForm) -> HttpResponse:
    said, sections = said_by(found), sections_of(found)
    progress = progress_of(found, said, sections)
    submissions = list(found.submissions.select_related("submitted_by").order_by("-number"))
    looks = second_looks(found, submissions[0].revision if submissions else 0)
    told = decisions_told(survey, found)
    return survey_page(
        request,
        survey,
        "progress",
        "expert_detail",
        expert=found,
        progress=progress,
        status=found.status,
        status_label=STATUSES[found.status],
        removable=not found.started_at and not found.revision,
        links=found.invitation.links.select_related("created_by").order_by("-created_at"),
        submissions=submissions,
        signs=_signs(found, submissions),
        told=told,
        open=still_open(told, None),
        job=next(iter(submission_jobs(submissions).values()), None),
        weight_form=form,
        weights_fixed=survey.state in SETTLED,
        branch_weights=found.branch_weights.select_related("node"),
        **looks,
        sections=sections_told(found, said, sections),
        transcripts=transcripts_of(found),
        drafts=draft_count(found),
        late=late_of(found),
        letters=letters_of(found),
    )


def _signs(found: Expert, submissions: list[Submission]) -> list[Sign]:
    """Of what was handed in last."""
    if not submissions:
        return []
    submissions[0].expert = found
    return signs_of(submissions[0], kept_questions(found.survey.edition))


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
    link = personal_link(token)
    context = {"expert": found, "link": link, "qr": qr_svg(link), "short": short_text(found, link)}
    return survey_page(request, survey, "progress", "link", **context)


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
