"""Delivery: the letters of a mailing leave one by one, and each leaves at most once.

One job delivers one mailing, in short turns: it takes some letters, goes back to the end of the queue, and so neither a
large mailing nor a slow mail server keeps other work waiting. A letter is `sending` before the mail server is asked.
Whoever finds it in that state afterwards cannot know whether it left: it becomes `unknown`, and only a person sends it
again. What the server puts off is tried again later, each time after a longer while.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from surveys.addresses import personal_link
from surveys.errors import Refused
from surveys.mail import NotSent, Post, Trouble, mail_is_set, message_for, post
from surveys.models import Expert, InvitationLink, Job, Letter, LetterKind, Mailing
from surveys.selectors.letter_texts import letter_to, words_in
from surveys.services.jobs import NotYet, job_progress, told
from surveys.services.mailings import ASKS, NO_SERVER, TAKES_NONE
from surveys.services.panel import link_mint
from surveys.tokens import token_hash

log = logging.getLogger(__name__)

TURN_LETTERS, TURN_SECONDS = 20, 5.0
DELAYS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720)]
"""After so many tries that a mail server put off; then the letter is given up, and a person looks at it."""

State = Letter.State

SUBMITTED_MEANWHILE = gettext_lazy("Not needed any more: submitted meanwhile.")
SETTINGS = gettext_lazy(
    "The mail server does not let us in: ask the administrator to look at the mail settings. {words}"
)
BROKEN = gettext_lazy("The letter could not be made: look at the name and the address.")


def mailing_deliver(job: Job) -> Callable[[], None]:
    """One turn. Raises NotYet while letters wait."""
    mailing = Mailing.objects.select_related("survey__edition", "survey__created_by", "sent_by").get(pk=job.subject)
    letters = Letter.objects.filter(mailing=mailing)
    letters.filter(state=State.SENDING).update(state=State.UNKNOWN)  # a worker died between asking and hearing
    if not mail_is_set():
        _give_up(mailing, told(Refused(NO_SERVER)))
        return lambda: None
    until = time.monotonic() + TURN_SECONDS
    with post() as out:
        for letter in letters.filter(_ready()).select_related("expert__person", "expert__invitation")[:TURN_LETTERS]:
            _deliver(mailing, letter, out)
            if time.monotonic() > until:
                break
    total = letters.count()
    waiting = letters.filter(state=State.WAITING)
    job_progress(job, total - waiting.count(), total)
    if waiting.filter(_ready()).exists():
        raise NotYet
    if waiting.exists():
        raise NotYet(max(waiting.aggregate(at=Min("try_after"))["at"] - timezone.now(), timedelta(seconds=1)))
    return lambda: None


def _ready() -> Q:
    return Q(state=State.WAITING) & (Q(try_after=None) | Q(try_after__lte=timezone.now()))


def _deliver(mailing: Mailing, letter: Letter, out: Post) -> None:
    letter.expert.survey = mailing.survey
    token = _claimed(mailing, letter)
    if token is None:
        return
    try:
        out.send(_message(mailing, letter, token))
    except NotSent as failure:
        _failed(mailing, letter, failure)
    except Exception as error:  # one letter that cannot be made stops no other
        log.warning("Letter %s could not be made: %s", letter.pk, type(error).__name__)
        _settle(letter, State.FAILED, error=told(Refused(BROKEN)))
    else:
        _settle(letter, State.SENT, sent_at=timezone.now(), error="")


def _claimed(mailing: Mailing, letter: Letter) -> str | None:
    """The token of a fresh link, once the letter is ours to send; None where it is not, or is not needed any more."""
    with transaction.atomic():
        ours = Letter.objects.filter(pk=letter.pk, state=State.WAITING)
        if not ours.update(state=State.SENDING, message_id=_message_id(mailing, letter)):
            return None
        try:
            _check_needed(mailing, letter.expert)
            token = link_mint(letter.expert, channel=InvitationLink.Channel.MAIL, user=mailing.sent_by)
        except Refused as refusal:
            _settle(letter, State.FAILED, error=told(refusal))
            return None
        letter.link = InvitationLink.objects.get(token_hash=token_hash(token))
        Letter.objects.filter(pk=letter.pk).update(link=letter.link)
    return token


def _check_needed(mailing: Mailing, expert: Expert) -> None:
    """Between the button and this moment the survey may have closed, or the answers may have come."""
    if mailing.kind in ASKS and not mailing.survey.takes_answers:
        raise Refused(TAKES_NONE)
    if mailing.kind in (LetterKind.INVITATION, LetterKind.REMINDER) and expert.submitted_at:
        raise Refused(SUBMITTED_MEANWHILE)


def _message_id(mailing: Mailing, letter: Letter) -> str:
    """From the row alone, so that a returned mail finds its letter."""
    return f"<letter.{letter.pk}.{mailing.key.hex}@{settings.SITE.host}>"


def _message(mailing: Mailing, letter: Letter, token: str) -> EmailMultiAlternatives:
    expert = letter.expert
    text = letter_to(expert, mailing.kind, words_in(mailing), url=personal_link(token), language=letter.language)
    writer = mailing.sent_by or mailing.survey.created_by
    return message_for(
        text,
        name=expert.person.name if expert.person else "",
        address=letter.address,
        message_id=_message_id(mailing, letter),
        reply_to=writer.email if writer else "",
        by_itself=mailing.sent_by is None,
    )


def _failed(mailing: Mailing, letter: Letter, failure: NotSent) -> None:
    words, trouble = failure.words, failure.trouble
    if letter.link and trouble is not Trouble.DOUBT:  # nobody has it
        InvitationLink.objects.filter(pk=letter.link.pk).update(revoked_at=timezone.now())
    if trouble is Trouble.DOUBT:
        _settle(letter, State.UNKNOWN, error=words)
        raise NotYet(DELAYS[0])  # the next one would end alike
    if trouble is Trouble.ADDRESS:
        _settle(letter, State.BOUNCED, error=words, bounced_at=timezone.now())
    elif trouble is Trouble.LETTER:
        _settle(letter, State.FAILED, error=words)
    elif trouble is Trouble.SERVER:
        sentence = told(Refused(format_lazy(SETTINGS, words=words)))
        _settle(letter, State.FAILED, error=sentence)
        _give_up(mailing, sentence)
    else:
        _put_off(mailing, letter, failure)


def _put_off(mailing: Mailing, letter: Letter, failure: NotSent) -> None:
    whole_server = failure.trouble is Trouble.SERVER_LATER
    if letter.attempts >= len(DELAYS):
        _settle(letter, State.FAILED, error=failure.words)
        if whole_server:
            _give_up(mailing, failure.words)
        return
    delay = DELAYS[letter.attempts]
    later = None if whole_server else timezone.now() + delay
    _settle(letter, State.WAITING, error=failure.words, attempts=letter.attempts + 1, try_after=later)
    if whole_server:
        raise NotYet(delay)


def _give_up(mailing: Mailing, error: str) -> None:
    Letter.objects.filter(mailing=mailing, state=State.WAITING).update(state=State.FAILED, error=error)


def _settle(letter: Letter, state: str, **values: object) -> None:
    """The one who sent knows better than the one who found it `sending` and called it unknown."""
    Letter.objects.filter(pk=letter.pk, state__in=(State.SENDING, State.UNKNOWN)).update(state=state, **values)
