"""The chain of an expert's log: how each event takes its place in it, and whether a stored log still holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.canonical import canonical_json, content_hash
from surveys.models import Expert, Judgment, JudgmentEvent

Answers = dict[int, tuple[str, int | None, int]]
"""Comparison → what is said of it, how strongly, and by which revision."""


def chained(event: JudgmentEvent, expert: Expert, revision: int, previous_hash: str) -> JudgmentEvent:
    """The event with its number, its moment, and its link in the chain."""
    event.expert, event.revision, event.previous_hash = expert, revision, previous_hash
    event.received_at = timezone.now()
    event.hash = event_hash(event, expert)
    return event


def event_hash(event: JudgmentEvent, expert: Expert) -> str:
    """The event's link in the chain."""
    pair = event.comparison
    codes = pair.node.code, pair.item_a.code, pair.item_b.code
    return content_hash(canonical_json(event_document(event, str(expert.survey.key), expert.code, codes)))


def event_document(
    event: JudgmentEvent, survey: str, expert: str, codes: tuple[str, str, str]
) -> dict[str, str | int | bool | None]:
    """What a link is taken over. It names the pseudonym only: a person can be erased and the chain still holds.

    `codes` are those of the node and of the two items.
    """
    node, item_a, item_b = codes
    return {
        "survey": survey,
        "expert": expert,
        "node": node,
        "item_a": item_a,
        "item_b": item_b,
        "more_important": event.more_important,
        "strength": event.strength,
        "revision": event.revision,
        "conflict": event.conflict,
        "source": event.source,
        "received_at": utc_text(event.received_at),
        "previous": event.previous_hash,
    }


def chain_verify(expert: Expert) -> list[str]:
    """What is wrong with an expert's log, from the log alone: numbers, links, hashes, the current view, submissions.

    An empty list: the log is whole. Nothing is mended.
    """
    log = JudgmentEvent.objects.filter(expert=expert).order_by("revision")
    events = list(log.select_related("comparison__node", "comparison__item_a", "comparison__item_b"))
    return [
        *_hash_problems(events, expert),
        *_link_problems(events),
        *_head_problems(events, expert),
        *_view_problems(events, expert),
        *_submission_problems(events, expert),
    ]


def _hash_problems(events: Sequence[JudgmentEvent], expert: Expert) -> Iterable[str]:
    for event in events:
        if event.hash != event_hash(event, expert):
            yield _("Event %(revision)d does not say what its hash was taken over.") % {"revision": event.revision}


def _link_problems(events: Sequence[JudgmentEvent]) -> Iterable[str]:
    if events and (events[0].revision != 1 or events[0].previous_hash):
        yield _("The log does not begin with its first event.")
    for before, event in pairwise(events):
        if event.revision != before.revision + 1 or event.previous_hash != before.hash:
            named = {"revision": event.revision, "before": before.revision}
            yield _("Event %(revision)d does not follow upon event %(before)d.") % named


def _head_problems(events: Sequence[JudgmentEvent], expert: Expert) -> Iterable[str]:
    newest = events[-1].revision if events else 0
    counted = Expert.objects.values_list("revision", flat=True).get(pk=expert.pk)
    if newest != counted:
        named = {"newest": newest, "counted": counted}
        yield _("The log ends with event %(newest)d, but %(counted)d events were counted.") % named


def _view_problems(events: Sequence[JudgmentEvent], expert: Expert) -> Iterable[str]:
    said = {
        event.comparison_id: (event.more_important, event.strength, event.revision)
        for event in events
        if not event.conflict
    }
    expected: Answers = {pair: answer for pair, answer in said.items() if answer[0]}
    rows = Judgment.objects.filter(expert=expert)
    current: Answers = {row.comparison_id: (row.more_important, row.strength, row.revision) for row in rows}
    for pair in sorted(expected.keys() | current.keys()):
        if expected.get(pair) != current.get(pair):
            yield _("The current answer to comparison %(pair)d is not the one in the log.") % {"pair": pair}


def _submission_problems(events: Sequence[JudgmentEvent], expert: Expert) -> Iterable[str]:
    hashes = {event.revision: event.hash for event in events}
    for submission in expert.submissions.order_by("number"):
        if submission.head_hash != hashes.get(submission.revision, ""):
            yield _("Submission %(number)d names a head that the log does not have.") % {"number": submission.number}


def utc_text(moment: datetime) -> str:
    """As hashes are taken over it, and as packages carry it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
