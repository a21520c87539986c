"""Studies of a run: how sure its ranks are. Long ones are computed by a worker and may be cancelled."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .run import ScoringRun


class Study(models.Model):
    """One question about a run, with what it was computed from and what came out; both are written once."""

    class Kind(models.TextChoices):
        PANEL = "panel", _("Other panels: whole experts resampled")
        EXPERTS = "experts", _("Without each expert, and each expert alone")
        METHODS = "methods", _("Other methods")
        INDICATORS = "indicators", _("Without each indicator")

    run = models.ForeignKey(ScoringRun, on_delete=models.PROTECT, related_name="studies")
    kind = models.CharField(max_length=12, choices=Kind)
    options = models.JSONField(default=dict, help_text="Draws, seed and the like; numbers are decimal strings.")
    input_hash = models.CharField(max_length=64, help_text="The same question is computed once.")
    document = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    computed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["run", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "input_hash"], condition=Q(cancelled_at=None), name="study_once_per_input"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["panel", "experts", "methods", "indicators"]), name="study_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(computed_at=None, document="", content_hash="")
                | Q(computed_at__isnull=False) & ~Q(document="") & ~Q(content_hash=""),
                name="study_computed_is_written",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} · {self.get_kind_display()}"
