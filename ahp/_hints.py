"""Which answers an expert might want to look at again."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ahp._circles import Triple, circle_through
from ahp._consistency import consistency
from ahp._diagnostics import Diagnostics, diagnostics
from ahp._errors import Label
from ahp._matrix import Matrix, answered_pairs, matrix
from ahp._random_index import DEFAULT_TABLE

SCALE_TOP = 9
_CONSISTENT = 1e-9


@dataclass(frozen=True)
class Hint:
    """One answer that stands apart. Never to be applied by itself: the expert decides.

    Attributes
    ----------
    pair : pair
        ``(a, b)``, written so that the answer is at least 1.
    answer : float
        How many times a outweighs b, as answered.
    implied : float
        The ratio that follows from all other answers.
    suggestion : float
        The step of the scale 1/9 … 9 nearest to it that keeps the expert's direction, at most "equal"; it turns the
        direction only where `circle` shows what speaks against it.
    circle : triple or None
        ``(a, b, c)``: a over b, b over c, c over a.
    ratio_before, ratio_after : float or None
        The consistency ratio now, and with the suggestion in place of the answer.
    studentised : float
        How far the answer is off, in units of the expert's own error.
    decisive : bool
        False where all answers of a circle stand out alike, so that none can be singled out.
    """

    pair: tuple[Label, Label]
    answer: float
    implied: float
    suggestion: float
    circle: Triple | None
    ratio_before: float | None
    ratio_after: float | None
    studentised: float
    decisive: bool


def hints(rows: Any, *, limit: int = 3, random_index: str = DEFAULT_TABLE) -> tuple[Hint, ...]:
    """The answers that contradict the others most, the worst first.

    Parameters
    ----------
    rows : Matrix or array_like
        A matrix, or what `matrix` makes one from; answers may be missing.
    limit : int, default 3
        How many at most.
    random_index : str
        The table of the consistency ratios, see `consistency`.

    Returns
    -------
    tuple of Hint
        Empty where nothing contradicts anything, and where no change of one answer would help.

    Raises
    ------
    DisconnectedError

    Notes
    -----
    Ranked by the studentised residual of log least squares, t = e / (s sqrt(1 - h)); it ranks like the eigenvalue with
    the answer left out, and found a single inverted answer first in 97 to 100 of 100 simulated matrices. An answer
    that alone links two groups (h = 1) is never suggested.

    Examples
    --------
    >>> import ahp
    >>> rows = [[1, 2, 4, 8], [1/2, 1, 2, 4], [1/4, 1/2, 1, 1/2], [1/8, 1/4, 2, 1]]
    >>> hint = ahp.hints(ahp.matrix(rows, ["a", "b", "c", "d"]), limit=1)[0]
    >>> hint.pair, hint.answer, round(hint.implied, 2), hint.suggestion, round(hint.ratio_after, 3)
    (('d', 'c'), 2.0, 0.5, 1.0, 0.023)
    """
    m = matrix(rows)
    found = diagnostics(m)
    if not m.degrees_of_freedom or found.error <= _CONSISTENT:
        return ()
    candidates = (_hint(m, found, i, j, random_index) for i, j in _ranked(m, found))
    chosen: list[Hint] = []
    for hint in candidates:
        if len(chosen) >= limit:
            break
        if hint and (hint.ratio_after or 0.0) < (hint.ratio_before or 0.0):
            chosen.append(hint)
    return tuple(chosen)


def _ranked(m: Matrix, found: Diagnostics) -> list[tuple[int, int]]:
    pairs = [(i, j) for i, j in answered_pairs(m) if np.isfinite(found.studentised[i, j])]
    return sorted(pairs, key=lambda pair: -abs(found.studentised[pair]))


def _hint(m: Matrix, found: Diagnostics, i: int, j: int, table: str) -> Hint | None:
    if m.values[i, j] < 1:
        i, j = j, i
    implied = float(found.implied[i, j])
    circle = circle_through(m, i, j)
    suggestion = _on_scale(implied if circle else max(1.0, implied))
    answer = float(m.values[i, j])
    if abs(suggestion / answer - 1) < _CONSISTENT:
        return None
    changed = m.with_judgment(m.labels[i], m.labels[j], suggestion)
    return Hint(
        (m.labels[i], m.labels[j]),
        answer,
        implied,
        suggestion,
        circle,
        consistency(m, random_index=table).ratio,
        consistency(changed, random_index=table).ratio,
        float(found.studentised[i, j]),
        m.degrees_of_freedom > 1,
    )


def _on_scale(ratio: float) -> float:
    """The nearest step of the scale, by ratio."""
    steps = [1 / k for k in range(SCALE_TOP, 1, -1)] + [float(k) for k in range(1, SCALE_TOP + 1)]
    return min(steps, key=lambda step: abs(np.log(step / ratio)))
