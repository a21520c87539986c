"""Answers that came from another site."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .survey import Survey


class AnswerPackage(models.Model):
    """A package of answers that was taken in here: which one, and what of it was new. Written once."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="answer_packages")
    sequence = models.PositiveIntegerField(_("number"))
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(help_text="Where the answers were collected.")
    collector = models.CharField(max_length=200, help_text="The address of the site that collected them.")
    experts = models.PositiveIntegerField(help_text="In the package.")
    events = models.PositiveIntegerField(help_text="Answers that were new here.")
    submissions = models.PositiveIntegerField(help_text="Submissions that were new here.")
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["survey", "sequence"]
        constraints = [models.UniqueConstraint(fields=["survey", "sequence"], name="answer_package_once")]
