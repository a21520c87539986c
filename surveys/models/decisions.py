"""What a coordinator decided about an expert's answers. Written once; undone by another decision."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .panel import Expert
from .system import Indicator


class Decision(models.Model):
    """To accept a matrix as it is, to leave an expert's answers out at a node or wholly, or to undo one of these.

    `node` empty means the whole questionnaire. `after_unmasking`: units' names had been seen beside the effect on
    the ranks when this was decided; it is printed with every result.
    """

    class Act(models.TextChoices):
        ACCEPT = "accept", _("Accepted as it is")
        EXCLUDE = "exclude", _("Left out")
        UNDO = "undo", _("Undone")

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="decisions")
    node = models.ForeignKey(Indicator, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(_("decision"), max_length=8, choices=Act)
    reason = models.CharField(_("reason"), max_length=1000)
    rule = models.CharField(_("declared rule"), max_length=400, blank=True)
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by")
    after_unmasking = models.BooleanField(default=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["expert", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(act__in=["accept", "exclude", "undo"]), name="decision_act_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_reason"),
            models.CheckConstraint(
                condition=Q(act="undo", undoes__isnull=False) | ~Q(act="undo") & Q(undoes=None),
                name="decision_undo_names_what",
            ),
            models.CheckConstraint(condition=~Q(undoes=F("id")), name="decision_not_own_undo"),
        ]
