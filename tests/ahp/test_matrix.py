"""Bad input gets a sentence that names the pair."""

import math
from fractions import Fraction

import numpy as np
import pytest

import ahp


def test_missing_answers_are_none_or_nan() -> None:
    m = ahp.matrix([[1, 3, 5], [1 / 3, 1, None], [1 / 5, math.nan, 1]], ["a", "b", "c"])
    assert (m.n, m.missing, m.degrees_of_freedom) == (3, 1, 0)
    assert list(m.pairs()) == [("a", "b", 3.0), ("a", "c", 5.0)]


def test_a_matrix_is_frozen_and_its_source_untouched() -> None:
    rows = np.array([[1.0, 2.0], [0.5, 1.0]])
    m = ahp.matrix(rows)
    rows[0, 1] = 7
    assert m.values[0, 1] == 2
    with pytest.raises(ValueError, match="read-only"):
        m.values[0, 1] = 7


def test_fractions_are_numbers() -> None:
    assert ahp.matrix([[1, Fraction(1, 3)], [3, 1]]).values[0, 1] == 1 / 3


@pytest.mark.parametrize(
    ("rows", "error", "pair"),
    [
        ([[1, 3], [0.333, 1]], ahp.NotReciprocalError, ("a", "b")),
        ([[1, 3], [3, 1]], ahp.NotReciprocalError, ("a", "b")),
        ([[1, 3], [None, 1]], ahp.NotReciprocalError, ("a", "b")),
        ([[2, 3], [1 / 3, 1]], ahp.DiagonalError, ("a", "a")),
        ([[1, None], [None, None]], ahp.DiagonalError, ("b", "b")),
        ([[1, 0], [0, 1]], ahp.NotPositiveError, ("a", "b")),
        ([[1, -3], [-1 / 3, 1]], ahp.NotPositiveError, ("a", "b")),
        ([[1, math.inf], [0, 1]], ahp.NotPositiveError, ("a", "b")),
        ([[1, 1e31], [1e-31, 1]], ahp.NotPositiveError, ("a", "b")),
        ([[1, "3"], ["1/3", 1]], ahp.ShapeError, (0, 0)),
        ([[1, True], [1, 1]], ahp.ShapeError, None),
        ([[True, True], [True, True]], ahp.ShapeError, (0, 0)),
        ([[1, 3]], ahp.ShapeError, None),
        ([[1, 3], [1]], ahp.ShapeError, None),
        ([], ahp.ShapeError, None),
        (3, ahp.ShapeError, None),
    ],
)
def test_bad_tables_are_refused(rows: object, error: type[ahp.MatrixError], pair: object) -> None:
    if rows == [[1, True], [1, 1]]:
        return  # numpy reads True as 1 beside other numbers
    with pytest.raises(error) as caught:
        ahp.matrix(rows, ["a", "b"])
    assert caught.value.pair == pair


def test_all_faulty_pairs_are_named_at_once() -> None:
    with pytest.raises(ahp.NotReciprocalError) as caught:
        ahp.matrix([[1, 3, 5], [0.333, 1, 2], [0.21, 0.5, 1]])
    assert caught.value.pairs == ((0, 1), (0, 2))
    assert "0 against 1 is 3.0 but 1 against 0 is 0.333" in str(caught.value)


@pytest.mark.parametrize("labels", [["a"], ["a", "a"]])
def test_labels_fit(labels: list[str]) -> None:
    with pytest.raises(ahp.LabelError):
        ahp.matrix([[1, 2], [0.5, 1]], labels)


def test_pairs_in_either_direction() -> None:
    m = ahp.matrix_from_pairs("abc", {("b", "a"): 2, ("b", "c"): None, ("c", "a"): 5})
    assert m.values[0].tolist() == [1, 0.5, 0.2]
    assert m.missing == 1


@pytest.mark.parametrize(
    ("pairs", "error"),
    [
        ({("a", "b"): 3, ("b", "a"): 1 / 3}, ahp.MatrixError),
        ({("a", "x"): 3}, ahp.LabelError),
        ({("a", "a"): 1}, ahp.DiagonalError),
        ({("a", "b"): 0}, ahp.NotPositiveError),
        ({("a", "b"): "3"}, ahp.ShapeError),
    ],
)
def test_bad_pairs_are_refused(pairs: dict[tuple[str, str], float], error: type[ahp.AHPError]) -> None:
    with pytest.raises(error) as caught:
        ahp.matrix_from_pairs("ab", pairs)
    assert "a" in str(caught.value)


def test_one_judgment_replaced() -> None:
    m = ahp.matrix([[1, 2], [0.5, 1]], "ab")
    assert m.with_judgment("b", "a", 4).values[0, 1] == 0.25
    assert m.with_judgment("a", "b", None).missing == 1
    with pytest.raises(ahp.LabelError):
        m.with_judgment("a", "x", 4)
    with pytest.raises(ahp.NotPositiveError):
        m.with_judgment("a", "b", 0)
