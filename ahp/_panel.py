"""The whole panel: every expert, every node, the group."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ahp._aggregation import aggregate_priorities
from ahp._cells import Array
from ahp._consistency import Consistency, consistency
from ahp._errors import Label, OptionError, PanelError, WeightError
from ahp._layout import Layout
from ahp._matrix import Matrix, freeze
from ahp._parts import PanelPart, evaluate_part
from ahp._priorities import Priorities, priorities
from ahp._random_index import DEFAULT_TABLE, TABLES, random_index
from ahp._tree import Tree, global_weights

AGGREGATIONS = ("judgments", "priorities")


@dataclass(frozen=True, eq=False)
class Panel:
    """The results of a panel of experts over a tree.

    Arrays over experts hold nan where an expert's answers at a node do not link all items, and where a consistency
    ratio cannot be tested.

    Attributes
    ----------
    part : PanelPart
        The results of all experts, in the order of the panel.
    random_index : str
        The table consistency ratios are judged by.
    aggregation : str
        How the group's local weights are found, "judgments" (AIJ) or "priorities" (geometric AIP).
    """

    part: PanelPart
    random_index: str
    aggregation: str

    @property
    def layout(self) -> Layout:
        """Where nodes, items and leaves stand."""
        return self.part.layout

    @property
    def experts(self) -> int:
        """How many experts there are."""
        return self.part.experts

    @property
    def nodes(self) -> tuple[Label, ...]:
        """The nodes at which something is compared, in tree order."""
        return self.layout.nodes

    @property
    def leaves(self) -> tuple[Label, ...]:
        """The leaves, in tree order."""
        return self.layout.leaves

    @property
    def leaf_weights(self) -> Array:
        """Global weights of the leaves, (experts, leaves)."""
        return self.part.leaf_weights.T

    def local_weights(self, node: Label) -> Array:
        """Local weights of the children of a node, (experts, children)."""
        return self.part.local[self.layout.items[self._known(node)]].T

    def lambda_max(self, node: Label) -> Array:
        """Principal eigenvalues at a node, one per expert."""
        values: Array = self.part.lambda_max[self.nodes.index(self._known(node))]
        return values

    def missing(self, node: Label) -> npt.NDArray[np.int16]:
        """Pairs that an expert did not answer at a node."""
        position = self.nodes.index(self._known(node))
        return np.zeros(self.experts, dtype=np.int16) if self.part.missing is None else self.part.missing[position]

    def index(self, node: Label) -> Array:
        """Consistency indices at a node, one per expert."""
        n = len(self.layout.children[self._known(node)])
        return np.maximum((self.lambda_max(node) - n) / (n - 1), 0.0)

    def ratio(self, node: Label) -> Array:
        """Consistency ratios at a node, one per expert; nan where nothing can be tested."""
        ratios: Array = self.ratios[:, self.nodes.index(self._known(node))]
        return ratios

    @cached_property
    def ratios(self) -> Array:
        """Consistency ratios, (experts, nodes); nan where nothing can be tested."""
        sizes, full, scale = _ratio_scale(self.layout.sizes, self.random_index)
        ratios = np.maximum((self.part.lambda_max - sizes) * scale, 0.0)
        if self.part.missing is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                ratios *= np.where(full > self.part.missing, full / (full - self.part.missing), np.nan)
        return ratios.T

    @cached_property
    def group(self) -> dict[Label, Matrix]:
        """The group's matrix at each node: geometric means over those who answered."""
        ratios = self.part.sums.ratios
        return {node: _matrix(self.layout.children[node], ratios[self.layout.pairs[node]]) for node in self.nodes}

    @cached_property
    def group_priorities(self) -> dict[Label, Priorities]:
        """The group's local weights by its matrix (AIJ), whatever `aggregation` says."""
        return {node: priorities(m, method=self.part.method) for node, m in self.group.items()}

    @cached_property
    def group_consistency(self) -> dict[Label, Consistency]:
        """The consistency of the group's matrices; no measure of the quality of the experts' answers."""
        return {node: consistency(m, random_index=self.random_index) for node, m in self.group.items()}

    @cached_property
    def group_local(self) -> dict[Label, Array]:
        """The group's local weights, by the chosen aggregation."""
        if self.aggregation == "judgments":
            return {node: found.weights for node, found in self.group_priorities.items()}
        return {node: self._mean_of_priorities(node) for node in self.nodes}

    @cached_property
    def group_weights(self) -> dict[Label, float]:
        """The group's global weights, ``{node: weight}`` in tree order, the root 1."""
        return global_weights(self.layout.children, self.group_local)

    def expert_weights(self, expert: int) -> dict[Label, float]:
        """The global weights of one expert, ``{node: weight}`` in tree order."""
        local = {node: self.part.local[self.layout.items[node], expert] for node in self.nodes}
        return global_weights(self.layout.children, local)

    def shares(self, node: Label) -> Array:
        """The weights of the experts at a node, not scaled."""
        weights = self.part.expert_weights
        position = self.nodes.index(self._known(node))
        return np.ones(self.experts) if weights is None else weights[:, position]

    def _mean_of_priorities(self, node: Label) -> Array:
        local = self.local_weights(node)
        usable = ~np.isnan(local[:, 0])
        if not usable.any():
            raise WeightError(f"nobody's answers at {node!r} link all its items", node)
        return aggregate_priorities(local[usable], expert_weights=self.shares(node)[usable])

    def _known(self, node: Label) -> Label:
        if node not in self.layout.pairs:
            raise PanelError(f"nothing is compared at {node!r}", node)
        return node


