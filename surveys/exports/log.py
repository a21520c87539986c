"""The audit log as a table that a spreadsheet opens and computes nothing of."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.acts import act_label, told
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import csv_bytes
from surveys.models import AuditEvent
from surveys.moments import seconds_told

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST = 100_000


def log_bytes(events: Iterable[AuditEvent], kind: str, anonymity: str) -> bytes:
    header = [_("When"), _("Who"), _("What"), _("Act"), _("Of what"), _("Before"), _("After"), _("Reason")]
    clock = "%Y-%m-%d %H:%M:%S" if seconds_told(anonymity) else "%Y-%m-%d %H:%M"
    rows = [_row(event, clock) for event in events]
    if kind == "csv":
        return csv_bytes(header, rows)
    return workbook_bytes([Sheet(_("Log"), [header, *rows], frozen=1)])


def _row(event: AuditEvent, clock: str) -> list[str]:
    return [
        timezone.localtime(event.at).strftime(clock),
        event.user.get_username() if event.user else "",
        act_label(event.action),
        event.action,
        event.subject,
        told(event.old),
        told(event.new),
        event.reason,
    ]
