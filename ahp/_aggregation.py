"""From the judgments of several experts to one matrix, or from their weights to one set of weights."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ahp._cells import Array
from ahp._errors import ExpertWeightError, LabelError, OptionError, ShapeError, WeightError
from ahp._matrix import Matrix, freeze, frozen_array, matrix
from ahp._priorities import Priorities

MEANS = ("geometric", "arithmetic")


def aggregate_judgments(ms: Iterable[Any], expert_weights: npt.ArrayLike | None = None) -> Matrix:
    """The group's matrix: the weighted geometric mean of the experts' judgments (AIJ).

    Parameters
    ----------
    ms : iterable of Matrix or array_like
        One matrix per expert, all over the same items in the same order.
    expert_weights : sequence of float, optional
        One number per expert, 0 = recorded but not counted; equal where left out. Only ratios matter.

    Returns
    -------
    Matrix
        A pair is averaged over those who answered it; one that nobody answered is missing.

    Raises
    ------
    LabelError
        An expert's items differ from those of the first.
    ExpertWeightError
        Weights are negative, all zero, or not one per expert.

    Notes
    -----
    g_ij = exp(sum b_k ln a_ij(k) / sum b_k), the only mean that keeps reciprocity: J. Aczel and T. L. Saaty (1983),
    Procedures for synthesizing ratio judgements, Journal of Mathematical Psychology 27, 93-102.

    Examples
    --------
    >>> import ahp
    >>> ahp.aggregate_judgments([[[1, 9], [1/9, 1]], [[1, 1], [1, 1]]]).values.round(4)[0].tolist()
    [1.0, 3.0]
    """
    experts = [matrix(rows) for rows in ms]
    first = same_items(experts)
    upper = np.triu_indices(first.n, 1)
    logs = np.log(np.array([m.values[upper] for m in experts]))
    shares = expert_shares(expert_weights, len(experts))
    group = np.ones((first.n, first.n))
    group[upper] = np.exp(mean_where_answered(logs, shares))
    group.T[upper] = 1 / group[upper]
    return freeze(group, first.labels, int(np.isnan(group).sum()) // 2)


def aggregate_priorities(
    ws: Iterable[Any], expert_weights: npt.ArrayLike | None = None, *, mean: str = "geometric"
) -> Array:
    """The group's weights: the weighted mean of the experts' weights (AIP).

    Parameters
    ----------
    ws : iterable of Priorities or array_like
        One set of weights per expert, all over the same items.
    expert_weights : sequence of float, optional
        As for `aggregate_judgments`.
    mean : {"geometric", "arithmetic"}
        The geometric mean is scaled to sum 1.

    Returns
    -------
    ndarray
        Read-only, sum 1.

    Raises
    ------
    WeightError
        A weight is not positive, or the sets differ in length.
    ExpertWeightError, OptionError

    Notes
    -----
    E. Forman and K. Peniwati (1998), Aggregating individual judgments and priorities with the analytic hierarchy
    process, European Journal of Operational Research 108, 165-169. With log least squares on complete matrices the
    geometric AIP equals the weights of the AIJ matrix; with the arithmetic mean opposite experts (9:3:1 and 1:3:9)
    do not cancel.

    Examples
    --------
    >>> import ahp
    >>> ahp.aggregate_priorities([[.6, .3, .1], [.1, .3, .6]]).round(4).tolist()
    [0.3101, 0.3798, 0.3101]
    """
    if mean not in MEANS:
        raise OptionError("mean", mean, MEANS)
    weights = weight_table(ws)
    shares = expert_shares(expert_weights, len(weights))
    group = shares @ weights if mean == "arithmetic" else np.exp(shares @ np.log(weights))
    return frozen_array(group / group.sum())


def weight_table(ws: Iterable[Any]) -> Array:
    """Experts x items, each row scaled to sum 1."""
    table = np.array(ws, dtype=float) if isinstance(ws, np.ndarray) and ws.ndim == 2 else _stacked(ws)
    if not len(table):
        raise WeightError("there are no weights to aggregate; give those of at least one expert")
    wrong = np.flatnonzero(~(np.isfinite(table) & (table > 0)).all(axis=1))
    if wrong.size:
        expert = int(wrong[0])
        raise WeightError(f"expert {expert} has a weight that is not a positive number: {table[expert].tolist()}")
    table /= table.sum(axis=1, keepdims=True)
    return table


def _stacked(ws: Iterable[Any]) -> Array:
    rows = [np.asarray(w.weights if isinstance(w, Priorities) else w, dtype=float) for w in ws]
    for expert, row in enumerate(rows):
        if row.ndim != 1 or row.shape != rows[0].shape:
            raise WeightError(f"expert {expert} has {row.size} weights, the first has {rows[0].size}")
    return np.array(rows)


def expert_shares(expert_weights: npt.ArrayLike | None, experts: int) -> Array:
    """Weights of experts scaled to sum 1; equal where none are given."""
    weights = checked_expert_weights(expert_weights, experts)
    if weights is None:
        return np.full(experts, 1 / experts)
    if not weights.any():
        raise ExpertWeightError("every expert has weight 0; give at least one a positive weight")
    shares: Array = weights / weights.sum()
    return shares


def checked_expert_weights(expert_weights: npt.ArrayLike | None, experts: int) -> Array | None:
    """One number from 0 per expert, or None."""
    if expert_weights is None:
        return None
    weights = np.asarray(expert_weights, dtype=float)
    if weights.shape != (experts,):
        raise ExpertWeightError(f"there are {experts} experts but {weights.size} expert weights; give one per expert")
    for expert in np.flatnonzero(~(np.isfinite(weights) & (weights >= 0))).tolist():
        raise ExpertWeightError(f"expert {expert} has weight {weights[expert]}; give 0 or a positive number", expert)
    return weights


def mean_where_answered(logs: Array, shares: Array) -> Array:
    """Weighted mean of each column over the experts who answered it (others are nan); nan where nobody did."""
    answered = ~np.isnan(logs)
    counted = shares @ answered
    sums = shares @ np.where(answered, logs, 0.0)
    return np.divide(sums, counted, out=np.full_like(sums, np.nan), where=counted > 0)


def same_items(experts: Sequence[Matrix]) -> Matrix:
    """The first matrix, when all compare the same items in the same order."""
    if not experts:
        raise ShapeError("there are no matrices to aggregate; give that of at least one expert")
    first = experts[0]
    for position, m in enumerate(experts):
        if m.labels != first.labels:
            raise LabelError(
                f"expert {position} compares {', '.join(map(str, m.labels))} but the first expert "
                f"{', '.join(map(str, first.labels))}; give all the same items in the same order"
            )
    return first
