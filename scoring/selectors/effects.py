"""What a change of the panel would do, before anybody does it: to weights, and to ranks with the units' names hidden.

Nothing of it is stored, and everything of it is a draft. The numbers come from the places that results come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from scoring.agreement import kendall, spearman
from scoring.computing import Inputs, Local, compute_nodes, run_options, stored_table
from scoring.files import DataTable
from scoring.models import DataSet, ScoringRules
from scoring.ranking import Scores
from scoring.rules import ruled
from scoring.selectors.data_sets import data_sets_of
from scoring.selectors.scoring_rules import newest_rules
from surveys.errors import Refused
from surveys.files.tree import Tree as FileTree
from surveys.models import Indicator, Survey
from surveys.selectors.panel_now import PanelNow
from surveys.selectors.trees import Tree, indicator_rows

SMALL = 0.0005
"""A change of a weight that the page need not name: less than 0.05 percentage points."""
NOTHING = 1e-12
"""Below this a weight has not changed but for rounding."""


@dataclass(frozen=True)
class WeightChange:
    """A weight before and after."""

    node: Indicator
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def points(self) -> float:
        """The change in percentage points."""
        return 100 * self.change

    @property
    def size(self) -> float:
        return abs(self.change)


@dataclass(frozen=True)
class NodeChange:
    """The group's matrix at a node before and after: who counts, how consistent it is, and its local weights."""

    node: Indicator
    experts_before: int
    experts_after: int
    ratio_before: float | None
    ratio_after: float | None
    items: list[WeightChange]

    @property
    def largest(self) -> WeightChange:
        return max(self.items, key=lambda item: item.size)

    @property
    def touched(self) -> bool:
        return self.experts_before != self.experts_after or self.largest.size > NOTHING


@dataclass(frozen=True)
class UnitChange:
    """A unit's rank before and after. `label` stands for the name; the name itself is shown only where it may be."""

    label: str
    name: str
    before: int
    after: int

    @property
    def moved(self) -> int:
        """Places gained; negative where it falls."""
        return self.before - self.after

    @property
    def fallen(self) -> int:
        return -self.moved


@dataclass(frozen=True)
class RankChange:
    """All units at one node, those that move furthest first."""

    node: Indicator
    units: list[UnitChange]
    spearman: float | None
    kendall: float | None

    @property
    def moving(self) -> list[UnitChange]:
        return [unit for unit in self.units if unit.moved]

    @property
    def still(self) -> list[UnitChange]:
        return [unit for unit in self.units if not unit.moved]

    @property
    def furthest(self) -> UnitChange | None:
        return next(iter(self.moving), None)


@dataclass(frozen=True)
class Effect:
    """Before and after. Where one of them has no numbers, `refusal` says why and there is nothing else."""

    leaves: list[WeightChange]
    nodes: list[NodeChange]
    ranks: list[RankChange]
    refusal: str = ""
    preview = True
    """It carries the stamp of a draft."""

    @property
    def largest(self) -> WeightChange | None:
        return next(iter(self.leaves), None)

    @property
    def nothing(self) -> bool:
        """No weight changes at all."""
        return not self.refusal and all(leaf.size <= NOTHING for leaf in self.leaves)

    def at(self, node: Indicator | None) -> NodeChange | None:
        return next((change for change in self.nodes if node and change.node.pk == node.pk), None)

    @property
    def small(self) -> int:
        """Leaves whose weight changes by less than 0.05 percentage points."""
        return sum(leaf.size < SMALL for leaf in self.leaves)

    @property
    def touched(self) -> list[NodeChange]:
        return [node for node in self.nodes if node.touched]

    @property
    def whole_ranks(self) -> RankChange | None:
        """On the highest node of the data."""
        return next(iter(self.ranks), None)


