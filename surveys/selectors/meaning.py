"""What an expert's answers to one section mean: weights, consistency, hints, what is kept, every answer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from surveys import plan
from surveys.models import Comparison, Expert, JudgmentEvent, KeptJudgment, Section
from surveys.selectors.hints import ENOUGH, Advice, hints_for, ratios_of, sentence_of
from surveys.selectors.keeping import kept_now
from surveys.selectors.questionnaire import Given, Place, Said, Stage, Way, disputed_pairs, said_by, way_of
from surveys.selectors.reviewing import NodeReview, reviewed
from surveys.selectors.sections import sections_of
from surveys.selectors.structure import structure_of
from surveys.services.results import Method

WORTH_SAYING = 1.05  # below, more answers would not make the weights noticeably more precise


@dataclass(frozen=True)
class Line:
    """One answer of the section, or a pair without one."""

    place: Place
    judgment: Given | None
    kept: KeptJudgment | None

    @property
    def comparison(self) -> Comparison:
        return self.place.comparison

    @property
    def said(self) -> str:
        return sentence_of(self.comparison, self.judgment) if self.judgment else ""

    @property
    def pair_name(self) -> str:
        return f"{self.comparison.item_a} – {self.comparison.item_b}"


@dataclass(frozen=True)
class Further:
    """Pairs beyond the plan: how many, where they begin, and how many times as precise the weights would be."""

    count: int
    place: Place
    gain: float


@dataclass(frozen=True)
class Meaning:
    """A section as its review shows it. `stage` is None where the section is not one's field."""

    section: Section
    stage: Stage | None
    review: NodeReview
    lines: list[Line]
    hints: list[Advice]
    dealt_with: int
    disputed: list[Comparison]
    further: Further | None
    next_position: int | None
    next_section: Section | None

    @property
    def complete(self) -> bool:
        return self.stage is not None and self.stage.complete

    @property
    def kept(self) -> list[Line]:
        return [line for line in self.lines if line.kept]

    @property
    def answers(self) -> list[Line]:
        return [line for line in self.lines if line.judgment]

    @property
    def enough(self) -> bool:
        """So many hints were taken or turned down that the rest is only kept at hand: nobody is to be worn out."""
        return self.dealt_with >= ENOUGH


def meaning_of(expert: Expert, node_id: int) -> Meaning | None:
    """The section of this node as it stands now; None where the expert is not asked about it."""
    sections = sections_of(expert)
    section = next((one for one in sections if one.node_id == node_id and one.assigned), None)
    if section is None:
        return None
    said = said_by(expert)
    way = way_of(expert, said, sections)
    stage = way.stage(node_id)
    structure = structure_of(expert.survey.edition)
    pairs, items = structure.by_node[node_id], structure.items_of(node_id)
    kept = kept_now(expert)
    method = Method.of(expert.survey)
    complete = stage is not None and stage.complete
    ratios = ratios_of(pairs, said) if complete else {}
    review = reviewed(section.node, items, ratios, method) if complete else _nothing(section, method)
    next_position = _next(way, stage)
    return Meaning(
        section=section,
        stage=stage,
        review=review,
        lines=_lines(stage, said, kept),
        hints=[] if review.consistent else hints_for(pairs, said, random_index=method.random_index, kept=kept),
        dealt_with=0 if review.consistent else hints_taken(expert, node_id) + _turned_down(pairs, kept),
        disputed=[pair for pair in disputed_pairs(expert) if pair.node_id == node_id],
        further=_further(stage, len(items), len(ratios)) if stage and complete else None,
        next_position=next_position,
        next_section=_section_at(way, next_position),
    )


def hints_taken(expert: Expert, node_id: int) -> int:
    """How many hints about this node were taken since the expert handed in last."""
    newest = expert.submissions.order_by("-number").first()
    taken = JudgmentEvent.objects.filter(expert=expert, comparison__node=node_id, conflict=False)
    return taken.filter(cause=JudgmentEvent.Cause.HINT, revision__gt=newest.revision if newest else 0).count()


def _turned_down(pairs: Iterable[Comparison], kept: dict[int, KeptJudgment]) -> int:
    return sum(pair.pk in kept for pair in pairs)


def _nothing(section: Section, method: Method) -> NodeReview:
    return NodeReview(section.node, [], None, method.random_index)


def _lines(stage: Stage | None, said: Said, kept: dict[int, KeptJudgment]) -> list[Line]:
    """What is answered or was to be, in the order of asking."""
    places: Iterable[Place] = stage.places if stage else ()
    return [
        Line(place, said.get(place.comparison.pk), kept.get(place.comparison.pk))
        for place in places
        if place.planned or place.comparison.pk in said
    ]


def _further(stage: Stage, items: int, answers: int) -> Further | None:
    count, place = sum(not place.answered for place in stage.places), stage.first_extra
    gain = plan.precision_after(items, answers)
    if place is None or not math.isfinite(gain) or gain < WORTH_SAYING:
        return None
    return Further(count, place, gain)


def _next(way: Way, stage: Stage | None) -> int | None:
    """The next open pair after this section; of any section where this one is not one's field."""
    last = stage.places[-1].position if stage else 0
    return way.next_open(last)


def _section_at(way: Way, position: int | None) -> Section | None:
    found = (stage.section for stage in way.stages for place in stage.places if place.position == position)
    return next(found, None)
