"""Normalising, aggregating, ranking: closed forms, properties, and what others get wrong in silence."""

import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.normalising import LeafRule, ScoringError, find_faults, normalise
from scoring.ranking import NodeRule, Scores, competition_ranks, score

NAN = float("nan")
Table = Sequence[Sequence[float]]
TREE = {"0": ["A", "b"], "A": ["a1", "a2"]}
LOCAL = {"0": [0.6, 0.4], "A": [0.5, 0.5]}
LEAVES = ["a1", "a2", "b"]
VALUES: Table = [[0, 1, 5], [5, 3, 10], [10, 2, 0]]


def one(values: list[float], rule: LeafRule, output: tuple[float, float] = (0, 100)) -> list[float]:
    """The scores of one column."""
    scores: list[float] = normalise([[value] for value in values], ["x"], {"x": rule}, output=output).scores[0].tolist()
    return scores


def run(values: object, *, aggregation: str = "arithmetic", **rules: LeafRule) -> Scores:
    nodes = {code: NodeRule(aggregation=aggregation) for code in TREE}
    return score(values, LEAVES, TREE, LOCAL, root="0", rules=rules, nodes=nodes)  # type: ignore[arg-type]


def kinds(values: list[float], rule: LeafRule) -> list[tuple[str, int | None]]:
    return [(fault.kind, fault.unit) for fault in find_faults([[value] for value in values], ["x"], {"x": rule})]


# --- normalising ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "scores"),
    [
        (LeafRule(), [0, 50, 100]),
        (LeafRule(direction="cost"), [100, 50, 0]),
        (LeafRule(low=0, high=40), [25, 50, 75]),
        (LeafRule(low=20), [-100, 0, 100]),
        (LeafRule(low=20, high=30, cap=True), [0, 0, 100]),
        (LeafRule(direction="cost", low=0, high=20, cap=True), [50, 0, 0]),
        (LeafRule(direction="target", target_low=20, target_high=20), [0, 100, 0]),
        (LeafRule(direction="target", target_low=15, target_high=25, low=5, high=45), [50, 100, 75]),
        (LeafRule(direction="target", target_low=5, target_high=25, high=30), [100, 100, 0]),
    ],
)
def test_each_direction_and_bound(rule: LeafRule, scores: list[float]) -> None:
    assert one([10, 20, 30], rule) == scores


def test_logarithm_with_bounds_on_the_raw_scale() -> None:
    assert one([1, 10, 100], LeafRule(transform="ln")) == pytest.approx([0, 50, 100], abs=1e-12)
    assert one([100, 1000], LeafRule(transform="ln", low=10, high=1e5)) == pytest.approx([25, 50], abs=1e-12)
    banded = LeafRule(transform="ln", direction="target", target_low=10, target_high=10, low=1, high=100)
    assert one([1, 10, 10**1.5], banded) == pytest.approx([0, 100, 50], abs=1e-12)


def test_output_range() -> None:
    assert one([1, 2, 3], LeafRule(), (60, 100)) == [60, 80, 100]


def test_the_best_has_exactly_100_and_the_worst_exactly_0() -> None:
    values = np.random.default_rng(1).random((31, 53)) * 7.3
    scores = normalise(values, [str(leaf) for leaf in range(53)]).scores
    assert (scores.min(axis=1) == 0).all()
    assert (scores.max(axis=1) == 100).all()


def test_missing_values_by_their_rule() -> None:
    assert one([1, NAN, 3, 5], LeafRule(missing="mean")) == [0, 50, 50, 100]
    assert one([1, NAN, 5], LeafRule(missing="value", missing_value=3)) == [0, 50, 100]
    assert np.isnan(one([1, NAN, 5], LeafRule(missing="reweight"))[1])
    found = normalise([[1.0], [NAN]], ["x"], {"x": LeafRule(low=0, high=2, missing="mean")})
    assert [(notice.kind, notice.units) for notice in found.notices] == [("filled", (1,))]


