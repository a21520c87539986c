"""What the nodes of a computed run do to the result, beside the weights that they were given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scoring.coherence import FEWEST, Influence, correlation, influences
from scoring.figures.words import beside
from scoring.selectors.board import RunBoard
from scoring.selectors.findings import Finding, pair_findings, some, too_few, worst_first
from scoring.selectors.quality import OK, WARN, Group, group_of, number
from surveys.models import Indicator

MORE, LESS = 2.0, 0.5
"""An influence of more than twice, or less than half, of what the weight says is worth a word."""


@dataclass(frozen=True)
class ChildRow:
    """A child of a node: its weight, what it does to the parent, and how it goes with the whole."""

    node: Indicator
    told: Influence
    with_root: float | None
    alpha_without: float | None

    @property
    def flag(self) -> tuple[str, str]:
        """Tone and word."""
        if self.told.r is None:
            return "", _("does not vary")
        if self.told.r < 0:
            return WARN, _("works against its weight")
        if self.told.ratio is None or LESS <= self.told.ratio <= MORE:
            return OK, _("as its weight says")
        return WARN, _("counts for more") if self.told.ratio > MORE else _("counts for less")


@dataclass(frozen=True)
class NodeRow:
    """A node with its children."""

    group: Group
    children: Sequence[ChildRow]

    @property
    def node(self) -> Indicator:
        return self.group.node

    @property
    def odd(self) -> list[ChildRow]:
        return [row for row in self.children if row.flag[0] == WARN]


class RunQuality:
    """Every node with at least two children."""

    def __init__(self, board: RunBoard) -> None:
        self.board = board
        self.rows = [node_row(board, code) for code in parents(board)]

    @property
    def groups(self) -> list[Group]:
        return [row.group for row in self.rows]

    def of(self, code: str) -> NodeRow | None:
        return next((row for row in self.rows if row.node.code == code), None)

    def findings(self) -> list[Finding]:
        if len(self.board.units) < FEWEST:
            return [too_few(len(self.board.units))]
        return worst_first([*_influence_findings(self.rows), *pair_findings(self.groups)])


def parents(board: RunBoard) -> list[str]:
    """In tree order."""
    return [row.node.code for row in board.tree.rows if len(board.local.get(row.node.code, ())) > 1]


def node_row(board: RunBoard, code: str) -> NodeRow:
    children = [row.node for row in board.tree.children_of(board.tree.nodes[code])]
    weights = [board.local[code][child.code] for child in children]
    scores = board.scores[[board.place[child.code] for child in children]]
    group, whole = group_of(board.tree.nodes[code], children, scores), board.score_of(board.root)
    told = influences(scores, board.score_of(code), weights)
    rows = [
        ChildRow(child, told[at], correlation(scores[at], whole), number(group.told.without[at]))
        for at, child in enumerate(children)
    ]
    return NodeRow(group, rows)


def _influence_findings(rows: Sequence[NodeRow]) -> Iterator[Finding]:
    every = [(row.node, child) for row in rows for child in row.children]
    against = [f"{child.node} → {node}" for node, child in every if child.told.r is not None and child.told.r < 0]
    ratios = sorted(
        ((child.told.ratio, child) for _node, child in every if child.flag[0] == WARN and child.told.ratio is not None),
        key=lambda each: -each[0],
    )
    more = [beside(child.node, f"{ratio:.1f}") for ratio, child in ratios if ratio > MORE]
    less = [beside(child.node, f"{ratio:.2f}") for ratio, child in reversed(ratios) if ratio < LESS]
    if not (against or more or less):
        yield Finding(OK, _("Every node counts about as much as its weight says."))
    if more:
        text = _("These count for more than twice what their weight says: %(names)s.") % {"names": some(more)}
        yield Finding(WARN, text, _("Their scores spread wider than those of their siblings, or go along with them."))
    if less:
        text = _("These count for less than half of what their weight says: %(names)s.") % {"names": some(less)}
        yield Finding(WARN, text, _("Most units score alike on them, or one of the siblings covers them."))
    if against:
        text = _("These work against the node above them: %(names)s.") % {"names": some(against)}
        yield Finding(WARN, text, _("Who scores high on them tends to score low above. First check their directions."))
