"""How values become scores, where that is not what the edition says."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models import Survey

from .data import DataSet


class ScoringRules(models.Model):
    """A version of the rules of one survey: bounds, directions, caps, missing values, means, range, ties.

    `rules` is code → what differs from the edition, `options` what holds for all; numbers are decimal strings. It is
    written once: other rules are the next version. A run copies what it used into its own document.
    """

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="scoring_rules")
    number = models.PositiveIntegerField()
    name = models.JSONField(_("name"), default=dict, blank=True)
    rules = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    base = models.ForeignKey(
        DataSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("base year"), help_text="The data set whose least and greatest values are the bounds.",
    )  # fmt: skip
    reason = models.TextField(_("reason"))
    content_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["survey", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="scoring_rules_number_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="scoring_rules_number_positive"),
        ]

    def __str__(self) -> str:
        return f"S{self.number}"
