"""What the expert's and the coordinator's pages of a questionnaire outside the browser have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import ngettext

from surveys.errors import Refused
from surveys.exports.questionnaire_workbook import TYPE, questionnaire_name, questionnaire_xlsx
from surveys.forms.sheet import AnswersForm, changes_from, changes_payload
from surveys.forms.uploads import signed, unsigned
from surveys.models import Expert, JudgmentEvent
from surveys.selectors.questionnaire import way_of
from surveys.selectors.sheet import sheet_preview
from surveys.services.sheets import answers_import

FIELD = "changes"


def workbook(expert: Expert, *, named: bool, filled: bool) -> HttpResponse:
    if not way_of(expert).total:
        raise Http404("Nothing is asked.")
    headers = {
        "Content-Disposition": content_disposition_header(True, questionnaire_name(expert)) or "attachment",
        "Cache-Control": "no-store",
    }
    return HttpResponse(questionnaire_xlsx(expert, named=named, filled=filled), content_type=TYPE, headers=headers)


def looked_at(request: HttpRequest, expert: Expert, salt: str, *, tells: bool) -> dict[str, Any]:
    """The upload form, or what the file would change. Nothing is stored."""
    sent = request.POST if request.method == "POST" else None
    form = AnswersForm(sent, request.FILES if sent is not None else None, expert=expert, tells=tells)
    if form.is_valid():
        preview = sheet_preview(expert, form.rows)
        try:
            return {"preview": preview, FIELD: signed(changes_payload(preview), salt)}
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return {"form": form, "problems": form.problems}


def stored(request: HttpRequest, expert: Expert, salt: str, *, user: User | None) -> bool:
    """Store what the preview showed, and say what became of it."""
    try:
        brought = changes_from(unsigned(request.POST[FIELD], salt))
        events = answers_import(expert, brought.answers, base=brought.base, shown=brought.shown, user=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    _say(request, events)
    return True


def _say(request: HttpRequest, events: Sequence[JudgmentEvent]) -> None:
    disputed = sum(event.conflict for event in events)
    count = len(events) - disputed
    said = ngettext("%(count)d answer was stored.", "%(count)d answers were stored.", count)
    messages.success(request, said % {"count": count})
    if disputed:
        said = ngettext(
            "%(count)d answer had been changed elsewhere meanwhile and was not overwritten: the expert chooses.",
            "%(count)d answers had been changed elsewhere meanwhile and were not overwritten: the expert chooses.",
            disputed,
        )
        messages.warning(request, said % {"count": disputed})
