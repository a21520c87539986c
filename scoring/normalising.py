"""From raw values to scores of 0 to 100: direction, bounds, targets, caps, logarithms, missing values. Only numpy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Bounds = tuple[float, float]
Groups = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class LeafRule:
    """How the values of a leaf become scores. Bounds are on the raw scale; None takes them from the units at hand.

    `missing` is refuse, leave_out, reweight, mean or value (then `missing_value` stands for what is missing). A mean is
    that of all units, or of those of the unit's own `missing_group`, the name of a grouping of the units.
    `neutral` is the score of everybody where all values are equal; without it such a column is refused.
    """

    direction: str = "benefit"
    low: float | None = None
    high: float | None = None
    cap: bool = False
    transform: str = "none"
    target_low: float | None = None
    target_high: float | None = None
    missing: str = "refuse"
    missing_value: float | None = None
    missing_group: str = ""
    neutral: float | None = None


@dataclass(frozen=True)
class Fault:
    """Why a value or a column cannot be scored. `unit` is a position, None where the whole column is meant.

    `kind` is missing, group (nobody in it to take the mean of), not_finite, not_positive, constant, bounds, negative or
    nothing.
    """

    kind: str
    code: str
    unit: int | None = None
    detail: str = ""


class ScoringError(ValueError):
    """The values cannot be scored. `faults` are all that were found; `code` and `unit` are those of the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        self.code, self.unit = self.faults[0].code, self.faults[0].unit
        said = (f"{f.code}{'' if f.unit is None else f', unit {f.unit}'}: {f.kind} {f.detail}".strip() for f in faults)
        super().__init__("; ".join(said))


@dataclass(frozen=True)
class Notice:
    """What was done to some units and must be said beside the result.

    `kind` is filled, capped, outside (of given bounds, not capped), reweighted, left_out or zero (a zero under a
    geometric or harmonic mean).
    """

    kind: str
    code: str
    units: tuple[int, ...]


@dataclass(frozen=True)
class Normalised:
    """Scores of the leaves, leaves x units, nan where missing; the bounds used, on the raw scale; notices."""

    scores: Array
    bounds: Mapping[str, Bounds]
    notices: tuple[Notice, ...]


def other_scale(scores: Array, raw: Array, direction: str, kind: str) -> Array:
    """Scores of one leaf on another scale, for the question what the scale does to ranks. nan stays nan.

    `z_score`: (s - mean) / sd of the min-max scores, which is that of the raw values; `rank`: the share of units that
    are not better, 0 to 100; `distance`: x / max for benefit, min / x for cost, times 100, where all values are above
    0, else the scores as they are. OECD and JRC, Handbook on Constructing Composite Indicators (2008), section 5.

    >>> other_scale(np.array([0.0, 50.0, 100.0]), np.array([1.0, 2.0, 3.0]), "benefit", "z_score").round(3).tolist()
    [-1.225, 0.0, 1.225]
    >>> other_scale(np.array([0.0, 50.0, 100.0]), np.array([1.0, 2.0, 4.0]), "benefit", "distance").tolist()
    [25.0, 50.0, 100.0]
    """
    known = ~np.isnan(scores)
    found = np.full_like(scores, np.nan)
    values = scores[known]
    if kind == "z_score":
        spread = values.std() if values.size else 0.0
        found[known] = (values - values.mean()) / spread if spread else 0.0
    elif kind == "rank":
        found[known] = 100 * np.searchsorted(np.sort(values), values, "right") / max(values.size, 1)
    elif kind == "distance":
        told = raw[known]
        if direction == "target" or np.isnan(told).any() or (told <= 0).any():
            return scores.copy()
        found[known] = 100 * (told.min() / told if direction == "cost" else told / told.max())
    else:
        raise ValueError(f"{kind}: z_score, rank or distance")
    return found


