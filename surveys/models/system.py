"""Indicator systems, their editions, and the comparisons that an edition asks for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from surveys.texts import text_in


class IndicatorSystem(models.Model):
    """A family of editions: 综合算力评价体系, of which 2.0 and 3.0 are editions."""

    name = models.JSONField(_("name"))
    language = models.CharField(_("language of texts without a tag"), max_length=20, default="zh-hans")
    synthetic = models.BooleanField(_("synthetic demo data"), default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return text_in(self.name)


class Edition(models.Model):
    """One state of the tree. Frozen before a survey uses it; what comes after is a copy with differences."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        FROZEN = "frozen", _("Frozen")

    system = models.ForeignKey(IndicatorSystem, on_delete=models.PROTECT, related_name="editions")
    label = models.CharField(_("edition"), max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="successors")
    frozen_at = models.DateTimeField(null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "label"], name="edition_label_unique"),
            models.CheckConstraint(
                condition=Q(state="draft", frozen_at=None) | Q(state="frozen", frozen_at__isnull=False),
                name="edition_frozen_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.label}"


class Indicator(models.Model):
    """A node of the tree: the index, a dimension, a group, or an indicator that is measured (a leaf)."""

    class Direction(models.TextChoices):
        BENEFIT = "benefit", _("Benefit: higher is better")
        COST = "cost", _("Cost: lower is better")
        TARGET = "target", _("Target: close to a value is better")

    NEW = "∅"
    """As `was`: in no earlier edition, although its code may stand there."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="indicators")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    code = models.CharField(_("code"), max_length=40)
    was = models.CharField(
        _("code before"), max_length=40, blank=True, help_text="In the edition this one is based on; blank: the same."
    )
    position = models.PositiveIntegerField(help_text="Place in the whole tree, depth first, from 0 at the root.")
    depth = models.PositiveSmallIntegerField()
    name = models.JSONField(_("name"))
    definition = models.JSONField(_("definition"), default=dict, blank=True)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, blank=True)
    aliases = models.JSONField(_("aliases"), default=list, blank=True)
    # How a leaf is scored and a node aggregated, as the indicator file states it: numbers stay the text they were
    # given as.
    scoring = models.JSONField(
        default=dict, blank=True, help_text="low, high, cap, transform, target_low, target_high, aggregation, missing"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="indicator_code_unique"),
            models.UniqueConstraint(fields=["edition"], condition=Q(parent=None), name="indicator_one_root"),
            models.CheckConstraint(condition=~Q(code=""), name="indicator_code_filled"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="indicator_not_own_parent"),
            models.CheckConstraint(
                condition=Q(direction__in=["", "benefit", "cost", "target"]), name="indicator_direction_known"
            ),
        ]
        indexes = [models.Index(fields=["edition", "position"])]

    def __str__(self) -> str:
        return text_in(self.name)


class Comparison(models.Model):
    """A question: which of two children of a node is more important? Made once, when the edition is frozen.

    Item a stands before item b in tree order, so a pair exists once however it is asked.
    """

    node = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="comparisons")
    item_a = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="+")
    item_b = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(help_text="Place in the whole questionnaire, from 1.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["item_a", "item_b"], name="comparison_pair_unique"),
            models.CheckConstraint(condition=~Q(item_a=F("item_b")), name="comparison_of_two_items"),
        ]
        indexes = [models.Index(fields=["node", "position"])]

    def __str__(self) -> str:
        return f"{self.item_a} ↔ {self.item_b}"
