"""How indicators of a group go together, and how much each really counts. Only numpy.

Rows are nodes, columns units: scores, so that more is better everywhere; nan is missing. Nothing is filled: each figure
says of how many units it was taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoring.agreement import mean_ranks, spearman
from scoring.normalising import Array, LeafRule, ScoringError, normalise

NEAR, AGAINST = 0.9, -0.4
"""Siblings above the one say nearly the same, below the other they pull against each other (COINr, A2SIT)."""
FEWEST = 3
"""Of two units a correlation is 1 or -1 whatever they have."""
EXACT = 1e-6
"""On the scale of 0 to 100: a node whose children times weights miss it by more is no plain weighted mean."""


@dataclass(frozen=True)
class Reliability:
    """Cronbach's alpha of a group. `used` are the rows that vary, `units` those with a value on all of these.

    `without` is the standardised alpha of the others if a row is left out (nan for rows not used, and where fewer than
    two would be left); `first` is the share of the first principal component in the correlation matrix.
    """

    used: tuple[int, ...]
    units: int
    raw: float | None
    standardised: float | None
    without: Array
    first: float | None


@dataclass(frozen=True, kw_only=True)
class Influence:
    """What a child does to its parent, beside the weight that it was given.

    `r` is the correlation of both, `squared` the share of the parent's variance that goes with the child; `share` is
    that among all children, `ratio` the same over the weight; `effective` is the child's own part of the variance.
    """

    weight: float
    r: float | None
    squared: float | None
    share: float | None
    ratio: float | None
    effective: float | None


def oriented(values: Array, leaves: Sequence[str], rules: Mapping[str, LeafRule]) -> Array:
    """Scores of the leaves, leaf x unit, from values (unit x leaf); gaps stay gaps, and what has no scale is all nan.

    >>> oriented(np.array([[1.0, 5.0], [3.0, 5.0]]), ["pue", "same"], {"pue": LeafRule(direction="cost")}).tolist()
    [[100.0, 0.0], [nan, nan]]
    """
    table = np.full((len(leaves), len(values)), np.nan)
    for place, code in enumerate(leaves):
        rule = replace(rules.get(code, LeafRule()), missing="leave_out", missing_value=None, neutral=None)
        column = values[:, [place]]
        try:
            table[place] = normalise(column, [code], {code: rule}).scores[0]
        except ScoringError:
            continue  # constant, or without a logarithm: the tables of columns say so
    return table


def correlation(a: Array, b: Array) -> float | None:
    """Pearson's coefficient over the units that have both; None below three, or where one of them does not vary.

    >>> correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])), correlation(np.ones(3), np.arange(3.0))
    (1.0, None)
    """
    a, b = _pair(a, b)
    if not (_varies(a) and _varies(b)):
        return None
    a, b = _centred(a), _centred(b)
    return float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1.0, 1.0))


def rank_correlation(a: Array, b: Array) -> float | None:
    """Spearman's coefficient under the same conditions."""
    a, b = _pair(a, b)
    return spearman(a, b) if _varies(a) and _varies(b) else None


def correlations(rows: Array) -> tuple[Array, Array]:
    """Return Pearson's and Spearman's coefficients of every two rows; nan where there is none.

    >>> pearson, ranks = correlations(np.array([[1.0, 2.0, 9.0], [3.0, 2.0, 1.0]]))
    >>> pearson.round(4).tolist(), ranks.round(4).tolist()
    ([[1.0, -0.9177], [-0.9177, 1.0]], [[1.0, -1.0], [-1.0, 1.0]])
    """
    pearson, ranks = (np.full((len(rows), len(rows)), np.nan) for _each in range(2))
    whole = np.array([bool(np.isfinite(row).all()) and _varies(row) for row in rows], dtype=bool)
    if whole.any():
        at = np.ix_(whole, whole)
        pearson[at] = _coefficients(rows[whole])
        ranks[at] = _coefficients(np.array([mean_ranks(row) for row in rows[whole]]))
    for a in np.flatnonzero(~whole):
        for b in range(len(rows)):
            for table, found in ((pearson, correlation), (ranks, rank_correlation)):
                told = found(rows[a], rows[b])
                table[a, b] = table[b, a] = np.nan if told is None else told
    return pearson, ranks


