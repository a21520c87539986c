"""Which weights of a set do not come from its panel: what is said beside every result that rests on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from surveys.models import Indicator, WeightEntry, WeightSet

Kind = WeightEntry.Origin


@dataclass(frozen=True)
class Outside:
    """Weights that were imported or fixed: below which nodes, from which source, and why."""

    kind: str
    source: str
    reference: str
    reason: str
    nodes: list[Indicator]

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)


@dataclass(frozen=True)
class Origins:
    """All that is not from judgments; `whole` where nothing is from judgments."""

    outside: list[Outside]
    whole: bool

    def __bool__(self) -> bool:
        return bool(self.outside)


def origins_of(weight_set: WeightSet, only: Collection[str] | None = None) -> Origins:
    """In tree order; with `only`, as far as these nodes have children in the set. One query."""
    entries = weight_set.entries.filter(indicator__parent__isnull=False).select_related("indicator__parent")
    found: dict[tuple[str, str, str, str], dict[int, Indicator]] = {}
    judged = False
    for entry in entries.order_by("indicator__position"):
        node = entry.indicator.parent
        if node is None or (only is not None and node.code not in only):
            continue
        if entry.origin == Kind.JUDGMENTS:
            judged = True
            continue
        said = (str(entry.origin), entry.source, entry.reference, entry.reason)
        found.setdefault(said, {})[node.pk] = node
    return Origins([Outside(*said, list(nodes.values())) for said, nodes in found.items()], bool(found) and not judged)


def has_outside(weight_set: WeightSet) -> bool:
    """Whether any weight is not from judgments."""
    return weight_set.entries.exclude(origin=Kind.JUDGMENTS).exists()
