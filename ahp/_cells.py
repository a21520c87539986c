"""What may stand in a table of judgments."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ahp._errors import (
    DiagonalError,
    Label,
    MatrixError,
    NotPositiveError,
    NotReciprocalError,
    Pair,
    ShapeError,
)

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

RECIPROCAL_TOLERANCE = 1e-9  # relative: 1/3 as a double passes, a typed .333 does not
LARGEST_RATIO = 1e30  # beyond it products of judgments leave the range of a double
PLAIN_RATIO = 1e7  # up to it the 32nd power of a matrix is made of doubles
_NAMED_AT_MOST = 5
_ONE = np.array(1.0)  # an array, because numpy is quicker with it than with a number


def square(rows: Any) -> Array:
    """A square table of doubles, nan for None."""
    try:
        table = np.array(rows)
    except ValueError:
        raise ShapeError("the rows are not equally long; give n rows of n numbers") from None
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not table.size:
        shape = " x ".join(map(str, table.shape)) or "a single value"
        raise ShapeError(f"the table is {shape}; give n rows of n numbers, n at least 1")
    if table.dtype == np.float64:
        return table
    return table.astype(float) if table.dtype.kind in "iuf" else _numbers(table)


def _numbers(table: npt.NDArray[Any]) -> Array:
    values = np.empty(table.shape)
    for (i, j), cell in np.ndenumerate(table):
        values[i, j] = number(cell, (i, j))
    return values


def number(cell: object, pair: Pair) -> float:
    """A cell as a double, nan for None; text and truth values are refused."""
    if cell is None:
        return float("nan")
    if isinstance(cell, bool | np.bool_ | str | bytes) or not hasattr(cell, "__float__"):
        raise ShapeError(
            f"{pair[0]} against {pair[1]} is {cell!r}, which is not a number; give a number or None", [pair]
        )
    return float(cell)


def plainly_complete(values: Array) -> bool:
    """Answered in full, positive, reciprocal and not extreme, told in few operations; False means: look closer."""
    if not values.item(values.argmax()) <= PLAIN_RATIO:  # or not answered: nan is the largest
        return False
    gaps = values * values.T
    gaps -= _ONE
    flat = gaps.ravel()
    return bool(flat.dot(flat) <= RECIPROCAL_TOLERANCE**2) and values.item(values.argmin()) > 0


def soundly_incomplete(values: Array, gaps: Mask) -> bool:
    """The same for a table with gaps, told from the one in which they are filled with 1."""
    packed = gaps.tobytes()  # bytes are compared in a fraction of what array operations take
    symmetric = packed == gaps.T.tobytes() and 1 not in packed[:: len(values) + 1]
    return symmetric and plainly_complete(np.where(gaps, 1.0, values))


def check_cells(values: Array, labels: tuple[Label, ...]) -> None:
    """Refuse what is not positive, not 1 on the diagonal, or not reciprocal, naming all pairs at fault."""
    off_diagonal = ~np.eye(len(values), dtype=bool)
    with np.errstate(all="ignore"):
        plausible = np.isnan(values) | ((values >= 1 / LARGEST_RATIO) & (values <= LARGEST_RATIO))
        one_sided = np.isnan(values) != np.isnan(values.T)
        contradicting = np.abs(values * values.T - 1) > RECIPROCAL_TOLERANCE
        off_one = np.isnan(values) | (np.abs(values - 1) > RECIPROCAL_TOLERANCE)
    way_out = f"give a positive number up to {LARGEST_RATIO:g}, or None where there is no answer"
    _refuse(NotPositiveError, values, labels, ~plausible, f"is {{0!r}}; {way_out}")
    _refuse(DiagonalError, values, labels, np.diag(np.diag(off_one)), "is {0!r}; an item against itself is 1")
    _refuse(
        NotReciprocalError,
        values,
        labels,
        np.triu(off_diagonal & (one_sided | contradicting)),
        "is {0!r} but {b} against {a} is {1!r}; each must be 1 divided by the other, to 1e-9 (1/3, not .333)",
    )


def _refuse(error: type[MatrixError], values: Array, labels: tuple[Label, ...], faulty: Mask, text: str) -> None:
    places = np.argwhere(faulty).tolist()
    if not places:
        return
    told = [
        f"{labels[i]} against {labels[j]} "
        + text.format(float(values[i, j]), float(values[j, i]), a=labels[i], b=labels[j])
        for i, j in places[:_NAMED_AT_MOST]
    ]
    more = [f"and {len(places) - _NAMED_AT_MOST} more"] if len(places) > _NAMED_AT_MOST else []
    raise error("; ".join(told + more), [(labels[i], labels[j]) for i, j in places])
