"""What was keyed in from where. A scan is never read along: it may have five megabytes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from surveys.models import DraftAnswer, Expert, Indicator, JudgmentEvent, Section, Transcript
from surveys.rows import value_of
from surveys.selectors.sections import sections_of
from surveys.selectors.structure import structure_of

Keyed = dict[int, str]
"""Comparison → what was keyed in, as a value of the row; an empty one was taken back."""


@dataclass(frozen=True)
class KeyedSection:
    """A section of the expert, and how many of its pairs were keyed in from one transcript."""

    section: Section
    keyed: int

    @property
    def node(self) -> Indicator:
        return self.section.node

    @property
    def planned(self) -> int:
        return self.section.planned

    @property
    def done(self) -> bool:
        return self.keyed >= self.planned


def transcripts_of(expert: Expert) -> QuerySet[Transcript]:
    """Newest first, each with how many answers and drafts came from it."""
    found = Transcript.objects.filter(expert=expert).defer("file").select_related("entered_by").order_by("-id")
    answers = Count("events__comparison", distinct=True)
    return found.annotate(answers=answers, waiting=Count("drafts", distinct=True))


def keyed_at_once(transcript: Transcript) -> Keyed:
    events = JudgmentEvent.objects.filter(transcript=transcript).order_by("revision")
    rows = events.values_list("comparison_id", "more_important", "strength")
    return {pair: value_of(more_important, strength) for pair, more_important, strength in rows}


def keyed_drafts(transcript: Transcript) -> Keyed:
    rows = DraftAnswer.objects.filter(transcript=transcript).values_list("comparison_id", "more_important", "strength")
    return {pair: value_of(more_important, strength) for pair, more_important, strength in rows}


def keyed_sections(transcript: Transcript) -> list[KeyedSection]:
    """The sections that the expert is asked, in tree order as on paper."""
    expert = transcript.expert
    pairs = structure_of(expert.survey.edition).pairs
    counts: dict[int, int] = {}
    for pair, value in (keyed_at_once(transcript) | keyed_drafts(transcript)).items():
        counts[pairs[pair].node_id] = counts.get(pairs[pair].node_id, 0) + bool(value)
    sections = sorted(sections_of(expert), key=lambda section: section.node.position)
    return [KeyedSection(section, counts.get(section.node_id, 0)) for section in sections if section.assigned]
