"""How long experts took: the time that the pages of the questions were open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Sum

from surveys.models import JudgmentEvent, Survey

LONGEST = 5 * 60_000
"""Milliseconds of one answer beyond which somebody was away, and not thinking."""
QUICK_MILLISECONDS = 2000
FEW = 10  # answers from which a mean says anything


@dataclass(frozen=True)
class Pace:
    """Of the answers whose time is known."""

    answers: int
    milliseconds: int

    @property
    def minutes(self) -> int:
        return max(1, round(self.milliseconds / 60_000))

    @property
    def quick(self) -> bool:
        """Too quick, on average, to have read the questions."""
        return self.answers >= FEW and self.milliseconds < QUICK_MILLISECONDS * self.answers


def paces(survey: Survey, experts: Collection[int] | None = None) -> dict[int, Pace]:
    """Expert → pace, for those with timed answers (all or these), in one query."""
    timed = JudgmentEvent.objects.filter(expert__survey=survey, milliseconds__isnull=False, milliseconds__lte=LONGEST)
    timed = timed if experts is None else timed.filter(expert__in=experts)
    rows = timed.order_by().values_list("expert_id").annotate(Count("pk"), Sum("milliseconds"))
    return {expert: Pace(answers, milliseconds) for expert, answers, milliseconds in rows}
