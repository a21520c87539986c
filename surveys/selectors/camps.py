"""The panel over the whole questionnaire: camps that think alike, who stands apart, and what each expert moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

import ahp
from surveys.models import Expert, Indicator, Survey
from surveys.selectors.naming import shown_name
from surveys.selectors.panel_answers import Array
from surveys.selectors.panel_now import PanelNow

MOST_LOOKED_AT = 1_000
"""Experts among whom camps are looked for; the table of distances grows with their square."""
TELLING = 3  # items by which a camp is described
APART = 0.05


@dataclass(frozen=True)
class Telling:
    """An item on which a camp differs from the rest: what it gives, what the others give."""

    item: Indicator
    here: float
    elsewhere: float

    @property
    def factor(self) -> float:
        return max(self.here / self.elsewhere, self.elsewhere / self.here)

    @property
    def more(self) -> bool:
        return self.here > self.elsewhere


@dataclass(frozen=True)
class Camp:
    members: Sequence[Expert]
    telling: Sequence[Telling]


@dataclass(frozen=True)
class ExpertStanding:
    """One expert beside the others. `factor` is how many times a weight typically differs from the others' mean;
    `influence` the largest change of a global weight without them, which is that of `item`.
    """

    expert: Expert
    name: str
    counts: bool
    factor: float | None
    p: float | None
    influence: float | None
    item: Indicator | None

    @property
    def apart(self) -> bool:
        """Further off than chance puts anybody in a panel of this size."""
        return self.p is not None and self.p < APART


@dataclass(frozen=True)
class WholePanel:
    """`compared`: the experts with weights at all of `nodes`. Camps are looked for among them."""

    panel: PanelNow
    compared: Sequence[int]
    nodes: Sequence[str]
    all_nodes: int

    @cached_property
    def tables(self) -> dict[str, Array]:
        """Node → the weights of those who are compared."""
        own = self.panel.own_weights[list(self.compared)]
        return {code: own[:, self.panel.questions.items[code]] for code in self.nodes}

    @cached_property
    def found(self) -> ahp.Camps | None:
        """None where they are too few, or more than are looked at."""
        few = len(self.compared) < self.panel.fewest or not self.nodes
        return None if few or len(self.compared) > MOST_LOOKED_AT else ahp.camps(self.tables)

    @property
    def enough(self) -> bool:
        """Enough experts for camps to be told from chance."""
        return self.found is not None and self.found.silhouette is not None

    @cached_property
    def camps(self) -> list[Camp]:
        """The largest first; none where there is only one."""
        if self.found is None or not self.found.found:
            return []
        members = sorted(self.found.members, key=len, reverse=True)
        return [Camp([self._expert(row) for row in camp], self._telling(camp)) for camp in members]

    @property
    def left_out(self) -> int:
        """Experts who count, but whose answers do not give weights at every node that is compared."""
        return sum(self.panel.counting) - len(self.compared)

    def _expert(self, row: int) -> Expert:
        return self.panel.experts[self.compared[row]]

    def _telling(self, camp: Sequence[int]) -> list[Telling]:
        inside = np.isin(np.arange(len(self.compared)), camp)
        children = {
            node.code: self.panel.questions.tree.children_of(node) for node in self.panel.questions.tree.parents
        }
        found = [
            Telling(item, here, elsewhere)
            for code, table in self.tables.items()
            for item, here, elsewhere in zip(
                children[code],
                ahp.aggregate_priorities(table[inside]).tolist(),
                ahp.aggregate_priorities(table[~inside]).tolist(),
                strict=True,
            )
        ]
        return sorted(found, key=lambda each: -each.factor)[:TELLING]


def whole_panel(panel: PanelNow) -> WholePanel:
    """The nodes where at least half of those who count have weights, and the experts who have them at all of these."""
    questions = panel.questions
    codes = [code for code, children in questions.codes.items() if len(children) > 1]
    linked = np.array([~np.isnan(panel.own_weights[:, questions.items[code]]).any(axis=1) for code in codes])
    counts = np.array([panel.weights[:, panel.codes.index(code)] > 0 for code in codes])
    usable = (linked & counts).reshape(len(codes), len(panel.experts))
    kept = usable.sum(axis=1) * 2 >= max(1, sum(panel.counting)) if codes else np.zeros(0, dtype=bool)
    rows = np.flatnonzero(usable[kept].all(axis=0)).tolist() if kept.any() else []
    return WholePanel(panel, rows, [code for code, keep in zip(codes, kept, strict=True) if keep], len(codes))


def standings(survey: Survey, whole: WholePanel) -> list[ExpertStanding]:
    """Every expert who submitted: those who stand apart first, then by what they move. No query."""
    panel, nodes = whole.panel, whole.panel.questions.tree.by_code()
    distances = _distances(whole)
    moved = influence(panel)
    rows = []
    for row, expert in enumerate(panel.experts):
        found, change = distances.get(row), moved.get(row)
        rows.append(
            ExpertStanding(
                expert,
                shown_name(survey, expert),
                panel.counting[row],
                float(np.exp(found.distance)) if found else None,
                found.p if found else None,
                change[0] if change else None,
                nodes[change[1]] if change else None,
            )
        )
    return sorted(rows, key=lambda each: (not each.apart, -(each.influence or 0.0), each.expert.code))


def influence(panel: PanelNow) -> dict[int, tuple[float, str]]:
    """Expert (by row) → the largest change of a leaf's global weight without them, and which leaf's it is.

    One by one as `panel.leaving_out` would have it, all at once: sums are what is left when one's own part is taken
    off. Nobody is there whose answers alone hold a node together.
    """
    questions, everyone = panel.questions, len(panel.experts)
    if sum(panel.counting) < 2 or not questions.columns:
        return {}
    judged = _judged(panel)
    whole = ahp.evaluate_part(questions.codes, judged, method=panel.method.method)
    leaves, codes = np.asarray(whole.leaf_weights), [str(code) for code in whole.layout.leaves]
    changes = np.abs(leaves[:, 1:] - leaves[:, :1])
    return {
        row: (float(changes[:, row].max()), codes[int(changes[:, row].argmax())])
        for row in range(everyone)
        if panel.counting[row] and not np.isnan(changes[:, row]).any()
    }


def _judged(panel: PanelNow) -> Array:
    """The group's judgments, and below them those without each expert in turn: rows of one table."""
    if panel.method.aggregation == Survey.Aggregation.PRIORITIES:
        return _judged_by_weights(panel)
    shares = panel.weights[:, panel.questions.node_of_pair]
    answered = ~np.isnan(panel.counted_answers)
    logs = shares * np.where(answered, np.log(np.where(answered, panel.counted_answers, 1.0)), 0.0)
    counted = shares * answered
    return _without_each(logs, counted)


