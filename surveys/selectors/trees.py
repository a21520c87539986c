"""A whole indicator tree in memory: read once, asked often."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from surveys.files.indicators import IndicatorRow
from surveys.models import Comparison, Edition, Indicator


@dataclass(frozen=True)
class Tree:
    """The nodes of an edition in tree order (depth first), with their children."""

    nodes: list[Indicator]
    _children: dict[int, list[Indicator]] = field(repr=False)

    @property
    def root(self) -> Indicator:
        return self.nodes[0]

    @property
    def parents(self) -> list[Indicator]:
        """The nodes that have children: one judgment matrix each (of one row where there is a single child)."""
        return [node for node in self.nodes if self._children.get(node.pk)]

    @property
    def leaves(self) -> list[Indicator]:
        return [node for node in self.nodes if not self._children.get(node.pk)]

    def children_of(self, node: Indicator) -> list[Indicator]:
        return self._children.get(node.pk, [])

    def below(self, node: Indicator) -> list[Indicator]:
        """The node and all below it, in tree order."""
        inside = {node.pk}
        for each in self.nodes:
            if each.parent_id in inside:
                inside.add(each.pk)
        return [each for each in self.nodes if each.pk in inside]

    def by_code(self) -> dict[str, Indicator]:
        return {node.code: node for node in self.nodes}

    def codes(self) -> dict[str, list[str]]:
        """Parent code → codes of its children: the form in which `ahp` takes a tree."""
        return {node.code: [child.code for child in self.children_of(node)] for node in self.parents}

    def document(self) -> dict[str, Any]:
        """The tree as a canonical document: what a hash is taken over."""
        parents = {child.pk: node.code for node in self.parents for child in self.children_of(node)}
        return {"nodes": [_node_document(node, parents.get(node.pk)) for node in self.nodes]}


def tree_of(edition: Edition) -> Tree:
    """The tree of an edition, in one query."""
    nodes = list(Indicator.objects.filter(edition_id=edition.pk).order_by("position"))
    children: dict[int, list[Indicator]] = defaultdict(list)
    for node in nodes:
        if node.parent_id is not None:
            children[node.parent_id].append(node)
    return Tree(nodes, dict(children))


def indicator_rows(tree: Tree) -> list[IndicatorRow]:
    """A stored tree as checked rows: what the readers of judgment and data files take."""
    codes = {node.pk: node.code for node in tree.nodes}
    return [
        IndicatorRow(
            row=node.position,
            code=node.code,
            parent=codes[node.parent_id] if node.parent_id else "",
            names=node.name,
            definitions=node.definition,
            unit=node.unit,
            direction=node.direction,
            aliases=tuple(node.aliases),
            scoring=node.scoring,
        )
        for node in tree.nodes
    ]


def comparisons_of(edition: Edition) -> list[Comparison]:
    """Every comparison of a frozen edition in questionnaire order, with its items and node."""
    chosen = Comparison.objects.filter(node__edition_id=edition.pk)
    return list(chosen.select_related("node", "item_a", "item_b").order_by("position"))


def _node_document(node: Indicator, parent: str | None) -> dict[str, Any]:
    return {
        "code": node.code,
        "parent": parent,
        "name": node.name,
        "definition": node.definition,
        "unit": node.unit,
        "direction": node.direction,
        "aliases": node.aliases,
        "scoring": node.scoring,
    }
