"""What a frozen edition asks: its pairs and items. It never changes, so each process reads it once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from surveys.models import Comparison, Edition, Indicator
from surveys.selectors.trees import comparisons_of

KEPT_EDITIONS = 16


@dataclass(frozen=True)
class Structure:
    """The comparisons of an edition, with node and items, in tree order."""

    pairs: dict[int, Comparison]
    by_position: dict[int, Comparison]
    by_node: dict[int, list[Comparison]]

    @cached_property
    def nodes(self) -> list[Indicator]:
        """The nodes that ask something, in the order of asking: from the top of the tree down."""
        nodes = [pairs[0].node for pairs in self.by_node.values()]
        return sorted(nodes, key=lambda node: (node.depth, node.position))

    def items_of(self, node_id: int) -> list[Indicator]:
        """The children of a node in tree order."""
        pairs = self.by_node[node_id]
        return [pairs[0].item_a, *(pair.item_b for pair in pairs if pair.item_a_id == pairs[0].item_a_id)]


def structure_of(edition: Edition) -> Structure:
    """The moment of freezing is part of the key: a primary key may be given twice where a database was emptied."""
    if edition.frozen_at is None:
        return _read(edition)
    return _kept(edition.pk, edition.frozen_at.isoformat())


@lru_cache(maxsize=KEPT_EDITIONS)
def _kept(edition_id: int, _frozen_at: str) -> Structure:
    return _read(Edition(pk=edition_id))


def _read(edition: Edition) -> Structure:
    pairs = comparisons_of(edition)
    by_node: dict[int, list[Comparison]] = {}
    for pair in pairs:
        by_node.setdefault(pair.node_id, []).append(pair)
    return Structure({pair.pk: pair for pair in pairs}, {pair.position: pair for pair in pairs}, by_node)