def test_values_beyond_given_bounds_are_told() -> None:
    for cap, kind in ((True, "capped"), (False, "outside")):
        found = normalise([[1], [9]], ["x"], {"x": LeafRule(low=0, high=5, cap=cap)})
        assert [(notice.kind, notice.code, notice.units) for notice in found.notices] == [(kind, "x", (1,))]


@pytest.mark.parametrize(
    ("values", "rule", "found"),
    [
        ([1, NAN], LeafRule(), [("missing", 1)]),
        ([NAN, NAN], LeafRule(missing="mean"), [("missing", 0), ("missing", 1)]),
        ([1, float("inf")], LeafRule(), [("not_finite", 1)]),
        ([1, 0], LeafRule(transform="ln"), [("not_positive", 1)]),
        ([1, NAN], LeafRule(transform="ln", missing="value", missing_value=0), [("not_positive", 1)]),
        ([2, 2], LeafRule(), [("constant", None)]),
        ([2], LeafRule(low=0), [("constant", None)]),
        ([1, 2], LeafRule(low=5), [("bounds", None)]),
        ([1, 2], LeafRule(low=3, high=3), [("bounds", None)]),
        ([1, 2], LeafRule(direction="target", target_low=1, target_high=2, low=1), [("bounds", None)]),
        ([2, 2], LeafRule(low=0, high=4), []),
        ([2, 2], LeafRule(neutral=50), []),
    ],
)
def test_what_cannot_be_scored_is_named(
    values: list[float], rule: LeafRule, found: list[tuple[str, int | None]]
) -> None:
    assert kinds(values, rule) == found


def test_a_constant_column_has_the_neutral_score_if_one_is_declared() -> None:
    assert one([2, 2], LeafRule(neutral=50)) == [50, 50]


def test_all_faults_come_at_once_and_carry_where() -> None:
    with pytest.raises(ScoringError) as caught:
        normalise([[1.0, NAN], [1.0, 2.0]], ["x", "y"])
    assert [(fault.kind, fault.code, fault.unit) for fault in caught.value.faults] == [
        ("constant", "x", None),
        ("missing", "y", 0),
    ]
    assert (caught.value.code, caught.value.unit) == ("x", None)


# --- aggregating ------------------------------------------------------------------------------------------------------


def test_scores_of_every_node_on_an_uneven_tree() -> None:
    found = run(VALUES)
    assert found.codes == ("0", "A", "a1", "a2", "b")
    assert found.of("A").tolist() == [0, 75, 75]
    assert found.of("0").tolist() == pytest.approx([20, 85, 45])
    assert found.ranks_of("A").tolist() == [3, 1, 1]
    assert found.ranks_of("0").tolist() == [3, 1, 2]


def test_geometric_and_harmonic_means_and_their_zeros() -> None:
    geometric = run(VALUES, aggregation="geometric")
    assert geometric.of("A").tolist() == pytest.approx([0, 50**0.5 * 10, 50**0.5 * 10])
    assert geometric.of("0")[1] == pytest.approx((50**0.5 * 10) ** 0.6 * 100**0.4)
    assert [(notice.kind, notice.code, notice.units) for notice in geometric.notices] == [
        ("zero", "A", (0,)),
        ("zero", "0", (0, 2)),
    ]
    harmonic = run(VALUES, aggregation="harmonic")
    assert harmonic.of("A").tolist() == pytest.approx([0, 2 / (1 / 50 + 1 / 100), 2 / (1 / 50 + 1 / 100)])


def test_a_child_without_weight_does_not_pull_a_geometric_mean_to_zero() -> None:
    local = {"0": [1.0, 0.0], "A": [0.5, 0.5]}
    nodes = {"0": NodeRule(aggregation="geometric")}
    found = score(VALUES, LEAVES, TREE, local, root="0", nodes=nodes)
    assert found.of("0").tolist() == pytest.approx([0, 75, 75])
    assert found.notices[0].units == (0,)


