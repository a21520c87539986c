"""Panel results and weight sets, as pages and exports show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

import ahp
from surveys.models import BranchWeight, Indicator, Job, PanelNode, PanelResult, Survey, WeightEntry, WeightSet
from surveys.scale import matrix_level
from surveys.selectors.decisions import excluded_now
from surveys.selectors.jobs import job_of
from surveys.selectors.progress import newest_by_expert
from surveys.selectors.trees import Tree, tree_of

Branches = frozenset[tuple[str, Decimal]]
Weights = tuple[Decimal, Branches, frozenset[str]]
"""Of an expert: in the whole tree, by branch, and the nodes at which the answers are left out."""
Member = tuple[int, Decimal, Branches, frozenset[str]]
"""A submission and how much its expert counts."""

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

    @property
    def level(self) -> str:
        """How consistent the panel's matrix is here, as a word."""
        part = self.panel_node
        return matrix_level(part.ratio, len(part.weights)) if part else "incomplete"


def newest_result(survey: Survey) -> PanelResult | None:
    return survey.panel_results.order_by("-number").first()


def newest_computed(survey: Survey) -> PanelResult | None:
    """What a weight set may be drafted from."""
    found = survey.panel_results.filter(computed_at__isnull=False).order_by("-number").first()
    if found:
        found.survey = survey
    return found


def panel_job(result: PanelResult) -> Job | None:
    """The job that computes a result, or the part of it that has failed."""
    return job_of("panel", result)


def panel_state(survey: Survey, result: PanelResult | None = None) -> PanelState:
    """Where the panel's result stands; by default the newest one."""
    result = result or newest_result(survey)
    weights = _weights_now(survey)
    submitted = {submission.pk: expert for expert, submission in newest_by_expert(survey).items() if expert in weights}
    newest = {(submission, *weights[expert]) for submission, expert in submitted.items()}
    members = _members(result) if result else set()
    return PanelState(
        result=result,
        job=panel_job(result) if result else None,
        counted=_counting(members, _asked_nodes(survey.edition_id)),
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
    return (_counting(_members(result), _asked_nodes(weight_set.edition_id)), result.invited) if result else None


def _asked_nodes(edition_id: int) -> frozenset[str]:
    """Every node below which something hangs."""
    parents = Indicator.objects.filter(edition_id=edition_id, children__isnull=False).order_by()
    return frozenset(parents.values_list("code", flat=True).distinct())


def _weights_now(survey: Survey) -> dict[int, Weights]:
    """Expert → how much they count at present."""
    branches: dict[int, set[tuple[str, Decimal]]] = defaultdict(set)
    set_branches = BranchWeight.objects.filter(expert__survey=survey).order_by()
    for expert, code, weight in set_branches.values_list("expert_id", "node__code", "weight"):
        branches[expert].add((code, weight))
    weights, excluded = survey.experts.order_by().values_list("pk", "weight"), excluded_now(survey)
    return {
        expert: (weight, frozenset(branches.get(expert, ())), excluded.get(expert, frozenset()))
        for expert, weight in weights
    }


def _members(result: PanelResult) -> set[Member]:
    found = result.members.order_by().values_list("submission_id", "weight", "branch_weights", "excluded")
    return {
        (submission, weight, frozenset((code, Decimal(own)) for code, own in branches.items()), frozenset(excluded))
        for submission, weight, branches, excluded in found
    }


def _counting(members: Iterable[Member], nodes: frozenset[str]) -> int:
    """Those whose weight is not 0 everywhere, and who are not left out everywhere."""
    return sum(
        (weight > 0 or any(own > 0 for _code, own in branches)) and not (nodes and nodes <= excluded)
        for _submission, weight, branches, excluded in members
    )


def _panel_nodes(weight_set: WeightSet) -> dict[int, PanelNode]:
    result = weight_set.panel_result
    return {part.node_id: part for part in result.nodes.all()} if result else {}


def _second_weights(tree: Tree, parts: dict[int, PanelNode]) -> dict[Any, float]:
    """Global weights by the method beside the survey's own."""
    if not parts or not tree.parents:
        return {}
    local = {node.code: [float(weight) for weight in parts[node.pk].second_weights] for node in tree.parents}
    return dict(ahp.global_weights(tree.codes(), local))
