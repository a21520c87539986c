"""The log of one expert, as it comes in a package, against the log that is here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from surveys.erased import unless_erased
from surveys.errors import Refused
from surveys.models import Comparison, Expert, JudgmentEvent
from surveys.packages.archive import Line
from surveys.selectors.packing import SHOWN
from surveys.services.chain import event_hash
from surveys.services.judgments import Answer, answer_check

Pairs = Mapping[tuple[str, str], Comparison]


@dataclass
class Log:
    """An expert's log on both sides: `line` is what the package says of the expert, `hashes` what is here and what
    comes, by number.
    """

    expert: Expert
    line: Line
    hashes: dict[int, str] = field(default_factory=dict)
    new: list[JudgmentEvent] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def wrong(self, sentence: str) -> None:
        self.problems.append(f"{self.expert.code}: {sentence}")


def log_take(log: Log, lines: Iterable[Line], pairs: Pairs, user: User) -> None:
    """Sort the events of a package into known and new ones. Stops at the first that does not fit."""
    here = JudgmentEvent.objects.filter(expert=log.expert)
    log.hashes = dict(here.order_by().values_list("revision", "hash"))
    after, known = log.line["after"], len(log.hashes)
    if after > known:
        named = {"after": after, "known": known}
        log.wrong(
            _(
                "the package goes on after event %(after)d, and only %(known)d are here. Import the package before "
                "it, or have all answers exported at once."
            )
            % named
        )
        return
    for number, line in enumerate(lines, start=after + 1):
        if not _follows(log, number, line) or not _event(log, number, line, pairs, user):
            return
    if log.hashes.get(log.line["revision"], "") != log.line["head"]:
        log.wrong(_("the log here is not the one in the package: these are the answers of two different logs."))


def _follows(log: Log, number: int, line: Line) -> bool:
    if line["revision"] != number or line["previous"] != log.hashes.get(number - 1, ""):
        log.wrong(
            _("event %(number)d does not follow upon what is here: it comes from another log.") % {"number": number}
        )
        return False
    known = log.hashes.get(number)
    if known is not None and known != line["hash"]:
        log.wrong(_("event %(number)d is another one here: it comes from another log.") % {"number": number})
        return False
    return True


def _event(log: Log, number: int, line: Line, pairs: Pairs, user: User) -> bool:
    """Keep the event for storing where it is not here yet; False where it is not what its hash was taken over."""
    if number in log.hashes:
        return True
    event = _row(log.expert, line, pairs[line["item_a"], line["item_b"]], user)
    if event_hash(event, log.expert) != line["hash"]:
        log.wrong(_("event %(number)d does not say what its hash was taken over.") % {"number": number})
        return False
    try:
        answer_check(Answer(event.more_important, event.strength), log.expert.survey)
    except Refused as refusal:
        log.wrong(_("event %(number)d: %(why)s") % {"number": number, "why": refusal})
        return False
    log.hashes[number] = event.hash
    log.new.append(event)
    return True


def _row(expert: Expert, line: Line, pair: Comparison, user: User) -> JudgmentEvent:
    """Who keyed an answer in is an account of the other site, unknown here: whoever takes it in stands for them."""
    shown = {name: line[name] for name in SHOWN}
    if line["source"] != JudgmentEvent.Source.CARRIED:
        shown["note"] = unless_erased(shown["note"], expert.erased_at)
    return JudgmentEvent(
        expert=expert,
        comparison=pair,
        more_important=line["more_important"],
        strength=line["strength"],
        revision=line["revision"],
        conflict=line["conflict"],
        source=line["source"],
        entered_by=user if line["source"] == JudgmentEvent.Source.ON_BEHALF else None,
        client_key=uuid.UUID(line["client_key"]),
        received_at=datetime.fromisoformat(line["received_at"]),
        previous_hash=line["previous"],
        hash=line["hash"],
        **shown,
    )
