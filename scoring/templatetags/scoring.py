"""Tags of the pages of data and runs."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _

from scoring.figures.ranking_bars import listed
from scoring.models import ScoringRun
from scoring.selectors.data_sets import Extreme
from surveys.models import Job

register = template.Library()


@register.inclusion_tag("scoring/_run_state.html")
def run_state(run: ScoringRun, jobs: Mapping[int, Job]) -> dict[str, object]:
    """{% run_state run jobs %}: frozen, draft, computing or failed; `jobs` by run."""
    return {"run": run, "job": jobs.get(run.pk)}


@register.simple_tag
def holders(extreme: Extreme | None) -> str:
    """{% holders column.low %}: who has this value."""
    if extreme is None:
        return ""
    names = listed(extreme.units)
    return _("%(names)s and %(count)d more") % {"names": names, "count": extreme.others} if extreme.others else names


@register.filter
def entry(mapping: Mapping[str, str], key: str) -> str:
    """{{ unit.attributes|entry:"region" }}"""
    return mapping.get(key, "")
