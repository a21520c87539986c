"""How far experts agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from ahp._aggregation import weight_table
from ahp._cells import Array
from ahp._errors import OptionError, WeightError
from ahp._parts import PANEL_METHODS, weights_of_one_size
from ahp._priorities import Priorities
from ahp._shared import SCALE, centred_logs

_TIE = 10  # decimals of ln weight to which two weights are one rank
_PERMUTATIONS = 9_999
_MANY = 60  # experts from whom on chi-square fits whatever the number of items
_RANDOM_MATRICES = 6_000
_SCALE_TOP = 9


@dataclass(frozen=True)
class Goepel:
    """The consensus indicator S* with its parts.

    Attributes
    ----------
    s_star : float
        1 = identical weights, 0 = as different as the scale allows.
    s_star_2013 : float
        The earlier edition, which lowers the reachable diversity where experts are fewer than items.
    s : float
        exp(-h_beta).
    h_alpha, h_beta, h_gamma : float
        Entropy within experts, between them, and of the mean weights.
    relative_homogeneity : float
        (1/D_beta - 1/n) / (1 - 1/n), D_beta = exp(h_beta).
    """

    s_star: float
    s_star_2013: float
    s: float
    h_alpha: float
    h_beta: float
    h_gamma: float
    relative_homogeneity: float


@dataclass(frozen=True, eq=False)
class Consensus:
    """How far the weights of several experts agree.

    Attributes
    ----------
    kendall_w : float or None
        Agreement of rank orders: 1 = the same order, about 1/experts for chance. None where no order is to be seen.
    icc : float or None
        Intraclass correlation of log weights: 1 = agreement, 0 or less = noise. None where no item differs.
    goepel : Goepel
        S*. Flat weights look like agreement to it, so never show it without `goepel_at_random`.
    geometric_sd : ndarray
        exp(sd of ln w) per item, over experts.
    variation : ndarray
        Coefficient of variation of the weights per item: sd over mean. Large for small weights by construction.
    experts, items : int
        How many.
    method : str
        How the weights were found, which decides what chance does.
    """

    kendall_w: float | None
    icc: float | None
    goepel: Goepel
    geometric_sd: Array
    variation: Array
    experts: int
    items: int
    method: str

    @cached_property
    def kendall_p(self) -> float | None:
        """How often chance agrees as well: chi-square from 8 items or 60 experts on, else permutations (seeded)."""
        if self.kendall_w is None:
            return None
        if self.items < 8 and self.experts < _MANY:
            return _permutation_p(self.kendall_w, self.experts, self.items)
        from scipy.special import chdtrc  # only here, and not scipy.stats, which takes a second to load

        return float(chdtrc(self.items - 1, self.experts * (self.items - 1) * self.kendall_w))

    @cached_property
    def goepel_at_random(self) -> float:
        """The mean S* of as many experts who answer at random (seeded); .71 or .81 for 10 experts, 7 items."""
        return random_goepel(self.items, self.experts, self.method)


def consensus(ws: Iterable[Any], *, method: str | None = None) -> Consensus:
    """Measures of agreement between the weights of several experts.

    Parameters
    ----------
    ws : iterable of Priorities or array_like
        One set of positive weights per expert, at least two experts and two items.
    method : {"eigenvector", "log_least_squares"}, optional
        How the weights were found, for what chance does; read from `Priorities`, else "log_least_squares".

    Returns
    -------
    Consensus

    Raises
    ------
    WeightError
        Fewer than two experts or items, or weights that are not positive.

    Notes
    -----
    Kendall's W = 12 S / (M**2 (n**3 - n) - M sum(t**3 - t)): M. G. Kendall and B. Babington Smith (1939), Annals of
    Mathematical Statistics 10, 275-287. ICC = (F - 1)/(F + M - 1), F the ratio of mean squares of items and rest.
    S* = (S - c)/(1 - c): K. D. Goepel (2018), Implementation of an online software tool for the analytic hierarchy
    process, International Journal of the AHP 10, 469-487.

    Examples
    --------
    >>> import ahp
    >>> found = ahp.consensus([[.6, .3, .1], [.5, .3, .2], [.3, .4, .3]])
    >>> round(found.kendall_w, 3), round(found.goepel.s, 5), round(found.goepel.s_star, 5)
    (0.576, 0.96247, 0.90438)
    """
    given = list(ws)
    weights, method = weight_table(given), method or _method_of(given)
    if method not in PANEL_METHODS:
        raise OptionError("method", method, PANEL_METHODS)
    experts, items = weights.shape
    if experts < 2 or items < 2:
        raise WeightError(f"agreement needs two experts and two items, there are {experts} and {items}")
    logs = centred_logs(weights)
    spread = np.exp(logs.std(axis=0, ddof=1))
    variation = weights.std(axis=0, ddof=1) / weights.mean(axis=0)
    return Consensus(kendall_w(logs), _icc(logs), _goepel(weights), spread, variation, experts, items, method)


def _method_of(ws: list[Any]) -> str:
    methods = {w.method for w in ws if isinstance(w, Priorities)}
    return "eigenvector" if methods == {"eigenvector"} else "log_least_squares"


def kendall_w(scores: Array) -> float | None:
    """Kendall's W of scores (experts, items), ties sharing the mean rank."""
    experts, items = scores.shape
    rounded = scores.round(_TIE)
    below = (rounded[:, :, None] > rounded[:, None, :]).sum(axis=2)
    alike = (rounded[:, :, None] == rounded[:, None, :]).sum(axis=2)
    ranks = below + (alike + 1) / 2
    squares = ((ranks.sum(axis=0) - experts * (items + 1) / 2) ** 2).sum()
    ties = (alike**2 - 1).sum()  # the sum of t**3 - t over the groups of ties
    largest = experts**2 * (items**3 - items) - experts * ties
    return float(12 * squares / largest) if largest else None


