"""How much an expert is asked, for the letter and for the first page."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.models import Expert
from surveys.selectors.questionnaire import minutes_for, pace_of, questions_in, way_of


@dataclass(frozen=True)
class Extent:
    questions: int
    answered: int
    minutes: int


def extent_of(expert: Expert) -> Extent:
    """How much is asked, how much of it is done, and honest minutes: from the expert's own pace where there is one."""
    questions = questions_in(expert)
    if not expert.started_at:
        return Extent(questions, 0, minutes_for(questions))
    way = way_of(expert)
    return Extent(questions, way.answered, minutes_for(way.total - way.answered, pace_of(expert)))
