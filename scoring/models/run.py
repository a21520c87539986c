"""A scoring run: data and weights, frozen together with what they give."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models import Indicator, Survey, WeightSet

from .data import DataSet, DataUnit


class ScoringRun(models.Model):
    """One computation of scores. A stored run needs a locked weight set; a preview may use any and is a draft for good.

    `document` is canonical JSON over inputs and results, `content_hash` its SHA-256; both are written once, by the job.
    """

    class WeightsUsed(models.TextChoices):
        EXACT = "exact", _("Exact weights")
        ADOPTED = "adopted", _("Adopted (printed) weights")

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="scoring_runs")
    number = models.PositiveIntegerField()
    data_set = models.ForeignKey(DataSet, on_delete=models.PROTECT, related_name="runs")
    weight_set = models.ForeignKey(WeightSet, on_delete=models.PROTECT, related_name="scoring_runs")
    rules = models.ForeignKey(
        "ScoringRules", null=True, blank=True, on_delete=models.PROTECT, related_name="runs",
        verbose_name=_("scoring rules"), help_text="None: as the edition says.",
    )  # fmt: skip
    weights_used = models.CharField(_("weights used"), max_length=10, choices=WeightsUsed)
    preview = models.BooleanField(_("preview"), default=False)
    synthetic = models.BooleanField(_("synthetic demo data"), default=False)
    weights_hash = models.CharField(max_length=64, help_text="Content hash of the weight set when this was asked for.")
    options = models.JSONField(help_text="How it is computed; numbers are decimal strings.")
    software = models.CharField(max_length=40)
    input_hash = models.CharField(max_length=64, help_text="The same inputs are computed once.")
    document = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    computed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["survey", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="run_number_unique"),
            models.UniqueConstraint(fields=["survey", "input_hash"], name="run_once_per_input"),
            models.CheckConstraint(condition=Q(weights_used__in=["exact", "adopted"]), name="run_weights_known"),
            models.CheckConstraint(
                condition=Q(computed_at=None, document="", content_hash="")
                | Q(computed_at__isnull=False) & ~Q(document="") & ~Q(content_hash=""),
                name="run_computed_is_written",
            ),
        ]

    def __str__(self) -> str:
        return f"R{self.number}"

    @property
    def computed(self) -> bool:
        return self.computed_at is not None

    @property
    def weights_kept(self) -> bool:
        """The weight set still says what this was computed from; the draft under a preview may have changed since."""
        return self.weight_set.content_hash == self.weights_hash


class Score(models.Model):
    """The score and rank of one unit on one node. The run's document holds the score as a decimal string."""

    run = models.ForeignKey(ScoringRun, on_delete=models.PROTECT, related_name="scores")
    unit = models.ForeignKey(DataUnit, on_delete=models.PROTECT, related_name="scores")
    node = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    score = models.FloatField(null=True)
    rank = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["run", "node__position", "rank", "unit__position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "node", "unit"], name="score_unique"),
            models.CheckConstraint(
                condition=Q(score=None, rank=None) | Q(score__isnull=False, rank__gte=1),
                name="score_and_rank_together",
            ),
        ]
        indexes = [models.Index(fields=["run", "unit"])]
