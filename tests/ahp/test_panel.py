"""The batch gives what the single functions give, in any order and in any slices."""

import itertools
import pickle
from typing import Any

import numpy as np
import pytest

import ahp
from ahp._layout import layout_of

TREE: dict[str, list[str]] = {
    "goal": ["a", "b", "c", "d"],
    "a": ["a1", "a2"],
    "b": ["b1", "b2", "b3"],
    "c": ["c1"],
    "c1": ["c11", "c12", "c13", "c14", "c15", "c16"],
    "d": [f"d{i}" for i in range(9)],
}
SCALE = np.array([1 / k for k in range(9, 1, -1)] + list(range(1, 10)), dtype=float)


def answers(experts: int, missing: float = 0.0, seed: int = 1) -> dict[str, Any]:
    """Random answers of a panel, node by node."""
    generator = np.random.default_rng(seed)
    found = {}
    for node, children in TREE.items():
        pairs = len(children) * (len(children) - 1) // 2
        if pairs:
            found[node] = generator.choice(SCALE, (experts, pairs))
            found[node][generator.random(found[node].shape) < missing] = np.nan
    return found


def single(node: str, ratios: np.ndarray[Any, Any]) -> ahp.Matrix:
    """The matrix of one expert at one node."""
    pairs = itertools.combinations(TREE[node], 2)
    return ahp.matrix_from_pairs(TREE[node], {pair: float(x) for pair, x in zip(pairs, ratios, strict=True)})


