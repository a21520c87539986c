"""Who would get a letter, and who is left out and why. The page shows it, and sending asks once more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.models import Expert, InvitationLink, LetterKind, Survey
from surveys.selectors.letter_texts import language_of_expert
from surveys.selectors.letters import APART, MOST_REMINDERS, ON_THE_WAY, History, State, histories_of
from surveys.selectors.revisions import experts_asked_again
from surveys.selectors.roster import Member, roster

BATCH = 5_000
"""Letters that one press of the button sends: what a page can show, sign and carry. The next press sends the next."""

NO_ADDRESS = _("no e-mail address")
REVOKED = _("invitation revoked")
DECLINED = _("does not take part")
ON_ITS_WAY = _("such a letter is on its way")
INVITED = _("invited already")
BEGUN = _("has begun already")
RETURNED = _("the last letter came back: correct the address")
SUBMITTED = _("has submitted")
NOT_SUBMITTED = _("has not submitted")
NOT_INVITED = _("not invited yet: send the invitation first")
PAUSED = _("reminders are paused")
REMINDED_ENOUGH = _("three reminders already")
ASKED_LATELY = _("asked less than three days ago")
NOTHING_TO_LOOK_AT = _("nothing to look at again")
THANKED = _("thanked already")


@dataclass(frozen=True)
class Recipient:
    """One expert to whom the letter goes."""

    expert: Expert
    why_not = ""

    @property
    def address(self) -> str:
        return self.expert.person.email if self.expert.person else ""

    @property
    def language(self) -> str:
        return language_of_expert(self.expert)


@dataclass(frozen=True)
class LeftOut:
    """One to whom it does not go, and why."""

    expert: Member
    why_not: str | Promise


@dataclass(frozen=True)
class Recipients:
    """`later` counts those whose turn comes with the next batch."""

    going: list[Recipient]
    left_out: list[LeftOut]
    later: int = 0

    @property
    def addresses(self) -> dict[int, str]:
        """Expert → the address that the letter goes to."""
        return {one.expert.pk: one.address for one in self.going}


@dataclass(frozen=True)
class Panel:
    """What decides who gets a letter, for the whole panel. `chosen`: somebody picked these experts by hand."""

    kind: str
    chosen: bool
    histories: dict[int, History]
    asked_again: set[int]
    linked: set[int]


def recipients(survey: Survey, kind: str, chosen: Collection[str] = (), *, mail: bool = True) -> Recipients:
    """Everybody whom a letter of this kind is for, or the experts with these codes. Six queries at most.

    Without `mail` (letters that are handed over in another way) no address is needed.
    """
    panel = _panel(survey, kind, bool(chosen))
    asked = survey.experts.filter(code__in=chosen) if chosen else survey.experts.all()
    told = [(member, next(_objections(member, panel, mail), None)) for member in roster(asked)]
    going = [member.pk for member, why_not in told if why_not is None]
    now = going[:BATCH] if mail else going
    left_out = [LeftOut(member, why_not) for member, why_not in told if why_not is not None]
    return Recipients(_reached(survey, now), left_out, len(going) - len(now))


def _reached(survey: Survey, going: list[int]) -> list[Recipient]:
    found = []
    for first in range(0, len(going), BATCH):
        experts = survey.experts.filter(pk__in=going[first : first + BATCH]).select_related("person", "invitation")
        for expert in experts.order_by("pk"):
            expert.survey = survey
            found.append(Recipient(expert))
    return found


def _panel(survey: Survey, kind: str, chosen: bool) -> Panel:
    asked_again = experts_asked_again(survey) if kind == LetterKind.REVISION else set()
    linked: set[int] = set()
    if kind == LetterKind.REMINDER:
        links = InvitationLink.objects.filter(invitation__expert__survey=survey)
        linked = set(links.order_by().values_list("invitation__expert_id", flat=True))
    return Panel(kind, chosen, histories_of(survey), asked_again, linked)


def _objections(expert: Member, panel: Panel, mail: bool) -> Iterator[str | Promise]:
    history = panel.histories.get(expert.pk, History())
    address = expert.person.email if expert.person else ""
    if mail and not address:
        yield NO_ADDRESS
    if expert.invitation.revoked_at:
        yield REVOKED
    if expert.declined_at:
        yield DECLINED
    if mail and any(line.kind == panel.kind and line.state in ON_THE_WAY for line in history.lines):
        yield ON_ITS_WAY
    yield from _OBJECTIONS[LetterKind(panel.kind)](expert, panel, history)
    if mail and not panel.chosen and history.returned and history.returned.address == address:
        yield RETURNED


def _to_invite(expert: Member, panel: Panel, history: History) -> Iterator[str | Promise]:
    if expert.submitted_at:
        yield SUBMITTED
    if not panel.chosen and history.of_kind(LetterKind.INVITATION, State.BOUNCED):
        yield INVITED
    if not panel.chosen and expert.started_at:  # by a link that came in another way
        yield BEGUN


def _to_remind(expert: Member, panel: Panel, history: History) -> Iterator[str | Promise]:
    if expert.submitted_at:
        yield SUBMITTED
    if expert.reminders_paused:
        yield PAUSED
    if expert.pk not in panel.linked and not expert.started_at:
        yield NOT_INVITED
    if history.reminders >= MOST_REMINDERS:
        yield REMINDED_ENOUGH
    last = history.last_asked_at(
        *([State.UNKNOWN] if panel.chosen else [])
    )  # by hand, what perhaps never left goes again
    if last and last > timezone.now() - APART:
        yield ASKED_LATELY


def _to_ask_again(expert: Member, panel: Panel, history: History) -> Iterator[str | Promise]:
    if expert.pk not in panel.asked_again:
        yield NOTHING_TO_LOOK_AT
    sent = [line.at for line in history.of_kind(LetterKind.REVISION, State.BOUNCED)]
    if not panel.chosen and sent and max(sent) > timezone.now() - APART:
        yield ASKED_LATELY


def _to_thank(expert: Member, panel: Panel, history: History) -> Iterator[str | Promise]:
    if not expert.submitted_at:
        yield NOT_SUBMITTED
    if not panel.chosen and history.of_kind(LetterKind.THANKS, State.BOUNCED):
        yield THANKED


_OBJECTIONS = {
    LetterKind.INVITATION: _to_invite,
    LetterKind.REMINDER: _to_remind,
    LetterKind.REVISION: _to_ask_again,
    LetterKind.THANKS: _to_thank,
}
