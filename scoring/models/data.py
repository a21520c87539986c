"""The values of units, as they came through the import gate. What is stored never changes; a later version is another
data set.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models import Edition, Survey
from surveys.texts import text_in

from .units import UnitList


class DataSet(models.Model):
    """One file of units x indicators for the edition of a survey, whose members may see it."""

    class State(models.TextChoices):
        CURRENT = "current", _("Current")
        REPLACED = "replaced", _("Replaced by a later version")

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="data_sets")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="data_sets")
    name = models.JSONField(_("name"))
    version = models.PositiveIntegerField(_("version"), default=1)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by", verbose_name=_("replaces")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CURRENT)
    node = models.CharField(max_length=40, help_text="Code of the highest node that these data score.")
    columns = models.JSONField(help_text="Codes of the leaves, in tree order.")
    unit_count = models.PositiveIntegerField()
    file_name = models.CharField(_("file"), max_length=255)
    file_hash = models.CharField(max_length=64, help_text="SHA-256 of the file's bytes.")
    year = models.CharField(_("year"), max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=400, blank=True)
    synthetic = models.BooleanField(_("synthetic demo data"), default=False)
    unit_list = models.ForeignKey(
        UnitList, null=True, blank=True, on_delete=models.PROTECT, related_name="data_sets", verbose_name=_("units")
    )
    sources = models.JSONField(
        default=dict, blank=True, help_text="Code → source, year, method and unit of measure of that column."
    )
    findings = models.JSONField(
        default=list, blank=True, help_text="What the import found odd and somebody confirmed, each with its cell."
    )
    content_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["current", "replaced"]), name="data_set_state_known"),
            models.CheckConstraint(condition=Q(version__gte=1), name="data_set_version_positive"),
            models.CheckConstraint(
                condition=Q(version=1, replaces=None) | Q(version__gt=1, replaces__isnull=False),
                name="data_set_later_version_replaces",
            ),
        ]

    def __str__(self) -> str:
        return text_in(self.name)


class DataUnit(models.Model):
    """A unit and its values: decimal strings as typed, aligned to the columns of the set; blank where missing."""

    data_set = models.ForeignKey(DataSet, on_delete=models.PROTECT, related_name="units")
    position = models.PositiveIntegerField(help_text="Place in the file, from 1.")
    row = models.PositiveIntegerField(help_text="Number of its row in the file, which sentences about it name.")
    code = models.CharField(_("code"), max_length=40, blank=True, help_text="In the list of units, where there is one.")
    name = models.CharField(_("unit"), max_length=200)
    attributes = models.JSONField(default=dict, blank=True, help_text="province, region, group, type")
    values = models.JSONField()

    class Meta:
        ordering = ["data_set", "position"]
        constraints = [
            models.UniqueConstraint(fields=["data_set", "name"], name="data_unit_name_unique"),
            models.UniqueConstraint(fields=["data_set", "position"], name="data_unit_position_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="data_unit_name_filled"),
        ]

    def __str__(self) -> str:
        return self.name
