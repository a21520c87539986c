"""A worker's sign of life, for those who ask whether anybody is there to compute."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from surveys.models import WorkerSign

EVERY = timedelta(seconds=10)  # a write costs a sync of the disk


def worker_seen() -> None:
    """Note that a worker is there, unless that was noted a moment ago."""
    now = timezone.now()
    if not WorkerSign.objects.filter(seen_at__gt=now - EVERY).exists():
        WorkerSign.objects.update_or_create(pk=1, defaults={"seen_at": now})
