"""The panel as a coordinator looks at it: some of it, in an order, a page at a time. All of it is in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.models import Survey
from surveys.selectors.pace import paces
from surveys.selectors.progress import ExpertProgress, PanelProgress, Ratios, stands_still
from surveys.selectors.standing import MISSING, NOT_OPENED, STATUSES, UNFINISHED

PAGE = 100
FILTERS = {
    "missing": _("Who is missing"),
    "not_opened": _("Not opened"),
    "stalled": _("Stalled for more than 3 days"),
    "to_revise": _("To look at again"),
    "returned": _("Mail returned"),
    "submitted": _("Submitted"),
}
_LONG_AGO = datetime.min.replace(tzinfo=timezone.get_default_timezone())
Keys = dict[int, Any]
"""Expert, in the order of the panel → what their place in another order depends on."""


@dataclass(frozen=True)
class Choice:
    """A saved filter: its name in the address, what it is called, how many experts it shows."""

    name: str
    label: str
    count: int


@dataclass(frozen=True)
class Board:
    """`chosen` are the experts whom the filters show, in their order; lines are made for those who are looked at."""

    progress: PanelProgress
    chosen: list[int]
    choices: list[Choice]
    shown: str
    search: str
    sort: str
    number: str | None
    """Of the page, as the address has it."""

    @cached_property
    def page(self) -> Page[Any]:
        page: Page[Any] = Paginator(self.chosen, PAGE).get_page(self.number)
        page.object_list = self.progress.rows(list(page.object_list))
        return page

    @cached_property
    def rows(self) -> list[ExpertProgress]:
        return self.progress.rows(self.chosen)

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
    shown = asked.get("show", "") if asked.get("show") in FILTERS else ""
    search, sort = asked.get("q", "").strip()[:100], asked.get("sort", "")
    sort = sort if sort.removeprefix("-") in SORTS else ""
    experts = progress.experts.order_by("pk")
    if shown:
        experts = experts.filter(_condition(shown))
    keys = SORTS[sort.removeprefix("-") or "code"](progress, experts)
    found = _found(experts, search) if search else keys.keys()
    chosen = sorted(filter(found.__contains__, keys), key=keys.__getitem__, reverse=sort.startswith("-"))
    return Board(progress, chosen, _choices(progress, shown), shown, search, sort, asked.get("page"))


def days_left(survey: Survey) -> int | None:
    """Whole days until the deadline while answers are taken; 0 on the last one."""
    if survey.closes_at is None or not survey.takes_answers:
        return None
    return (survey.closes_at - timezone.now()).days


def _choices(progress: PanelProgress, shown: str) -> list[Choice]:
    counts = {"missing": progress.missing, "not_opened": progress.not_opened, "stalled": progress.stalled}
    counted = [(name, str(label), counts.get(name, progress.counts[name])) for name, label in FILTERS.items()]
    offered = [Choice(*choice) for choice in counted if choice[2] or choice[0] == shown]
    return [Choice("", str(_("All")), progress.invited), *offered]


def _condition(name: str) -> Q:
    if name == "missing":
        return Q(status__in=MISSING)
    if name == "not_opened":
        return Q(status__in=NOT_OPENED)
    if name == "stalled":
        return Q(status__in=UNFINISHED) & stands_still()
    return Q(status=name)


def _found(experts: QuerySet[Any], search: str) -> set[int]:
    """In whose line every word stands, however it is written."""
    words = search.casefold().split()
    columns = ("code", "field", "group", "person__name", "person__organisation", "person__email")
    found = set()
    for expert, status, *told in experts.values_list("pk", "status", *columns):
        line = " ".join([*filter(None, told), str(STATUSES[status])]).casefold()
        if all(word in line for word in words):
            found.add(expert)
    return found


def _by_code(_progress: PanelProgress, experts: QuerySet[Any]) -> Keys:
    return {expert: expert for expert in experts.values_list("pk", flat=True)}


def _by_field(_progress: PanelProgress, experts: QuerySet[Any]) -> Keys:
    return {expert: (field == "", field) for expert, field in experts.values_list("pk", "field")}


def _by_status(progress: PanelProgress, experts: QuerySet[Any]) -> Keys:
    place = {status: at for at, status in enumerate(STATUSES)}
    answers = progress.answers
    return {expert: (place[status], answers.of(expert)[0]) for expert, status in experts.values_list("pk", "status")}


def _by_activity(_progress: PanelProgress, experts: QuerySet[Any]) -> Keys:
    return {expert: at or _LONG_AGO for expert, at in experts.values_list("pk", "active_at")}


def _by_minutes(progress: PanelProgress, experts: QuerySet[Any]) -> Keys:
    minutes = {expert: pace.minutes for expert, pace in paces(progress.survey).items()}
    return {expert: minutes.get(expert, 0) for expert in experts.values_list("pk", flat=True)}


def _by_failing(progress: PanelProgress, experts: QuerySet[Any]) -> Keys:
    return {expert: progress.ratios.get(expert, Ratios()).failing for expert in experts.values_list("pk", flat=True)}


SORTS: Mapping[str, Callable[[PanelProgress, QuerySet[Any]], Keys]] = {
    "code": _by_code,
    "field": _by_field,
    "status": _by_status,
    "activity": _by_activity,
    "minutes": _by_minutes,
    "failing": _by_failing,
}
