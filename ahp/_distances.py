"""How far each expert stands from the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ahp._aggregation import aggregate_priorities, weight_table
from ahp._cells import Array
from ahp._errors import WeightError
from ahp._shared import centred_logs


@dataclass(frozen=True)
class ExpertDistance:
    """How far one expert stands from the others.

    Attributes
    ----------
    expert : int
        Position.
    distance : float
        Root mean square of the differences of centred log weights to the mean of the others; exp of it is a factor.
    p : float or None
        How often an expert like the others stands as far off, corrected for looking at all (Holm). None below 4.
    influence : float
        The largest change of a group weight when the expert is left out.
    """

    expert: int
    distance: float
    p: float | None
    influence: float


def expert_distances(ws: Any) -> tuple[ExpertDistance, ...]:
    """The distance of each expert from the others, and what each moves.

    Parameters
    ----------
    ws : iterable or mapping
        One set of positive weights per expert, at least three experts; or ``{node: one set per expert}`` for a whole
        questionnaire.

    Returns
    -------
    tuple of ExpertDistance
        In the order of the experts.

    Raises
    ------
    WeightError

    Notes
    -----
    D**2 (M - 1)/M over the variance of the others is F with d and (M - 2) d degrees of freedom for one more expert of
    the same kind, d the sum of n - 1 over the nodes; p values are corrected by Holm (1979), Scandinavian Journal of
    Statistics 6, 65-70.

    Examples
    --------
    >>> import ahp
    >>> found = ahp.expert_distances([[.6, .3, .1], [.55, .33, .12], [.62, .28, .1], [.1, .2, .7]])
    >>> [round(expert.influence, 3) for expert in found]
    [0.051, 0.038, 0.057, 0.13]
    """
    tables = [weight_table(table) for table in (ws.values() if isinstance(ws, Mapping) else [ws])]
    experts, items = len(tables[0]), sum(table.shape[1] for table in tables)
    dimensions = items - len(tables)
    if experts < 3 or not dimensions:
        raise WeightError(f"distances need three experts and two items, there are {experts} and {items}")
    gaps, spreads = _gaps_and_spreads(np.hstack([centred_logs(table) for table in tables]))
    moved = np.max([_moved(table) for table in tables], axis=0).tolist()
    p_values = _holm(_f_tail(gaps, spreads, experts, dimensions)) if experts > 3 else [None] * experts
    distances = np.sqrt(gaps / items).tolist()
    return tuple(map(ExpertDistance, range(experts), distances, p_values, moved))


def _gaps_and_spreads(logs: Array) -> tuple[Array, Array]:
    """For each expert the squared distance to the mean of the others, and the squares of the others around it."""
    experts = len(logs)
    squares = ((logs - logs.mean(axis=0)) ** 2).sum(axis=1)
    gaps = squares * (experts / (experts - 1)) ** 2
    spreads = squares.sum() - squares * experts / (experts - 1)
    return gaps, np.where(spreads > 1e-12 * squares.sum(), spreads, 0.0)


def _moved(weights: Array) -> Array:
    """For each expert the largest change of a weight of the group without them."""
    logs = centred_logs(weights)
    without = np.exp((logs.sum(axis=0) - logs) / (len(logs) - 1))
    without /= without.sum(axis=1, keepdims=True)
    moved: Array = np.abs(without - aggregate_priorities(weights)).max(axis=1)
    return moved


def _f_tail(gaps: Array, spreads: Array, experts: int, dimensions: int) -> Array:
    from scipy.special import fdtrc  # only here, and not scipy.stats, which takes a second to load

    freedom = (experts - 2) * dimensions
    own = gaps * (experts - 1) / experts / dimensions
    ratio = np.divide(own, spreads / freedom, out=np.where(own > 0, np.inf, 0.0), where=spreads > 1e-24)
    return np.asarray(fdtrc(dimensions, freedom, ratio))


def _holm(p_values: Array) -> list[float | None]:
    order = np.argsort(p_values)
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(p) for p in adjusted]