def test_a_score_below_zero_is_refused_under_a_geometric_mean() -> None:
    with pytest.raises(ScoringError) as caught:
        run(VALUES, aggregation="geometric", b=LeafRule(low=2, high=20))
    assert [(fault.kind, fault.code, fault.unit) for fault in caught.value.faults] == [("negative", "b", 2)]


def test_a_score_below_zero_is_told_once_and_not_for_the_nodes_above() -> None:
    with pytest.raises(ScoringError) as caught:
        nodes = {"A": NodeRule(aggregation="geometric")}
        score(VALUES, LEAVES, TREE, LOCAL, root="0", rules={"a2": LeafRule(low=2, high=20)}, nodes=nodes)
    assert [(fault.kind, fault.code, fault.unit) for fault in caught.value.faults] == [("negative", "a2", 0)]


@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric", "harmonic"])
def test_rounding_carries_no_mean_past_its_children(aggregation: str) -> None:
    """Without that, one of these three scores lies a little above those it is the mean of, by each of the means."""
    nodes = {"0": NodeRule(aggregation=aggregation)}
    values = [[0, 0], [7, 7], [11, 11]]
    found = score(values, ["a", "b"], {"0": ["a", "b"]}, {"0": [0.48, 0.52]}, root="0", nodes=nodes)
    assert found.of("0").tolist() == found.of("a").tolist()


def test_a_branch_is_scored_alone() -> None:
    found = score([[1, 2], [3, 0]], ["a2", "a1"], TREE, LOCAL, root="A")
    assert found.codes == ("A", "a1", "a2")
    assert found.of("a1").tolist() == [100, 0]


def test_a_single_leaf_is_scored_alone() -> None:
    assert score([[1], [3]], ["b"], TREE, LOCAL, root="b").ranks.tolist() == [[2, 1]]


@pytest.mark.parametrize("weights", [[0.5, 0.6], [1.5, -0.5], [NAN, 1.0], [0.0, 0.0], [1.0]])
def test_weights_that_are_none_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="local weights"):
        score(VALUES, LEAVES, TREE, {"0": weights, "A": [0.5, 0.5]}, root="0")


# --- missing values up the tree ---------------------------------------------------------------------------------------

GAPS: Table = [[0, 1, 5], [5, NAN, 10], [10, 2, 0], [NAN, NAN, 5]]


def gaps(missing: str, nodes: dict[str, NodeRule], local: dict[str, list[float]] | None = None) -> Scores:
    rules = {code: LeafRule(missing=missing) for code in LEAVES}
    return score(GAPS, LEAVES, TREE, local or LOCAL, root="0", rules=rules, nodes=nodes)


def test_leave_out_leaves_the_unit_out_all_the_way_up() -> None:
    found = gaps("leave_out", {})
    assert np.isnan(found.of("A")).tolist() == [False, True, False, True]
    assert found.ranks_of("0").tolist() == [2, 0, 1, 0]
    assert found.ranks_of("b").tolist() == [2, 1, 4, 2]
    assert {(notice.kind, notice.code, notice.units) for notice in found.notices} >= {("left_out", "a2", (1, 3))}


def test_reweight_shares_out_the_weights_of_what_is_missing() -> None:
    found = gaps("reweight", {"A": NodeRule(missing="reweight"), "0": NodeRule(coverage=0.4)})
    assert found.of("A").tolist()[:3] == [0, 50, 100]
    assert np.isnan(found.of("A")[3])
    assert found.of("0").tolist() == pytest.approx([20, 70, 60, 50])
    assert [(notice.code, notice.units) for notice in found.notices] == [("A", (1,)), ("0", (3,))]


def test_coverage_counts_by_weight_and_by_number() -> None:
    heavy = {"0": [0.6, 0.4], "A": [0.02, 0.98]}
    found = gaps("reweight", {"A": NodeRule(missing="leave_out")}, heavy)
    assert np.isnan(found.of("A")[1])
    light = {"0": [0.6, 0.4], "A": [0.98, 0.02]}
    assert gaps("reweight", {"A": NodeRule(missing="reweight"), "0": NodeRule(coverage=0.4)}, light).of("A")[1] == 50
    strict = {"A": NodeRule(missing="reweight", coverage=0.9), "0": NodeRule(coverage=0.4)}
    assert np.isnan(gaps("reweight", strict, light).of("A")[1])


