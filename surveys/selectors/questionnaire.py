"""The questionnaire as one expert finds it: which pair comes next, and what was said of this one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median

from django.db.models import Exists, OuterRef

from surveys.models import Comparison, Expert, Judgment, JudgmentEvent, MoreImportant, Section
from surveys.selectors.sections import planned_by_node, sections_of
from surveys.selectors.structure import structure_of

SECONDS_PER_QUESTION = 10
PACE_FROM = 8  # answers after which an expert's own pace says more than ours
PACE_OVER = 40  # newest answers that the pace is taken from
PAUSE = timedelta(minutes=2)  # a longer silence was a pause

Said = dict[int, Judgment]
"""Comparison → the answer that counts."""


@dataclass(frozen=True)
class Place:
    """One pair on the way through the questionnaire. `number` counts within the section, from 1."""

    comparison: Comparison
    swapped: bool
    number: int
    planned: bool
    answered: bool

    @property
    def position(self) -> int:
        return self.comparison.position


@dataclass(frozen=True)
class Stage:
    """A section on the way, with its pairs in the order of asking.

    It is done when as many pairs are answered as were planned: any of them, for the plan is an advice and not a fence.
    """

    section: Section
    places: list[Place]

    @property
    def node_id(self) -> int:
        return self.section.node_id

    @property
    def total(self) -> int:
        return self.section.planned

    @property
    def given(self) -> int:
        """Pairs answered, also beyond the plan."""
        return sum(place.answered for place in self.places)

    @property
    def answered(self) -> int:
        return min(self.given, self.total)

    @property
    def complete(self) -> bool:
        return self.answered == self.total

    @property
    def first_open(self) -> Place | None:
        return None if self.complete else next((place for place in self.places if not place.answered), None)

    @property
    def first_extra(self) -> Place | None:
        """Where an expert may go on after the plan."""
        return next((place for place in self.places if not place.answered), None) if self.complete else None


@dataclass(frozen=True)
class Way:
    """The open sections in order, and which pairs are answered."""

    stages: list[Stage]

    @cached_property
    def places(self) -> list[Place]:
        """What is on the way: the planned pairs, and whatever else was answered."""
        return [place for stage in self.stages for place in stage.places if place.planned or place.answered]

    @property
    def total(self) -> int:
        return sum(stage.total for stage in self.stages)

    @property
    def answered(self) -> int:
        return sum(stage.answered for stage in self.stages)

    @property
    def complete(self) -> bool:
        return self.answered == self.total

    def stage(self, node_id: int) -> Stage | None:
        return next((stage for stage in self.stages if stage.node_id == node_id), None)

    def place(self, position: int) -> Place | None:
        found = (place for stage in self.stages for place in stage.places if place.position == position)
        return next(found, None)

    def next_open(self, position: int) -> int | None:
        """The next open pair after this one, from the start again behind the last."""
        here = next((at for at, stage in enumerate(self.stages) if self._in(stage, position)), 0)
        for stage in [*self.stages[here:], *self.stages[:here]]:
            if not stage.complete:
                after = self._after(stage, position)
                if after:
                    return after.position
        return None

    def beside(self, position: int, step: int) -> int | None:
        """The pair before (-1) or after (1) this one on the way."""
        on_way = [place.position for place in self.places]
        if position not in on_way:
            return None
        at = on_way.index(position) + step
        return on_way[at] if 0 <= at < len(on_way) else None

    @staticmethod
    def _in(stage: Stage, position: int) -> bool:
        return any(place.position == position for place in stage.places)

    @staticmethod
    def _after(stage: Stage, position: int) -> Place | None:
        numbers = [place.number for place in stage.places if place.position == position]
        behind = numbers[0] if numbers else 0
        still_open = [place for place in stage.places if not place.answered and place.position != position]
        return next((place for place in still_open if place.number > behind), still_open[0] if still_open else None)


@dataclass(frozen=True)
class Question:
    """One pair with the answer that counts, and one that waits for a choice between the two."""

    place: Place
    current: Judgment | None
    disputed: JudgmentEvent | None

    @property
    def comparison(self) -> Comparison:
        return self.place.comparison

    @property
    def revision(self) -> int:
        return self.current.revision if self.current else 0


def minutes_for(questions: int, seconds: float = SECONDS_PER_QUESTION) -> int:
    return math.ceil(questions * seconds / 60)


def pace_of(expert: Expert) -> float:
    """Seconds that this expert takes for a pair: the median of the newest answers, pauses left out."""
    given = JudgmentEvent.objects.filter(expert=expert, source=JudgmentEvent.Source.FORM)
    events = given.filter(note="").order_by("-revision")  # with a note: confirmed or taken, many at one moment
    moments = list(events.values_list("received_at", flat=True)[:PACE_OVER])
    steps = [newer - older for newer, older in pairwise(moments)]
    seconds = [step.total_seconds() for step in steps if step < PAUSE]
    return median(seconds) if len(seconds) >= PACE_FROM else SECONDS_PER_QUESTION


def questions_in(expert: Expert) -> int:
    """How many pairs this expert is asked."""
    stored = list(Section.objects.filter(expert=expert))
    if stored:
        return sum(section.planned for section in stored if section.open)
    return sum(planned_by_node(expert.survey).values())


def said_by(expert: Expert) -> Said:
    """One query."""
    return {judgment.comparison_id: judgment for judgment in Judgment.objects.filter(expert=expert)}


def way_of(expert: Expert, said: Said | None = None, sections: list[Section] | None = None) -> Way:
    """Two queries, or none where they were made already."""
    said = said_by(expert) if said is None else said
    pairs = structure_of(expert.survey.edition).pairs
    settles = expert.survey.missing_allowed
    settled = {
        pair for pair, judgment in said.items() if settles or judgment.more_important != MoreImportant.CANNOT_JUDGE
    }
    sections = sections_of(expert) if sections is None else sections
    return Way(
        [
            Stage(
                section,
                [
                    Place(pairs[pair], bool(swapped), number, number <= section.planned, pair in settled)
                    for number, (pair, swapped) in enumerate(section.pairs, start=1)
                ],
            )
            for section in sections
            if section.open
        ]
    )


def question_of(expert: Expert, position: int, way: Way, said: Said) -> Question | None:
    """One query, or None where the expert is not asked about this pair."""
    place = way.place(position)
    if place is None:
        return None
    newest = JudgmentEvent.objects.filter(expert=expert, comparison=place.comparison).order_by("-revision").first()
    return Question(place, said.get(place.comparison.pk), newest if newest and newest.conflict else None)


def last_answer(expert: Expert) -> JudgmentEvent | None:
    """The newest answer that counts, with the names of its pair."""
    event = JudgmentEvent.objects.filter(expert=expert, conflict=False).order_by("-revision").first()
    if event:
        event.comparison = structure_of(expert.survey.edition).pairs[event.comparison_id]
    return event


def changed_since_submission(expert: Expert) -> bool:
    newest = expert.submissions.last()
    return newest is not None and newest.revision != expert.revision


def disputed_pairs(expert: Expert) -> Iterator[Comparison]:
    """Pairs answered differently on two devices, about which the expert has not decided yet."""
    newer = Judgment.objects.filter(expert=expert, comparison=OuterRef("comparison"), revision__gt=OuterRef("revision"))
    waiting = JudgmentEvent.objects.filter(~Exists(newer), expert=expert, conflict=True)
    pairs = Comparison.objects.filter(pk__in=waiting.values("comparison"))
    return pairs.select_related("item_a", "item_b").iterator()