class Board:
    """The units of one data set, scored by any weights: the data are read once."""

    def __init__(self, data_set: DataSet, tree: Tree) -> None:
        self.data_set, self.tree = data_set, tree
        self.units = list(data_set.units.order_by("position"))
        self.labels = _labels(data_set, [unit.pk for unit in self.units])

    @cached_property
    def nodes(self) -> list[Indicator]:
        """The nodes that these data rank, in tree order."""
        below = set(self._files_tree.below(self.data_set.node))
        return [node for node in self.tree.parents if node.code in below]

    def scores(self, local: Local) -> Scores:
        """Refused where the data do not fit; by the survey's newest rules, which a run would take."""
        return compute_nodes(Inputs(self._files_tree, self._table, self.units, local, run_options(self._rules)))

    def change(self, before: Scores, after: Scores, node: Indicator) -> RankChange:
        ranks = before.ranks_of(node.code), after.ranks_of(node.code)
        ranked = (ranks[0] > 0) & (ranks[1] > 0)
        units = [
            UnitChange(self.labels[unit.pk], unit.name, old, new)
            for unit, old, new, there in zip(self.units, *(part.tolist() for part in ranks), ranked, strict=True)
            if there
        ]
        units.sort(key=lambda unit: (-abs(unit.moved), unit.before, unit.label))
        old, new = (part[ranked] for part in ranks)
        return RankChange(node, units, spearman(old, new), kendall(old, new))

    @cached_property
    def _files_tree(self) -> FileTree:
        return ruled(FileTree(indicator_rows(self.tree)), self._rules.rules if self._rules else None)

    @cached_property
    def _rules(self) -> ScoringRules | None:
        return newest_rules(self.data_set.survey_id)

    @cached_property
    def _table(self) -> DataTable:
        return stored_table(self.data_set, self.units, self._files_tree)


def boards_of(survey: Survey) -> list[DataSet]:
    """The data sets that ranks may be shown for: the current versions, those of the whole tree first."""
    current = data_sets_of(survey).filter(state=DataSet.State.CURRENT, edition_id=survey.edition_id)
    return sorted(current.order_by("-pk"), key=lambda found: -len(found.columns))


def effect(before: PanelNow, after: PanelNow, board: Board | None = None, nodes: Sequence[Indicator] = ()) -> Effect:
    """From one panel to another; ranks at the highest node of the data, and at `nodes` where the data rank there."""
    tree = before.questions.tree
    try:
        old, new = before.group, after.group
        ranks = _ranks(board, dict(old.local), dict(new.local), nodes) if board else []
    except Refused as refusal:
        return Effect([], [], [], str(refusal))
    leaves = [WeightChange(leaf, old.whole[leaf.code], new.whole[leaf.code]) for leaf in tree.leaves]
    leaves.sort(key=lambda leaf: -leaf.size)
    changes = []
    for node, was, becomes in zip(tree.parents, old.nodes, new.nodes, strict=True):
        local = zip(tree.children_of(node), old.local[node.code], new.local[node.code], strict=True)
        ratios = [part.numbers.consistency.ratio if part.numbers.consistency else None for part in (was, becomes)]
        items = [WeightChange(item, *weights) for item, *weights in local]
        changes.append(NodeChange(node, was.experts, becomes.experts, ratios[0], ratios[1], items))
    return Effect(leaves, changes, ranks)


def _ranks(board: Board, before: Local, after: Local, nodes: Sequence[Indicator]) -> list[RankChange]:
    old, new = board.scores(before), board.scores(after)
    ranked = {node.code: node for node in board.nodes}
    shown = dict.fromkeys([board.data_set.node, *(node.code for node in nodes)])
    return [board.change(old, new, ranked[code]) for code in shown if code in ranked]


def _labels(data_set: DataSet, units: Sequence[int]) -> dict[int, str]:
    """Unit → U1, U2, … in an order that only this installation can make: neither the file's nor the ranks'."""

    def hidden(unit: int) -> str:
        return salted_hmac("scoring.units", f"{data_set.content_hash}:{unit}").hexdigest()

    places = {unit: place for place, unit in enumerate(sorted(units, key=hidden), start=1)}
    return {unit: _("U%(number)d") % {"number": place} for unit, place in places.items()}
