"""A moment as people read it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def moment_text(at: datetime) -> str:
    """A deadline must name its time zone."""
    here = timezone.localtime(at)
    return f"{here:%Y-%m-%d %H:%M} ({timezone.get_current_timezone_name()}, UTC{here:%z})"