def find_faults(
    values: ArrayLike,
    leaves: Sequence[str],
    rules: Mapping[str, LeafRule] | None = None,
    groups: Groups | None = None,
) -> list[Fault]:
    """Return everything that keeps the values (units x leaves, nan = missing) from being scored. For `groups` see
    `normalise`.

    >>> find_faults([[1, 2], [1, float("nan")]], ["a", "b"])
    [Fault(kind='constant', code='a', unit=None, detail='1.0'), Fault(kind='missing', code='b', unit=1, detail='')]
    """
    return _faults(_by_leaf(values), leaves, rules or {}, groups or {})


def _by_leaf(values: ArrayLike) -> Array:
    """Return a copy with a leaf in each row: what follows goes along leaves, and memory is quickest along rows."""
    return np.array(np.asarray(values, dtype=float).T, order="C", ndmin=2)


def _faults(table: Array, leaves: Sequence[str], rules: Mapping[str, LeafRule], groups: Groups) -> list[Fault]:
    return [
        fault
        for code, row in zip(leaves, table, strict=True)
        for fault in _column_faults(code, row, rules.get(code, LeafRule()), groups)
    ]


def _column_faults(code: str, column: Array, rule: LeafRule, groups: Groups) -> Iterator[Fault]:
    missing = np.isnan(column)
    faults = [Fault("not_finite", code, int(unit)) for unit in np.flatnonzero(np.isinf(column))]
    if rule.missing == "refuse":
        faults += [Fault("missing", code, int(unit)) for unit in np.flatnonzero(missing)]
    elif rule.missing == "mean" and not faults:  # whoever has nobody to take the mean of
        kind = "group" if rule.missing_group else "missing"
        faults += [Fault(kind, code, int(unit)) for unit in np.flatnonzero(np.isnan(_filled(column, rule, groups)))]
    if rule.transform == "ln" and not faults:
        used = _filled(column, rule, groups)
        faults += [
            Fault("not_positive", code, int(unit), repr(float(used[unit]))) for unit in np.flatnonzero(used <= 0)
        ]
    yield from faults
    if not faults and not missing.all():
        yield from _bounds_faults(code, _filled(column, rule, groups), rule)


def _bounds_faults(code: str, column: Array, rule: LeafRule) -> Iterator[Fault]:
    given = rule.low is not None and rule.high is not None
    if np.nanmin(column) == np.nanmax(column) and not given:
        if rule.neutral is None:
            yield Fault("constant", code, None, repr(float(np.nanmin(column))))
        return
    low, high = _bounds(column, rule)
    if not (_target_fits(rule) if rule.direction == "target" else low < high) or (rule.transform == "ln" and low <= 0):
        yield Fault("bounds", code, None, f"{low!r} .. {high!r}")


def _target_fits(rule: LeafRule) -> bool:
    """Say whether the given bounds enclose the band. A bound from the units at hand may lie in it: nobody is beyond."""
    first, last = _target(rule)
    return first <= last and (rule.low is None or rule.low < first) and (rule.high is None or rule.high > last)


def normalise(
    values: ArrayLike,
    leaves: Sequence[str],
    rules: Mapping[str, LeafRule] | None = None,
    *,
    output: Bounds = (0.0, 100.0),
    groups: Groups | None = None,
) -> Normalised:
    """Return the scores of every unit on every leaf.

    benefit: (x - low) / (high - low); cost: (high - x) / (high - low); target: 1 inside the band, falling linearly to
    0 at low below and at high above. `output` is the range that 0 and 1 become. With a cap, what lies outside given
    bounds is moved to them. Under `ln`, values and bounds are replaced by their logarithms.

    Parameters
    ----------
    values : array_like, units x leaves; nan is missing.
    leaves : the code of each column.
    rules : by code; a leaf without one is a plain benefit.
    groups : name of a grouping to the group of each unit, for means within groups; "" is no group.

    Raises
    ------
    ScoringError
        With all faults of `find_faults`.

    Examples
    --------
    >>> normalise([[1.2, 3], [1.5, 9], [1.3, 5]], ["pue", "racks"], {"pue": LeafRule(direction="cost")}).scores.round(2)
    array([[100.  ,   0.  ,  66.67],
           [  0.  , 100.  ,  33.33]])
    """
    table = _by_leaf(values)
    faults = _faults(table, leaves, rules or {}, groups or {})
    if faults:
        raise ScoringError(faults)
    bounds: dict[str, Bounds] = {}
    notices: list[Notice] = []
    for code, row in zip(leaves, table, strict=True):
        rule = (rules or {}).get(code, LeafRule())
        notices += _fill(code, row, rule, groups or {})
        if not np.isnan(row).all():
            bounds[code] = _bounds(row, rule)
            notices += _outside(code, row, rule)
            _score(row, rule, bounds[code], output)
    return Normalised(table, bounds, tuple(notices))


