"""The figures of a report: the team's own template, and sets of figures made from a run."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models import Survey

from .run import ScoringRun


class ReportTemplate(models.Model):
    """A DOCX of the team: its styles, and the places that are filled. Written once; another file is another row."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="report_templates")
    name = models.CharField(_("name"), max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["survey", "-id"]

    def __str__(self) -> str:
        return self.name


class ReportPlan(models.Model):
    """Which figures a report of this survey has, in which order, under which numbers. The newest one counts."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="report_plans")
    items = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["survey", "-id"]

    def __str__(self) -> str:
        return f"P{self.pk}"


class FigureSet(models.Model):
    """All figures of a report from one run (and, beside it, runs of other units), made by a worker.

    `document` is canonical JSON of what every figure says, so that two sets can be compared; `content` the archive.
    """

    run = models.ForeignKey(ScoringRun, on_delete=models.PROTECT, related_name="figure_sets")
    others = models.ManyToManyField(ScoringRun, blank=True, related_name="+", help_text="Runs of other units: cities.")
    template = models.ForeignKey(ReportTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="sets")
    language = models.CharField(_("language"), max_length=16)
    options = models.JSONField(default=dict)
    document = models.TextField(blank=True)
    content = models.BinaryField(null=True)
    content_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the archive.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    computed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["run", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(computed_at=None, document="", content_hash="", content=None)
                | Q(computed_at__isnull=False, content__isnull=False) & ~Q(document="") & ~Q(content_hash=""),
                name="figure_set_computed_is_written",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} · F{self.pk}"
