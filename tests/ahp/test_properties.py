"""What must hold for every matrix."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp._batch import principal_batch

METHODS = ["eigenvector", "log_least_squares", "harker"]
settings.register_profile("ahp", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("ahp")


def from_logs(logs: list[float], n: int) -> np.ndarray[Any, Any]:
    """The reciprocal matrix with these logs above the diagonal."""
    values = np.ones((n, n))
    values[np.triu_indices(n, 1)] = np.exp(logs)
    values.T[np.triu_indices(n, 1)] = 1 / values[np.triu_indices(n, 1)]
    return values


@st.composite
def matrices(draw: st.DrawFn, largest: int = 9, reach: float = 2.2, missing: bool = False) -> ahp.Matrix:
    """Positive reciprocal matrices; where answers are missing the others still link all items."""
    n = draw(st.integers(1, largest))
    pairs = n * (n - 1) // 2
    values = from_logs(draw(st.lists(st.floats(-reach, reach), min_size=pairs, max_size=pairs)), n)
    if missing:
        for i, j in itertools.combinations(range(n), 2):
            if j - i > 1 and draw(st.booleans()):
                values[i, j] = values[j, i] = np.nan
    return ahp.matrix(values, [f"item{i}" for i in range(n)])


@given(matrices(missing=True), st.sampled_from(METHODS))
def test_weights_are_positive_and_sum_to_one(m: ahp.Matrix, method: str) -> None:
    weights = ahp.priorities(m, method=method).weights
    assert (weights > 0).all()
    assert weights.sum() == pytest.approx(1, abs=1e-14)


@given(matrices(missing=True), st.randoms(use_true_random=False), st.sampled_from(METHODS))
def test_items_may_come_in_any_order(m: ahp.Matrix, random: Any, method: str) -> None:
    order = list(range(m.n))
    random.shuffle(order)
    shuffled = ahp.matrix(m.values[np.ix_(order, order)])
    expected = ahp.priorities(m, method=method).weights[order]
    assert np.abs(ahp.priorities(shuffled, method=method).weights - expected).max() <= 1e-12
    assert ahp.consistency(shuffled).index == pytest.approx(ahp.consistency(m).index, abs=1e-12)


@given(matrices(missing=True))
def test_asking_the_other_way_round_turns_log_least_squares_over(m: ahp.Matrix) -> None:
    weights = 1 / ahp.priorities(m.transposed, method="log_least_squares").weights
    expected = ahp.priorities(m, method="log_least_squares").weights
    assert np.abs(weights / weights.sum() - expected).max() <= 1e-13


@given(st.lists(st.floats(-7, 7), min_size=1, max_size=30), st.sampled_from(METHODS))
def test_consistent_answers_give_exact_weights(logs: list[float], method: str) -> None:
    weights = np.exp(logs) / np.exp(logs).sum()
    m = ahp.matrix(weights[:, None] / weights)
    assert np.abs(ahp.priorities(m, method=method).weights / weights - 1).max() <= 1e-13
    assert ahp.consistency(m).index <= 1e-14 * max(1, len(logs))


@given(matrices(missing=True), st.lists(st.floats(-3, 3), min_size=9, max_size=9), st.sampled_from(METHODS))
def test_scaling_items_scales_weights(m: ahp.Matrix, logs: list[float], method: str) -> None:
    factors = np.exp(logs[: m.n])
    scaled = ahp.matrix(m.values * factors[:, None] / factors)
    expected = ahp.priorities(m, method=method).weights * factors
    assert np.abs(ahp.priorities(scaled, method=method).weights - expected / expected.sum()).max() <= 1e-11
    assert ahp.consistency(scaled).index == pytest.approx(ahp.consistency(m).index, abs=1e-11)


@given(matrices(largest=8, reach=69.0))
def test_any_ratio_ends_with_a_certificate(m: ahp.Matrix) -> None:
    found = ahp.priorities(m)
    low, high = found.bracket
    assert low <= found.lambda_max <= high
    assert high - low <= 1e-8 * high
    assert found.lambda_max >= m.n * (1 - 1e-12)


@given(matrices(missing=True, largest=7, reach=23.0))
def test_any_completion_has_no_larger_eigenvalue_than_its_neighbours(m: ahp.Matrix) -> None:
    best = ahp.priorities(m)
    for i, j in np.argwhere(np.isnan(m.values) & np.triu(np.ones((m.n, m.n), dtype=bool)))[:3].tolist():
        for factor in (0.9, 1.1):
            moved = best.completed.with_judgment(m.labels[i], m.labels[j], best.completed.values[i, j] * factor)
            assert ahp.priorities(moved).lambda_max >= best.lambda_max * (1 - 1e-12)


@given(matrices(largest=8), st.integers(2, 40))
def test_batch_equals_single(m: ahp.Matrix, copies: int) -> None:
    upper = m.values[np.triu_indices(m.n, 1)]
    if m.n == 1:
        return
    ratios = np.array([upper ** (k / copies) for k in range(1, copies + 1)]).T.copy()
    weights, values = principal_batch(ratios, m.n)
    for k in range(copies):
        single = ahp.priorities(from_logs(np.log(ratios[:, k]).tolist(), m.n))
        assert np.abs(weights[:, k] - single.weights).max() <= 1e-12
        assert abs(values[k] - single.lambda_max) <= 1e-12 * values[k]


@given(st.lists(matrices(largest=5, missing=True).filter(lambda m: m.n == 5), min_size=1, max_size=4))
def test_a_group_is_reciprocal_and_unanimous(ms: list[ahp.Matrix]) -> None:
    group = ahp.aggregate_judgments(ms)
    products = (group.values * group.values.T)[~np.isnan(group.values)]
    assert np.abs(products - 1).max() <= 1e-15
    alike = ahp.aggregate_judgments([ms[0]] * 3, expert_weights=[1, 2, 5])
    assert np.nanmax(np.abs(alike.values / ms[0].values - 1)) <= 1e-14


@given(matrices(largest=6))
def test_both_routes_to_the_group_agree_for_log_least_squares(m: ahp.Matrix) -> None:
    experts = [m, m.transposed, ahp.matrix(np.sqrt(m.values), m.labels)]
    by_judgments = ahp.priorities(ahp.aggregate_judgments(experts), method="log_least_squares").weights
    by_priorities = ahp.aggregate_priorities([ahp.priorities(x, method="log_least_squares") for x in experts])
    assert np.abs(by_judgments - by_priorities).max() <= 1e-13


@given(matrices(largest=7, missing=True))
def test_hints_only_name_changes_that_help(m: ahp.Matrix) -> None:
    for hint in ahp.hints(m):
        assert hint.answer >= 1 - 1e-12
        assert hint.circle is not None or hint.suggestion >= 1
        assert (hint.ratio_after or 0.0) < (hint.ratio_before or 0.0)


@given(st.integers(1, 14), st.integers(0, 5))
def test_every_question_comes_once_and_precision_grows(n: int, seed: int) -> None:
    order = ahp.question_order(n, seed=seed)
    assert sorted(tuple(sorted(pair)) for pair in order.pairs) == list(itertools.combinations(range(n), 2))
    assert all(a >= b - 1e-12 for a, b in itertools.pairwise(order.precision))
    assert order.precision[-1] == pytest.approx(1)
