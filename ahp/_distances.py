"""How far each expert stands from the others."""

from collections.abc import Iterable
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


def expert_distances(ws: Iterable[Any]) -> tuple[ExpertDistance, ...]:
    """The distance of each expert from the others, and what each moves.

    Parameters
    ----------
    ws : iterable of Priorities or array_like
        One set of positive weights per expert, at least three experts.

    Returns
    -------
    tuple of ExpertDistance
        In the order of the experts.

    Raises
    ------
    WeightError

    Notes
    -----
    D**2 (M - 1)/M over the variance of the others is F with n - 1 and (M - 2)(n - 1) degrees of freedom for one more
    expert of the same kind; p values are corrected by Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> import ahp
    >>> found = ahp.expert_distances([[.6, .3, .1], [.55, .33, .12], [.62, .28, .1], [.1, .2, .7]])
    >>> [round(expert.influence, 3) for expert in found]
    [0.051, 0.038, 0.057, 0.13]
    """
    weights = weight_table(ws)
    experts, items = weights.shape
    if experts < 3 or items < 2:
        raise WeightError(f"distances need three experts and two items, there are {experts} and {items}")
    logs, group = centred_logs(weights), aggregate_priorities(weights)
    others = [np.delete(np.arange(experts), expert) for expert in range(experts)]
    gaps = np.array([((logs[k] - logs[rest].mean(axis=0)) ** 2).sum() for k, rest in enumerate(others)])
    spreads = np.array([((logs[rest] - logs[rest].mean(axis=0)) ** 2).sum() for rest in others])
    moved = [float(np.abs(aggregate_priorities(weights[rest]) - group).max()) for rest in others]
    p_values = _holm(_f_tail(gaps, spreads, experts, items)) if experts > 3 else [None] * experts
    distances = np.sqrt(gaps / items).tolist()
    return tuple(map(ExpertDistance, range(experts), distances, p_values, moved))


def _f_tail(gaps: Array, spreads: Array, experts: int, items: int) -> Array:
    from scipy.stats import f  # only here, so that `import ahp` stays light

    freedom = (experts - 2) * (items - 1)
    own = gaps * (experts - 1) / experts / (items - 1)
    ratio = np.divide(own, spreads / freedom, out=np.where(own > 0, np.inf, 0.0), where=spreads > 1e-24)
    return np.asarray(f.sf(ratio, items - 1, freedom))


def _holm(p_values: Array) -> list[float | None]:
    order = np.argsort(p_values)
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(p) for p in adjusted]
