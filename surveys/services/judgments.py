"""Answers: every one is an event in the expert's log, and the current view follows in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import BigIntegerField, F, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.sql import UpdateQuery
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Comparison, Expert, Indicator, Judgment, JudgmentEvent, MoreImportant, Survey, Transcript
from surveys.prepared import Prepared, PreparedRow, change_of
from surveys.selectors.structure import structure_of
from surveys.services.chain import chained

Source = JudgmentEvent.Source
PAIR_OF, SAID = ["expert", "comparison"], ["more_important", "strength", "revision"]
_EVENT, _CURRENT = PreparedRow(JudgmentEvent), PreparedRow(Judgment, unique=PAIR_OF, replaced=SAID)


@dataclass(frozen=True)
class Answer:
    """What is said of a pair: `more_important` a, b, equal or cannot_judge; strength 2..9, 1 for equal, else None.

    An empty `more_important` takes an earlier answer back.
    """

    more_important: str
    strength: int | None

    def checked(self) -> Answer:
        if not self._is_whole():
            raise Refused(_("An answer is one of the two items with a strength from 2 to 9, or “equally important”."))
        return self

    def _is_whole(self) -> bool:
        if self.more_important in ("a", "b"):
            return type(self.strength) is int and 2 <= self.strength <= 9
        if self.more_important == "equal":
            return type(self.strength) is int and self.strength == 1
        return self.more_important in ("cannot_judge", "") and self.strength is None


@dataclass(frozen=True)
class Shown:
    """How the pair stood before whoever answered, and what made them answer: kept with the answer, never judged."""

    view: str = ""
    place: int | None = None
    swapped: bool | None = None
    milliseconds: int | None = None
    cause: str = ""


@dataclass(frozen=True)
class Recorded:
    """What became of an answer. In a conflict the event is kept, but the current answer stays what it was.

    `current` is what was said before; `third` is the item that closes a circle with this answer, where there is one.
    """

    event: JudgmentEvent
    conflict: bool
    current: Answer
    current_revision: int
    third: int | None = None


class ClosedSurvey(Refused):
    """The survey takes no answers now."""


def judgment_record(
    expert: Expert,
    comparison_id: int,
    answer: Answer,
    *,
    client_key: uuid.UUID,
    base_revision: int | None = None,
    source: str = Source.FORM,
    entered_by: User | None = None,
    note: str = "",
    shown: Shown = Shown(),
    transcript: Transcript | None = None,
) -> Recorded:
    """Store one answer for good: acknowledged means committed.

    The same `client_key` again is the same answer: it is found, not stored twice, even after the survey was closed;
    a key that comes back with another answer is refused, for neither would be the truth. `base_revision` is the
    revision of the answer that the device showed (0 for none, None to skip the check); where a newer and different
    one exists, the event is kept as a conflict and the current answer stays. Raises ClosedSurvey, and Refused for an
    answer or a pair that cannot be.
    """
    answer_check(answer, expert.survey)
    with transaction.atomic(durable=_outermost()):
        open_now = revisions_take(expert)
        head = _head(expert, comparison_id, client_key, answer)
        if not open_now and not head.twin:
            raise closed_survey()
        if head.twin:
            transaction.set_rollback(True)  # gives the revision back
        else:
            conflict = _is_stale(head, answer, base_revision)
            event = JudgmentEvent(
                comparison=head.comparison,
                **vars(answer),
                conflict=conflict,
                client_key=client_key,
                base_revision=base_revision or 0,
                source=source,
                entered_by=entered_by,
                note=note,
                transcript=transcript,
                **vars(shown),
            )
            chained(event, expert, head.revision, head.previous_hash)
            _EVENT.add(event)
            if not conflict:
                current_set([event])
    if head.twin:
        event = _twin(head.twin, expert, comparison_id, answer)
    return Recorded(event, event.conflict, head.current, head.current_revision, head.third)


def judgment_undo(expert: Expert) -> JudgmentEvent | None:
    """Take the newest answer back: what was said of that pair before counts again, or nothing. The log keeps both.

    Returns the event that was taken back, or None where there is nothing to take back. Raises ClosedSurvey.
    """
    counted = JudgmentEvent.objects.filter(expert=expert, conflict=False)
    newest = counted.select_related("comparison").order_by("-revision").first()
    if newest is None or not newest.more_important:
        return None
    before = counted.filter(comparison=newest.comparison, revision__lt=newest.revision).order_by("-revision").first()
    answer = Answer(before.more_important, before.strength) if before else Answer("", None)
    judgment_record(expert, newest.comparison_id, answer, client_key=uuid.uuid4(), base_revision=newest.revision)
    return newest


def answer_check(answer: Answer, survey: Survey) -> None:
    """Raises Refused for an answer that is not whole, or that this survey does not take."""
    answer.checked()
    if answer.more_important == MoreImportant.CANNOT_JUDGE and not survey.missing_allowed:
        raise Refused(_("This survey asks for an answer to every pair: choose the one that comes closest."))


def closed_survey() -> ClosedSurvey:
    return ClosedSurvey(_("This survey takes no answers now. What you answered before is safe."))


def _twin(key: int, expert: Expert, comparison_id: int, answer: Answer) -> JudgmentEvent:
    """The event that the key stands for already, if it says the same."""
    event = JudgmentEvent.objects.get(pk=key)
    same = Answer(event.more_important, event.strength) == answer
    if event.expert_id != expert.pk or event.comparison_id != comparison_id or not same:
        raise Refused(_("This answer carries the key of another one: reload the page and answer again."))
    return event


def _outermost() -> bool:
    """Only a real commit is an acknowledgement; inside a larger transaction (an import, a test) the outer one
    commits.
    """
    return not transaction.get_connection().in_atomic_block


@dataclass(frozen=True)
class _Head:
    """What the expert's log and this pair look like under the lock."""

    comparison: Comparison
    revision: int
    previous_hash: str
    twin: int | None
    current: Answer
    current_revision: int
    third: int | None


