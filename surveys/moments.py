"""A moment as people read it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from surveys.models import Survey

BEIJING = "Asia/Shanghai"


def seconds_told(anonymity: str) -> bool:
    """Whether pages and files tell times of answers to the second. Where answers stand under codes they stop at the
    minute, so that nobody lays them beside the times of another log.
    """
    return anonymity != Survey.Anonymity.PSEUDONYMS


def told_moment(at: datetime, anonymity: str) -> datetime:
    return at if seconds_told(anonymity) else at.replace(second=0, microsecond=0)


def moment_text(at: datetime) -> str:
    """A deadline must name its time zone."""
    here = timezone.localtime(at)
    return f"{here:%Y-%m-%d %H:%M} ({timezone.get_current_timezone_name()}, UTC{here:%z})"


def moment_in_letter(at: datetime) -> str:
    """The same for a letter: the day as people write it, and the zone by its everyday name where it has one."""
    here = timezone.localtime(at)
    beijing = timezone.get_current_timezone_name() == BEIJING
    zone = _("Beijing time") if beijing else f"UTC{here:%z}"
    return _("%(day)s, %(time)s (%(zone)s)") % {
        "day": date_format(here, "DATE_FORMAT"),
        "time": f"{here:%H:%M}",
        "zone": zone,
    }
