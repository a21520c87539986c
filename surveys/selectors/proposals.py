"""Branch weights that follow from what experts say of themselves, to be looked at before anybody takes them.

In each dimension an expert's weight is Cr there over the panel's mean of it, times the expert's own weight: so the
panel's mean stays what it is, and whoever is recorded without counting still does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from surveys.authority import mean
from surveys.canonical import canonical_json, content_hash
from surveys.models import Expert, Indicator, Survey
from surveys.selectors.panel_answers import weights_of
from surveys.selectors.panel_now import PanelNow
from surveys.selectors.profile import ExpertAuthority, panel_profile
from surveys.selectors.trees import Tree

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class Proposed:
    """One expert in one dimension: Cr, the weight that follows from it, and the one that holds now."""

    authority: float | None
    weight: Decimal | None
    now: Decimal

    @property
    def changes(self) -> bool:
        return self.weight is not None and self.weight != self.now


@dataclass(frozen=True)
class ExpertProposal:
    expert: Expert
    name: str
    branches: Sequence[Proposed]


@dataclass(frozen=True)
class Change:
    """A global weight before and after."""

    node: Indicator
    before: float
    after: float

    @property
    def by(self) -> float:
        return self.after - self.before


@dataclass(frozen=True)
class Proposal:
    dimensions: Sequence[Indicator]
    experts: Sequence[ExpertProposal]
    changes: Sequence[Change]

    @property
    def set(self) -> list[tuple[Expert, Indicator, Decimal]]:
        """What confirming it would write."""
        return [
            (row.expert, dimension, one.weight)
            for row in self.experts
            for dimension, one in zip(self.dimensions, row.branches, strict=True)
            if one.weight is not None and one.changes
        ]

    @property
    def unknown(self) -> int:
        """Experts for whom nothing follows: they have not said enough."""
        return sum(all(one.weight is None for one in row.branches) for row in self.experts)

    @property
    def seen(self) -> str:
        """A hash over what is shown: what is confirmed must be what was seen."""
        return content_hash(canonical_json([[e.code, node.code, str(weight)] for e, node, weight in self.set]))


def branch_weights_proposed(survey: Survey, panel: PanelNow) -> Proposal:
    """Two queries."""
    tree = panel.questions.tree
    dimensions = [node for node in tree.children_of(tree.root) if tree.children_of(node)] if tree.nodes else []
    counting = {expert.pk for expert, counts in zip(panel.experts, panel.counting, strict=True) if counts}
    told = [each for each in panel_profile(survey).experts if each.expert.pk in counting]
    subtrees = [_asked_below(tree, dimension) for dimension in dimensions]
    means = [mean(each.at(nodes) for each in told) for nodes in subtrees]
    set_now = {expert.pk: expert for expert in panel.experts}
    rows = [
        ExpertProposal(
            each.expert,
            each.name,
            [
                _proposed(each, nodes, average, _now(set_now[each.expert.pk], dimension))
                for dimension, nodes, average in zip(dimensions, subtrees, means, strict=True)
            ],
        )
        for each in told
    ]
    return Proposal(dimensions, rows, _changes(panel, rows, dimensions))


def _proposed(each: ExpertAuthority, nodes: Sequence[int], average: float | None, now: Decimal) -> Proposed:
    found = each.at(nodes)
    if found is None or not average:
        return Proposed(found, None, now)
    weight = (Decimal(str(found / average)) * each.expert.weight).quantize(THOUSANDTH)
    return Proposed(found, weight, now)


def _now(expert: Expert, dimension: Indicator) -> Decimal:
    own = (branch.weight for branch in expert.branch_weights.all() if branch.node_id == dimension.pk)
    return next(own, expert.weight)


def _asked_below(tree: Tree, node: Indicator) -> list[int]:
    """The node and all below it."""
    return [node.pk, *(pk for child in tree.children_of(node) for pk in _asked_below(tree, child))]


def _changes(panel: PanelNow, rows: Sequence[ExpertProposal], dimensions: Sequence[Indicator]) -> list[Change]:
    """Of every global weight, the largest first; none where the panel gives no weights at all."""
    if not rows:
        return []
    after = proposed_panel(panel, rows, dimensions).group.whole
    before = panel.group.whole
    nodes = [node for node in panel.questions.tree.nodes if node.depth]
    changes = [Change(node, before[node.code], after[node.code]) for node in nodes]
    return sorted(changes, key=lambda change: -abs(change.by))


def proposed_panel(panel: PanelNow, rows: Sequence[ExpertProposal], dimensions: Sequence[Indicator]) -> PanelNow:
    """The panel as it would count."""
    proposed = {row.expert.pk: row for row in rows}
    full = np.array(
        [
            weights_of(panel.questions.tree, expert.weight, _branches(expert, proposed.get(expert.pk), dimensions))
            for expert in panel.experts
        ]
    )
    return replace(panel, full=full).excluding(panel.excluded)


def _branches(expert: Expert, row: ExpertProposal | None, dimensions: Sequence[Indicator]) -> Mapping[str, str]:
    held = {branch.node.code: str(branch.weight) for branch in expert.branch_weights.all()}
    if row is None:
        return held
    taken = zip(dimensions, row.branches, strict=True)
    return held | {dimension.code: str(one.weight) for dimension, one in taken if one.weight is not None}
