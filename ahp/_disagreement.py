"""Where experts part: pair by pair, and in camps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ahp._aggregation import same_items, weight_table
from ahp._cells import Array
from ahp._errors import DisconnectedError, Label, WeightError
from ahp._matrix import Matrix, matrix
from ahp._priorities import priorities
from ahp._shared import centred_logs

_SIDE = 0.3  # of the answers, on each side, before a mean is said to hide two camps
_APART = 2.0  # and this geometric SD
_FEWEST = 8  # experts below whom chance makes camps too easily
_MOST = 3_000
_NULL_PANELS, _NULL_EXPERTS = 200, 60


@dataclass(frozen=True)
class PairDisagreement:
    """How experts answered one pair.

    Attributes
    ----------
    pair : pair
        ``(a, b)``.
    answers : int
        How many answered.
    geometric_sd : float or None
        exp(sd of ln a_ij): 1 = one voice, 2 = typically twice or half. None below two answers.
    for_a, equal, for_b : float or None
        Shares of the answers; an even split is the finding to show. None without answers.
    """

    pair: tuple[Label, Label]
    answers: int
    geometric_sd: float | None
    for_a: float | None
    equal: float | None
    for_b: float | None

    @property
    def smaller_side(self) -> float:
        """The share of the smaller of the two sides; 0 without answers."""
        return min(self.for_a or 0.0, self.for_b or 0.0)

    @property
    def dispute(self) -> float:
        """Share of the smaller side times ln of the geometric SD: 0 where all lean the same way."""
        return self.smaller_side * float(np.log(self.geometric_sd or 1.0))

    @property
    def hides_two_camps(self) -> bool:
        """Each side has three of ten answers, typically twice or half the mean: the mean is nobody's opinion."""
        return self.smaller_side >= _SIDE and (self.geometric_sd or 1.0) >= _APART


@dataclass(frozen=True)
class Camps:
    """Groups of experts who think alike.

    Attributes
    ----------
    members : tuple of tuples
        Positions of experts; one group where no camps are to be told from chance.
    silhouette : float or None
        How clearly the best division stands out, -1 … 1; None below 8 experts.
    threshold : float or None
        What one camp reaches by chance in 5 of 100 panels of this size (seeded simulation).
    """

    members: tuple[tuple[int, ...], ...]
    silhouette: float | None
    threshold: float | None

    @property
    def found(self) -> bool:
        """Whether there is more than one camp."""
        return len(self.members) > 1


@dataclass(frozen=True, eq=False)
class Disagreement:
    """Where experts part over the items of one node.

    Attributes
    ----------
    pairs : tuple of PairDisagreement
        One for every pair, row by row.
    matrices : tuple of Matrix
        What they were taken from.
    """

    pairs: tuple[PairDisagreement, ...]
    matrices: tuple[Matrix, ...]

    @cached_property
    def camps(self) -> Camps:
        """Camps by log least squares weights, among the experts whose answers link all items."""
        usable = _usable_weights(self.matrices)
        if not usable:
            return Camps((), None, None)
        found, positions = camps(usable.values()), list(usable)
        members = tuple(tuple(positions[k] for k in camp) for camp in found.members)
        return Camps(members, found.silhouette, found.threshold)


def disagreement(ms: Iterable[Any]) -> Disagreement:
    """How the answers of several experts spread, pair by pair.

    Parameters
    ----------
    ms : iterable of Matrix or array_like
        One matrix per expert over the same items; answers may be missing.

    Returns
    -------
    Disagreement

    Raises
    ------
    LabelError
        The items differ.

    Examples
    --------
    >>> import ahp
    >>> found = ahp.disagreement([[[1, 4], [1/4, 1]], [[1, 1/4], [4, 1]]]).pairs[0]
    >>> found.for_a, found.equal, found.for_b, round(found.geometric_sd, 2)
    (0.5, 0.0, 0.5, 7.1)
    """
    experts = [matrix(rows) for rows in ms]
    first = same_items(experts)
    table = np.array([m.values for m in experts])
    pairs = zip(*(places.tolist() for places in np.triu_indices(first.n, 1)), strict=True)
    return Disagreement(
        tuple(pair_disagreement((first.labels[i], first.labels[j]), table[:, i, j]) for i, j in pairs), tuple(experts)
    )