def _icc(logs: Array) -> float | None:
    experts, items = logs.shape
    means = logs.mean(axis=0)
    between = experts * (means**2).sum() / (items - 1)
    rest = ((logs - means) ** 2).sum() / ((experts - 1) * (items - 1))
    total = between + (experts - 1) * rest
    return float((between - rest) / total) if total > 1e-24 else None


def _goepel(weights: Array) -> Goepel:
    experts, n = weights.shape
    h_alpha = float(_entropy(weights).mean())
    h_gamma = float(_entropy(weights.mean(axis=0)))
    h_beta = h_gamma - h_alpha
    s = float(np.exp(-h_beta))
    top, low = _SCALE_TOP / (n + _SCALE_TOP - 1), 1 / (n + _SCALE_TOP - 1)
    least_alpha = -top * np.log(top) - (n - 1) * low * np.log(low)
    return Goepel(
        _star(s, least_alpha - np.log(n)),
        _star(s, least_alpha - _largest_gamma(n, experts)),
        s,
        h_alpha,
        h_beta,
        h_gamma,
        float((1 / np.exp(h_beta) - 1 / n) / (1 - 1 / n)),
    )


def _star(s: float, log_least: float) -> float:
    least = np.exp(log_least)
    return float((s - least) / (1 - least))


def _largest_gamma(n: int, experts: int) -> float:
    """Entropy of the mean weights when each expert puts another item first as far as there are experts."""
    if experts >= n:
        return float(np.log(n))
    low = 1 / (n + _SCALE_TOP - 1)
    first = (_SCALE_TOP + experts - 1) / experts * low
    return float(-experts * first * np.log(first) - (n - experts) * low * np.log(low))


def _entropy(weights: Array) -> Array:
    entropy: Array = -(weights * np.log(weights)).sum(axis=-1)
    return entropy


def _permutation_p(w: float, experts: int, items: int) -> float:
    return float((1 + (_chance_w(experts, items) >= w - 1e-12).sum()) / (1 + _PERMUTATIONS))


@lru_cache(maxsize=64)
def _chance_w(experts: int, items: int) -> Array:
    """W of so many experts who order the items at random, many times."""
    generator = np.random.default_rng([experts, items])
    rank_sums = np.zeros((_PERMUTATIONS, items))
    for _ in range(experts):
        rank_sums += generator.random(rank_sums.shape).argsort(axis=1)
    squares = ((rank_sums - experts * (items - 1) / 2) ** 2).sum(axis=1)
    at_random: Array = 12 * squares / (experts**2 * (items**3 - items))
    return at_random


@lru_cache(maxsize=256)
def random_goepel(items: int, experts: int, method: str) -> float:
    """Mean S* of experts who answer at random on the scale 1/9 … 9."""
    panels = max(10, _RANDOM_MATRICES // experts)
    generator = np.random.default_rng([items, experts])
    ratios = generator.choice(SCALE, (items * (items - 1) // 2, panels * experts))
    weights = weights_of_one_size(ratios, items, method, complete=True)[0].T.reshape(panels, experts, items)
    return float(np.mean([_goepel(panel).s_star for panel in weights]))