def evaluate_panel(
    tree: Tree,
    judgments: Any,
    *,
    expert_weights: Any = None,
    method: str = "eigenvector",
    random_index: str = DEFAULT_TABLE,
    aggregation: str = "judgments",
) -> Panel:
    """Evaluate all experts at all nodes, and the group.

    Parameters
    ----------
    tree : mapping
        ``{parent: [children]}``.
    judgments : mapping or array_like
        ``{parent: table}``, one row per expert and one column per pair of children, (0, 1), (0, 2), … (1, 2), …; or one
        table of all nodes in tree order side by side. nan = not answered. Neither is copied.
    expert_weights : sequence or mapping, optional
        One number per expert, 0 = evaluated but not counted in the group; or ``{node: numbers}``, each holding for the
        node and everything below it.
    method : {"eigenvector", "log_least_squares"}
        As for `priorities`.
    random_index : str
        As for `consistency`.
    aggregation : {"judgments", "priorities"}
        The group's weights from the geometric mean of judgments (AIJ), or of local weights node by node (AIP).

    Returns
    -------
    Panel

    Raises
    ------
    PanelError
        Judgments do not fit the tree or are not positive; ``.node`` and ``.expert`` say where.
    TreeError, ExpertWeightError, OptionError

    Notes
    -----
    The formulas are those of `priorities`, `consistency`, `aggregate_judgments` and `global_weights`; results agree
    with theirs to 1e-12. Experts are taken in blocks, so that beside the results only a few megabytes are needed.

    Examples
    --------
    >>> import ahp
    >>> tree = {"goal": ["a", "b", "c"], "a": ["a1", "a2"]}
    >>> panel = ahp.evaluate_panel(tree, {"goal": [[2, 4, 2], [1, 3, 5]], "a": [[3], [float("nan")]]})
    >>> panel.ratio("goal").round(3).tolist(), panel.local_weights("a").tolist()
    ([0.0, 0.028], [[0.75, 0.25], [nan, nan]])
    >>> {node: round(weight, 3) for node, weight in panel.group_weights.items()}
    {'goal': 1.0, 'a': 0.491, 'a1': 0.369, 'a2': 0.123, 'b': 0.378, 'c': 0.13}
    """
    require_options(random_index, aggregation)
    part = evaluate_part(tree, judgments, expert_weights=expert_weights, method=method)
    return Panel(part, random_index, aggregation)


@lru_cache(maxsize=64)
def _ratio_scale(sizes: tuple[int, ...], table: str) -> tuple[Array, Array, Array]:
    """Per node, as columns: items, degrees of freedom when all is answered, what turns lambda_max - n into a ratio."""
    n = np.array(sizes, dtype=float)[:, None]
    scales = [1 / ((size - 1) * random_index(size, table=table)) if size > 2 else np.nan for size in sizes]
    return n, (n - 1) * (n - 2) / 2, np.array(scales)[:, None]


def require_options(random_index: str, aggregation: str) -> None:
    """Refuse what is no table or no aggregation."""
    if aggregation not in AGGREGATIONS:
        raise OptionError("aggregation", aggregation, AGGREGATIONS)
    if random_index not in TABLES:
        raise OptionError("random_index", random_index, tuple(TABLES))


def _matrix(labels: tuple[Label, ...], ratios: Array) -> Matrix:
    n = len(labels)
    values = np.ones((n, n))
    upper = np.triu_indices(n, 1)
    values[upper] = ratios
    values.T[upper] = 1 / ratios
    return freeze(values, labels, int(np.isnan(ratios).sum()))
