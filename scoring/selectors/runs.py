"""Runs, rankings and profiles, as pages and exports show them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_noop

import ahp
from scoring.models import DataSet, DataUnit, Score, ScoringRun
from scoring.services.runs import JOB
from surveys.models import Indicator, Job, Survey, WeightSet
from surveys.selectors.jobs import Pairs, finds_surveys, job_of
from surveys.selectors.trees import Tree, tree_of
from surveys.selectors.weight_origins import Origins, origins_of
from surveys.stamps import stamps


@dataclass(frozen=True)
class NodeRow:
    """A node that a run scores: its depth below the run's own node, its weights, and what data it has if a leaf."""

    node: Indicator
    level: int
    local_weight: float
    total_weight: float
    leaf: bool


@dataclass(frozen=True)
class RankRow:
    """A unit on one node; `raw` is the value as typed, on leaves."""

    unit: DataUnit
    score: float | None
    rank: int | None
    raw: str


@dataclass(frozen=True)
class ProfileRow:
    """One unit on one node of the tree."""

    row: NodeRow
    score: float | None
    rank: int | None
    raw: str


class RunTree:
    """The part of the indicator tree that a computed run scores, with the weights it used."""

    def __init__(self, run: ScoringRun) -> None:
        self.run = run
        self.tree: Tree = tree_of(run.data_set.edition)
        self.nodes = self.tree.by_code()
        self.root = self.nodes[run.data_set.node]
        self.columns = {code: place for place, code in enumerate(run.data_set.columns)}

    @cached_property
    def rows(self) -> list[NodeRow]:
        """In tree order."""
        weights: Mapping[str, Mapping[str, str]] = json.loads(self.run.document)["local_weights"]
        local = {code: float(text) for children in weights.values() for code, text in children.items()}
        total = _totals(self.root.code, weights)
        return [
            NodeRow(node, node.depth - self.root.depth, local.get(node.code, 1.0), total[node.code], self.is_leaf(node))
            for node in self._below(self.root)
        ]

    def row_of(self, code: str) -> NodeRow | None:
        return next((row for row in self.rows if row.node.code == code), None)

    def children_of(self, node: Indicator) -> list[NodeRow]:
        wanted = {child.code for child in self.tree.children_of(node)}
        return [row for row in self.rows if row.node.code in wanted]

    def path(self, node: Indicator) -> list[Indicator]:
        """From the run's own node down to this one."""
        by_key = {each.pk: each for each in self.tree.nodes}
        path = [node]
        while path[-1].pk != self.root.pk and path[-1].parent_id:
            path.append(by_key[path[-1].parent_id])
        return path[::-1]

    def raw(self, unit: DataUnit, code: str) -> str:
        place = self.columns.get(code)
        return "" if place is None else unit.values[place]

    def is_leaf(self, node: Indicator) -> bool:
        return not self.tree.children_of(node)

    def _below(self, node: Indicator) -> Iterator[Indicator]:
        yield node
        for child in self.tree.children_of(node):
            yield from self._below(child)


def runs_of(surveys: Iterable[Survey] | QuerySet[Survey]) -> QuerySet[ScoringRun]:
    found = ScoringRun.objects.filter(survey__in=surveys).defer("document", "weight_set__document")
    return found.select_related(
        "survey", "data_set__edition__system", "weight_set__edition__system", "requested_by", "rules"
    )


def run_page(survey: Survey, number: int) -> QuerySet[ScoringRun]:
    return runs_of([survey]).defer(None).defer("weight_set__document").filter(number=number)


def run_origins(run: ScoringRun) -> Origins:
    """Which of the weights that a computed run used are not from judgments."""
    return origins_of(run.weight_set, json.loads(run.document)["local_weights"])


def run_stamps(run: ScoringRun) -> list[str]:
    """What every figure and every file of a computed run says on its face."""
    return stamps(synthetic=run.synthetic, sealed=not run.preview, outside=bool(run_origins(run)))


def run_job(run: ScoringRun) -> Job | None:
    return job_of(JOB, run)


def jobs_of(runs: Iterable[ScoringRun]) -> dict[int, Job]:
    """The jobs of several runs, by run, in one query."""
    return {job.subject: job for job in Job.objects.filter(kind=JOB, subject__in=[run.pk for run in runs])}


def usable_weight_sets(survey: Survey) -> QuerySet[WeightSet]:
    """Sets that data of this survey may be scored with, the locked one first."""
    own = WeightSet.objects.filter(survey=survey)
    imported = WeightSet.objects.filter(survey=None, edition_id=survey.edition_id)
    return (
        (own | imported)
        .select_related("edition__system")
        .defer("document")
        .order_by(F("locked_at").desc(nulls_last=True), "-number")
    )


def usable_data_sets(survey: Survey) -> QuerySet[DataSet]:
    return DataSet.objects.filter(survey=survey, state=DataSet.State.CURRENT)


def ranking(found: RunTree, code: str) -> list[RankRow]:
    """All units on one node, the first rank first, those without a score last."""
    scores = Score.objects.filter(run=found.run, node=found.nodes[code]).select_related("unit")
    rows = [RankRow(each.unit, each.score, each.rank, found.raw(each.unit, code)) for each in scores]
    return sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.unit.position))


def profile(found: RunTree, unit: DataUnit) -> list[ProfileRow]:
    """One unit on every node, in tree order."""
    scores = {score.node_id: score for score in Score.objects.filter(run=found.run, unit=unit)}
    return [
        ProfileRow(row, scores[row.node.pk].score, scores[row.node.pk].rank, found.raw(unit, row.node.code))
        for row in found.rows
    ]


def _totals(root: str, weights: Mapping[str, Mapping[str, str]]) -> dict[Any, float]:
    """The weight of every node in the root's score."""
    if not weights:
        return {root: 1.0}
    tree: dict[Any, list[str]] = {code: list(children) for code, children in weights.items()}
    local: dict[Any, list[float]] = {code: [float(text) for text in kids.values()] for code, kids in weights.items()}
    return dict(ahp.global_weights(tree, local))


@finds_surveys(JOB, gettext_noop("A scoring run"))
def _of_run(subjects: Collection[int]) -> Pairs:
    return ScoringRun.objects.filter(pk__in=subjects).values_list("pk", "survey_id")
