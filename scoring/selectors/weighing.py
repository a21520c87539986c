"""The weights of a run, and how they would move: other panels, other experts, other ways of drawing weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from numpy.typing import ArrayLike

import ahp
from scoring.computing import Inputs, Local, compute, inputs_of
from scoring.models import ScoringRun
from scoring.normalising import Array
from scoring.ranking import NodeRule, Ranks, Scores, rank_rows
from scoring.rules import Options, leaf_rules, node_rules, options_from
from scoring.uncertainty import Ranks as DrawnRanks
from scoring.uncertainty import leaf_weights, ranks_by_rules, ranks_of_draws, recentred
from surveys.errors import Refused
from surveys.models import WeightEntry
from surveys.selectors.panel_now import PanelNow, panel_then
from surveys.selectors.small_groups import FEWEST


@dataclass(frozen=True)
class Weighing:
    """A computed run, its inputs, and the panel behind its weights (None where they are not from judgments)."""

    run: ScoringRun
    inputs: Inputs
    scores: Scores
    panel: PanelNow | None
    fixed: frozenset[str] = field(default_factory=frozenset)
    """Nodes whose weights were imported or fixed: no panel moves them."""

    @property
    def root(self) -> str:
        return self.inputs.data.node

    @property
    def children(self) -> Mapping[str, list[str]]:
        return self.inputs.tree.children

    @property
    def local(self) -> Local:
        return self.inputs.local

    @property
    def nodes(self) -> list[str]:
        """The nodes with children, in tree order."""
        return [code for code in self.inputs.tree.below(self.root) if self.children[code]]

    @cached_property
    def linear(self) -> bool:
        """Arithmetic means and no gaps: scores are weights times scores of leaves."""
        rules = node_rules(self.inputs.tree)
        plain = all(rules.get(code, NodeRule()).aggregation == "arithmetic" for code in self.nodes)
        return plain and not any(notice.kind in ("reweighted", "left_out") for notice in self.scores.notices)

    def leaf_scores(self, codes: list[str]) -> Array:
        """Leaf x unit."""
        return self.scores.scores[[self.scores.codes.index(code) for code in codes]]

    def scored_by(self, local: Mapping[str, list[float]]) -> Scores:
        """The same data by other local weights."""
        return compute(replace(self.inputs, local={code: list(local[code]) for code in self.local}))

    # --- other panels ---

    def drawn_local(self, draws: int, seed: int, *, confidence: float) -> dict[str, Array]:
        """Local weights, draws x children, of panels drawn from the same experts, around the weights of the run.

        Their spread is widened for intervals of this confidence.
        """
        if self.panel is None:
            raise Refused(_("Other panels cannot be drawn: no panel stands behind these weights."))
        if len(self._counting) < FEWEST:
            few = _("Other panels cannot be drawn: fewer than {count} experts stand behind these weights.")
            raise Refused(format_lazy(few, count=FEWEST))
        moving = [code for code in self.nodes if code not in self.fixed and len(self.children[code]) > 1]
        if not moving:
            raise Refused(_("Other panels change nothing here: all these weights were imported or fixed."))
        found, group = self._bootstrap(draws, seed, confidence), self.panel.group.local
        return {code: recentred(self.local[code], found[code], group[code]) for code in moving if code in found}

    def weights_in(self, node: str, drawn: Mapping[str, Array] | None = None) -> tuple[list[str], Array]:
        """The leaves below a node, and their weights in it: one row, or one for every draw."""
        return leaf_weights(self.children, node, self._local_by(drawn or {}))

    def ranks_in(self, node: str, drawn: Mapping[str, Array], draws: int) -> DrawnRanks:
        """The ranks on a node in every draw."""
        tolerance, decimals = self._options.tolerance, self._options.decimals
        leaves, weights = self.weights_in(node, drawn)
        if self.linear:
            weights = np.broadcast_to(weights, (draws, len(leaves)))
            return ranks_of_draws(weights, self.leaf_scores(leaves), tolerance=tolerance, decimals=decimals)
        tree = self.inputs.tree
        return ranks_by_rules(
            self.children, node, self._local_by(drawn), leaves, self.leaf_scores(leaves),
            draws=draws, rules=leaf_rules(tree), nodes=node_rules(tree), tolerance=tolerance,
            decimals=decimals,
        )  # fmt: skip

    def ranked(self, scores: Array) -> Ranks:
        """Ranks of one row of scores, as the run ranks: its tolerance, and its rounding if it has one."""
        ranks: Ranks = rank_rows(scores[np.newaxis], self._options.tolerance, self._options.decimals)[0]
        return ranks

    @property
    def _options(self) -> Options:
        return options_from(self.inputs.options)

    def _local_by(self, drawn: Mapping[str, Array]) -> dict[str, ArrayLike]:
        return {code: drawn.get(code, own) for code, own in self.local.items()}

    def _bootstrap(self, draws: int, seed: int, confidence: float) -> dict[str, Array]:
        panel = self.panel
        assert panel is not None  # noqa: S101  the caller looked
        codes = panel.codes
        found = ahp.evaluate_panel(
            panel.questions.codes,
            panel.answers,
            expert_weights={code: panel.weights[:, place] for place, code in enumerate(codes)},
            method=panel.method.method,
            aggregation="priorities" if panel.method.aggregation == "aip" else "judgments",
        )
        try:
            drawn = ahp.bootstrap_panel(found, draws=draws, confidence=confidence, seed=seed)
        except ahp.WeightError as error:
            few = _("Other panels cannot be drawn: too few experts count at {node}.")
            raise Refused(format_lazy(few, node=error.node)) from error
        return {str(code): weights for code, weights in drawn.local.items()}

    @cached_property
    def _counting(self) -> list[int]:
        return [row for row, counts in enumerate(self.panel.counting) if counts] if self.panel else []

    def of_panel(self, change: Callable[[PanelNow], PanelNow]) -> Local:
        """The local weights that another panel, or another way of drawing weights from this one, gives."""
        if self.panel is None:
            raise Refused(_("No panel stands behind these weights."))
        group = change(self.panel).group.local
        return {
            code: list(self.local[code]) if code in self.fixed or code not in group else list(group[code])
            for code in self.local
        }


def weighing_of(run: ScoringRun) -> Weighing:
    """Read once. Raises Refused where the draft under a preview has changed since."""
    if not run.weights_kept:
        raise Refused(_("The draft weights have changed since this preview was asked for. Ask for a new one."))
    inputs = inputs_of(run)
    result = run.weight_set.panel_result
    entries = run.weight_set.entries.exclude(origin=WeightEntry.Origin.JUDGMENTS)
    parents = frozenset(entries.exclude(indicator__parent=None).values_list("indicator__parent__code", flat=True))
    return Weighing(run, inputs, compute(inputs), panel_then(result) if result else None, parents)
