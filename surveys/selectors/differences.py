"""Two editions of one system: what was added, removed, renamed, moved or defined anew, and what stays comparable.

An indicator is traced back through the editions it is based on by `was` and its code. Where neither edition is based on
the other, equal codes are taken for the same indicator, and the page says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from django.utils.translation import gettext_lazy as _

from surveys.models import Edition, Indicator
from surveys.selectors.trees import Tree, tree_of

KINDS = {
    "added": _("added"),
    "removed": _("removed"),
    "renamed": _("renamed"),
    "moved": _("moved"),
    "redefined": _("defined anew"),
    "recoded": _("new code"),
    "unit": _("unit changed"),
    "direction": _("direction changed"),
    "reordered": _("another place among its siblings"),
}
SIGNS = {"added": "+", "removed": "−", "renamed": "✎", "moved": "→", "redefined": "≠", "recoded": "#"}


@dataclass(frozen=True)
class NodeChange:
    """One indicator in both editions; None on the side where it is missing."""

    old: Indicator | None
    new: Indicator | None
    kinds: tuple[str, ...]
    old_parent: Indicator | None = None
    new_parent: Indicator | None = None

    @property
    def node(self) -> Indicator:
        found = self.new or self.old
        assert found  # noqa: S101  one of the two is there; this tells the type checker
        return found

    @property
    def marks(self) -> list[tuple[str, str]]:
        """Sign and word of each kind."""
        return [(SIGNS.get(kind, "·"), str(KINDS[kind])) for kind in self.kinds]


@dataclass(frozen=True)
class KeptPair:
    """A comparison that both editions ask: its items by their pk in the newer one, and how it stood in the older."""

    node: Indicator
    a: Indicator
    b: Indicator
    old_a: int
    old_b: int
    swapped: bool
    renamed: bool
    redefined: bool

    @property
    def same(self) -> bool:
        """The words did not change: an answer means what it meant."""
        return not (self.renamed or self.redefined)


@dataclass(frozen=True)
class Difference:
    older: Edition
    newer: Edition
    old_tree: Tree
    new_tree: Tree
    traced: bool
    before: Mapping[int, Indicator]
    """New pk → the same indicator in the older edition."""

    @cached_property
    def changes(self) -> list[NodeChange]:
        """In the order of the newer tree; what was removed stands at the end."""
        gone = {node.pk for node in self.old_tree.nodes} - {node.pk for node in self.before.values()}
        changes = [self._change(node) for node in self.new_tree.nodes]
        removed = [
            NodeChange(node, None, ("removed",), old_parent=self._old_nodes.get(node.parent_id or 0))
            for node in self.old_tree.nodes
            if node.pk in gone
        ]
        return [change for change in changes if change.kinds] + removed

    @cached_property
    def counts(self) -> dict[str, int]:
        found = Counter(kind for change in self.changes for kind in change.kinds)
        return {kind: found[kind] for kind in KINDS}

    @cached_property
    def same(self) -> int:
        """Indicators of the newer edition in which nothing changed."""
        return len(self.new_tree.nodes) - sum(change.new is not None for change in self.changes)

    @cached_property
    def kept(self) -> list[KeptPair]:
        """Comparisons that both editions ask, in the order of the newer one."""
        return [pair for node in self.new_tree.parents for pair in self._kept_at(node)]

    @cached_property
    def pairs(self) -> PairCounts:
        old, new = _pairs_of(self.old_tree), _pairs_of(self.new_tree)
        same = sum(pair.same for pair in self.kept)
        return PairCounts(same, len(self.kept) - same, new - len(self.kept), old - len(self.kept), old, new)

    @cached_property
    def _old_nodes(self) -> dict[int, Indicator]:
        return {node.pk: node for node in self.old_tree.nodes}

    @cached_property
    def _new_nodes(self) -> dict[int, Indicator]:
        return {node.pk: node for node in self.new_tree.nodes}

    @cached_property
    def _out_of_order(self) -> set[int]:
        """Children whose neighbours among the siblings that stayed are others now."""
        found: set[int] = set()
        for parent in self.new_tree.parents:
            stayed = [node for node in self.new_tree.children_of(parent) if self._stayed(node)]
            by_old = sorted(stayed, key=lambda node: self.before[node.pk].position)
            found |= {now.pk for now, then in zip(stayed, by_old, strict=True) if now is not then}
        return found

    def _stayed(self, node: Indicator) -> bool:
        """It is in both editions, under the same node."""
        old = self.before.get(node.pk)
        if old is None:
            return False
        above = self.before.get(node.parent_id or 0)
        return old.parent_id == (above.pk if above else None)

    def _change(self, node: Indicator) -> NodeChange:
        old, above = self.before.get(node.pk), self._new_nodes.get(node.parent_id or 0)
        if old is None:
            return NodeChange(None, node, ("added",), new_parent=above)
        facts = {
            "renamed": texts_differ(old.name, node.name),
            "moved": not self._stayed(node),
            "redefined": texts_differ(old.definition, node.definition),
            "recoded": old.code != node.code,
            "unit": old.unit != node.unit,
            "direction": old.direction != node.direction,
            "reordered": node.pk in self._out_of_order,
        }
        kinds = tuple(kind for kind, is_so in facts.items() if is_so)
        return NodeChange(old, node, kinds, self._old_nodes.get(old.parent_id or 0), above)

    def _kept_at(self, node: Indicator) -> list[KeptPair]:
        if node.pk not in self.before:
            return []
        children = [child for child in self.new_tree.children_of(node) if self._stayed(child)]
        return [self._pair(node, a, b) for a, b in combinations(children, 2)]

    def _pair(self, node: Indicator, a: Indicator, b: Indicator) -> KeptPair:
        three = [(self.before[each.pk], each) for each in (node, a, b)]
        old_a, old_b = three[1][0], three[2][0]
        swapped = old_a.position > old_b.position
        first, second = (old_b, old_a) if swapped else (old_a, old_b)
        renamed = any(texts_differ(old.name, new.name) for old, new in three)
        redefined = any(texts_differ(old.definition, new.definition) for old, new in three)
        return KeptPair(node, a, b, first.pk, second.pk, swapped, renamed, redefined)


@dataclass(frozen=True)
class PairCounts:
    """Comparisons: asked by both in the same words, by both in other words, by the newer alone, by the older alone."""

    same: int
    reworded: int
    new: int
    gone: int
    of_old: int
    of_new: int


def difference_of(older: Edition, newer: Edition) -> Difference:
    old_tree, new_tree = tree_of(older), tree_of(newer)
    chain = _chain(older, newer)
    before = _traced(new_tree, chain) if chain else _by_code(old_tree, new_tree)
    return Difference(older, newer, old_tree, new_tree, bool(chain), before)


def codes_before(before: Edition, after: Edition) -> dict[str, str]:
    """The code in `before` of every indicator of `after` that is there too, whichever of the two came first."""
    if before.pk == after.pk:
        return {node.code: node.code for node in tree_of(after).nodes}
    older, newer = in_order(before, after)
    found = difference_of(older, newer)
    pairs = {node.code: found.before[node.pk].code for node in found.new_tree.nodes if node.pk in found.before}
    return pairs if newer.pk == after.pk else {old: new for new, old in pairs.items()}


def in_order(one: Edition, other: Edition) -> tuple[Edition, Edition]:
    """Older and newer: what is based on the other is the newer; else what was made later."""
    if _chain(one, other):
        return one, other
    if _chain(other, one):
        return other, one
    return (one, other) if one.pk < other.pk else (other, one)


def texts_differ(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Some language says something else. A translation that was only added or left out changes nothing."""
    common = [tag for tag, text in old.items() if text and new.get(tag)]
    if not common:
        return any(old.values()) != any(new.values()) or (any(old.values()) and any(new.values()))
    return any(old[tag] != new[tag] for tag in common)


def _chain(older: Edition, newer: Edition) -> list[Edition]:
    """The editions from the one below `newer` down to `older`; none where `newer` does not come from it."""
    chain, at = [], newer
    while at.based_on is not None:
        at = at.based_on
        chain.append(at)
        if at.pk == older.pk:
            return chain
    return []


def _traced(new_tree: Tree, chain: list[Edition]) -> dict[int, Indicator]:
    found = {node.pk: node for node in new_tree.nodes}
    for edition in chain:
        codes = tree_of(edition).by_code()
        found = {
            pk: codes[code]
            for pk, node in found.items()
            if (code := node.was or node.code) != Indicator.NEW and code in codes
        }
    return found


def _by_code(old_tree: Tree, new_tree: Tree) -> dict[int, Indicator]:
    codes = old_tree.by_code()
    return {node.pk: codes[node.code] for node in new_tree.nodes if node.code in codes}


def _pairs_of(tree: Tree) -> int:
    return sum(count * (count - 1) // 2 for node in tree.parents if (count := len(tree.children_of(node))))
