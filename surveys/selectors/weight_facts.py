"""What a weight set rests on, counted: the panel, its answers, its consistency, and the decisions about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _

from surveys.models import Decision, Indicator, NodeResult, PanelNode, PanelResult, WeightSet
from surveys.scale import consistency_level
from surveys.selectors.small_groups import Told, breakdown
from surveys.selectors.trees import Tree
from surveys.selectors.weights import counted_experts


@dataclass(frozen=True)
class FewAnswers:
    """A pair that not every expert answered who counts at its node."""

    item_a: Indicator
    item_b: Indicator
    answers: int
    experts: int


@dataclass(frozen=True)
class Decided:
    """A decision as the set's document holds it; one that was undone is not among them."""

    expert: str
    node: str
    act: str
    rule: str
    reason: str
    after_unmasking: bool

    @property
    def label(self) -> str:
        return str(Decision.Act(self.act).label)

    @property
    def where(self) -> str:
        return self.node or _("the whole questionnaire")


@dataclass(frozen=True)
class PanelFacts:
    """Numbers of a computed panel. `fields` and `groups` count the experts who submitted, where enough share one."""

    invited: int
    submitted: int
    counted: int
    fields: Told
    groups: Told
    weighted: int
    tested: int
    passing: int
    nodes: list[PanelNode]
    asked: int
    answered: int
    few: list[FewAnswers]

    @property
    def tested_nodes(self) -> list[PanelNode]:
        return [node for node in self.nodes if node.ratio]

    @property
    def passing_nodes(self) -> list[PanelNode]:
        return [node for node in self.tested_nodes if consistency_level(node.ratio) == "pass"]

    @property
    def worst(self) -> PanelNode | None:
        """The node at which the panel's matrix is least consistent."""
        return max(self.tested_nodes, key=lambda node: float(node.ratio), default=None)

    @property
    def missing(self) -> int:
        """Answers that were asked of experts who count and not given."""
        return self.asked - self.answered


def panel_facts(weight_set: WeightSet, tree: Tree) -> PanelFacts | None:
    """None where no panel was asked."""
    result = weight_set.panel_result
    if result is None:
        return None
    counted, invited = counted_experts(weight_set) or (0, 0)
    found = result.members.values_list("submission__expert__field", "submission__expert__group", "weight")
    members = list(found.order_by("submission__expert_id"))
    ratios, fewest = _ratios(result), result.survey.smallest_group
    nodes = list(result.nodes.select_related("node").order_by("node__position"))
    return PanelFacts(
        invited=invited,
        submitted=len(members),
        counted=counted,
        fields=breakdown((field for field, _group, _weight in members), fewest),
        groups=breakdown((group for _field, group, _weight in members), fewest),
        weighted=sum(weight != 1 for _field, _group, weight in members),
        tested=len(ratios),
        passing=sum(consistency_level(ratio) == "pass" for ratio in ratios),
        nodes=nodes,
        asked=sum(node.experts * len(node.answers) for node in nodes),
        answered=sum(sum(node.answers) for node in nodes),
        few=[pair for node in nodes for pair in _few(node, tree)],
    )


def decisions_in(weight_set: WeightSet) -> list[Decided]:
    """What stood when the set was drafted."""
    panel = json.loads(weight_set.document)["panel"]
    stored: Sequence[dict[str, Any]] = panel["decisions"] if panel else ()
    undone = {decision["undoes"] for decision in stored}
    return [
        Decided(*(decision[name] for name in ("expert", "node", "act", "rule", "reason", "after_unmasking")))
        for decision in stored
        if decision["act"] != Decision.Act.UNDO and decision["id"] not in undone
    ]


def _ratios(result: PanelResult) -> list[str]:
    """The CRs of every expert's matrices that could be tested."""
    submissions = result.members.order_by().values("submission_id")
    found = NodeResult.objects.filter(submission__in=submissions).exclude(ratio="").order_by()
    return list(found.values_list("ratio", flat=True))


def _few(node: PanelNode, tree: Tree) -> list[FewAnswers]:
    pairs = combinations(tree.children_of(node.node), 2)
    return [
        FewAnswers(a, b, answers, node.experts)
        for (a, b), answers in zip(pairs, node.answers, strict=True)
        if answers < node.experts
    ]
