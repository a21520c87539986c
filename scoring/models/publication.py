"""What of a run the public may see."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .run import ScoringRun


class Publication(models.Model):
    """A public page of a stored run, off until somebody publishes it.

    `profile` says what leaves the house: how many first units, whether names, ranks and scores are shown, which units
    are hidden, which nodes are chosen, whether readers may set weights of their own. It governs every format.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLIC = "public", _("Public")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    run = models.ForeignKey(ScoringRun, on_delete=models.PROTECT, related_name="publications")
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.JSONField(_("title"))
    words = models.JSONField(_("introduction"), default=dict, blank=True)
    profile = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["run", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "public", "withdrawn"]), name="publication_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | Q(state__in=["public", "withdrawn"]),
                name="publication_published_once",
            ),
        ]

    def __str__(self) -> str:
        return self.slug