def _filled(column: Array, rule: LeafRule, groups: Groups) -> Array:
    missing = np.isnan(column)
    if rule.missing == "mean" and missing.any() and not missing.all():
        if rule.missing_group:
            return _filled_by_group(column, missing, groups.get(rule.missing_group, ()))
        return np.where(missing, column[~missing].mean(), column)
    if rule.missing == "value" and rule.missing_value is not None:
        return np.where(missing, rule.missing_value, column)
    return column


def _filled_by_group(column: Array, missing: NDArray[np.bool_], groups: Sequence[str]) -> Array:
    """What is missing in a group without any value, or without a group, stays so."""
    found = column.copy()
    for group in {groups[int(unit)] for unit in np.flatnonzero(missing)} if groups else ():
        own = np.array([each == group for each in groups])
        if group and (own & ~missing).any():
            found[own & missing] = column[own & ~missing].mean()
    return found


def _fill(code: str, row: Array, rule: LeafRule, groups: Groups) -> Iterator[Notice]:
    missing = np.isnan(row)
    if missing.any() and rule.missing in ("mean", "value"):
        row[:] = _filled(row, rule, groups)
        yield Notice("filled", code, _positions(missing))


def _bounds(column: Array, rule: LeafRule) -> Bounds:
    """Return the bounds given, or the least and the greatest value of the units at hand."""
    low = float(np.nanmin(column)) if rule.low is None else rule.low
    high = float(np.nanmax(column)) if rule.high is None else rule.high
    return low, high


def _target(rule: LeafRule) -> Bounds:
    if rule.target_low is None or rule.target_high is None:
        raise ValueError("a target needs target_low and target_high")
    return rule.target_low, rule.target_high


def _outside(code: str, row: Array, rule: LeafRule) -> Iterator[Notice]:
    low = -np.inf if rule.low is None else rule.low
    high = np.inf if rule.high is None else rule.high
    beyond = (row < low) | (row > high)
    if beyond.any():
        yield Notice("capped" if rule.cap else "outside", code, _positions(beyond))


def _score(row: Array, rule: LeafRule, bounds: Bounds, output: Bounds) -> None:
    """Turn a row of raw values into scores in place."""
    if rule.neutral is not None and np.nanmin(row) == np.nanmax(row) and (rule.low is None or rule.high is None):
        row[~np.isnan(row)] = rule.neutral
        return
    if rule.cap:
        np.clip(row, *bounds, out=row)
    low, high = bounds
    target = _target(rule) if rule.direction == "target" else None
    if rule.transform == "ln":
        np.log(row, out=row)
        low, high = float(np.log(low)), float(np.log(high))
        target = (float(np.log(target[0])), float(np.log(target[1]))) if target else None
    if target:
        row[:] = _nearness(row, low, high, target)
    elif rule.direction == "cost":
        np.subtract(high, row, out=row)
        row /= high - low
    else:
        row -= low
        row /= high - low
    row *= output[1] - output[0]
    if output[0]:
        row += output[0]


def _nearness(row: Array, low: float, high: float, target: Bounds) -> Array:
    """Return 1 inside the target band, falling to 0 at low and at high. Only sides where somebody lies are divided."""
    near = np.where(np.isnan(row), np.nan, 1.0)
    below, above = row < target[0], row > target[1]
    near[below] = (row[below] - low) / (target[0] - low)
    near[above] = (high - row[above]) / (high - target[1])
    return near


def _positions(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(mask).tolist())
