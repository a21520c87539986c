"""All levels in one product are those that a run stores, whatever the rules and the values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import levels
from scoring.levels import node_scores
from scoring.ranking import LeafRule, NodeRule, ScoringError, rank_rows, score

TREE = {"r": ["a", "b", "c"], "a": ["a1", "a2"], "c": ["c1", "c2", "c3"]}
LEAVES = ["c3", "b", "a1", "a2", "c1", "c2"]
"""Not in tree order: columns are matched by code."""
LOCAL = {"r": [0.5, 0.2, 0.3], "a": [0.25, 0.75], "c": [0.2, 0.3, 0.5]}

RULES = st.fixed_dictionaries(
    {
        "direction": st.sampled_from(["benefit", "cost"]),
        "low": st.sampled_from([None, -5.0, 20.0]),
        "high": st.sampled_from([None, 60.0, 200.0]),
        "cap": st.booleans(),
        "neutral": st.just(40.0),
    }
)


def both(values: np.ndarray, **rest: object) -> tuple[np.ndarray, np.ndarray]:
    """What the product gives, and what a run would store."""
    args = (values, LEAVES, TREE, LOCAL)
    codes, found = node_scores(*args, root="r", **rest)  # type: ignore[arg-type]
    stored = score(*args, root="r", **rest)  # type: ignore[arg-type]
    assert codes == ("r", "a", "c")
    return found, np.array([stored.of(code) for code in codes])


@given(
    st.integers(0, 2**32), st.integers(2, 90), st.lists(RULES, min_size=6, max_size=6),
    st.sampled_from([(0.0, 100.0), (60.0, 100.0)]),
)  # fmt: skip
def test_scores_and_ranks_are_those_of_a_run(seed: int, units: int, rules: list[dict], output: tuple) -> None:  # type: ignore[type-arg]
    values = np.random.default_rng(seed).integers(0, 100, (units, 6)).astype(float)
    values[:2] = [[10], [70]]  # so that the given bounds and those of the data are never the wrong way round
    found, stored = both(values, rules={c: LeafRule(**r) for c, r in zip(LEAVES, rules, strict=True)}, output=output)
    assert np.allclose(found, stored, rtol=0, atol=1e-9)
    assert (rank_rows(found) == rank_rows(stored)).all()


def untouched(*_args: object) -> None:
    raise AssertionError("the product was used")


@pytest.mark.parametrize(
    ("rules", "nodes", "change"),
    [
        ({"b": LeafRule(direction="target", target_low=30, target_high=60)}, {}, None),
        ({"b": LeafRule(transform="ln")}, {}, None),
        ({"b": LeafRule(low=20, high=30, cap=True)}, {}, None),
        ({"b": LeafRule(missing="mean")}, {}, np.nan),
        ({"b": LeafRule(missing="leave_out")}, {}, np.nan),
        ({}, {"a": NodeRule(aggregation="geometric")}, None),
        ({}, {}, 1e12),  # would cost digits: the others lie within a hair of each other
    ],
)
def test_what_is_not_straight_goes_the_long_way(
    rules: dict[str, LeafRule], nodes: dict[str, NodeRule], change: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.random.default_rng(3).uniform(1, 100, (40, 6))
    if change == 1e12:
        values[:, 1] += change
    elif change is not None:
        values[7, 1] = change
    monkeypatch.setattr(levels, "_product", untouched)
    found, stored = both(values, rules=rules, nodes=nodes)
    assert np.array_equal(found, stored, equal_nan=True)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_faults_are_told_as_ever(value: float) -> None:
    values = np.random.default_rng(4).uniform(1, 100, (5, 6))
    values[2, 1] = value
    with pytest.raises(ScoringError) as told:
        node_scores(values, LEAVES, TREE, LOCAL, root="r")
    assert (told.value.code, told.value.unit) == ("b", 2)


def test_a_constant_column_is_refused_and_weights_are_checked() -> None:
    values = np.random.default_rng(5).uniform(1, 100, (5, 6))
    with pytest.raises(ValueError, match="sum to one"):
        node_scores(values, LEAVES, TREE, {**LOCAL, "a": [0.5, 0.6]}, root="r")
    values[:, 0] = 7.0
    with pytest.raises(ScoringError, match="constant"):
        node_scores(values, LEAVES, TREE, LOCAL, root="r")
