"""How far the experts agree at each node, for the grid: S* beside what chance alone would give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ahp
from surveys import scale
from surveys.models import Indicator, Survey
from surveys.selectors.panel_answers import weights_of
from surveys.selectors.roster import Listed
from surveys.selectors.trees import Tree


@dataclass(frozen=True)
class Agreement:
    """How far the experts agree at a node: S*, and what S* would be had they answered at random. None below two."""

    node: Indicator
    experts: int
    share: float | None
    chance: float | None

    @property
    def word(self) -> str:
        return "" if self.share is None else str(scale.AGREEMENT_WORDS[scale.agreement_level(self.share)])

    @property
    def noise(self) -> bool:
        """No more than chance."""
        return self.share is not None and self.chance is not None and self.share <= self.chance


def agreement_at(node: Indicator, weights: Sequence[Sequence[float]], method: str) -> Agreement:
    """From the local weights, found by `method`, of those who count there."""
    if len(weights) < 2:
        return Agreement(node, len(weights), None, None)
    found = ahp.consensus(weights, method=method)
    return Agreement(node, len(weights), found.goepel.s_star, found.goepel_at_random)


def counting_at(
    survey: Survey, tree: Tree, experts: Sequence[Listed], excluded: Mapping[int, frozenset[str]]
) -> dict[int, frozenset[str]]:
    """Expert → the nodes at which they count now."""
    branches: dict[int, dict[str, str]] = defaultdict(dict)
    rows = survey.experts.filter(branch_weights__isnull=False).order_by()
    for pk, code, weight in rows.values_list("pk", "branch_weights__node__code", "branch_weights__weight"):
        branches[pk][code] = str(weight)
    parents = [node.code for node in tree.parents]
    everywhere = frozenset(parents)
    found = {}
    for expert in experts:
        if expert.weight > 0 and expert.pk not in branches and expert.pk not in excluded:
            found[expert.pk] = everywhere  # nearly everybody
        else:
            weights = weights_of(tree, expert.weight, branches[expert.pk], excluded.get(expert.pk, ()))
            found[expert.pk] = frozenset(code for code, weight in zip(parents, weights, strict=True) if weight > 0)
    return found
