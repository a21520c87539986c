"""The panel as a list of plain rows: what a page over everybody needs of each, at a tenth of the cost of objects."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from surveys.models import Survey

EXPERT = ("pk", "code", "field", "group", "weight", "pilot", "revision", "started_at", "submitted_at", "declined_at",
          "reminders_paused")  # fmt: skip
PERSON = ("name", "title", "organisation", "email", "telephone")


class Someone(NamedTuple):
    """Whom a code stands for."""

    name: str
    title: str
    organisation: str
    email: str
    telephone: str

    def __str__(self) -> str:
        return self.name


class Standing(NamedTuple):
    """Of an invitation."""

    revoked_at: datetime | None


class Member(NamedTuple):
    """An expert as they stand in the list, with the names that the model has."""

    pk: int
    code: str
    field: str
    group: str
    weight: Decimal
    pilot: bool
    revision: int
    started_at: datetime | None
    submitted_at: datetime | None
    declined_at: datetime | None
    reminders_paused: bool
    person: Someone | None
    invitation: Standing

    def __str__(self) -> str:
        return f"{self.code} {self.person}" if self.person else self.code


def roster(survey: Survey, codes: Collection[str] = ()) -> Iterator[Member]:
    """Everybody on the panel, or those with these codes, in its order. One query."""
    columns = (*EXPERT, "invitation__revoked_at", "person_id", *(f"person__{name}" for name in PERSON))
    chosen = survey.experts.filter(code__in=codes) if codes else survey.experts.all()
    for row in chosen.order_by("id").values_list(*columns):
        known, (revoked_at, person_id, *who) = row[: len(EXPERT)], row[len(EXPERT) :]
        yield Member._make((*known, Someone(*who) if person_id else None, Standing(revoked_at)))


class Listed(NamedTuple):
    """An expert in a table of codes, who stays behind their code."""

    pk: int
    code: str
    weight: Decimal


def listed(survey: Survey) -> list[Listed]:
    """Everybody on the panel, in its order. One query."""
    return [Listed(*row) for row in survey.experts.order_by("id").values_list(*Listed._fields)]
