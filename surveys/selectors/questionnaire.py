"""The questionnaire as one expert finds it: which pair comes next, and what was said of this one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from surveys.models import Comparison, Expert, Judgment, JudgmentEvent
from surveys.selectors.answers import settled

SECONDS_PER_QUESTION = 10


@dataclass(frozen=True)
class Place:
    """One pair on the way through the questionnaire."""

    position: int
    node_id: int
    answered: bool


@dataclass(frozen=True)
class Way:
    """All pairs in questionnaire order, and which are answered."""

    places: list[Place]

    @property
    def total(self) -> int:
        return len(self.places)

    @property
    def answered(self) -> int:
        return sum(place.answered for place in self.places)

    def section(self, node_id: int) -> Way:
        return Way([place for place in self.places if place.node_id == node_id])

    @property
    def complete(self) -> bool:
        return self.answered == self.total

    def next_open(self, position: int) -> int | None:
        """The next pair without an answer after this one, from the start again behind the last."""
        later = [place for place in self.places if place.position > position]
        earlier = [place for place in self.places if place.position < position]
        return next((place.position for place in later + earlier if not place.answered), None)

    def has(self, position: int) -> bool:
        return any(place.position == position for place in self.places)


@dataclass(frozen=True)
class Question:
    """One pair with the answer that counts, and one that waits for a choice between the two."""

    comparison: Comparison
    current: Judgment | None
    disputed: JudgmentEvent | None

    @property
    def revision(self) -> int:
        return self.current.revision if self.current else 0


def minutes_for(questions: int) -> int:
    return math.ceil(questions * SECONDS_PER_QUESTION / 60)


def questions_in(expert: Expert) -> int:
    return Comparison.objects.filter(node__edition_id=expert.survey.edition_id).count()


def way_of(expert: Expert) -> Way:
    """One query."""
    said = Judgment.objects.filter(settled(expert.survey), expert=expert, comparison=OuterRef("pk"))
    comparisons = Comparison.objects.filter(node__edition_id=expert.survey.edition_id).order_by("position")
    rows = comparisons.values_list("position", "node_id", Exists(said))
    return Way([Place(position, node_id, answered) for position, node_id, answered in rows])


def question_of(expert: Expert, position: int) -> Question | None:
    """Three queries, or None where no pair has this position."""
    asked = Comparison.objects.select_related("node__parent", "item_a", "item_b")
    comparison = asked.filter(node__edition_id=expert.survey.edition_id, position=position).first()
    if comparison is None:
        return None
    current = Judgment.objects.filter(expert=expert, comparison=comparison).first()
    newest = JudgmentEvent.objects.filter(expert=expert, comparison=comparison).order_by("-revision").first()
    return Question(comparison, current, newest if newest and newest.conflict else None)


def last_answer(expert: Expert) -> JudgmentEvent | None:
    """The newest answer that counts, with the names of its pair."""
    events = JudgmentEvent.objects.filter(expert=expert, conflict=False)
    return events.select_related("comparison__item_a", "comparison__item_b", "comparison__node").last()


def changed_since_submission(expert: Expert) -> bool:
    newest = expert.submissions.last()
    return newest is not None and newest.revision != expert.revision


def disputed_pairs(expert: Expert) -> Iterator[Comparison]:
    """Pairs answered differently on two devices, about which the expert has not decided yet."""
    newer = Judgment.objects.filter(expert=expert, comparison=OuterRef("comparison"), revision__gt=OuterRef("revision"))
    waiting = JudgmentEvent.objects.filter(~Exists(newer), expert=expert, conflict=True)
    pairs = Comparison.objects.filter(pk__in=waiting.values("comparison"))
    return pairs.select_related("item_a", "item_b").iterator()
