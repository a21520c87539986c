"""What printing few decimals changes: how far weights move, and which of them can no longer be told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from surveys.selectors.weights import WeightRow


@dataclass(frozen=True)
class Adopting:
    """`shift`: the largest move in percentage points, at `code`; `tied`: leaves that share a printed weight with
    another whose exact weight differs.
    """

    shift: float
    code: str
    tied: int


def adopting(rows: Sequence[WeightRow]) -> Adopting | None:
    """None where the set has exact weights only."""
    printed = [row for row in rows if row.entry.adopted_weight]
    if not printed:
        return None
    shifts = [(abs(float(row.entry.adopted_weight) - 100 * float(row.entry.global_weight)), row) for row in printed]
    largest, where = max(shifts, key=lambda found: found[0])
    exact = defaultdict(set)
    leaves = [row for row in printed if not row.children]
    for row in leaves:
        exact[row.entry.adopted_weight].add(row.entry.global_weight)
    tied = sum(len(exact[row.entry.adopted_weight]) > 1 for row in leaves)
    return Adopting(largest, where.node.code, tied)
