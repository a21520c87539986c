"""Panel results and weight sets, as pages and exports show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

import ahp
from surveys.models import Indicator, Job, PanelNode, PanelResult, Survey, WeightEntry, WeightSet
from surveys.selectors.progress import newest_by_expert
from surveys.selectors.trees import Tree, tree_of

SIGNERS = ("created_by", "proposed_by", "approved_by", "locked_by", "superseded_by")


@dataclass(frozen=True)
class PanelState:
    """The newest panel result, the job that computes it, and what has happened since it was asked for."""

    result: PanelResult | None
    job: Job | None
    counted: int
    submitted: int
    invited: int
    since: int

    @property
    def computed(self) -> bool:
        return self.result is not None and self.result.computed_at is not None

    @property
    def current(self) -> bool:
        """The result covers every submission there is."""
        return self.result is not None and not self.since


@dataclass(frozen=True)
class WeightRow:
    """A node of a weight set: its weights, those of the other method, and how consistent its children were compared."""

    node: Indicator
    entry: WeightEntry
    second_global: float | None
    panel_node: PanelNode | None
    children: int

    @property
    def testable(self) -> bool:
        return self.children > 1


def newest_result(survey: Survey) -> PanelResult | None:
    return survey.panel_results.order_by("-number").first()


def newest_computed(survey: Survey) -> PanelResult | None:
    """What a weight set may be drafted from."""
    found = survey.panel_results.filter(computed_at__isnull=False).order_by("-number").first()
    if found:
        found.survey = survey
    return found


def panel_job(result: PanelResult) -> Job | None:
    return Job.objects.filter(kind="panel", subject=result.pk).first()


def panel_state(survey: Survey, result: PanelResult | None = None) -> PanelState:
    """Where the panel's result stands; by default the newest one."""
    result = result or newest_result(survey)
    weights = dict(survey.experts.values_list("pk", "weight"))
    newest = {
        (submission.pk, weights[expert]) for expert, submission in newest_by_expert(survey).items() if expert in weights
    }
    members = set(result.members.values_list("submission_id", "weight")) if result else set()
    return PanelState(
        result=result,
        job=panel_job(result) if result else None,
        counted=sum(weight > 0 for _submission, weight in members),
        submitted=len(newest),
        invited=len(weights),
        since=len(newest - members),
    )


def weight_sets_of(survey: Survey) -> QuerySet[WeightSet]:
    return survey.weight_sets.select_related("edition__system", "survey", "panel_result", *SIGNERS).order_by("-number")


def weight_rows(weight_set: WeightSet) -> list[WeightRow]:
    """Every node in tree order."""
    tree = tree_of(weight_set.edition)
    entries = {entry.indicator_id: entry for entry in weight_set.entries.all()}
    parts = _panel_nodes(weight_set)
    second = _second_weights(tree, parts)
    return [
        WeightRow(node, entries[node.pk], second.get(node.code), parts.get(node.pk), len(tree.children_of(node)))
        for node in tree.nodes
    ]


def counted_experts(weight_set: WeightSet) -> tuple[int, int] | None:
    """How many experts count in a set, and how many were invited; None where no panel was asked."""
    result = weight_set.panel_result
    return (result.members.filter(weight__gt=0).count(), result.invited) if result else None


def _panel_nodes(weight_set: WeightSet) -> dict[int, PanelNode]:
    result = weight_set.panel_result
    return {part.node_id: part for part in result.nodes.all()} if result else {}


def _second_weights(tree: Tree, parts: dict[int, PanelNode]) -> dict[Any, float]:
    """Global weights by the method beside the survey's own."""
    if not parts or not tree.parents:
        return {}
    local = {node.code: [float(weight) for weight in parts[node.pk].second_weights] for node in tree.parents}
    return dict(ahp.global_weights(tree.codes(), local))
