"""Inputs on which AHP software goes silently wrong, hangs or breaks off: here each is right, or refused by name."""

import math

import numpy as np
import pytest

import ahp


def consistent(weights: list[float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The matrix of the ratios of these weights."""
    w = np.array(weights)
    ratios: np.ndarray[tuple[int, int], np.dtype[np.float64]] = w[:, None] / w
    return ratios


@pytest.mark.parametrize("weights", [[8, 4, 2, 1], [0.5, 0.3, 0.2]])
def test_consistent_answers(weights: list[float]) -> None:
    m = ahp.matrix(consistent(weights))
    expected = np.array(weights) / sum(weights)
    assert np.abs(ahp.priorities(m).weights - expected).max() <= 1e-15
    c = ahp.consistency(m)
    assert c.index <= 1e-15
    assert c.ratio is not None and 0 <= c.ratio <= 1e-14


def test_two_items() -> None:
    c = ahp.consistency([[1, 3], [1 / 3, 1]])
    assert (c.ratio, c.testable, c.index, c.random_index) == (None, False, 0.0, 0.0)
    assert ahp.priorities([[1, 3], [1 / 3, 1]]).weights.tolist() == [0.75, 0.25]


def test_one_item() -> None:
    assert ahp.priorities([[1]]).weights.tolist() == [1.0]
    c = ahp.consistency([[1]])
    assert (c.lambda_max, c.index, c.ratio, c.testable) == (1.0, 0.0, None, False)
    assert ahp.priorities([[1]], method="log_least_squares").weights.tolist() == [1.0]


def test_flat_contradiction() -> None:
    c = ahp.consistency([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]])
    assert c.lambda_max == pytest.approx(1 + 9 + 1 / 9, abs=1e-12)
    assert c.ratio is not None and c.ratio > 2.9


def test_a_group_matrix_needs_no_scale() -> None:
    group = ahp.aggregate_judgments([consistent([5, 3, 1]), consistent([1, 2, 7])])
    assert ahp.consistency(group).index <= 1e-15


def test_reciprocals_typed_as_decimals() -> None:
    with pytest.raises(ahp.NotReciprocalError, match=r"1 against 0 is 0\.33;.*0 against 2 is 7"):
        ahp.matrix([[1, 3, 7], [0.33, 1, 2], [0.14, 0.5, 1]])


def test_missing_is_nan() -> None:
    m = ahp.matrix([[1, 2, math.nan], [0.5, 1, 2], [math.nan, 0.5, 1]])
    assert np.abs(ahp.priorities(m).weights * 7 - [4, 2, 1]).max() <= 1e-14
    assert ahp.consistency(m).ratio is None


def test_missing_is_not_zero() -> None:
    with pytest.raises(ahp.NotPositiveError, match=r"0 against 2 is 0\.0; give a positive number"):
        ahp.matrix([[1, 2, 0], [0.5, 1, 2], [0, 0.5, 1]])


def test_not_reciprocal() -> None:
    with pytest.raises(ahp.NotReciprocalError):
        ahp.matrix([[1, 3], [3, 1]])
    with pytest.raises(ahp.MatrixError) as caught:
        ahp.matrix_from_pairs("ab", {("a", "b"): 3, ("b", "a"): 3})
    assert caught.value.pair in {("a", "b"), ("b", "a")}


def test_diagonal_two() -> None:
    with pytest.raises(ahp.DiagonalError):
        ahp.matrix([[2, 3], [1 / 3, 1]])


@pytest.mark.parametrize("bad", [0.0, -3.0, math.inf])
def test_zero_negative_infinite(bad: float) -> None:
    with pytest.raises(ahp.NotPositiveError) as caught:
        ahp.matrix([[1, bad, 2], [1 / bad if bad else 0, 1, 3], [0.5, 1 / 3, 1]], "abc")
    assert caught.value.pair == ("a", "b")
    with pytest.raises(ahp.NotPositiveError):
        ahp.matrix_from_pairs("ab", {("a", "b"): bad})


def test_a_pair_that_is_nan_was_not_answered() -> None:
    assert ahp.matrix_from_pairs("ab", {("a", "b"): math.nan}).missing == 1


def test_consistent_millionfold() -> None:
    expected = np.array([1e6, 1e3, 1]) / (1e6 + 1e3 + 1)
    assert np.abs(ahp.priorities(consistent([1e6, 1e3, 1])).weights / expected - 1).max() <= 1e-14


@pytest.mark.parametrize("n", [3, 4, 5, 8])
def test_circle_of_millionfold_answers(n: int) -> None:
    rows = np.ones((n, n))
    for i in range(n):
        rows[i, (i + 1) % n], rows[(i + 1) % n, i] = 1e6, 1e-6
    found = ahp.priorities(rows)
    assert np.abs(found.weights - 1 / n).max() <= 1e-10
    assert found.lambda_max == pytest.approx(rows.sum() / n, rel=1e-12)


def test_intransitive_millionfold() -> None:
    found = ahp.priorities([[1, 1e6, 1e-2], [1e-6, 1, 1e3], [1e2, 1e-3, 1]])
    root = np.array([(1e6 * 1e-2), (1e-6 * 1e3), (1e2 * 1e-3)]) ** (1 / 3)
    assert np.abs(found.weights - root / root.sum()).max() <= 1e-15


@pytest.mark.parametrize("n", [16, 20, 30])
def test_many_items(n: int) -> None:
    generator = np.random.default_rng(n)
    rows = consistent(np.exp(generator.normal(size=n)).tolist())
    upper = np.triu_indices(n, 1)
    rows[upper] *= np.exp(generator.normal(0, 0.3, len(upper[0])))
    rows.T[upper] = 1 / rows[upper]
    c = ahp.consistency(rows)
    assert c.ratio is not None and 0.01 < c.ratio < 0.05
    for table, last in (("saaty1980", 15), ("common_cn", 11)):
        with pytest.raises(ahp.RandomIndexError, match=f"ends at {last} items, there are {n}; use simulated") as caught:
            ahp.consistency(rows, random_index=table)
        assert (caught.value.table, caught.value.n) == (table, n)


def test_more_items_than_any_table() -> None:
    rows = consistent(list(range(1, 102)))
    assert np.abs(ahp.priorities(rows).weights - np.arange(1, 102) / 5151).max() <= 1e-15
    with pytest.raises(ahp.RandomIndexError, match="split the node"):
        ahp.consistency(rows)


def test_lists_tuples_and_arrays() -> None:
    rows = [[1, 2], [0.5, 1]]
    forms: list[object] = [rows, ((1, 2), (0.5, 1)), np.array(rows), np.array(rows, dtype=object)]
    for form in forms:
        assert ahp.priorities(form).weights.tolist() == pytest.approx([2 / 3, 1 / 3])


def test_disconnected_answers_name_the_groups() -> None:
    m = ahp.matrix_from_pairs("abcde", {("a", "b"): 2, ("c", "d"): 3})
    for function in (ahp.priorities, ahp.consistency, ahp.hints, ahp.diagnostics, ahp.weight_intervals):
        with pytest.raises(ahp.DisconnectedError) as caught:
            function(m)
        assert caught.value.components == (("a", "b"), ("c", "d"), ("e",))
    assert "compare one item of each with another, for instance a with c" in str(caught.value)


def test_a_circle_beside_a_lone_item_is_disconnected_too() -> None:
    m = ahp.matrix_from_pairs("abcd", {("a", "b"): 2, ("b", "c"): 3, ("a", "c"): 5})
    assert m.degrees_of_freedom == 0
    for method in ("eigenvector", "log_least_squares", "harker"):
        with pytest.raises(ahp.DisconnectedError):
            ahp.priorities(m, method=method)


def test_no_answers_at_all() -> None:
    m = ahp.matrix_from_pairs("abc", {})
    with pytest.raises(ahp.DisconnectedError):
        ahp.priorities(m)


def test_numpy_settings_are_left_alone() -> None:
    before = np.get_printoptions(), np.geterr()
    ahp.consistency([[1, 1e20, 1], [1e-20, 1, 1], [1, 1, 1]])
    assert (np.get_printoptions(), np.geterr()) == before
