"""An indicator tree as a table: stored, or still a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.files.indicators import IndicatorRow
from surveys.files.tree import Tree as FileTree
from surveys.models import Indicator
from surveys.selectors.questionnaire import minutes_for
from surveys.selectors.trees import Tree

MANY_CHILDREN = 9


@dataclass(frozen=True)
class TreeRow:
    """One node of the tree, with the comparisons that its children ask for."""

    code: str
    depth: int
    names: Mapping[str, str]
    definitions: Mapping[str, str]
    unit: str
    direction: str
    children: int
    pk: int = 0
    first: bool = False
    last: bool = False

    @property
    def direction_label(self) -> str:
        return str(Indicator.Direction(self.direction).label) if self.direction else ""

    @property
    def questions(self) -> int:
        return self.children * (self.children - 1) // 2

    @property
    def crowded(self) -> bool:
        """More items than people compare well at once."""
        return self.children > MANY_CHILDREN

    @property
    def single(self) -> bool:
        """One child alone: its weight is 1, and there is no question."""
        return self.children == 1


@dataclass(frozen=True)
class Questions:
    """What a survey on this tree would ask."""

    nodes: int
    leaves: int
    matrices: int
    comparisons: int
    crowded: list[TreeRow]
    single: list[TreeRow]

    @property
    def minutes(self) -> int:
        return minutes_for(self.comparisons)


def edition_rows(tree: Tree) -> list[TreeRow]:
    ends: set[int] = set()
    starts: set[int] = {tree.root.pk}
    for parent in tree.parents:
        children = tree.children_of(parent)
        starts.add(children[0].pk)
        ends.add(children[-1].pk)
    return [
        TreeRow(
            code=node.code,
            depth=node.depth,
            names=node.name,
            definitions=node.definition,
            unit=node.unit,
            direction=node.direction,
            children=len(tree.children_of(node)),
            pk=node.pk,
            first=node.pk in starts,
            last=node.pk in ends or node is tree.root,
        )
        for node in tree.nodes
    ]


def preview_rows(rows: Sequence[IndicatorRow]) -> list[TreeRow]:
    """Checked rows of a file, in tree order."""
    tree = FileTree(rows)
    by_code = {row.code: row for row in rows}
    children = Counter(row.parent for row in rows)
    return [
        TreeRow(
            code=code,
            depth=len(tree.path(code)) - 1,
            names=by_code[code].names,
            definitions=by_code[code].definitions,
            unit=by_code[code].unit,
            direction=by_code[code].direction,
            children=children[code],
        )
        for code in tree.codes
    ]


def questions(rows: Sequence[TreeRow]) -> Questions:
    return Questions(
        nodes=len(rows),
        leaves=sum(not row.children for row in rows),
        matrices=sum(row.children > 1 for row in rows),
        comparisons=sum(row.questions for row in rows),
        crowded=[row for row in rows if row.crowded],
        single=[row for row in rows if row.single],
    )
