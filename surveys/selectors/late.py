"""Answers that came after a survey stopped taking any. One was taken where the log holds an answer with its key."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from surveys.models import Comparison, Expert, JudgmentEvent, LateAnswer, Survey
from surveys.selectors.structure import structure_of


@dataclass(frozen=True)
class LateTold:
    """What was said is not told here: coordinators see that there are answers, and the answers once they count."""

    answer: LateAnswer
    comparison: Comparison
    taken: bool


@dataclass(frozen=True)
class Late:
    answers: list[LateTold]

    @property
    def waiting(self) -> int:
        return sum(not told.taken for told in self.answers)


def late_of(expert: Expert) -> Late:
    pairs = structure_of(expert.survey.edition).pairs
    found = list(LateAnswer.objects.filter(expert=expert).order_by("id"))
    waiting = set(_waiting(LateAnswer.objects.filter(expert=expert)).values_list("pk", flat=True)) if found else set()
    return Late([LateTold(late, pairs[late.comparison_id], late.pk not in waiting) for late in found])


def late_waiting(survey: Survey) -> int:
    """How many late answers of the whole panel nobody has taken, in one query."""
    return _waiting(LateAnswer.objects.filter(expert__survey=survey)).count()


def _waiting(found: QuerySet[LateAnswer]) -> QuerySet[LateAnswer]:
    return found.filter(~Exists(JudgmentEvent.objects.filter(client_key=OuterRef("client_key"))))
