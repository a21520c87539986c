"""The audit log of a survey: some of it, a page at a time, and as a file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from surveys.access import READS, survey_for
from surveys.exports.log import MOST, TYPES, log_bytes
from surveys.forms.log import LogForm
from surveys.models import Survey
from surveys.selectors.log import log_choices, log_chosen, log_of
from surveys.services.looks import export_note
from surveys.views.coordinator.pages import account, survey_page

PAGE = 50


@login_required
@require_safe
def audit_log(request: HttpRequest, survey_id: int) -> HttpResponse:
    found = survey_for(request.user, survey_id, *READS)
    form = _form(request, found)
    chosen = form.chosen()
    page = Paginator(log_chosen(log_of(found), chosen), PAGE).get_page(request.GET.get("page"))
    return survey_page(request, found, "log", "audit_log", page=page, form=form, chosen=chosen)


@login_required
@require_safe
def audit_log_export(request: HttpRequest, survey_id: int, kind: str) -> HttpResponse:
    """What is chosen on the page, all pages of it."""
    if kind not in TYPES:
        raise Http404("No such kind of file.")
    found = survey_for(request.user, survey_id, *READS)
    events = log_chosen(log_of(found), _form(request, found).chosen())[:MOST]
    content = log_bytes(events, kind, found.anonymity)
    export_note(found, f"log.{kind}", user=account(request))
    name = f"log-{found.pk}-{timezone.localdate():%Y%m%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)


def _form(request: HttpRequest, found: Survey) -> LogForm:
    acts, accounts = log_choices(found)
    return LogForm(request.GET, acts=acts, accounts=accounts)
