"""Lists of the units that data may be about: provinces, cities, towns; with their other names, regions and types."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from surveys.models import IndicatorSystem
from surveys.texts import text_in


class UnitList(models.Model):
    """A list that the data of an indicator system, of whatever year, are checked against and grouped by."""

    system = models.ForeignKey(IndicatorSystem, on_delete=models.PROTECT, related_name="unit_lists")
    name = models.JSONField(_("name"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["system", "id"]

    def __str__(self) -> str:
        return text_in(self.name)


class Unit(models.Model):
    """One unit. `parent` is the unit it lies in, of another list or of this one: a city's province."""

    unit_list = models.ForeignKey(UnitList, on_delete=models.CASCADE, related_name="units")
    position = models.PositiveIntegerField()
    code = models.CharField(_("code"), max_length=40, help_text="GB/T 2260 for Chinese divisions; any text elsewhere.")
    name = models.JSONField(_("name"))
    aliases = models.JSONField(_("aliases"), default=list, blank=True)
    region = models.JSONField(_("region"), default=dict, blank=True)
    kind = models.JSONField(_("type"), default=dict, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    tile = models.JSONField(default=list, blank=True, help_text="Row and column in the tile grid; empty: not drawn.")

    class Meta:
        ordering = ["unit_list", "position"]
        constraints = [
            models.UniqueConstraint(fields=["unit_list", "code"], name="unit_code_unique"),
            models.CheckConstraint(condition=~Q(code=""), name="unit_code_filled"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="unit_is_not_in_itself"),
        ]

    def __str__(self) -> str:
        return text_in(self.name)
