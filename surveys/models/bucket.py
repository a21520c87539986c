"""How often somebody may still try: a tally that all processes share."""

from __future__ import annotations

from django.db import models


class Bucket(models.Model):
    """Full again at a moment (milliseconds since 1970). Who is meant is known to nobody: the name is a keyed hash."""

    key = models.CharField(max_length=64, primary_key=True)
    full_at = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return self.key
