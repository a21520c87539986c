"""What the plan of a survey's questions means, before anybody is asked: how many, how long, and how precise."""

from __future__ import annotations

from dataclasses import dataclass

from surveys import plan
from surveys.models import Indicator, Survey
from surveys.selectors.consistency import compared_nodes
from surveys.selectors.questionnaire import minutes_for
from surveys.selectors.trees import Tree


@dataclass(frozen=True)
class PlannedNode:
    """One section: `asked` of `pairs` are asked, and the error of its weights is `precision` times that of all."""

    node: Indicator
    items: int
    pairs: int
    asked: int
    precision: float

    @property
    def full(self) -> bool:
        return self.asked == self.pairs


@dataclass(frozen=True)
class PlanEffect:
    nodes: list[PlannedNode]

    @property
    def asked(self) -> int:
        return sum(node.asked for node in self.nodes)

    @property
    def pairs(self) -> int:
        return sum(node.pairs for node in self.nodes)

    @property
    def minutes(self) -> int:
        return minutes_for(self.asked)

    @property
    def minutes_in_full(self) -> int:
        return minutes_for(self.pairs)


def plan_effect(survey: Survey, tree: Tree) -> PlanEffect:
    """For the settings that the survey has, saved or not, and every node that asks something; frozen or not."""
    return PlanEffect([_planned(node, len(tree.children_of(node)), survey) for node in compared_nodes(tree)])


def _planned(node: Indicator, items: int, survey: Survey) -> PlannedNode:
    asked = plan.questions_for(items, survey)
    return PlannedNode(node, items, items * (items - 1) // 2, asked, plan.precision_after(items, asked))
