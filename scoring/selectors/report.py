"""What the page of a report's figures shows."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from scoring.models import FigureSet, ReportPlan, ScoringRun
from scoring.report.changes import Change, changes
from scoring.report.plan import Item, items_of, suggested
from scoring.selectors.runs import run_stamps
from surveys.models import Survey
from surveys.selectors.jobs import Pairs, finds_surveys


@dataclass(frozen=True)
class SetPage:
    """A finished set: what every figure says, what could not be drawn, and what is different from the set before."""

    made: FigureSet
    said: Sequence[dict[str, Any]]
    lacking: Sequence[Sequence[str]]
    before: FigureSet | None
    changes: Sequence[Change]
    others: Sequence[FigureSet]


def plan_of(run: ScoringRun) -> list[Item]:
    """What people chose last, else what the tree suggests."""
    kept = ReportPlan.objects.filter(survey=run.survey_id).first()
    return items_of(kept.items) if kept else suggested(run.data_set.edition, run.data_set.node)


def other_runs(run: ScoringRun) -> QuerySet[ScoringRun]:
    """Computed runs of the survey on other units; the newest first."""
    found = ScoringRun.objects.filter(survey=run.survey_id, computed_at__isnull=False).exclude(pk=run.pk)
    found = found.exclude(data_set__node=run.data_set.node)
    return found.select_related("data_set__edition__system", "weight_set__edition__system").defer("document")


def sets_of(run: ScoringRun) -> QuerySet[FigureSet]:
    return FigureSet.objects.filter(run=run).defer("content", "document").select_related("template", "requested_by")


def facts_of(run: ScoringRun) -> dict[str, str]:
    """What a template may ask for beside figures."""
    at = run.computed_at
    return {
        "run": str(run),
        "hash": run.content_hash,
        "year": run.data_set.year,
        "source": run.data_set.source,
        "data": str(run.data_set),
        "weights": str(run.weight_set),
        "date": timezone.localtime(at).strftime("%Y-%m-%d") if at else "",
        "stamps": " / ".join(run_stamps(run)),
    }


def comparable_sets(made: FigureSet) -> list[FigureSet]:
    """Finished sets of this survey in the same language, the newest first."""
    same = FigureSet.objects.filter(run__survey=made.run.survey_id, language=made.language).exclude(pk=made.pk)
    same = same.exclude(computed_at=None).defer("content", "document").select_related("run")
    return list(same.order_by("-pk"))


def earlier_said(made: FigureSet) -> list[dict[str, Any]]:
    before = next((each for each in comparable_sets(made) if each.pk < made.pk), None)
    return _said(before) if before else []


def set_page(made: FigureSet, against: str = "") -> SetPage:
    """Compared with the set that was finished before, or with the one of this key."""
    told, others = json.loads(made.document), comparable_sets(made)
    wanted = [each for each in others if str(each.pk) == against] or [each for each in others if each.pk < made.pk]
    before = wanted[0] if wanted else None
    changed = changes(_said(before), told["said"]) if before else []
    return SetPage(made, told["said"], told["lacking"], before, changed, others)


def _said(made: FigureSet) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(made.document)["said"]
    return found


def set_of(survey: Survey, run: ScoringRun, key: int) -> FigureSet | None:
    return FigureSet.objects.filter(run=run, run__survey=survey, pk=key).select_related("run", "template").first()


@finds_surveys("figure_set", gettext_noop("A set of figures"))
def _of_set(subjects: Collection[int]) -> Pairs:
    return FigureSet.objects.filter(pk__in=subjects).values_list("pk", "run__survey_id")
