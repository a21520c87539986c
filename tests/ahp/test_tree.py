"""Trees: weights down, consistency up, and what is no tree."""

import pytest

import ahp

TREE = {"goal": ["a", "b", "c"], "a": ["a1", "a2", "a3"], "b": ["b1"]}
LOCAL = {"goal": [0.5, 0.3, 0.2], "a": [0.6, 0.3, 0.1]}


def test_weights_multiply_down_in_tree_order() -> None:
    found = ahp.global_weights(TREE, LOCAL)
    assert list(found) == ["goal", "a", "a1", "a2", "a3", "b", "b1", "c"]
    assert found["a1"] == pytest.approx(0.3)
    assert found["b1"] == found["b"] == 0.3
    assert sum(found[leaf] for leaf in ("a1", "a2", "a3", "b1", "c")) == pytest.approx(1)


@pytest.mark.parametrize(
    ("local", "node"),
    [
        ({"goal": [0.5, 0.3, 0.2]}, "a"),
        ({**LOCAL, "a": [0.6, 0.4]}, "a"),
        ({**LOCAL, "a": [0.6, 0.3, 0.2]}, "a"),
        ({**LOCAL, "a": [1.2, -0.3, 0.1]}, "a"),
        ({**LOCAL, "x": [1.0]}, "x"),
        ({**LOCAL, "c": [1.0]}, "c"),
    ],
)
def test_weights_that_do_not_fit_name_the_node(local: dict[str, list[float]], node: str) -> None:
    with pytest.raises(ahp.WeightError) as caught:
        ahp.global_weights(TREE, local)
    assert caught.value.node == node


@pytest.mark.parametrize(
    ("tree", "node"),
    [
        ({"a": ["b", "c"], "b": ["c"]}, "c"),
        ({"a": ["b", "b"]}, "b"),
        ({"a": ["b"], "c": ["d"]}, "c"),
        ({"a": ["b"], "b": ["a"]}, None),
        ({"a": ["b"], "c": ["d"], "d": ["c"]}, "c"),
        ({}, None),
    ],
)
def test_what_is_no_tree_is_refused(tree: dict[str, list[str]], node: str | None) -> None:
    with pytest.raises(ahp.TreeError) as caught:
        ahp.global_weights(tree, {})
    assert caught.value.node == node


ROWS = [[1, 2, 3], [1 / 2, 1, 4], [1 / 3, 1 / 4, 1]]
GOOD = [[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]]


def test_a_good_level_can_hide_a_bad_node() -> None:
    found = ahp.hierarchy_consistency(TREE, {"goal": GOOD, "a": ROWS})
    assert [level.nodes for level in found.levels] == [("goal",), ("a",)]
    weights = found.whole
    a = ahp.global_weights(TREE, {"goal": ahp.priorities(GOOD), "a": ahp.priorities(ROWS)})["a"]
    c = ahp.consistency(ROWS)
    assert weights.index == pytest.approx(a * c.index)
    assert weights.ratio == pytest.approx(a * c.index / (c.random_index * (1 + a)))
    assert found.largest is not None and found.largest[0] == "a"
    assert found.ratio is not None and found.largest[1] > 0.1 > found.ratio


def test_untestable_nodes_count_in_neither_sum() -> None:
    found = ahp.hierarchy_consistency({"goal": ["a", "b"]}, {"goal": [[1, 2], [0.5, 1]]})
    assert (found.ratio, found.largest, found.levels[0].ratio) == (None, None, None)


@pytest.mark.parametrize(
    ("matrices", "node"),
    [
        ({"goal": GOOD}, "a"),
        ({"goal": GOOD, "a": [[1, 2], [0.5, 1]]}, "a"),
        ({"goal": GOOD, "a": ROWS, "x": ROWS}, "x"),
    ],
)
def test_matrices_must_fit_the_tree(matrices: dict[str, list[list[float]]], node: str) -> None:
    with pytest.raises(ahp.TreeError) as caught:
        ahp.hierarchy_consistency(TREE, matrices)
    assert caught.value.node == node
