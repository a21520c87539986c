"""Storing answers: one by one from a page or from the queue of a script, and taking the newest one back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from surveys.errors import Refused
from surveys.forms.answer import AnswerForm
from surveys.models import Expert
from surveys.selectors.circles import circle_note
from surveys.selectors.questionnaire import said_by, trail_of
from surveys.selectors.structure import structure_of
from surveys.services.judgments import Answer, ClosedSurvey, Recorded, judgment_record, judgment_undo
from surveys.services.late import late_keep

from .session import cookie_path, for_expert, go, go_to_pair

ANSWERS_BETWEEN_NOTES = 10
"""A circle is told at most once in so many answers."""


def store(expert: Expert, form: AnswerForm) -> Recorded:
    given = form.cleaned_data
    return judgment_record(
        expert,
        given["comparison"],
        given["answer"],
        client_key=given["client_key"],
        base_revision=given["base_revision"],
        shown=form.shown(),
    )


@require_POST
@for_expert
def save(request: HttpRequest, expert: Expert) -> HttpResponse:
    """One answer from the script's queue. It may come twice, late, or out of order: the reply says what became of it.

    200 stored; 409 another device said something else, and the expert is asked; 410 too late, kept apart; 422 it can
    never be stored as it is.
    """
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": " ".join(map(str, form.non_field_errors()))}, status=422)
    try:
        recorded = store(expert, form)
    except ClosedSurvey as closed:
        return JsonResponse({"error": keep_late(expert, form, closed)}, status=410)
    except Refused as refused:
        return JsonResponse({"error": str(refused)}, status=422)
    if recorded.conflict:
        return _conflict(expert, form.cleaned_data)
    reply: dict[str, Any] = {"revision": recorded.event.revision, "saved": clock(recorded)}
    response = JsonResponse(reply)
    note = note_on(request, expert, recorded)
    if note:
        response = JsonResponse(reply | {"circle": note})
        remember_note(response, expert, recorded)
    return response


def clock(recorded: Recorded) -> str:
    return timezone.localtime(recorded.event.received_at).strftime("%H:%M")


def _conflict(expert: Expert, given: dict[str, Any]) -> HttpResponse:
    pair = structure_of(expert.survey.edition).pairs[given["comparison"]]
    sentence = _("You answered this pair differently on another device. Which answer should count?")
    url = reverse("surveys:pair", args=[expert.survey_id, pair.position])
    return JsonResponse({"error": sentence, "url": url}, status=409)


def keep_late(expert: Expert, form: AnswerForm, closed: ClosedSurvey) -> str:
    """Keep an answer that came too late apart, and say what became of it."""
    given = form.cleaned_data
    try:
        late_keep(expert, given["comparison"], given["answer"], given["client_key"])
    except Refused as refused:
        return str(refused)
    kept = _("This answer came after the end. It is kept apart, and whoever runs the survey can see it.")
    return f"{closed} {kept}"


def keep_late_rows(expert: Expert, answers: Mapping[int, Answer], page_key: str, closed: ClosedSurvey) -> str:
    """The same for a page of rows: what it says that was not said before. The same page again is the same answers."""
    said = said_by(expert)
    new = {
        pair: answer
        for pair, answer in answers.items()
        if pair not in said or answer != Answer(said[pair].more_important, said[pair].strength)
    }
    for pair, answer in new.items():
        late_keep(expert, pair, answer, uuid.uuid5(uuid.NAMESPACE_OID, f"{expert.pk} {page_key} {pair}"))
    if not new:
        return str(closed)
    kept = ngettext(
        "%(count)d answer came after the end. It is kept apart, and whoever runs the survey can see it.",
        "%(count)d answers came after the end. They are kept apart, and whoever runs the survey can see them.",
        len(new),
    )
    return f"{closed} {kept % {'count': len(new)}}"


@require_POST
@for_expert
def undo(request: HttpRequest, expert: Expert) -> HttpResponse:
    """Take the newest answer back: what was said before counts again, or nothing.

    `newest` is the answer that the page would take back: pressed twice, the second press finds another one.
    """
    newest, seen = trail_of(expert).last, request.POST.get("newest", "")
    if newest and seen and seen != str(newest.revision):
        return go_to_pair(expert, structure_of(expert.survey.edition).pairs[newest.pair].position)
    try:
        undone = judgment_undo(expert)
    except Refused as refused:
        messages.error(request, str(refused))
        return go("contents", expert)
    return go_to_pair(expert, undone.comparison.position if undone else None)


# --- the note on a circle ---


def note_on(request: HttpRequest, expert: Expert, recorded: Recorded) -> str:
    """The circle that this answer closed, as a sentence; nothing where one was told a moment ago."""
    if recorded.third is None or recorded.conflict:
        return ""
    told = request.COOKIES.get(_note_cookie(expert), "")
    if told.isascii() and told.isdigit() and recorded.event.revision - int(told[:9]) < ANSWERS_BETWEEN_NOTES:
        return ""
    return circle_note(expert, recorded.event, recorded.third)


def remember_note(response: HttpResponse, expert: Expert, recorded: Recorded) -> None:
    response.set_cookie(
        _note_cookie(expert),
        str(recorded.event.revision),
        path=cookie_path(expert.survey_id),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _note_cookie(expert: Expert) -> str:
    return f"quanheng_circle_{expert.survey_id}"


def fresh_token(request: HttpRequest) -> HttpResponse:
    """What a script gets whose page was open for so long that its token is void: a fresh one, to send again with."""
    return JsonResponse({"csrf": get_token(request)}, status=403)
