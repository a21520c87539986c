"""The questionnaire as one expert finds it: which pair comes next, and what was said of this one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from surveys.carried import origin_of
from surveys.models import Comparison, Expert, Judgment, JudgmentEvent, MoreImportant, Section
from surveys.selectors.sections import planned_by_node, sections_of
from surveys.selectors.structure import structure_of

SECONDS_PER_QUESTION = 10
PACE_FROM = 8  # answers after which an expert's own pace says more than ours
PACE_OVER = 40  # newest answers that the pace is taken from
PACE_FLOOR = 3  # seconds: nobody reads a pair faster, whatever the clock says
FORM = JudgmentEvent.Source.FORM.value
CARRIED = JudgmentEvent.Source.CARRIED.value
PAUSE = timedelta(minutes=2)  # a longer silence was a pause


class Given(NamedTuple):
    """An answer that counts."""

    more_important: str
    strength: int | None
    revision: int


Said = dict[int, Given]
"""Comparison → the answer that counts."""


class Step(NamedTuple):
    """An event of the log, as far as a page asks for it."""

    revision: int
    pair: int
    more_important: str
    strength: int | None
    conflict: bool
    source: str
    received_at: datetime
    note: str


@dataclass(frozen=True)
class Trail:
    """The newest events of an expert, newest first, and every conflict and every carried answer there ever was."""

    steps: list[Step]
    newest: int

    @property
    def last(self) -> Step | None:
        """The newest answer that counts."""
        return next((step for step in self.steps if not step.conflict), None)

    def disputed(self, pair: int, revision: int) -> Step | None:
        """What another device said of this pair after the answer that counts, if nobody has chosen yet."""
        found = (step for step in self.steps if step.pair == pair)
        newest = next(found, None)
        return newest if newest and newest.conflict and newest.revision > revision else None

    def carried(self, said: Said) -> dict[int, int]:
        """Pair → revision of the answers that count and came from an earlier survey."""
        found = {step.pair: step.revision for step in self.steps if step.source == CARRIED}
        return {pair: revision for pair, revision in found.items() if pair in said and said[pair].revision == revision}

    @property
    def carried_from(self) -> str:
        """The title of the earlier survey."""
        return next((origin_of(step.note).title for step in self.steps if step.source == CARRIED), "")

    @property
    def pace(self) -> float:
        """Seconds for a pair: the median of the newest answers on the form, pauses left out."""
        recent = [
            step
            for step in self.steps  # with a note: confirmed or taken, many at one moment
            if step.revision > self.newest - PACE_OVER and step.source == FORM and not step.note
        ]
        steps = [newer.received_at - older.received_at for newer, older in pairwise(recent)]
        seconds = [step.total_seconds() for step in steps if step < PAUSE]
        return max(PACE_FLOOR, median(seconds)) if len(seconds) >= PACE_FROM else SECONDS_PER_QUESTION


class Place(NamedTuple):
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

    @cached_property
    def total(self) -> int:
        return self.section.planned

    @cached_property
    def given(self) -> int:
        """Pairs answered, also beyond the plan."""
        return sum(place.answered for place in self.places)

    @cached_property
    def answered(self) -> int:
        return min(self.given, self.total)

    @cached_property
    def complete(self) -> bool:
        return self.answered == self.total

    @cached_property
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

    @cached_property
    def total(self) -> int:
        return sum(stage.total for stage in self.stages)

    @cached_property
    def answered(self) -> int:
        return sum(stage.answered for stage in self.stages)

    @cached_property
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
    current: Given | None
    disputed: Step | None

    @property
    def comparison(self) -> Comparison:
        return self.place.comparison

    @property
    def revision(self) -> int:
        return self.current.revision if self.current else 0


def minutes_for(questions: int, seconds: float = SECONDS_PER_QUESTION) -> int:
    return math.ceil(questions * seconds / 60)


def trail_of(expert: Expert) -> Trail:
    """One query."""
    wanted = Q(conflict=True) | Q(source=CARRIED) | Q(revision__gt=expert.revision - PACE_OVER)
    events = JudgmentEvent.objects.filter(wanted, expert=expert)
    rows = events.order_by("-revision").values_list(
        "revision", "comparison_id", "more_important", "strength", "conflict", "source", "received_at", "note"
    )
    return Trail([Step(*row) for row in rows], expert.revision)


def pace_of(expert: Expert) -> float:
    """Seconds that this expert takes for a pair."""
    return trail_of(expert).pace


def questions_in(expert: Expert) -> int:
    """How many pairs this expert is asked."""
    stored = list(Section.objects.filter(expert=expert))
    if stored:
        return sum(section.planned for section in stored if section.open)
    return sum(planned_by_node(expert.survey).values())


def said_by(expert: Expert) -> Said:
    """One query."""
    rows = Judgment.objects.filter(expert=expert).values_list("comparison_id", "more_important", "strength", "revision")
    return {pair: Given(more_important, strength, revision) for pair, more_important, strength, revision in rows}


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


def question_of(position: int, way: Way, said: Said, trail: Trail) -> Question | None:
    """None where the expert is not asked about this pair."""
    place = way.place(position)
    if place is None:
        return None
    current = said.get(place.comparison.pk)
    return Question(place, current, trail.disputed(place.comparison.pk, current.revision if current else 0))


def changed_since_submission(expert: Expert) -> bool:
    newest = expert.submissions.last()
    return newest is not None and newest.revision != expert.revision


def disputed_pairs(expert: Expert) -> Iterator[Comparison]:
    """Pairs answered differently on two devices, about which the expert has not decided yet."""
    newer = Judgment.objects.filter(expert=expert, comparison=OuterRef("comparison"), revision__gt=OuterRef("revision"))
    waiting = JudgmentEvent.objects.filter(~Exists(newer), expert=expert, conflict=True)
    pairs = Comparison.objects.filter(pk__in=waiting.values("comparison"))
    return pairs.select_related("item_a", "item_b").iterator()
