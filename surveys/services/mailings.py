"""Sending: what was shown and confirmed becomes a mailing, and a job that delivers it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.errors import Refused, Stale
from surveys.letter_words import Words
from surveys.mail import mail_is_set
from surveys.models import Expert, Job, Letter, LetterKind, Mailing, Survey
from surveys.selectors.letter_texts import language_of_expert, words_of
from surveys.selectors.letters import reminders_due
from surveys.selectors.recipients import BATCH, LeftOut, Recipient, recipients
from surveys.services.audit import audit
from surveys.services.buckets import MAILINGS_OF_A_SURVEY, take
from surveys.services.jobs import job_ensure

JOB = "mailing"
ASKS = (LetterKind.INVITATION, LetterKind.REMINDER, LetterKind.REVISION)

NO_SERVER = gettext_lazy("No mail server is set, so no letter can be sent. Copy the letters instead.")
TAKES_NONE = gettext_lazy("This survey takes no answers now: open it, or extend its deadline, before writing.")


@dataclass(frozen=True)
class Sending:
    """What became of a confirmation. `left_out` are those whose letter was shown and is not needed or possible now."""

    mailing: Mailing
    job: Job | None
    left_out: list[Recipient | LeftOut]
    repeated: bool = False


def check_sendable(survey: Survey, kind: str) -> None:
    """Raises Refused where no letter of this kind may leave now."""
    if not mail_is_set():
        raise Refused(str(NO_SERVER))
    if kind in ASKS and not survey.takes_answers:
        raise Refused(str(TAKES_NONE))


@transaction.atomic
def mailing_send(
    survey: Survey, kind: str, *, shown: Mapping[int, str], words_hash: str, key: uuid.UUID, user: User | None
) -> Sending:
    """Send to those experts who were shown, each to the address that was shown, in the words that were shown.

    Raises Refused where nobody is left, TooMany after very many mailings, and Stale where the words were changed
    meanwhile. Confirming twice sends once.
    """
    survey = Survey.objects.select_for_update().get(pk=survey.pk)  # two people, or two workers, one after the other
    known = Mailing.objects.filter(key=key, survey=survey).first()
    if known:
        return Sending(known, None, [], repeated=True)
    check_sendable(survey, kind)
    words = words_of(survey, kind)
    if words.hash != words_hash:
        raise Stale(_("The words of this letter were changed while this page was open: look at it again."))
    codes = list(survey.experts.filter(pk__in=shown).values_list("code", flat=True))
    now = recipients(survey, kind, codes)
    going = [one for one in now.going if shown[one.expert.pk] == one.address]
    if not codes or not going:
        raise Refused(_("Nobody is left to write to: everybody was written to, or has submitted, meanwhile."))
    take(MAILINGS_OF_A_SURVEY, survey.pk)
    mailing, job = _mailing_create(survey, kind, words, [one.expert for one in going], key, user)
    kept = {one.expert.pk for one in going}
    shown_now: list[Recipient | LeftOut] = [*now.going, *now.left_out]
    left_out = [one for one in shown_now if one.expert.pk not in kept]
    return Sending(mailing, job, left_out)


@transaction.atomic
def reminders_send(survey: Survey) -> Job | None:
    """The automatic reminders that are due now. Two workers that come at once send them once."""
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    if not mail_is_set() or not survey.takes_answers:
        return None
    due = reminders_due(survey)[:BATCH]  # the others when the clock asks next
    if not due:
        return None
    words = words_of(survey, LetterKind.REMINDER)
    return _mailing_create(survey, LetterKind.REMINDER, words, due, uuid.uuid4(), None)[1]


def _mailing_create(
    survey: Survey, kind: str, words: Words, experts: list[Expert], key: uuid.UUID, user: User | None
) -> tuple[Mailing, Job]:
    mailing = Mailing.objects.create(
        survey=survey, kind=kind, subject=dict(words.subject), body=dict(words.body), sent_by=user, key=key
    )
    Letter.objects.bulk_create(
        Letter(
            mailing=mailing,
            expert=expert,
            address=expert.person.email if expert.person else "",
            language=language_of_expert(expert),
        )
        for expert in experts
    )
    audit("letters.sent", survey, user=user, survey=survey, new={"kind": kind, "letters": len(experts)})
    return mailing, job_ensure(JOB, mailing.pk)
