"""The panel as a coordinator looks at it: some of it, in an order, a page at a time. All of it is in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.models import Survey
from surveys.selectors.progress import NOT_OPENED, STATUSES, UNFINISHED, ExpertProgress, PanelProgress

PAGE = 100
STALLED = timedelta(days=3)
FILTERS = {
    "missing": _("Who is missing"),
    "not_opened": _("Not opened"),
    "stalled": _("Stalled for more than 3 days"),
    "to_revise": _("To look at again"),
    "returned": _("Mail returned"),
    "submitted": _("Submitted"),
}
SORTS: Mapping[str, Callable[[ExpertProgress], Any]] = {
    "code": lambda row: row.expert.pk,
    "field": lambda row: (row.expert.field == "", row.expert.field),
    "status": lambda row: (list(STATUSES).index(row.status), row.answered),
    "activity": lambda row: row.last_activity or datetime.min.replace(tzinfo=timezone.get_default_timezone()),
    "minutes": lambda row: row.minutes or 0,
    "failing": lambda row: row.failing,
}


@dataclass(frozen=True)
class Choice:
    """A saved filter: its name in the address, what it is called, how many experts it shows."""

    name: str
    label: str
    count: int


@dataclass(frozen=True)
class Board:
    rows: list[ExpertProgress]
    page: Page[ExpertProgress]
    choices: list[Choice]
    shown: str
    search: str
    sort: str

    @property
    def next_sorts(self) -> dict[str, str]:
        """Column → what the address says to sort by it: a second time turns the order round."""
        return {name: f"-{name}" if self.sort == name else name for name in SORTS}

    @property
    def directions(self) -> dict[str, str]:
        """Column → what `aria-sort` says of it."""
        turned = self.sort.startswith("-")
        return {self.sort.removeprefix("-"): "descending" if turned else "ascending"} if self.sort else {}


def board_of(progress: PanelProgress, asked: Mapping[str, str]) -> Board:
    """`asked` is the address: show, q, sort, page. What it does not know is passed over."""
    now = timezone.now()
    choices = [Choice("", str(_("All")), len(progress.rows))] + [
        Choice(name, str(label), count)
        for name, label in FILTERS.items()
        if (count := sum(_belongs(row, name, now) for row in progress.rows)) or name == asked.get("show")
    ]
    shown = asked.get("show", "") if asked.get("show") in FILTERS else ""
    search, sort = asked.get("q", "").strip()[:100], asked.get("sort", "")
    rows = [row for row in progress.rows if (not shown or _belongs(row, shown, now)) and _found(row, search)]
    if sort.removeprefix("-") in SORTS:
        rows.sort(key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    else:
        sort = ""
    return Board(rows, Paginator(rows, PAGE).get_page(asked.get("page")), choices, shown, search, sort)


def days_left(survey: Survey) -> int | None:
    """Whole days until the deadline while answers are taken; 0 on the last one."""
    if survey.closes_at is None or not survey.takes_answers:
        return None
    return (survey.closes_at - timezone.now()).days


def _belongs(row: ExpertProgress, name: str, now: datetime) -> bool:
    if name == "missing":
        return row.missing
    if name == "not_opened":
        return row.status in NOT_OPENED
    if name == "stalled":
        return row.status in UNFINISHED and row.last_activity is not None and now - row.last_activity > STALLED
    return row.status == name


def _found(row: ExpertProgress, search: str) -> bool:
    """Every word stands somewhere in the line."""
    if not search:
        return True
    person = row.expert.person
    parts = [row.expert.code, row.expert.field, row.expert.group, row.label]
    parts += [person.name, person.organisation, person.email] if person else []
    line = " ".join(parts).casefold()
    return all(word in line for word in search.casefold().split())
