"""From which site the answers of a survey came."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.models import AnswerPackage, Survey

SHOWN = 5


@dataclass(frozen=True)
class TakenIn:
    """The packages that were taken in, the newest number first; `more` is how many are older than those shown."""

    shown: list[AnswerPackage]
    more: int

    @property
    def newest(self) -> AnswerPackage:
        return self.shown[0]


def taken_in(survey: Survey) -> TakenIn | None:
    """None where every answer was given here. One query, or two where there are many packages."""
    packages = survey.answer_packages.select_related("imported_by").order_by("-sequence")
    shown = list(packages[: SHOWN + 1])
    if not shown:
        return None
    more = packages.count() - SHOWN if len(shown) > SHOWN else 0
    return TakenIn(shown[:SHOWN], more)
