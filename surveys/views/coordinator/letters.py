"""Writing to experts: which letter to whom, exactly who gets what, one button; and letters that leave otherwise."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from surveys.access import RUNS, survey_for
from surveys.errors import Refused
from surveys.exports.letters import letters_csv, letters_xlsx
from surveys.forms.letters import ChooseForm
from surveys.forms.uploads import signed, unsigned
from surveys.mail import mail_is_set
from surveys.models import InvitationLink, LetterKind, Survey
from surveys.qr import qr_svg
from surveys.selectors.letter_texts import HandedOver, has_own_words, letter_to, words_of
from surveys.selectors.recipients import LeftOut, Recipient, Recipients, recipients
from surveys.services.letters import letters_hand_over
from surveys.services.mailings import ASKS, Sending, mailing_send
from surveys.tasks import enqueue
from surveys.views.coordinator.pages import account, survey_page

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONFIRMED = "sending"
MOST_LISTED = 1_000
"""Experts in the list of boxes to tick; of a larger panel they are ticked on the page of its progress."""


@login_required
@require_safe
def letters_new(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Choose the letter, and single experts where it is not for everybody."""
    survey = survey_for(request.user, survey_id, *RUNS)
    ticked, everybody = request.GET.getlist("only"), survey.experts.select_related("person").order_by("pk")
    large = everybody.count() > MOST_LISTED
    experts = everybody.filter(code__in=ticked[:MOST_LISTED]) if large else everybody
    kind = request.GET.get("kind") if request.GET.get("kind") in LetterKind.values else LetterKind.INVITATION
    context = {
        "large": large,
        "experts": experts,
        "kinds": LetterKind.choices,
        "kind": kind,
        "mail_is_set": mail_is_set(),
    }
    return survey_page(request, survey, "letters", "letters_new", ticked=ticked, **context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letters_send(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Exactly who gets what, and who is left out and why. The one button sends to those who are shown."""
    survey = survey_for(request.user, survey_id, *RUNS)
    salt = f"letters:{survey.pk}"
    if request.method == "POST":
        return _sent(request, survey, salt)
    if "kind" not in request.GET:
        return redirect("surveys:letters_new", survey.pk)
    kind, only = _chosen(request.GET, survey)
    found = recipients(survey, kind, only)
    words = words_of(survey, kind)
    payload = {"kind": kind, "shown": found.addresses, "words": words.hash, "key": str(uuid.uuid4())}
    context = {
        **_shown(request, survey, found, kind, only),
        "mail_is_set": mail_is_set(),
        "closed": kind in ASKS and not survey.takes_answers,
        "sending": signed(payload, salt),
    }
    return survey_page(request, survey, "letters", "letters_send", **context)


def _chosen(asked: QueryDict, survey: Survey) -> tuple[str, list[str]]:
    """The letter and the experts that were asked for. What is not there is not found."""
    form = ChooseForm(asked, survey=survey)
    if not form.is_valid():
        raise Http404("No such letter, or no such expert.")
    return form.cleaned_data["kind"], form.cleaned_data["only"]


def _shown(request: HttpRequest, survey: Survey, found: Recipients, kind: str, only: list[str]) -> dict[str, Any]:
    """The recipients, and the letter as one of them gets it: the first one, or the one that the address names."""
    wanted = request.GET.get("for", "")
    looked_at = next((one for one in found.going if one.expert.code == wanted), next(iter(found.going), None))
    return {
        "found": found,
        "kind": kind,
        "kind_label": LetterKind(kind).label,
        "only": only,
        "address": urlencode({"kind": kind, "only": only}, doseq=True),
        "looked_at": looked_at,
        "letter": letter_to(looked_at.expert, kind, words_of(survey, kind)) if looked_at else None,
        "own_words": kind in has_own_words(survey),
    }


def _sent(request: HttpRequest, survey: Survey, salt: str) -> HttpResponseRedirect:
    """Send what was shown; pressed twice, or again after going back, it was sent already."""
    try:
        asked = unsigned(request.POST.get(CONFIRMED, ""), salt)
        shown = {int(expert): address for expert, address in asked["shown"].items()}
        with transaction.atomic():
            sending = mailing_send(
                survey, asked["kind"], shown=shown, words_hash=asked["words"],
                key=uuid.UUID(asked["key"]), user=account(request),
            )  # fmt: skip
            if sending.job:
                enqueue(sending.job)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("surveys:letters", args=[survey.pk]))
    _say(request, sending)
    return HttpResponseRedirect(f"{reverse('surveys:letters', args=[survey.pk])}?mailing={sending.mailing.pk}")


def _say(request: HttpRequest, sending: Sending) -> None:
    if sending.repeated:
        messages.info(request, _("These letters were sent when you pressed the button before. Nothing was sent twice."))
        return
    count = sending.mailing.letters.count()
    said = ngettext("%(count)d letter is on its way.", "%(count)d letters are on their way.", count)
    messages.success(request, said % {"count": count})
    if sending.left_out:
        said = _("Left out since the page was opened: %(experts)s.")
        messages.warning(request, said % {"experts": ", ".join(map(_why, sending.left_out))})


def _why(one: Recipient | LeftOut) -> str:
    return f"{one.expert.code} ({one.why_not or _('another address')})"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letters_copy(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Letters with links, to be sent by a closed mail system or handed over: as a page, a table, or cards to print."""
    survey = survey_for(request.user, survey_id, *RUNS)
    asked = request.POST if request.method == "POST" else request.GET
    if "kind" not in asked:
        return redirect("surveys:letters_new", survey.pk)
    kind, only = _chosen(asked, survey)
    found = recipients(survey, kind, only, mail=False)
    way = request.POST.get("way", "")
    if request.method != "POST" or way not in WAYS:
        context = _shown(request, survey, found, kind, only)
        return survey_page(request, survey, "letters", "letters_copy", **context)
    channel = InvitationLink.Channel.PRINTED if way == "cards" else InvitationLink.Channel.SHOWN
    experts = [one.expert for one in found.going]
    try:
        made = letters_hand_over(survey, kind, experts, channel=channel, user=account(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("surveys:letters", survey.pk)
    return WAYS[way](request, survey, made)


def _page(request: HttpRequest, survey: Survey, made: list[HandedOver]) -> HttpResponse:
    return survey_page(request, survey, "letters", "letters_copied", made=made)


def _cards(request: HttpRequest, survey: Survey, made: list[HandedOver]) -> HttpResponse:
    cards = [(one, qr_svg(one.url)) for one in made]
    return survey_page(request, survey, "letters", "letters_cards", cards=cards)


def _csv(_request: HttpRequest, _survey: Survey, made: list[HandedOver]) -> HttpResponse:
    return _file(letters_csv(made), CSV, "csv")


def _xlsx(_request: HttpRequest, _survey: Survey, made: list[HandedOver]) -> HttpResponse:
    return _file(letters_xlsx(made), XLSX, "xlsx")


def _file(content: bytes, kind: str, ending: str) -> HttpResponse:
    name = f"{_('Letters')}.{ending}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=kind, headers=headers)


WAYS = {"page": _page, "csv": _csv, "xlsx": _xlsx, "cards": _cards}