def _judged_by_weights(panel: PanelNow) -> Array:
    """Where weights are averaged (AIP): consistent judgments that give back the averaged weights."""
    questions = panel.questions
    own, shares = panel.own_weights, panel.weights[:, questions.node_of_item]
    linked = (~np.isnan(own)) & (shares > 0)
    logs = np.where(linked, shares * np.log(np.where(linked, own, 1.0)), 0.0)
    means = _without_each(logs, np.where(linked, shares, 0.0))
    judged = [
        means[:, items.start + first] / means[:, items.start + second]
        for items in questions.items.values()
        for first, second in zip(*np.triu_indices(items.stop - items.start, 1), strict=True)
    ]
    return np.array(judged).T


def _without_each(logs: Array, counted: Array) -> Array:
    """Geometric means over all, and over all but each."""
    parts = [np.vstack([part.sum(axis=0), part.sum(axis=0) - part]) for part in (logs, counted)]
    left = np.where(parts[1] > 1e-9, parts[1], 0.0)
    return ahp.JudgmentSums(parts[0], left, np.zeros_like(left, dtype=np.int64), len(logs)).ratios


def _distances(whole: WholePanel) -> dict[int, ahp.ExpertDistance]:
    if len(whole.compared) < whole.panel.fewest or not whole.nodes:
        return {}
    found = ahp.expert_distances(whole.tables)
    return {whole.compared[each.expert]: each for each in found}
