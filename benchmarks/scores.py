"""What pages of the scorer wait for: ranks under 10,000 draws of weights, and all levels of 100,000 units."""

from functools import partial
from typing import Any

import numpy as np

from ahp._cells import Array
from benchmarks.measure import take_turns
from benchmarks.report import Report
from scoring.levels import node_scores
from scoring.normalising import LeafRule
from scoring.ranking import competition_ranks
from scoring.uncertainty import leaf_weights, ranks_of_draws

DRAWS, LEAVES, UNITS = 10_000, 53, 31
MANY = 100_000
"""Units: more than any country has of towns."""
LOOPED = 20
"""Draws that the peer, which takes one after the other, is timed with."""


def ranks_under_draws(report: Report) -> None:
    """Scores and competition ranks of every unit in every draw, against the product alone and against peers."""
    import pandas
    from pymcdm.helpers import rrankdata
    from pymcdm.methods import WSM

    generator = np.random.default_rng(1)
    weights, scores = generator.dirichlet(np.ones(LEAVES), DRAWS), generator.uniform(0, 100, (LEAVES, UNITS))
    matrix, types = np.ascontiguousarray(scores.T), np.ones(LEAVES)

    def ours() -> Any:
        return ranks_of_draws(weights, scores)

    def bare() -> Array:
        return np.asarray(weights @ scores)

    def with_pandas() -> Any:
        return pandas.DataFrame(weights @ scores).rank(axis=1, method="min", ascending=False)

    def looped(method: Any) -> Any:
        return [rrankdata(method(matrix, row, types)) for row in weights[:LOOPED]]

    assert (ours()[0] == competition_ranks(weights[0] @ scores)).all()
    assert (ours() == with_pandas().to_numpy()).all()
    peer = f"pymcdm (WSM and ranks), {LOOPED} draws"
    found = take_turns(
        {report.ours: ours, "numpy: the product alone": bare, "pandas: product and rank": with_pandas,
         peer: partial(looped, WSM())},
        rounds=31,
    )  # fmt: skip
    report.section("Ranks under draws of weights", f"{DRAWS:,} draws of {LEAVES} weights, {UNITS} units, ties shared.")
    report.timings(found)
    mine, loop = found[report.ours].median, found[peer].per(LOOPED).median * DRAWS
    report.goal(
        "ranks under draws: of the product alone", mine / found["numpy: the product alone"].median, "at most", 4
    )
    report.goal("ranks under draws: pymcdm, one draw after the other", loop / mine, "at least", 1000)
    report.goal("ranks under draws: pandas", found["pandas: product and rank"].median / mine, "at least", 2.5)


def levels_of_many_units(report: Report) -> None:
    """Scores of 100,000 units on all 14 nodes of three levels, against the product alone and against peers."""
    import pandas
    from pymcdm.methods import WSM
    from pymcdm.normalizations import minmax_normalization

    tree, leaves = _tree()
    generator = np.random.default_rng(2)
    local = {code: generator.dirichlet(np.ones(len(below))).tolist() for code, below in tree.items()}
    values = generator.uniform(1, 50, (MANY, LEAVES))
    rules = {code: LeafRule(direction="cost") for code in leaves[::4]}
    types = np.array([-1 if code in rules else 1 for code in leaves])
    frame, product = pandas.DataFrame(values, columns=leaves), generator.uniform(0, 1, (LEAVES, len(tree)))

    def ours() -> Any:
        return node_scores(values, leaves, tree, local, root="0", rules=rules)[1]

    def bare() -> Array:
        return np.asarray(values @ product)

    def with_pandas() -> Any:
        scaled = (frame - frame.min()) / (frame.max() - frame.min()) * 100
        scaled[list(rules)] = 100 - scaled[list(rules)]
        for code in reversed(tree):
            scaled[code] = scaled[tree[code]] @ np.array(local[code])
        return scaled[list(tree)]

    weights = leaf_weights(tree, "0", local)[1][0]
    assert np.allclose(ours()[0], with_pandas()["0"], atol=1e-9)
    assert np.allclose(ours()[0], 100 * WSM(minmax_normalization)(values, weights, types), atol=1e-9)
    peer = "pymcdm (WSM, the total alone)"
    found = take_turns(
        {report.ours: ours, "numpy: the product alone": bare, "pandas: three levels": with_pandas,
         peer: lambda: WSM(minmax_normalization)(values, weights, types)},
        rounds=9,
    )  # fmt: skip
    report.section(
        "All levels of many units", f"{MANY:,} units, {LEAVES} indicators, {len(tree)} nodes, checks included."
    )
    report.timings(found)
    mine = found[report.ours].median
    report.goal("all levels: of the product alone", mine / found["numpy: the product alone"].median, "at most", 2.5)
    report.goal("all levels: pymcdm, the total alone", found[peer].median / mine, "at least", 40)
    report.goal("all levels: pandas", found["pandas: three levels"].median / mine, "at least", 5)


def _tree() -> tuple[dict[str, list[str]], list[str]]:
    """Four dimensions, nine groups, 53 indicators, in tree order."""
    groups = [2, 2, 3, 2]
    tree: dict[str, list[str]] = {"0": [str(d) for d in range(1, 5)]}
    for dimension, count in enumerate(groups, 1):
        tree[str(dimension)] = [f"{dimension}.{group}" for group in range(1, count + 1)]
    lowest = [code for codes in list(tree.values())[1:] for code in codes]
    for place, code in enumerate(lowest):
        tree[code] = [f"{code}.{leaf}" for leaf in range(1, (LEAVES - place - 1) // len(lowest) + 2)]
    leaves = [leaf for code in lowest for leaf in tree[code]]
    return tree, leaves
