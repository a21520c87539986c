"""Adopted weights: printed percentages that add up, on any tree."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.adopted import adopted_weights

Tree = Mapping[str, Sequence[str]]
Local = Mapping[str, Sequence[float]]


@st.composite
def trees(draw: st.DrawFn) -> tuple[Tree, Local]:
    """A tree of up to forty nodes, often deep, and local weights of children that sum to 1, some of them tiny."""
    tree: dict[str, list[str]] = {}
    nodes = ["n0"]
    for _ in range(draw(st.integers(1, 9))):
        parent = draw(st.sampled_from([node for node in nodes if node not in tree]))
        tree[parent] = [f"n{len(nodes) + place}" for place in range(draw(st.integers(1, 5)))]
        nodes += tree[parent]
    local = {}
    for parent, children in tree.items():
        parts = draw(st.lists(st.floats(1e-9, 1), min_size=len(children), max_size=len(children)))
        local[parent] = [part / sum(parts) for part in parts]
    return tree, local


@given(trees(), st.integers(0, 4))
def test_children_add_up_to_their_parent_and_leaves_to_100(given_tree: tuple[Tree, Local], decimals: int) -> None:
    tree, local = given_tree
    printed = adopted_weights(tree, local, "n0", decimals)
    assert printed["n0"] == 100
    for parent, children in tree.items():
        assert sum(printed[child] for child in children) == printed[parent]
    assert sum(weight for code, weight in printed.items() if code not in tree) == 100
    assert all(str(weight) == f"{weight:.{decimals}f}" for weight in printed.values())
    assert all(weight >= 0 for weight in printed.values())


@given(trees(), st.integers(0, 4))
def test_nobody_gets_a_whole_unit_more_or_less_than_the_share(given_tree: tuple[Tree, Local], decimals: int) -> None:
    tree, local = given_tree
    printed = adopted_weights(tree, local, "n0", decimals)
    unit = Fraction(1, 10**decimals)
    for parent, children in tree.items():
        whole = sum(map(Fraction, local[parent]))
        for child, weight in zip(children, local[parent], strict=True):
            share = Fraction(printed[parent]) * Fraction(weight) / whole
            assert abs(Fraction(printed[child]) - share) < unit


@given(trees(), st.integers(0, 4))
def test_the_heavier_never_gets_less_than_the_lighter(given_tree: tuple[Tree, Local], decimals: int) -> None:
    tree, local = given_tree
    printed = adopted_weights(tree, local, "n0", decimals)
    for parent, children in tree.items():
        by_weight = sorted(zip(local[parent], children, strict=True), key=lambda pair: pair[0])
        for (lighter, before), (heavier, after) in pairwise(by_weight):
            assert lighter == heavier or printed[before] <= printed[after]


def test_ties_go_to_the_first_in_tree_order() -> None:
    shares = adopted_weights({"r": ["a", "b", "c"]}, {"r": [1 / 3, 1 / 3, 1 / 3]}, "r", 0)
    assert [shares[code] for code in "abc"] == [34, 33, 33]


def test_a_tree_of_a_thousand_levels() -> None:
    tree = {f"n{level}": [f"n{level + 1}"] for level in range(1000)}
    assert adopted_weights(tree, {code: [1.0] for code in tree}, "n0", 2)["n1000"] == Decimal("100.00")


@pytest.mark.parametrize(("decimals", "text"), [(0, "100"), (1, "100.0"), (4, "100.0000")])
def test_a_root_alone_is_the_whole(decimals: int, text: str) -> None:
    assert str(adopted_weights({}, {}, "r", decimals)["r"]) == text