def test_a_node_that_nothing_is_left_of_is_refused_unless_a_rule_says_what_then() -> None:
    with pytest.raises(ScoringError) as caught:
        gaps("reweight", {})
    assert [(fault.kind, fault.code, fault.unit) for fault in caught.value.faults] == [("nothing", "A", 3)]


@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric", "harmonic"])
def test_a_gap_is_no_zero_and_no_score(aggregation: str) -> None:
    nodes = {"A": NodeRule(aggregation=aggregation, missing="reweight"), "0": NodeRule(coverage=0.4)}
    found = gaps("reweight", nodes)
    assert found.of("A")[1] == pytest.approx(50)
    assert np.isnan(found.of("A")[3])


# --- ranking ----------------------------------------------------------------------------------------------------------


def test_ranks_by_competition() -> None:
    assert competition_ranks([10, 30, 30, 5]).tolist() == [3, 1, 1, 4]
    assert competition_ranks([NAN, 1]).tolist() == [0, 1]
    assert competition_ranks([]).tolist() == []


def test_noise_of_floating_point_is_a_tie_and_rounding_is_not() -> None:
    assert competition_ranks([0.1 + 0.2, 0.3, 0.2]).tolist() == [1, 1, 3]
    assert competition_ranks([50.0001, 50.0]).tolist() == [1, 2]
    assert competition_ranks([50.0001, 50.0], tolerance=0.01).tolist() == [1, 1]


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40))
def test_a_rank_is_one_more_than_the_number_that_is_better(scores: list[int]) -> None:
    expected = [1 + sum(other > own for other in scores) for own in scores]
    assert competition_ranks(scores).tolist() == expected


# --- properties -------------------------------------------------------------------------------------------------------

tables = arrays(float, st.tuples(st.integers(3, 8), st.just(3)), elements=st.integers(-50, 50).map(float), unique=True)


@given(tables, st.permutations(range(3)), st.randoms(use_true_random=False))
def test_the_order_of_columns_and_units_does_not_matter(values: np.ndarray, order: list[int], random: object) -> None:
    units = list(range(len(values)))
    random.shuffle(units)  # type: ignore[attr-defined]
    plain = run(values)
    mixed = score(values[units][:, order], [LEAVES[place] for place in order], TREE, LOCAL, root="0")
    assert (plain.scores[:, units] == mixed.scores).all()
    assert (plain.ranks[:, units] == mixed.ranks).all()


@given(tables, st.floats(0.1, 100), st.floats(-100, 100))
def test_the_unit_of_measure_does_not_matter(values: np.ndarray, scale: float, shift: float) -> None:
    assert run(values).scores == pytest.approx(run(values * scale + shift).scores, abs=1e-6)


@given(tables)
def test_scores_stay_between_the_worst_and_the_best_child(values: np.ndarray) -> None:
    for aggregation in ("arithmetic", "geometric", "harmonic"):
        found = run(values, aggregation=aggregation)
        children = np.array([found.of("A"), found.of("b")])
        assert (found.of("0") >= children.min(axis=0) - 1e-9).all()
        assert (found.of("0") <= children.max(axis=0) + 1e-9).all()


def test_equal_units_tie_to_the_last_bit() -> None:
    values = np.random.default_rng(2).random((1000, 3))
    values[777] = values[3]
    found = run(values)
    assert (found.scores[:, 777] == found.scores[:, 3]).all()


def test_a_hundred_thousand_units_are_quick() -> None:
    leaves = [f"l{leaf}" for leaf in range(53)]
    tree = {"0": leaves}
    values = np.random.default_rng(3).random((100_000, 53))
    start = time.process_time()
    score(values, leaves, tree, {"0": [1 / 53] * 53}, root="0")
    assert time.process_time() - start < 5
