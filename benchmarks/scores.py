"""Ranks of 31 units under 10,000 draws of 53 weights: what a page about how sure ranks are waits for."""

from functools import partial
from typing import Any

import numpy as np

from ahp._cells import Array
from benchmarks.measure import take_turns
from benchmarks.report import Report
from scoring.ranking import competition_ranks
from scoring.uncertainty import ranks_of_draws

DRAWS, LEAVES, UNITS = 10_000, 53, 31
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
