"""Versions of a survey's scoring rules."""

from __future__ import annotations

from django.db.models import QuerySet

from scoring.models import ScoringRules
from surveys.models import Survey


def rules_of(survey: Survey | int) -> QuerySet[ScoringRules]:
    return ScoringRules.objects.filter(survey=survey).select_related("base", "created_by").order_by("-number")


def rules_now(survey: Survey | int) -> ScoringRules | None:
    """The newest version: data are checked by it."""
    return rules_of(survey).first()