def revisions_take(expert: Expert, count: int = 1, *, states: Sequence[str] = Survey.ANSWERING) -> bool:
    """Lock the expert's log by taking its next numbers: one row, or False where the survey takes no answers."""
    taken = _TAKE.change(*states, expert=expert.pk, survey=expert.survey_id, now=timezone.now(), count=count)
    return bool(taken)


def _take(*states: str, expert: int, survey: int, now: datetime, count: int) -> UpdateQuery:
    open_surveys = Survey.objects.filter(Q(closes_at=None) | Q(closes_at__gt=now), pk=survey, state__in=states)
    return change_of(Expert.objects.filter(pk=expert, survey__in=open_surveys), revision=F("revision") + count)


_TAKE = Prepared(_take)


def _head(expert: Expert, comparison_id: int, client_key: uuid.UUID, answer: Answer) -> _Head:
    """Everything the answer is checked against, in one read."""
    comparison = structure_of(expert.survey.edition).pairs.get(comparison_id)
    if comparison is None:
        raise Refused(_("This pair is not part of the survey."))
    side = answer.more_important if answer.more_important in ("a", "b") else ""
    more, less = (comparison.item_a_id, comparison.item_b_id)[:: -1 if side == "b" else 1]
    circle = {"more": more, "less": less} if side else {}
    found = _HEAD.first(side, expert=expert.pk, comparison=comparison_id, client_key=client_key, **circle)
    if found is None:
        raise Expert.DoesNotExist
    log_revision, log_hash, twin, current_answer, current_strength, current_revision, third = found
    return _Head(
        comparison=comparison,
        revision=log_revision,
        previous_hash=log_hash or "",
        twin=twin,
        current=Answer(current_answer or "", current_strength),
        current_revision=current_revision or 0,
        third=third,
    )


def _head_query(
    _side: str, *, expert: int, comparison: int, client_key: uuid.UUID, more: int = 0, less: int = 0
) -> QuerySet[Expert, Any]:
    """What stands in the log and under the pair. Without a side there is no circle."""
    current = Judgment.objects.filter(expert=expert, comparison=comparison)
    newest = JudgmentEvent.objects.filter(expert=expert).order_by("-revision")
    return Expert.objects.filter(pk=expert).values_list(
        "revision",
        Subquery(newest.values("hash")[:1]),
        Subquery(JudgmentEvent.objects.filter(client_key=client_key).values("pk")),
        Subquery(current.values("more_important")),
        Subquery(current.values("strength")),
        Subquery(current.values("revision")),
        third_of_circle(expert, more, less) if more else Value(None, output_field=BigIntegerField()),
    )


_HEAD = Prepared(_head_query)


def third_of_circle(expert: int, more: int, less: int) -> Combinable:
    """The first item c that closes a circle a > b, b > c, c > a with an answer that a is more important; else null."""
    said = Judgment.objects.filter(expert=expert)
    below = said.filter(more_important="a", comparison__item_a=less)
    below_too = said.filter(more_important="b", comparison__item_b=less)
    above = said.filter(more_important="a", comparison__item_b=more)
    above_too = said.filter(more_important="b", comparison__item_a=more)
    third = Indicator.objects.filter(
        Q(pk__in=below.values("comparison__item_b")) | Q(pk__in=below_too.values("comparison__item_a")),
        Q(pk__in=above.values("comparison__item_a")) | Q(pk__in=above_too.values("comparison__item_b")),
    )
    return Subquery(third.order_by("position").values("pk")[:1])


def _is_stale(head: _Head, answer: Answer, base_revision: int | None) -> bool:
    """The device had not seen the newest answer, and says something else."""
    return base_revision is not None and base_revision != head.current_revision and answer != head.current


def current_set(events: Sequence[JudgmentEvent]) -> None:
    """Make these answers of one expert the current ones: one statement, whether or not there were answers before."""
    taken_back = [event.comparison_id for event in events if not event.more_important]
    if taken_back:
        Judgment.objects.filter(expert=events[0].expert, comparison_id__in=taken_back).delete()
    said = [_current(event) for event in events if event.more_important]
    if len(said) == 1:
        _CURRENT.add(said[0])
    else:
        Judgment.objects.bulk_create(said, update_conflicts=True, unique_fields=PAIR_OF, update_fields=SAID)


def _current(event: JudgmentEvent) -> Judgment:
    return Judgment(
        expert_id=event.expert_id,
        comparison_id=event.comparison_id,
        more_important=event.more_important,
        strength=event.strength,
        revision=event.revision,
    )