def reliability(rows: Array) -> Reliability:
    """Return Cronbach's alpha, raw and standardised, and the share of the first principal component.

    raw: k / (k - 1) · (1 - Σ var(row) / var(Σ rows)); standardised: k r̄ / (1 + (k - 1) r̄), with r̄ the mean of the
    correlations of every two rows. L. J. Cronbach, *Psychometrika* 16 (1951) 297-334; OECD and JRC, *Handbook* (2008),
    the chapter on multivariate analysis.

    >>> found = reliability(np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 4.0, 3.0], [2.0, 1.0, 3.0, 4.0]]))
    >>> round(found.raw, 6), round(found.standardised, 6), found.without.round(4).tolist(), round(found.first, 4)
    (0.891892, 0.891892, [0.75, 0.8889, 0.8889], 0.8235)
    """
    used = [place for place, row in enumerate(rows) if _varies(row[np.isfinite(row)])]
    kept = rows[used]
    kept = kept[:, np.isfinite(kept).all(axis=0)] if used else kept
    without = np.full(len(rows), np.nan)
    if len(used) < 2 or not all(_varies(row) for row in kept):
        return Reliability(tuple(used), kept.shape[1] if used else 0, None, None, without, None)
    table, count = _coefficients(kept), len(used)
    between = float(table.sum()) - count
    for place, row in enumerate(used):
        alpha = _standardised(count - 1, between - 2 * (float(table[place].sum()) - 1))
        without[row] = np.nan if alpha is None else alpha
    first = float(np.linalg.eigvalsh(table)[-1] / count)
    return Reliability(tuple(used), kept.shape[1], _raw_alpha(kept), _standardised(count, between), without, first)


def influences(children: Array, parent: Array, weights: Sequence[float]) -> list[Influence]:
    """Set what each child does to its parent beside its weight.

    squared: S = r², the main effect of the child in a linear model; effective: w · cov(child, parent) / var(parent),
    which add up to one under an arithmetic mean without gaps, and are not told elsewhere. P. Paruolo, M. Saisana and
    A. Saltelli, *Journal of the Royal Statistical Society A* 176 (2013) 609-634.

    >>> rows = np.array([[0.0, 50.0, 100.0], [50.0, 52.0, 48.0]])
    >>> first, second = influences(rows, rows.mean(axis=0), [0.5, 0.5])
    >>> round(first.effective + second.effective, 9), first.ratio > 1 > second.ratio
    (1.0, True)
    """
    found = [correlation(row, parent) for row in children]
    squares = [None if r is None else r * r for r in found]
    total = sum(square for square in squares if square is not None)
    own = _variance_parts(children, parent, np.asarray(weights, dtype=float))
    told = []
    for place, (weight, r, square) in enumerate(zip(weights, found, squares, strict=True)):
        share = square / total if square is not None and total > 0 else None
        ratio = share / weight if share is not None and weight > 0 else None
        effective = None if own is None else float(own[place])
        told.append(Influence(weight=weight, r=r, squared=square, share=share, ratio=ratio, effective=effective))
    return told


def _variance_parts(children: Array, parent: Array, weights: Array) -> Array | None:
    if not _varies(parent) or not np.isfinite(children).all() or not np.isfinite(parent).all():
        return None
    if np.abs(weights @ children - parent).max() > EXACT:
        return None
    away = _centred(parent)
    return np.asarray(weights * ((children - children.mean(axis=1, keepdims=True)) @ away) / (away @ away))


def _raw_alpha(rows: Array) -> float | None:
    total = rows.sum(axis=0)
    if not _varies(total) or total.var() <= 1e-12 * rows.var(axis=1).sum():
        return None  # the rows cancel each other to the last bit
    count = len(rows)
    return float(count / (count - 1) * (1 - rows.var(axis=1).sum() / total.var()))


def _standardised(count: int, between: float) -> float | None:
    """From the sum of the correlations of every two different rows, each counted from both sides."""
    if count < 2:
        return None
    mean = between / (count * (count - 1))
    below = 1 + (count - 1) * mean
    return count * mean / below if below > 1e-12 else None


def _coefficients(rows: Array) -> Array:
    """Pearson's coefficients of rows that vary and have no gaps."""
    away = rows - rows.mean(axis=1, keepdims=True)
    away /= np.sqrt((away * away).sum(axis=1, keepdims=True))
    table = np.clip(away @ away.T, -1.0, 1.0)
    np.fill_diagonal(table, 1.0)
    return np.asarray(table)


def _pair(a: Array, b: Array) -> tuple[Array, Array]:
    both = np.isfinite(a) & np.isfinite(b)
    return a[both], b[both]


def _varies(row: Array) -> bool:
    return row.size >= FEWEST and bool(np.ptp(row) > 1e-12 * np.abs(row).max())


def _centred(row: Array) -> Array:
    return np.asarray(row - row.mean())
