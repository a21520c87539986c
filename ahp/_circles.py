"""Answers whose mere order contradicts itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from ahp._cells import Array, Mask
from ahp._errors import Label
from ahp._matrix import Matrix, matrix

_EQUAL = 1e-9  # a judgment this close to 1 says "equal"

Triple = tuple[Label, Label, Label]


@dataclass(frozen=True)
class CircularTriads:
    """Where the order of the answers runs in a circle.

    Attributes
    ----------
    circles : tuple of triples
        ``(a, b, c)``: a over b, b over c, c over a.
    ties_against_order : tuple of triples
        ``(a, b, c)``: a over b, b over c, but a equals c.
    order_against_ties : tuple of triples
        ``(a, b, c)``: a equals b, b equals c, but a over c.
    longer : tuple of groups
        Groups of items each of which is, through the others, over itself; also without any circle of three.
    triples : int
        How many triples are answered in full.
    zeta : float or None
        Coefficient of consistence, 1 - circles / largest possible number; None where answers are missing or "equal".
    """

    circles: tuple[Triple, ...]
    ties_against_order: tuple[Triple, ...]
    order_against_ties: tuple[Triple, ...]
    longer: tuple[tuple[Label, ...], ...]
    triples: int
    zeta: float | None

    @property
    def count(self) -> int:
        """The number of circular triads."""
        return len(self.circles)

    @property
    def expected_at_random(self) -> float:
        """How many circles answers by chance would hold: a quarter of the triples (where none says "equal")."""
        return self.triples / 4


def circular_triads(rows: Any) -> CircularTriads:
    """Count and name the circles among the answers.

    Parameters
    ----------
    rows : Matrix or array_like
        A matrix, or what `matrix` makes one from. Only triples answered in full are judged.

    Returns
    -------
    CircularTriads

    Notes
    -----
    M. G. Kendall and B. Babington Smith (1940), On the method of paired comparisons, Biometrika 31, 324-345:
    zeta = 1 - d / d_max, d_max = (n**3 - n)/24 for odd n, (n**3 - 4n)/24 for even n. With "equal" among the answers
    their formula for d is wrong, so triples are enumerated: R. E. Jensen and T. E. Hicks (1993), Ordinal data AHP
    analysis, Mathematical and Computer Modelling 17, 135-150.

    Examples
    --------
    >>> import ahp
    >>> found = ahp.circular_triads(ahp.matrix([[1, 2, 1/2], [1/2, 1, 2], [2, 1/2, 1]], ["a", "b", "c"]))
    >>> found.count, found.circles, found.zeta
    (1, (('a', 'b', 'c'),), 0.0)
    """
    m = matrix(rows)
    over, equal = _order(m)
    circles, ties, against, triples = [], [], [], 0
    for i, j, k in combinations(range(m.n), 3):
        if not all(over[a, b] or over[b, a] or equal[a, b] for a, b in ((i, j), (j, k), (i, k))):
            continue
        triples += 1
        for a, b, c in ((i, j, k), (j, k, i), (k, i, j), (k, j, i), (j, i, k), (i, k, j)):
            if over[a, b] and over[b, c] and over[c, a] and a == i:
                circles.append((m.labels[a], m.labels[b], m.labels[c]))
            elif over[a, b] and over[b, c] and equal[a, c]:
                ties.append((m.labels[a], m.labels[b], m.labels[c]))
            elif equal[a, b] and equal[b, c] and over[a, c]:
                against.append((m.labels[a], m.labels[b], m.labels[c]))
    return CircularTriads(
        tuple(circles),
        tuple(ties),
        tuple(against),
        tuple(_longer_circles(m, over)),
        triples,
        _zeta(m, over, len(circles)),
    )


def circle_through(m: Matrix, i: int, j: int) -> Triple | None:
    """A circular triad in which item i stands over item j, or None."""
    over, _ = _order(m)
    for k in range(m.n):
        if over[i, j] and over[j, k] and over[k, i]:
            return m.labels[i], m.labels[j], m.labels[k]
    return None


def _order(m: Matrix) -> tuple[Mask, Mask]:
    values = np.where(m.answered, m.values, np.nan)
    with np.errstate(invalid="ignore"):
        return values > 1 + _EQUAL, np.abs(values - 1) <= _EQUAL


def _zeta(m: Matrix, over: Mask, circles: int) -> float | None:
    n = m.n
    if n < 3 or int(over.sum()) != comb(n, 2):
        return None
    return 1 - circles / ((n**3 - n) / 24 if n % 2 else (n**3 - 4 * n) / 24)


def _longer_circles(m: Matrix, over: Mask) -> Iterator[tuple[Label, ...]]:
    """The strongly connected groups of "over"."""
    reach = over.copy()
    for k in range(m.n):
        reach |= np.outer(reach[:, k], reach[k])
    mutual = reach & reach.T
    seen: set[int] = set()
    for i in range(m.n):
        if mutual[i, i] and i not in seen:
            group = np.flatnonzero(mutual[i]).tolist()
            seen.update(group)
            yield tuple(m.labels[item] for item in group)


def order_violations(rows: Any, weights: Array) -> tuple[tuple[Label, Label], ...]:
    """Pairs (a, b) in which a was judged over b but did not get the larger weight.

    Parameters
    ----------
    rows : Matrix or array_like
        The answers.
    weights : array_like
        The weights of the items.

    Returns
    -------
    tuple of pairs

    Notes
    -----
    The condition of order preservation: C. A. Bana e Costa and J.-C. Vansnick (2008), A critical analysis of the
    eigenvalue method used to derive priorities in AHP, European Journal of Operational Research 187, 1422-1428.

    Examples
    --------
    >>> import ahp
    >>> m = ahp.matrix([[1, 2, 1/2], [1/2, 1, 2], [2, 1/2, 1]], ["a", "b", "c"])
    >>> ahp.order_violations(m, ahp.priorities(m).weights)
    (('a', 'b'), ('b', 'c'), ('c', 'a'))
    """
    m = matrix(rows)
    given = np.asarray(weights, dtype=float)
    over, _ = _order(m)
    against = np.argwhere(over & (given[:, None] <= given * (1 + _EQUAL)))
    return tuple((m.labels[i], m.labels[j]) for i, j in against.tolist())
