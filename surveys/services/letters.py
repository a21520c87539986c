"""All about letters but the sending: words, what came back, whom not to remind, and letters handed over otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.contrib.auth.models import User
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.addresses import personal_link
from surveys.errors import Refused
from surveys.files.returned import Returned
from surveys.letter_words import Written
from surveys.mail import NotSent, message_for, post
from surveys.models import AuditEvent, Expert, InvitationLink, Letter, LetterText, Person, Survey
from surveys.selectors.letter_texts import HandedOver, letter_to, words_of
from surveys.selectors.letters import APART, MOST_REMINDERS
from surveys.services.audit import audit
from surveys.services.mailings import check_sendable
from surveys.services.panel import link_mint

TESTS_AN_HOUR = 20
LONGEST_REASON = 400
MAY_RETURN = (Letter.State.SENT, Letter.State.UNKNOWN, Letter.State.SENDING)


@transaction.atomic
def words_set(
    survey: Survey, kind: str, *, subject: dict[str, str], body: dict[str, str], user: User | None
) -> LetterText:
    """The survey's own words for one kind of letter. They were checked by the form; letters sent stay as they were."""
    text, _made = LetterText.objects.update_or_create(
        survey=survey, kind=kind, defaults={"subject": subject, "body": body}
    )
    audit("letters.words", survey, user=user, survey=survey, new={"kind": kind})
    return text


@transaction.atomic
def words_reset(survey: Survey, kind: str, *, user: User | None) -> None:
    if LetterText.objects.filter(survey=survey, kind=kind).delete()[0]:
        audit("letters.words_reset", survey, user=user, survey=survey, new={"kind": kind})


def letter_test(survey: Survey, kind: str, expert: Expert, *, user: User) -> str:
    """Send the letter to the account that asks, as this expert would get it, and return the address.

    Its link is a sample that opens nothing. Raises Refused with the mail server's words where it does not leave.
    """
    check_sendable(survey, "")
    address = user.email
    if not address:
        raise Refused(_("Your account has no e-mail address: ask the administrator to enter it."))
    since = timezone.now() - timedelta(hours=1)
    if AuditEvent.objects.filter(action="letter.tested", user=user, at__gt=since).count() >= TESTS_AN_HOUR:
        raise Refused(_("That were many trial letters within an hour: wait a little."))
    text = letter_to(expert, kind, words_of(survey, kind))
    trial = Written(_("[Trial] %(subject)s") % {"subject": text.subject}, text.body, text.language, text.url)
    audit("letter.tested", survey, user=user, survey=survey, new={"kind": kind})
    try:
        with post() as out:
            out.send(message_for(trial, name=user.get_full_name(), address=address))
    except NotSent as failure:
        raise Refused(_("The mail server did not take the letter: %(words)s") % {"words": failure.words}) from failure
    return address


@transaction.atomic
def letter_returned(letter: Letter, *, words: str, user: User | None) -> bool:
    """The letter came back. False where it had not been sent, or was known to have come back."""
    reason = words.strip()[:LONGEST_REASON]
    sent = Letter.objects.filter(pk=letter.pk, state__in=MAY_RETURN)
    if not sent.update(state=Letter.State.BOUNCED, bounced_at=timezone.now(), error=reason):
        return False
    survey = letter.mailing.survey
    audit(
        "letter.returned", letter.expert.code, user=user, survey=survey, new={"address": letter.address}, reason=reason
    )
    return True


@dataclass(frozen=True)
class Bounces:
    """What became of returned mails. `unknown` belong to no letter of the survey; `known` had come back before."""

    marked: list[Letter]
    known: list[Returned]
    unknown: list[Returned]


@transaction.atomic
def letters_bounced(survey: Survey, returned: Sequence[Returned], *, user: User | None) -> Bounces:
    """Returned mails find their letters. Reading the same ones twice changes nothing."""
    ids = [one.message_id for one in returned]
    letters = Letter.objects.filter(mailing__survey=survey, message_id__in=ids)
    by_id = {letter.message_id: letter for letter in letters.select_related("mailing__survey", "expert")}
    bounces = Bounces([], [], [])
    for one in returned:
        letter = by_id.get(one.message_id)
        if letter is None:
            bounces.unknown.append(one)
        elif letter_returned(letter, words=one.words, user=user):
            bounces.marked.append(letter)
        else:
            bounces.known.append(one)
    return bounces


@transaction.atomic
def address_correct(expert: Expert, email: str, *, user: User | None) -> None:
    """Another address for this person, here and in every survey that knows them."""
    if expert.person is None:
        raise Refused(_("%(code)s has no name, so there is nobody to write to.") % {"code": expert.code})
    validate_email(email)
    old = expert.person.email
    if email == old:
        return
    Person.objects.filter(pk=expert.person.pk).update(email=email)
    expert.person.email = email
    audit("person.address", expert.code, user=user, survey=expert.survey, old={"address": old}, new={"address": email})


@transaction.atomic
def reminders_pause(expert: Expert, paused: bool, *, user: User | None) -> None:
    """No reminders to this expert, neither by hand nor automatic; or again some."""
    if Expert.objects.filter(pk=expert.pk).exclude(reminders_paused=paused).update(reminders_paused=paused):
        act = "reminders.paused" if paused else "reminders.resumed"
        audit(act, expert.code, user=user, survey=expert.survey)


@transaction.atomic
def reminders_set(survey: Survey, *, on: bool, days: Sequence[int], user: User | None) -> None:
    """Whether reminders are sent by themselves, and how many days after the invitation."""
    days = sorted(set(days))
    close = any(later - earlier < APART.days for earlier, later in pairwise(days))
    if close or not 1 <= len(days) <= MOST_REMINDERS:
        raise Refused(_("Write one to three numbers of days, at least three apart, such as 3, 7, 10."))
    if days[0] < APART.days or days[-1] > 365:
        raise Refused(
            _("The first reminder comes three days after the invitation at the earliest, the last within a year.")
        )
    found = Survey.objects.select_for_update().get(pk=survey.pk)
    old = {"reminders": found.reminders, "reminder_days": found.reminder_days}
    new = {"reminders": on, "reminder_days": days}
    if old == new:
        return
    Survey.objects.filter(pk=survey.pk).update(**new)
    survey.reminders, survey.reminder_days = on, days
    audit("reminders.settings", survey, user=user, survey=survey, old=old, new=new)


@transaction.atomic
def letters_hand_over(
    survey: Survey, kind: str, experts: Iterable[Expert], *, channel: str, user: User | None
) -> list[HandedOver]:
    """Mint a link for each of these experts and put it into their letter. Nothing is sent; the log says who asked."""
    words = words_of(survey, kind)
    made = []
    for expert in experts:
        url = personal_link(link_mint(expert, channel=channel, user=user))
        address = expert.person.email if expert.person else ""
        made.append(HandedOver(expert, address, letter_to(expert, kind, words, url=url)))
    if not made:
        raise Refused(_("There is nobody to hand a letter to: add experts, or choose others."))
    act = "letters.printed" if channel == InvitationLink.Channel.PRINTED else "letters.copied"
    audit(act, survey, user=user, survey=survey, new={"kind": kind, "letters": len(made)})
    return made


def short_text(expert: Expert, url: str) -> str:
    """A few words for a chat, with the link on a line of its own so that chats make it one to tap."""
    title = str(expert.survey)
    name = expert.person.name if expert.person else ""
    hello = _("%(name)s, hello! ") % {"name": name} if name else ""
    return (
        hello
        + _("Please give your judgment on “%(title)s” here (this link is for you alone):") % {"title": title}
        + f"\n{url}"
    )
