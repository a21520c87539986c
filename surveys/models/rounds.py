"""A further round on the pairs that divide the panel most, with the anonymous distribution of the answers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .survey import Survey
from .system import Comparison


class Round(models.Model):
    """One more look at a few pairs, asked of everybody who answered them. Number 1 is the survey itself."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    note = models.JSONField(_("note to the experts"), default=dict)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["survey", "number"]
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="round_number_unique")]


class RoundPair(models.Model):
    """A pair of a round, with how the panel had answered it when the round began.

    `distribution` counts the answers on each of the seventeen steps, from 9 for the first item to 9 for the second.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="pairs")
    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="+")
    distribution = models.JSONField()

    class Meta:
        ordering = ["round", "comparison__position"]
        constraints = [models.UniqueConstraint(fields=["round", "comparison"], name="round_pair_once")]
