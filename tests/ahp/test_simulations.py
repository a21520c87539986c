"""The simulations behind the defaults, small: the shape of their results."""

import numpy as np

import ahp
from benchmarks import careless, questions, repair, workloads


def test_fewer_questions_cost_little_accuracy() -> None:
    found = {policy: (count, error) for policy, count, error, _ in questions.simulate(400)}
    assert [count for count, _ in found.values()] == [68, 80, 90, 101, 108, 130, 145, 176]
    assert 1.14 < found[1][1] < 1.26
    assert 1.04 < found[1.5][1] < 1.11
    assert 1.02 < found[2][1] < 1.07


def test_answers_at_random_do_not_predict_each_other() -> None:
    found = careless.simulate(12)
    assert (found["at random"] <= 0).all()
    assert (found["error 0.5 (a factor of 1.6)"] > 0.3).all()


def test_the_workload_is_the_tree_of_176_questions() -> None:
    panel = ahp.evaluate_panel(workloads.tree(), np.ones((1, 176)))
    assert sorted(panel.layout.sizes) == sorted([4, 2, 2, 3, 2, 4, 7, 2, 3, 9, 11, 7, 4, 6])
    assert len(panel.leaves) == 53


def test_three_hints_repair_nine_in_ten() -> None:
    found = repair.simulate(400)
    assert [it.n for it in found] == list(range(3, 12))
    assert all(0.23 < it.failing < 0.37 for it in found)
    assert {it.n: it.within(3) for it in found if it.within(3) < 0.9} == {}
    assert all(it.within(1) < it.within(3) for it in found if it.n > 3)  # one is not always enough: the count counts


def test_experts_who_go_half_way_need_more_hints() -> None:
    m = ahp.matrix([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]], ["a", "b", "c"])
    whole, half = (repair.changes_until_repaired(m, way) for way in (repair.first, repair.half_way))
    assert 1 <= whole < half <= repair.PATIENCE


def test_a_matrix_without_a_way_out_counts_as_never_repaired() -> None:
    m = ahp.matrix([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]], ["a", "b", "c"])
    assert repair.changes_until_repaired(m, lambda _: None) == repair.NEVER
    assert repair.changes_until_repaired(ahp.matrix([[1, 2], [1 / 2, 1]]), lambda _: None) == 0