def pair_disagreement(pair: tuple[Label, Label], answers: Any) -> PairDisagreement:
    """How several experts answered one pair.

    Parameters
    ----------
    pair : pair
        ``(a, b)``.
    answers : array_like
        How many times a is as important as b, by each expert; nan where not answered.

    Returns
    -------
    PairDisagreement

    Examples
    --------
    >>> import ahp
    >>> found = ahp.pair_disagreement(("a", "b"), [5, 5, 1/5, 1/5, float("nan")])
    >>> found.answers, found.for_a, found.for_b, found.hides_two_camps
    (4, 0.5, 0.5, True)
    """
    ratios = np.asarray(answers, dtype=float)
    logs = np.log(ratios[~np.isnan(ratios)])
    count = len(logs)
    if not count:
        return PairDisagreement(pair, 0, None, None, None, None)
    above, below = float((logs > 1e-9).mean()), float((logs < -1e-9).mean())
    spread = float(np.exp(logs.std(ddof=1))) if count > 1 else None
    return PairDisagreement(pair, count, spread, above, round(1 - above - below, 12), below)


def _usable_weights(matrices: tuple[Matrix, ...]) -> dict[int, Array]:
    """The weights of the experts whose answers link all items, by position."""
    found = {}
    for position, m in enumerate(matrices):
        try:
            found[position] = priorities(m, method="log_least_squares").weights
        except DisconnectedError:
            continue
    return found


def camps(ws: Any) -> Camps:
    """Look for camps among experts, by average linkage of their log weights.

    Parameters
    ----------
    ws : iterable or mapping
        One set of weights per expert; or ``{node: one set per expert}``, which is better: a whole questionnaire tells
        camps apart that one small matrix cannot.

    Returns
    -------
    Camps
        More than one only from 8 experts on, each of at least two, and more distinct than chance makes them.

    Raises
    ------
    WeightError
        More than 3,000 experts, or weights that are not positive.

    Notes
    -----
    Distance: the Aitchison distance |y_k - y_l| of centred log weights. The division into 2, 3 or 4 with the largest
    mean silhouette (P. J. Rousseeuw 1987, Journal of Computational and Applied Mathematics 20, 53-65) counts when it
    exceeds the 95 % quantile of one camp with normal errors.

    Examples
    --------
    >>> import ahp
    >>> one, other = [.6, .3, .1], [.1, .3, .6]
    >>> ahp.camps([one, one, one, one, other, other, other, other]).members
    ((0, 1, 2, 3), (4, 5, 6, 7))
    """
    tables = list(ws.values()) if isinstance(ws, Mapping) else [ws]
    logs = np.hstack([centred_logs(weight_table(table)) for table in tables])
    dimensions = logs.shape[1] - len(tables)
    if len(logs) > _MOST:
        raise WeightError(f"camps are looked for among at most {_MOST} experts, there are {len(logs)}; draw a sample")
    everyone = (tuple(range(len(logs))),)
    if len(logs) < _FEWEST or not dimensions:
        return Camps(everyone, None, None)
    silhouette, division = _best_division(logs)
    threshold = _chance_silhouette(min(len(logs), _NULL_EXPERTS), dimensions)
    if division is None or silhouette <= threshold:
        return Camps(everyone, silhouette, threshold)
    members = sorted(tuple(np.flatnonzero(division == camp).tolist()) for camp in np.unique(division))
    return Camps(tuple(members), silhouette, threshold)


def _best_division(points: Array) -> tuple[float, npt.NDArray[np.int_] | None]:
    """The clearest division into two to four camps of at least two; -1 and None where there is none."""
    from scipy.cluster.hierarchy import fcluster, linkage  # only here, so that `import ahp` stays light
    from scipy.spatial.distance import pdist, squareform

    distances = pdist(points)
    best: tuple[float, npt.NDArray[np.int_] | None] = (-1.0, None)
    tree, square = linkage(distances, "average"), squareform(distances)
    for count in (2, 3, 4):
        division = fcluster(tree, count, "maxclust")
        sizes = np.bincount(division)[1:]
        if len(sizes) > 1 and sizes.min() > 1:
            best = max(best, (_silhouette(square, division), division), key=lambda found: found[0])
    return best


def _silhouette(square: Array, division: npt.NDArray[np.int_]) -> float:
    member = division[:, None] == np.unique(division)
    sums, sizes = square @ member, member.sum(axis=0)
    own = sums[member] / (member * (sizes - 1)).sum(axis=1)
    nearest = np.where(member, np.inf, sums / sizes).min(axis=1)
    larger = np.maximum(own, nearest)
    return float(np.divide(nearest - own, larger, out=np.zeros_like(own), where=larger > 0).mean())


@lru_cache(maxsize=256)
def _chance_silhouette(experts: int, dimensions: int) -> float:
    generator = np.random.default_rng([experts, dimensions])
    found = [_best_division(generator.normal(size=(experts, dimensions)))[0] for _ in range(_NULL_PANELS)]
    return float(np.quantile(found, 0.95))