@pytest.mark.parametrize("experts", [1, 30, 1100])
@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("method", ["eigenvector", "log_least_squares"])
def test_batch_equals_single(experts: int, missing: float, method: str) -> None:
    given = answers(experts, missing)
    panel = ahp.evaluate_panel(TREE, given, method=method)
    for node in panel.nodes:
        for expert in {0, experts // 2, experts - 1}:
            m = single(str(node), given[str(node)][expert])
            found = panel.local_weights(node)[expert]
            try:
                expected = ahp.priorities(m, method=method)
            except ahp.DisconnectedError:
                assert np.isnan(found).all()
                continue
            c = ahp.consistency(m)
            assert np.abs(found - expected.weights).max() <= 1e-12
            assert abs(panel.lambda_max(node)[expert] - c.lambda_max) <= 1e-11
            ratio = panel.ratio(node)[expert]
            assert np.isnan(ratio) if c.ratio is None else abs(ratio - c.ratio) <= 1e-11


def test_group_equals_aggregation_of_single_matrices() -> None:
    given, weights = answers(40, 0.2), np.arange(40.0)
    for shares in (None, weights):
        panel = ahp.evaluate_panel(TREE, given, expert_weights=shares)
        for node in panel.nodes:
            matrices = [single(str(node), row) for row in given[str(node)]]
            expected = ahp.aggregate_judgments(matrices, expert_weights=shares)
            assert np.abs(panel.group[node].values / expected.values - 1).max() <= 1e-12
            assert panel.group_consistency[node].table == "simulated"
    assert sum(panel.group_weights[leaf] for leaf in panel.leaves) == pytest.approx(1, abs=1e-12)


def test_leaf_weights_are_global_weights() -> None:
    panel = ahp.evaluate_panel(TREE, answers(3))
    for expert in range(3):
        expected = panel.expert_weights(expert)
        assert np.abs(panel.leaf_weights[expert] - [expected[leaf] for leaf in panel.leaves]).max() <= 1e-15


def test_one_table_stands_for_all_nodes_in_tree_order() -> None:
    given = answers(5)
    table = np.hstack([given[str(node)] for node in layout_of(TREE).nodes])
    one, other = ahp.evaluate_panel(TREE, table), ahp.evaluate_panel(TREE, given)
    assert (one.leaf_weights == other.leaf_weights).all()


def test_parts_merge_in_any_order() -> None:
    given = answers(50, 0.1)
    whole = ahp.evaluate_panel(TREE, given, expert_weights=np.arange(50.0))
    parts = [
        ahp.evaluate_part(
            TREE, {node: table[a:b] for node, table in given.items()}, first=a, expert_weights=np.arange(a, b)
        )
        for a, b in ((0, 7), (7, 8), (8, 50))
    ]
    for order in itertools.permutations(parts):
        merged = ahp.merge_parts(order)
        np.testing.assert_allclose(merged.leaf_weights, whole.leaf_weights, rtol=1e-12)
        for node in whole.nodes:
            assert np.abs(merged.group[node].values / whole.group[node].values - 1).max() <= 1e-12


def test_parts_that_leave_a_gap_are_refused() -> None:
    part = ahp.evaluate_part(TREE, answers(3))
    for parts in ([], [part, part], [ahp.evaluate_part(TREE, answers(3), first=1)]):
        with pytest.raises(ahp.PanelError):
            ahp.merge_parts(parts)


def test_sums_merge_in_any_order_and_at_any_ratio() -> None:
    judgments = np.exp(np.random.default_rng(3).uniform(-12, 12, (700, 5)))
    parts = [ahp.judgment_sums(judgments[a:b]) for a, b in ((0, 300), (300, 301), (301, 700))]
    expected = np.exp(np.log(judgments).mean(axis=0))
    for a, b, c in itertools.permutations(parts):
        assert np.abs((a + b + c).ratios / expected - 1).max() <= 1e-12


def test_weights_of_experts_hold_for_a_branch() -> None:
    given = answers(2)
    panel = ahp.evaluate_panel(TREE, given, expert_weights={"c": [0, 1]})
    assert np.allclose(panel.group["c1"].values, single("c1", given["c1"][1]).values)
    both = ahp.aggregate_judgments([single("d", row) for row in given["d"]])
    assert np.allclose(panel.group["d"].values, both.values)


def test_geometric_mean_of_priorities() -> None:
    given = answers(6, 0.3)
    panel = ahp.evaluate_panel(TREE, given, aggregation="priorities", expert_weights=[1, 2, 3, 4, 5, 6])
    usable = ~np.isnan(panel.local_weights("b")[:, 0])
    expected = ahp.aggregate_priorities(
        panel.local_weights("b")[usable], expert_weights=np.arange(1.0, 7)[usable].tolist()
    )
    assert np.abs(panel.group_local["b"] - expected).max() <= 1e-15


@pytest.mark.parametrize(
    ("change", "node", "expert"),
    [
        ({"b": np.array([[1, 2, 3], [1, -2, 3.0]])}, "b", 1),
        ({"b": np.array([[1, 2, 3], [1, 0, np.nan]])}, "b", 1),
        ({"b": np.ones((2, 4))}, "b", None),
        ({"b": np.ones((3, 3))}, None, None),
        ({"c": np.ones((2, 1))}, "c", None),
        ({"x": np.ones((2, 1))}, "x", None),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, Any], node: str | None, expert: int | None) -> None:
    with pytest.raises(ahp.PanelError) as caught:
        ahp.evaluate_panel(TREE, {**answers(2), **change})
    assert (caught.value.node, caught.value.expert) == (node, expert)


def test_options_are_checked_before_work() -> None:
    for option in ("method", "random_index", "aggregation"):
        with pytest.raises(ahp.OptionError, match=option):
            ahp.evaluate_panel(TREE, answers(1), **{option: "none"})


def test_nobody_answered_a_pair() -> None:
    given = answers(4)
    given["b"][:] = np.nan
    panel = ahp.evaluate_panel(TREE, given)
    assert panel.missing("b").tolist() == [3, 3, 3, 3]
    with pytest.raises(ahp.DisconnectedError):
        _ = panel.group_weights


def test_parts_travel_between_workers() -> None:
    part = pickle.loads(pickle.dumps(ahp.evaluate_part(TREE, answers(5, 0.2))))  # noqa: S301
    merged, whole = ahp.merge_parts([part]), ahp.evaluate_panel(TREE, answers(5, 0.2))
    assert merged.group["d"].values.tolist() == whole.group["d"].values.tolist()


def test_a_part_of_nobody() -> None:
    part = ahp.evaluate_part(TREE, {node: table[:0] for node, table in answers(1).items()})
    assert (part.experts, part.sums.experts) == (0, 0)


def test_blocks_agree_with_single_experts_at_any_ratio() -> None:
    judgments = {node: table**5 for node, table in answers(40, seed=7).items()}
    judgments["d"][3] *= 1e12
    panel = ahp.evaluate_panel(TREE, judgments)
    for node in panel.nodes:
        for expert in (0, 3, 39):
            expected = ahp.priorities(single(str(node), judgments[str(node)][expert])).weights
            assert np.abs(panel.local_weights(node)[expert] - expected).max() <= 1e-9
