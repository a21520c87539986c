"""What stands beside an indicator's ranking: where the values come from, what they amount to, who holds how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.additive import additive
from scoring.selectors.board import RunBoard

FIRST = 10


@dataclass(frozen=True)
class Context:
    """Of a leaf. `total` and `share` (of the first so many in it) only where values may be added up."""

    source: str
    year: str
    method: str
    units: int
    mean: float
    median: float
    total: float | None
    first: int
    share: float | None


def context_of(board: RunBoard, code: str) -> Context | None:
    """None where no unit has a value."""
    values = board.raw_of(code)
    known = values[np.isfinite(values)]
    if not known.size:
        return None
    node, data_set = board.tree.nodes[code], board.run.data_set
    said = data_set.sources.get(code, {})
    total = float(known.sum()) if additive(node.unit, str(node)) and (known >= 0).all() else None
    first = min(FIRST, known.size)
    share = float(np.sort(known)[::-1][:first].sum() / total) if total else None
    return Context(
        said.get("source", "") or data_set.source, said.get("year", "") or data_set.year, said.get("method", ""),
        known.size, float(known.mean()), float(np.median(known)), total, first, share,
    )  # fmt: skip
