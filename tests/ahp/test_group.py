"""Agreement, camps, distances: panels with a known answer."""

import numpy as np
import pytest

import ahp


def panel_of_two_camps(noise: float = 0.1) -> list[list[float]]:
    """Seven experts around one view, five around the opposite."""
    generator = np.random.default_rng(5)
    logs = np.array([[1.5, 0.5, 0, -0.5, -1.5]] * 7 + [[-1.5, -0.5, 0, 0.5, 1.5]] * 5)
    weights = np.exp(logs + generator.normal(0, noise, logs.shape))
    return [[float(x) for x in row / row.sum()] for row in weights]


def test_camps_are_found_with_their_members() -> None:
    found = ahp.camps(panel_of_two_camps())
    assert found.members == (tuple(range(7)), tuple(range(7, 12)))
    assert found.found and found.silhouette is not None and found.threshold is not None
    assert found.silhouette > 0.8 > found.threshold


def test_one_camp_is_one_camp() -> None:
    weights = np.random.default_rng(11).dirichlet([20, 10, 5, 5], 12)
    found = ahp.camps(weights)
    assert found.members == (tuple(range(12)),)
    assert not found.found


def test_few_experts_make_no_camps() -> None:
    assert ahp.camps(panel_of_two_camps()[4:10]).silhouette is None


def test_camps_over_a_whole_questionnaire() -> None:
    tables = {"top": panel_of_two_camps(), "bottom": [row[:3] for row in panel_of_two_camps()]}
    assert len(ahp.camps(tables).members) == 2


def test_identical_experts() -> None:
    found = ahp.consensus([[0.5, 0.3, 0.2]] * 4)
    assert (found.kendall_w, found.icc) == (1.0, 1.0)
    assert found.goepel.s_star == pytest.approx(1, abs=1e-12)
    assert np.abs(found.geometric_sd - 1).max() <= 1e-12
    assert found.kendall_p is not None and found.kendall_p < 0.05


def test_equal_weights_show_no_order() -> None:
    found = ahp.consensus([[0.25] * 4] * 3)
    assert (found.kendall_w, found.icc, found.kendall_p) == (None, None, None)


def test_agreement_of_many_items_uses_chi_square() -> None:
    weights = np.arange(1.0, 10) + np.random.default_rng(2).normal(0, 0.2, (5, 9))
    found = ahp.consensus(weights)
    assert found.kendall_w is not None and found.kendall_w > 0.95
    assert found.kendall_p is not None and found.kendall_p < 1e-5


def test_random_answers_look_like_agreement_to_s_star_alone() -> None:
    weights = np.random.default_rng(1).dirichlet([1] * 7, 10)
    assert ahp.consensus(weights).goepel_at_random == pytest.approx(0.71, abs=0.02)
    assert ahp.consensus(weights, method="eigenvector").goepel_at_random == pytest.approx(0.81, abs=0.02)
    priorities = [ahp.priorities([[1, 2], [0.5, 1]]), ahp.priorities([[1, 3], [1 / 3, 1]])]
    assert ahp.consensus(priorities).method == "eigenvector"
    with pytest.raises(ahp.OptionError):
        ahp.consensus(weights, method="harker")


@pytest.mark.parametrize("weights", [[[0.5, 0.5]], [[1.0], [1.0]], [[0.5, 0.5], [1.0, 0.0]], [[0.5, 0.5], [1.0]]])
def test_what_cannot_be_compared_is_refused(weights: list[list[float]]) -> None:
    with pytest.raises(ahp.WeightError):
        ahp.consensus(weights)


def test_pairs_show_the_split() -> None:
    experts: list[dict[tuple[str, str], float]] = [
        {("a", "b"): 3},
        {("a", "b"): 1 / 3},
        {("a", "b"): 1},
        {("b", "c"): 2},
    ]
    found = ahp.disagreement([ahp.matrix_from_pairs("abc", pairs) for pairs in experts])
    first = found.pairs[0]
    assert (first.pair, first.answers) == (("a", "b"), 3)
    assert (first.for_a, first.equal, first.for_b) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert first.geometric_sd == pytest.approx(3)
    assert found.pairs[1].answers == 0 and found.pairs[1].geometric_sd is None
    assert found.camps.members == ()


def test_camps_from_judgments() -> None:
    rows = [np.array(w)[:, None] / np.array(w) for w in panel_of_two_camps()]
    assert len(ahp.disagreement(rows).camps.members) == 2


def test_the_stranger_stands_out() -> None:
    generator = np.random.default_rng(3)
    weights = np.exp(np.array([1.0, 0.5, 0, -0.5]) + generator.normal(0, 0.1, (9, 4)))
    weights[6] = weights[6][::-1]
    found = ahp.expert_distances(weights)
    assert max(found, key=lambda expert: expert.distance).expert == 6
    assert max(found, key=lambda expert: expert.influence).expert == 6
    assert found[6].p is not None and found[6].p < 0.001
    assert all(expert.p is not None and expert.p > 0.05 for expert in found if expert.expert != 6)
    assert ahp.expert_distances(weights[:3])[0].p is None


@pytest.mark.parametrize(
    ("shares", "expert"), [([1, 2], None), ([1, -1, 1], 1), ([0, 0, 0], None), ([1, float("nan"), 1], 1)]
)
def test_weights_of_experts_are_checked(shares: list[float], expert: int | None) -> None:
    matrices = [[[1, 2], [0.5, 1]]] * 3
    with pytest.raises(ahp.ExpertWeightError) as caught:
        ahp.aggregate_judgments(matrices, expert_weights=shares)
    assert caught.value.expert == expert


def test_weight_zero_is_recorded_but_not_counted() -> None:
    experts = [[[1, 2], [0.5, 1]], [[1, 8], [1 / 8, 1]]]
    assert ahp.aggregate_judgments(experts, expert_weights=[1, 0]).values[0, 1] == pytest.approx(2)


def test_each_pair_is_averaged_over_those_who_answered_it() -> None:
    one, other = ahp.matrix_from_pairs("abc", {("a", "b"): 2}), {("a", "b"): 8.0, ("a", "c"): 3.0}
    group = ahp.aggregate_judgments([one, ahp.matrix_from_pairs("abc", other)])
    assert group.values[0, 1] == pytest.approx(4)
    assert group.values[0, 2] == pytest.approx(3)
    assert group.missing == 1


def test_groups_compare_the_same_items() -> None:
    with pytest.raises(ahp.LabelError, match="expert 1 compares b, a"):
        ahp.aggregate_judgments([ahp.matrix([[1, 2], [0.5, 1]], labels) for labels in ("ab", "ba")])
    with pytest.raises(ahp.MatrixError):
        ahp.aggregate_judgments([])


def test_opposite_experts_cancel_in_the_geometric_mean_only() -> None:
    opposite = [[9, 3, 1], [1, 3, 9]]
    assert ahp.aggregate_priorities(opposite) == pytest.approx([1 / 3] * 3)
    assert ahp.aggregate_priorities(opposite, mean="arithmetic") == pytest.approx([5 / 13, 3 / 13, 5 / 13])
    with pytest.raises(ahp.OptionError):
        ahp.aggregate_priorities(opposite, mean="harmonic")
