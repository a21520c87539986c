"""What judgments add to the group's geometric mean, in parts that merge in any order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ahp._aggregation import checked_expert_weights
from ahp._cells import LARGEST_RATIO, Array
from ahp._errors import Label, PanelError

_DEPTH = 256  # 9**256 and 9**-256 are still doubles
_SIDE_BY_SIDE = 4  # long rows keep the processor busy
_ROWS = _DEPTH * _SIDE_BY_SIDE
_FEW = 16  # experts whose logarithms are quicker taken one by one
_SAFE_PRODUCT = 1e280
_BLOCK = 16 * _ROWS

Place = Callable[[int], tuple[Label, str]]


@dataclass(frozen=True, eq=False)
class JudgmentSums:
    """Sums over experts, one number per question; add two with ``+``.

    Attributes
    ----------
    log_sums : ndarray
        Sum of expert weight times ln judgment.
    counted : ndarray
        Sum of the weights of the experts who answered.
    answers : ndarray
        How many experts answered, counted or not.
    experts : int
        How many experts there are.
    """

    log_sums: Array
    counted: npt.NDArray[Any]
    answers: npt.NDArray[np.int64]
    experts: int

    def __add__(self, other: "JudgmentSums") -> "JudgmentSums":
        if self.log_sums.shape != other.log_sums.shape:
            raise PanelError(f"{self.log_sums.size} questions cannot be added to {other.log_sums.size}")
        return JudgmentSums(
            self.log_sums + other.log_sums,
            self.counted + other.counted,
            self.answers + other.answers,
            self.experts + other.experts,
        )

    @property
    def ratios(self) -> Array:
        """The group's judgments; nan where nobody who counts answered."""
        means = np.full_like(self.log_sums, np.nan)
        np.divide(self.log_sums, self.counted, out=means, where=self.counted > 0)
        return np.exp(means)


def judgment_sums(judgments: Any, *, expert_weights: Any = None) -> JudgmentSums:
    """What a slice of a panel adds to the group's judgments.

    Parameters
    ----------
    judgments : array_like
        Experts x questions; nan = not answered.
    expert_weights : sequence of float, optional
        One number per expert of the slice, 0 = recorded but not counted; 1 where left out. Not scaled, so that
        slices of one panel can be merged.

    Returns
    -------
    JudgmentSums
        Add those of all slices, in any order; ``.ratios`` is then the geometric mean of each question.

    Raises
    ------
    PanelError
        A judgment is not a positive number; ``.expert`` is its row.

    Notes
    -----
    The logarithm is taken of products of up to 256 judgments, not of each: as exact, and as fast as memory is read.

    Examples
    --------
    >>> import ahp
    >>> sums = ahp.judgment_sums([[2, 3], [8, float("nan")]]) + ahp.judgment_sums([[4, 3]])
    >>> sums.ratios.round(12).tolist(), sums.answers.tolist()
    ([4.0, 3.0], [3, 2])
    """
    table: Array = np.asarray(judgments, dtype=float)
    if table.ndim != 2:
        raise PanelError(f"the judgments have shape {table.shape}; give one row per expert")
    weights = checked_expert_weights(expert_weights, len(table))
    total = no_sums(table.shape[1])
    for start in range(0, len(table), _BLOCK):
        rows = slice(start, start + _BLOCK)
        total += sums_of_block(table[rows], None if weights is None else weights[rows], start, _question)[0]
    return total


def no_sums(questions: int) -> JudgmentSums:
    """The sums over nobody."""
    return JudgmentSums(np.zeros(questions), np.zeros(questions), np.zeros(questions, dtype=np.int64), 0)


def sums_of_block(block: Array, weights: Array | None, first: int, place: Place) -> tuple[JudgmentSums, bool]:
    """The sums over a block of experts, and whether they answered everything.

    `weights` is per expert, or per expert and question.
    """
    if weights is None:
        total = _sums_of_products(block)
        if total is not None:
            return total, True
    refuse_implausible(block, first, place)
    logs = np.log(block)
    answered = ~np.isnan(logs)
    shares = np.ones((len(block), 1)) if weights is None else weights.reshape(len(block), -1)
    log_sums = (shares * np.where(answered, logs, 0.0)).sum(axis=0)
    sums = JudgmentSums(log_sums, (shares * answered).sum(axis=0), answered.sum(axis=0), len(block))
    return sums, bool(answered.all())


def _sums_of_products(block: Array) -> JudgmentSums | None:
    """The quick way for plain complete judgments; None where it cannot be taken."""
    if 0 < len(block) <= _FEW:
        plausible = block.item(block.argmin()) > 1 / LARGEST_RATIO and block.item(block.argmax()) < LARGEST_RATIO
        return _plain_sums(np.add.reduce(np.log(block)), len(block)) if plausible else None
    logs: Array | None = None
    with np.errstate(all="ignore"):
        for start in range(0, len(block), _ROWS):
            products = _products(block[start : start + _ROWS])
            if products is None:
                return None
            part = np.add.reduce(np.log(products))
            logs = part if logs is None else logs + part
    return None if logs is None else _plain_sums(logs, len(block))


def _plain_sums(logs: Array, experts: int) -> JudgmentSums:
    answers = np.full(len(logs), experts)
    return JudgmentSums(logs, answers, answers, experts)


def _products(rows: Array) -> Array | None:
    """Products of at most `_DEPTH` rows each, one or a few; None where a judgment or a product is unsafe."""
    if not rows.size or not np.minimum.reduce(rows, axis=None) > 1 / LARGEST_RATIO:
        return None
    experts, questions = rows.shape
    if experts <= _DEPTH:
        products = np.multiply.reduce(rows, axis=0, keepdims=True)
    elif experts == _ROWS and rows.flags.c_contiguous:
        rows = rows.reshape(_DEPTH, -1)
        products = np.multiply.reduce(rows, axis=0).reshape(_SIDE_BY_SIDE, questions)
    else:
        products = np.array([np.multiply.reduce(rows[i : i + _DEPTH], axis=0) for i in range(0, experts, _DEPTH)])
    safe = products.item(products.argmax()) < _SAFE_PRODUCT and products.item(products.argmin()) > 1 / _SAFE_PRODUCT
    return products if safe else None


def refuse_implausible(block: Array, first: int, place: Place) -> None:
    """Refuse what is neither a plausible ratio nor missing, naming expert and pair."""
    with np.errstate(invalid="ignore"):
        faulty = ~(np.isnan(block) | ((block >= 1 / LARGEST_RATIO) & (block <= LARGEST_RATIO)))
    for row, column in np.argwhere(faulty)[:1].tolist():
        node, pair = place(column)
        count = int(faulty.sum())
        more = f" (and {count - 1} more in this block)" if count > 1 else ""
        raise PanelError(
            f"expert {first + row}: {pair} is {float(block[row, column])}; give a positive number up to "
            f"{LARGEST_RATIO:g}, or nan where there is no answer{more}",
            node,
            first + row,
        )


def _question(column: int) -> tuple[Label, str]:
    return None, f"question {column}"
