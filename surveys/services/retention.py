"""What goes by itself after a survey has closed: names as promised, and answers that nobody ever handed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.models import Survey
from surveys.selectors.retention import names_due, unfinished_due
from surveys.services.erasure import experts_erase

BATCH = 50


@dataclass(frozen=True)
class Kept:
    """A survey whose promise has come due, and how many names were erased."""

    survey: Survey
    erased: int


def retention_run(now: datetime | None = None) -> Iterator[Kept]:
    """Erase what is due. Batch by batch, each in a transaction of its own: a large panel keeps no writer waiting."""
    for due in names_due(now or timezone.now()):
        reason = _("Promised: names are erased %(months)d months after the survey closed.")
        said, erased = reason % {"months": due.survey.names_kept or 0}, 0
        for first in range(0, len(due.experts), BATCH):
            erased += experts_erase(due.survey, due.experts[first : first + BATCH], user=None, reason=said)
        yield Kept(due.survey, erased)


def unfinished_forget(now: datetime | None = None) -> int:
    """Delete what was begun at an open link and never handed in. How many devices that were."""
    return unfinished_due(now or timezone.now()).delete()[0]
