"""Intervals, bootstrap, careless answers, question order."""

import numpy as np
import pytest

import ahp
from ahp._cells import Array
from benchmarks.workloads import on_scale, table


def experts(count: int, n: int, error: float, seed: int) -> tuple[Array, Array]:
    """One truth, and the judgments of experts who err."""
    generator = np.random.default_rng(seed)
    logs = generator.uniform(0, np.log(9), n)
    first, second = np.triu_indices(n, 1)
    said = logs[first] - logs[second] + generator.normal(0, error, (count, len(first)))
    truth = np.exp(logs) / np.exp(logs).sum()
    return truth, said


def test_intervals_of_one_expert_hold_as_often_as_they_say() -> None:
    held = []
    for seed in range(300):
        truth, said = experts(1, 7, 0.4, seed)
        found = ahp.weight_intervals(table(np.exp(said[0]), 7))
        assert found is not None
        held.append((found.low <= truth) & (truth <= found.high))
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_intervals_of_a_group_hold_as_often_as_they_say() -> None:
    held = []
    for seed in range(300):
        generator = np.random.default_rng(seed)
        truth = generator.dirichlet([3] * 5)
        logs = np.log(truth) + generator.normal(0, 0.4, (6, 5))
        found = ahp.group_intervals(np.exp(logs))
        held.append((found.low <= truth) & (truth <= found.high))
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_nothing_to_test_needs_an_error_from_elsewhere() -> None:
    rows = [[1, 3], [1 / 3, 1]]
    assert ahp.weight_intervals(rows) is None
    error, degrees = ahp.pooled_error([rows, [[1, 2, 8], [1 / 2, 1, 2], [1 / 8, 1 / 2, 1]]])
    found = ahp.weight_intervals(rows, pooled_error=error, pooled_degrees=degrees)
    assert found is not None and found.low[0] < 0.75 < found.high[0]
    assert np.isnan(ahp.pooled_error([rows])[0])


def test_a_group_of_one_has_no_interval() -> None:
    with pytest.raises(ahp.WeightError):
        ahp.group_intervals([[0.5, 0.5]])
    with pytest.raises(ahp.WeightError):
        ahp.group_intervals([[0.5, 0.5], [0.4, 0.6]], expert_weights=[1, 0])
    with pytest.raises(ahp.OptionError):
        ahp.group_intervals([[0.5, 0.5], [0.4, 0.6]], confidence=95)


TREE = {"goal": ["a", "b", "c"], "a": ["a1", "a2", "a3", "a4"]}


def test_bootstrap_surrounds_the_group_and_repeats() -> None:
    judgments = {node: np.exp(experts(6, n, 0.4, 3)[1]) for node, n in (("goal", 3), ("a", 4))}
    panel = ahp.evaluate_panel(TREE, judgments)
    found = ahp.bootstrap_panel(panel)
    assert found.leaves == panel.leaves
    assert found.leaf_weights.sum(axis=1) == pytest.approx(np.ones(2000))
    group = np.array([panel.group_weights[leaf] for leaf in panel.leaves])
    assert ((found.low < group) & (group < found.high)).all()
    assert (ahp.bootstrap_panel(panel).leaf_weights == found.leaf_weights).all()
    assert (ahp.bootstrap_panel(panel, seed=1).leaf_weights != found.leaf_weights).any()


def test_bootstrap_is_as_wide_as_the_t_interval() -> None:
    said = experts(8, 3, 0.4, 9)[1]
    panel = ahp.evaluate_panel({"goal": ["a", "b", "c"]}, np.exp(said), method="log_least_squares")
    drawn = ahp.bootstrap_panel(panel, draws=4000)
    exact = ahp.group_intervals(panel.local_weights("goal"))
    assert drawn.high - drawn.low == pytest.approx(exact.high - exact.low, rel=0.15)


def test_bootstrap_needs_two_experts_who_count() -> None:
    panel = ahp.evaluate_panel({"goal": ["a", "b"]}, [[2.0], [3.0]], expert_weights=[1, 0])
    with pytest.raises(ahp.WeightError) as caught:
        ahp.bootstrap_panel(panel)
    assert caught.value.node == "goal"


