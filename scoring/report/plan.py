"""Which figures a report has. A plan is data: it is suggested from the tree, changed by people, and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from scoring.figures.words import listed
from surveys.models import Edition, Indicator
from surveys.selectors.trees import Tree, tree_of
from surveys.texts import text_in

TOP = 10
KINDS = ("outline", "bars", "values", "makeup", "tiles", "twins", "scatter", "definitions", "weights")
PAIRS = ("twins", "scatter")
TABLES = ("definitions", "weights")
WITHOUT_NODE = ("outline", "definitions", "weights")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One figure or table. `number` as "2" of 图 2, blank where it has none; `other` is the second indicator
    of a pair; `branch` takes the run of other units (cities) instead of the main one.
    """

    kind: str
    node: str = ""
    other: str = ""
    number: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    top: int | None = TOP
    branch: bool = False
    shown: bool = True

    @property
    def key(self) -> str:
        parts = [self.kind, self.node.replace(".", "-"), self.other.replace(".", "-"), "other" if self.branch else ""]
        return "-".join(part for part in parts if part)

    @property
    def table(self) -> bool:
        return self.kind in TABLES

    @property
    def about(self) -> list[str]:
        """The nodes that it shows."""
        return [code for code in (self.node, self.other) if code]

    @property
    def label(self) -> str:
        """As captions begin: 图 2, 表 1."""
        if not self.number:
            return ""
        words = _("Table %(number)s") if self.table else _("Figure %(number)s")
        return words % {"number": self.number}

    def called(self) -> str:
        return text_in(self.title)

    def stored(self) -> dict[str, Any]:
        return {**asdict(self), "title": dict(self.title)}


def items_of(stored: Sequence[Mapping[str, Any]]) -> list[Item]:
    return [Item(**item) for item in stored]


def suggested(edition: Edition, root: str) -> list[Item]:
    """For any tree: the tree, the first units on its root and on all nodes below that have children, and two tables."""
    tree = tree_of(edition)
    nodes = [node for node in _below(tree, tree.by_code()[root]) if tree.children_of(node)]
    items = [Item(kind="outline", number="1", top=None)]
    items += [Item(kind="bars", node=node.code, number=str(place)) for place, node in enumerate(nodes, start=2)]
    return [*items, Item(kind="definitions", number="1", top=None), Item(kind="weights", number="2", top=None)]


def missing(
    item: Item, names: Mapping[str, str], *, codes: Sequence[str], leaves: Sequence[str], units: Sequence[str]
) -> str:
    """Why this figure cannot be drawn from these runs; blank where it can. `names` are those of the whole tree."""
    if item.kind in WITHOUT_NODE:
        return ""
    wanted = item.about
    if item.kind in PAIRS and len(wanted) < 2:
        return _("The second indicator is not chosen.")
    gone = [f"{code} {names.get(code, '')}".strip() for code in wanted if code not in codes]
    if gone:
        return _("The run has no data on %(nodes)s.") % {"nodes": listed(gone)}
    if item.kind == "makeup" and item.node in leaves:
        return _("%(code)s is measured itself: its score is made of nothing else.") % {"code": item.node}
    if item.kind in ("values", *PAIRS) and any(code not in leaves for code in wanted):
        return _("%(code)s is not measured itself: it has no values of its own.") % {"code": wanted[0]}
    return "" if units else _("The run has no units.")


def _below(tree: Tree, node: Indicator) -> list[Indicator]:
    found = [node]
    for child in tree.children_of(node):
        found += _below(tree, child)
    return found
