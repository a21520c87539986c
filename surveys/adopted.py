"""Printed weights: percentages with few decimals that still add up.

Largest remainder, from the root down: the parent's units are shared out among its children in proportion to their
exact local weights, each first getting the whole units of its share, the rest going to the largest fractions (ties to
the first in tree order). Children therefore add up to their parent and the leaves to 100 (Hamilton's method; Balinski
and Young, *Fair Representation*, 1982, chapter 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction


def adopted_weights(
    tree: Mapping[str, Sequence[str]], local: Mapping[str, Sequence[float]], root: str, decimals: int
) -> dict[str, Decimal]:
    """Percent of the whole for every node, at `decimals` places; the root is 100.

    >>> shares = adopted_weights({"r": ["a", "b", "c"]}, {"r": [1 / 3, 1 / 3, 1 / 3]}, "r", 1)
    >>> [str(shares[code]) for code in "rabc"]
    ['100.0', '33.4', '33.3', '33.3']
    """
    units = {root: 100 * 10**decimals}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        children = tree.get(node, ())
        if children:
            units.update(zip(children, _shared_out(units[node], local[node]), strict=True))
            waiting.extend(children)
    return {code: Decimal(count).scaleb(-decimals) for code, count in units.items()}


def local_of_adopted(percentages: Sequence[str]) -> list[float] | None:
    """The local weights that follow from the printed percentages of all children of a node; None where all are 0.

    >>> local_of_adopted(["10.5", "31.5"])
    [0.25, 0.75]
    """
    printed = [Fraction(text or 0) for text in percentages]
    return [float(share / sum(printed)) for share in printed] if sum(printed) else None


def _shared_out(units: int, weights: Sequence[float]) -> list[int]:
    exact = [Fraction(weight) for weight in weights]
    shares = [units * weight / sum(exact) for weight in exact]
    whole = [int(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: (whole[index] - shares[index], index))
    for index in by_remainder[: units - sum(whole)]:
        whole[index] += 1
    return whole
