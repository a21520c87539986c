"""How far each expert is, with the ways to reach them: a list to telephone by. Never an answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import Cell
from surveys.selectors.progress import ExpertProgress

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def panel_bytes(rows: Iterable[ExpertProgress]) -> bytes:
    header = [
        _("Code"), _("Name"), _("Position"), _("Organisation"), _("Field"), _("Group"), _("Status"), _("Answered"),
        _("Asked"), _("Last activity"), _("Minutes"), _("CR ≥ 0.1"), _("E-mail"), _("Telephone"),
    ]  # fmt: skip
    return workbook_bytes([Sheet(_("Experts"), [header, *map(_row, rows)], frozen=1)])


def _row(row: ExpertProgress) -> list[Cell]:
    expert, person = row.expert, row.expert.person
    who = [person.name, person.title, person.organisation] if person else ["", "", ""]
    reach = [person.email, person.telephone] if person else ["", ""]
    failing = row.failing if row.ratios else None
    return [
        expert.code, *who, expert.field, expert.group, row.label, row.answered, row.total, _moment(row.last_activity),
        row.minutes, failing, *reach,
    ]  # fmt: skip


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