def test_bootstrap_keeps_to_those_who_answered() -> None:
    rows = np.array([[2.0, 4, 2], [np.nan, np.nan, np.nan], [3, 4, 1], [1, 3, 2]])
    found = ahp.bootstrap_panel(ahp.evaluate_panel({"goal": ["a", "b", "c"]}, rows), draws=200)
    assert np.isfinite(found.leaf_weights).all()


def test_straight_lines_are_consistent_and_empty() -> None:
    found = ahp.careless([np.ones((5, 5)), np.ones((3, 3))])
    assert (found.predictability, found.share_equal) == (None, 1.0)
    assert found.straight_line and found.flagged and not found.random
    nines = on_scale(np.full(10, np.log(9)))
    assert ahp.careless(table(nines, 5)).longest_run == 1.0
    assert ahp.careless(table(nines, 5)).share_extreme == 1.0


def test_random_answers_are_flagged_and_honest_ones_are_not() -> None:
    random = np.exp(np.random.default_rng(4).choice(np.log([1 / 9, 1 / 5, 1 / 2, 2, 5, 9]), 36))
    assert ahp.careless(table(random, 9)).random
    honest = ahp.careless(table(np.exp(experts(1, 9, 0.3, 4)[1][0]), 9))
    assert honest.predictability is not None and honest.predictability > 0.5
    assert not honest.flagged


def test_nothing_answered_says_nothing() -> None:
    found = ahp.careless(ahp.matrix_from_pairs("abc", {}))
    assert (found.predictability, found.answers, found.flagged) == (None, 0, False)
    assert ahp.careless([]).answers == 0


def test_the_first_questions_go_round() -> None:
    order = ahp.question_order(7)
    assert order.pairs[:7] == (*((i, i + 1) for i in range(6)), (0, 6))
    assert order.precision[5] == float("inf") and order.precision[6] > order.precision[7] > 1
    assert order.enough(0.0) == 21
    for n, pairs in ((1, ()), (2, ((0, 1),))):
        assert ahp.question_order(n).pairs == pairs
    with pytest.raises(ahp.ShapeError):
        ahp.question_order(0)


def test_shuffling_changes_names_and_sides_only() -> None:
    order = ahp.question_order(6, seed=8)
    assert order == ahp.question_order(6, seed=8) != ahp.question_order(6, seed=9)
    assert order.precision == ahp.question_order(6).precision


def test_the_next_question_follows_the_order() -> None:
    order = ahp.question_order(6)
    for asked in range(6, 14):
        m = ahp.matrix_from_pairs(range(6), dict.fromkeys(order.pairs[:asked], 2.0))
        found = ahp.next_question(m)
        assert found is not None
        assert found.precision == pytest.approx(order.precision[asked])
        assert found.precision_after == pytest.approx(order.precision[asked + 1])


def test_the_next_question_bridges_groups_first() -> None:
    found = ahp.next_question(ahp.matrix_from_pairs("abcd", {("a", "b"): 2, ("c", "d"): 2}))
    assert found is not None
    assert found.pair == ("a", "c")
    assert found.precision == float("inf") > found.precision_after
    assert ahp.next_question(np.ones((3, 3))) is None


def test_the_next_question_may_look_at_the_weights() -> None:
    pairs = {("a", "b"): 1, ("b", "c"): 1, ("c", "d"): 9, ("d", "e"): 1, ("a", "e"): 9}
    found = ahp.next_question(ahp.matrix_from_pairs("abcde", pairs), goal="weights")
    assert found is not None and set(found.pair) <= {"a", "b", "c"}
    with pytest.raises(ahp.OptionError):
        ahp.next_question(ahp.matrix_from_pairs("abcde", pairs), goal="most")


@pytest.mark.parametrize("n", [3, 4, 7, 11])
def test_predictability_in_closed_form_is_that_of_the_diagnostics(n: int) -> None:
    logs = np.random.default_rng(n).normal(0, 1, n * (n - 1) // 2)
    m = ahp.matrix(table(np.exp(logs), n))
    found, upper = ahp.diagnostics(m), np.triu_indices(n, 1)
    press = ((np.log(m.values) - np.log(found.implied))[upper] ** 2).sum()
    assert ahp.careless(m).predictability == pytest.approx(1 - press / (logs**2).sum(), abs=1e-9)
