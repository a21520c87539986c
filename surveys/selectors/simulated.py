"""Simulated experts: where they may answer, and what of them is stored."""

from __future__ import annotations

from collections.abc import Iterable

from surveys.models import Expert, JudgmentEvent, Survey

CODE = "BOT"


def may_be_simulated(survey: Survey) -> bool:
    """No simulated answer among those of real experts."""
    return survey.synthetic or survey.state == Survey.State.PILOT


def next_number(survey: Survey) -> int:
    """The number of the next simulated expert of a survey."""
    codes = survey.experts.filter(code__startswith=CODE).values_list("code", flat=True)
    numbers = [int(digits) for code in codes if (digits := code.removeprefix(CODE).partition("-")[0]).isdecimal()]
    return max(numbers, default=0) + 1


def stored_events(experts: Iterable[Expert]) -> list[JudgmentEvent]:
    """Every answer in the logs of these experts."""
    return list(JudgmentEvent.objects.filter(expert__in=experts).order_by("expert", "revision"))
