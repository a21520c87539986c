"""From judgments to a pairwise comparison matrix that has been checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ahp._cells import Array, Mask, check_cells, number, plainly_complete, soundly_incomplete, square
from ahp._errors import DiagonalError, Label, LabelError, MatrixError


@dataclass(frozen=True, eq=False, init=False)
class Matrix:
    """A pairwise comparison matrix that has been checked.

    Attributes
    ----------
    values : ndarray
        Read-only, n x n. ``values[i, j]`` says how many times item i outweighs item j; nan = not answered.
    labels : tuple
        One name per item: 0, 1, 2, … where none were given.
    missing : int
        How many of the n(n-1)/2 pairs have no answer.
    """

    values: Array
    labels: tuple[Label, ...]
    missing: int
    _plain: bool = field(repr=False)

    def __init__(self, values: Array, labels: tuple[Label, ...], missing: int, *, plain: bool = False) -> None:
        # One update costs half of what a frozen class pays for setting each field. What others compute from a matrix
        # (its principal vector, its completion) they keep in the same place.
        self.__dict__.update(values=values, labels=labels, missing=missing, _plain=plain)

    @property
    def n(self) -> int:
        """The number of items."""
        return len(self.labels)

    @property
    def answered(self) -> Mask:
        """Where a judgment stands, both directions; the diagonal is False."""
        return ~np.isnan(self.values) & ~np.eye(self.n, dtype=bool)

    @property
    def degrees_of_freedom(self) -> int:
        """Independent circles among the answers: answers - items + 1; 0 = nothing to test."""
        n = len(self.labels)
        return (n - 1) * (n - 2) // 2 - self.missing

    @property
    def transposed(self) -> "Matrix":
        """The same judgments asked the other way round."""
        return freeze(self.values.T.copy(), self.labels, self.missing)

    def pairs(self) -> Iterator[tuple[Label, Label, float]]:
        """Every answered pair once, with its judgment, row by row."""
        for i, j in answered_pairs(self):
            yield self.labels[i], self.labels[j], float(self.values[i, j])

    def with_judgment(self, a: Label, b: Label, value: float | None) -> "Matrix":
        """A copy in which a against b is `value`; None takes the judgment back."""
        i, j = self.index(a), self.index(b)
        if i == j:
            raise DiagonalError(f"{a} is compared with itself", [(a, b)])
        values = self.values.copy()
        values[i, j] = np.nan if value is None else value
        values[j, i] = 1 / values[i, j] if values[i, j] else np.inf
        return matrix(values, self.labels)

    def index(self, label: Label) -> int:
        """The position of an item."""
        try:
            return self.labels.index(label)
        except ValueError:
            raise LabelError(f"there is no item {label!r}", label) from None


def matrix(rows: Any, labels: Sequence[Label] | None = None) -> Matrix:
    """Check a table of judgments and freeze it.

    Parameters
    ----------
    rows : Matrix, array_like
        n rows of n numbers, ``rows[i][j] * rows[j][i] == 1`` to 1e-9 relative, 1 on the diagonal.
        None or nan, in both directions, is a pair that was not answered.
    labels : sequence of hashable, optional
        Names of the items; 0, 1, 2, … when left out. Errors name the pair by them.

    Returns
    -------
    Matrix

    Raises
    ------
    ShapeError, NotPositiveError, DiagonalError, NotReciprocalError
        ``.pair`` is the first pair at fault, ``.pairs`` are all of them.
    LabelError
        Labels repeat or are too few or too many.

    Notes
    -----
    Reciprocal axiom: a_ij = 1/a_ji. T. L. Saaty (1977), A scaling method for priorities in hierarchical
    structures, Journal of Mathematical Psychology 15, 234-281.

    Examples
    --------
    >>> import ahp
    >>> m = ahp.matrix([[1, 3, 5], [1/3, 1, None], [1/5, None, 1]], ["cost", "quality", "risk"])
    >>> m.missing, m.degrees_of_freedom
    (1, 0)
    >>> ahp.matrix([[1, 3], [.333, 1]])
    Traceback (most recent call last):
    ...
    ahp._errors.NotReciprocalError: 0 against 1 is 3.0 but 1 against 0 is 0.333; each must be 1 ...
    """
    if type(rows) is Matrix and labels is None:
        return rows
    values = square(rows.values if type(rows) is Matrix else rows)
    names = _numbered(len(values)) if labels is None else _unique(labels, len(values))
    if plainly_complete(values):
        return freeze(values, names, 0, plain=True)
    gaps = np.isnan(values)
    unanswered = int(np.count_nonzero(gaps))
    if not unanswered or not soundly_incomplete(values, gaps):
        check_cells(values, names)
    return freeze(values, names, unanswered // 2)


def matrix_from_pairs(labels: Sequence[Label], judgments: Mapping[Any, float | None]) -> Matrix:
    """Build a matrix from judgments of pairs; a pair that is absent was not answered.

    Parameters
    ----------
    labels : sequence of hashable
        The items, in order.
    judgments : mapping
        ``{("a", "b"): 3}``: a outweighs b three times. One direction only; None = not answered.

    Returns
    -------
    Matrix

    Raises
    ------
    LabelError
        A pair names an item that is not among the labels.
    MatrixError
        A pair comes twice, in either direction, even with the same answer; ``.pair`` names it.
    NotPositiveError, DiagonalError, ShapeError
        As for `matrix`.

    Examples
    --------
    >>> import ahp
    >>> m = ahp.matrix_from_pairs(["a", "b", "c"], {("a", "b"): 3, ("c", "a"): 2})
    >>> m.values[0].tolist()
    [1.0, 3.0, 0.5]
    """
    names = _unique(labels, len(labels))
    position = {label: i for i, label in enumerate(names)}
    _check_pairs(judgments, position)
    values = np.full((len(names), len(names)), np.nan)
    np.fill_diagonal(values, 1.0)
    for (a, b), ratio in judgments.items():
        i, j = position[a], position[b]
        values[i, j] = number(ratio, (a, b))
        values[j, i] = 1 / values[i, j] if values[i, j] else np.inf
    return matrix(values, names)


def answered_pairs(m: Matrix) -> list[tuple[int, int]]:
    """The positions (i < j) of all answered pairs, row by row."""
    rows, columns = np.nonzero(np.triu(m.answered))
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def frozen_array(values: npt.ArrayLike) -> Array:
    """A read-only array of doubles."""
    array = np.asarray(values, dtype=float)
    array.setflags(write=False)
    return array


def freeze(values: Array, labels: tuple[Label, ...], missing: int, *, plain: bool = False) -> Matrix:
    """Make a matrix of values known to be sound; `plain`: complete and without extreme ratios."""
    values.setflags(write=False)
    return Matrix(values, labels, missing, plain=plain)


@cache
def _numbered(n: int) -> tuple[Label, ...]:
    return tuple(range(n))


def _unique(labels: Sequence[Label], n: int) -> tuple[Label, ...]:
    names = tuple(labels)
    if len(names) != n:
        raise LabelError(f"there are {n} items but {len(names)} labels; give one label per item")
    seen: set[Label] = set()
    for name in names:
        if name in seen:
            raise LabelError(f"the label {name!r} comes twice; name every item once", name)
        seen.add(name)
    return names


def _check_pairs(judgments: Mapping[Any, float | None], position: Mapping[Label, int]) -> None:
    for a, b in judgments:
        for label in (a, b):
            if label not in position:
                raise LabelError(f"the pair ({a}, {b}) names {label!r}, which is not among the labels", label)
        if a == b:
            raise DiagonalError(f"{a} is compared with itself; leave this pair out", [(a, b)])
        if (b, a) in judgments:
            raise MatrixError(f"{a} with {b} comes twice, once in each direction; give one of the two", [(a, b)])
