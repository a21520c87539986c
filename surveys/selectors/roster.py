"""The panel as a list of plain rows: what a page over everybody needs of each, at a tenth of the cost of objects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from surveys.models import Expert, Survey

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


def roster(experts: QuerySet[Expert]) -> Iterator[Member]:
    """These experts, in the order of the panel. One query."""
    return (member for member, _also in roster_with(experts))


def roster_with(experts: QuerySet[Expert], *also: str) -> Iterator[tuple[Member, tuple[Any, ...]]]:
    """The same, each with the values of further columns."""
    columns = (*EXPERT, "invitation__revoked_at", "person_id", *(f"person__{name}" for name in PERSON), *also)
    person, more = len(EXPERT) + 2, len(EXPERT) + 2 + len(PERSON)
    for row in experts.order_by("id").values_list(*columns):
        who = Someone(*row[person:more]) if row[person - 1] else None
        yield Member._make((*row[: len(EXPERT)], who, Standing(row[person - 2]))), row[more:]


class Listed(NamedTuple):
    """An expert in a table of codes, who stays behind their code."""

    pk: int
    code: str
    weight: Decimal


def listed(survey: Survey) -> list[Listed]:
    """Everybody on the panel, in its order. One query."""
    return [Listed(*row) for row in survey.experts.order_by("id").values_list(*Listed._fields)]
