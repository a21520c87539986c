"""``python -m benchmarks.rank_coverage``: how often rank intervals hold the true ranks, written to RANK_COVERAGE.md.

The truth is known: log weights of every node are drawn, experts answer around them with two errors (what they think,
and how they say it on the scale of 1 to 9), and scores of 31 units are fixed.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np

import ahp
from benchmarks.workloads import on_scale, tree
from scoring.ranking import competition_ranks
from scoring.uncertainty import leaf_weights, rank_intervals, ranks_of_draws

PAGE = Path(__file__).parent / "RANK_COVERAGE.md"
PANELS, DRAWS, UNITS, SEED = 200, 2000, 31, 20261126
SPREAD, OPINION, SLIP = 0.5, 0.45, 0.3
"""Of log weights in truth; of an expert's from the truth; of an answer's logarithm from what the expert thinks."""
SIZES = (3, 5, 12, 30)


def coverage(experts: int, generator: np.random.Generator) -> tuple[float, float, float, float]:
    """Shares of true ranks inside, of true global weights inside, mean width, and of units at rank 1 to 10."""
    inside, first, held, widths = [], [], [], []
    for number in range(PANELS):
        truth, answers = _panel(experts, generator)
        scores = _scores(generator)
        panel = ahp.evaluate_panel(tree(), answers)
        drawn = ahp.bootstrap_panel(panel, draws=DRAWS, confidence=0.90, seed=number)
        _codes, weights = leaf_weights(tree(), "index", truth)
        true = competition_ranks(weights[0] @ scores)
        found = rank_intervals(ranks_of_draws(drawn.leaf_weights, scores))
        hit = (found.low <= true) & (true <= found.high)
        inside.append(hit.mean())
        first.append(hit[true <= 10].mean())
        held.append(((drawn.low <= weights[0]) & (weights[0] <= drawn.high)).mean())
        widths.append((found.high - found.low).mean())
    return float(np.mean(inside)), float(np.mean(first)), float(np.mean(held)), float(np.mean(widths))


def _panel(experts: int, generator: np.random.Generator) -> tuple[dict[str, Any], Any]:
    truth, columns = {}, []
    for node, children in tree().items():
        n = len(children)
        logs = generator.normal(0, SPREAD, n)
        truth[node] = np.exp(logs) / np.exp(logs).sum()
        own = logs + generator.normal(0, OPINION, (experts, n))
        a, b = np.triu_indices(n, 1)
        columns.append(on_scale(own[:, a] - own[:, b] + generator.normal(0, SLIP, (experts, len(a)))))
    return truth, np.concatenate(columns, axis=1)


def _scores(generator: np.random.Generator) -> Any:
    """Units that are good at much or at little, as provinces are."""
    general = generator.uniform(10, 80, UNITS)
    return np.clip(general + generator.normal(0, 22, (53, UNITS)), 0, 100)


def page() -> str:
    lines = [
        "# Do rank intervals hold the true ranks?",
        "",
        f"Written by `python -m benchmarks.rank_coverage` on {datetime.date.today()}; seed {SEED}, {PANELS} panels a "
        f"row, {DRAWS} draws each, 53 indicators in 14 matrices, {UNITS} units. Experts differ from the truth by "
        f"{OPINION} and answer with an error of {SLIP} (of logarithms), on the scale of 1 to 9.",
        "",
        "| experts | true ranks inside (90 % promised) | of the first ten | true weights inside (90 %) "
        "| mean width, places |",
        "|---|---|---|---|---|",
    ]
    generator = np.random.default_rng(SEED)
    for experts in SIZES:
        inside, first, held, width = coverage(experts, generator)
        lines.append(f"| {experts} | {inside:.1%} | {first:.1%} | {held:.1%} | {width:.2f} |")
    return "\n".join([*lines, "", *SAID, ""])


SAID = (
    "Rank intervals hold more than they promise: ranks are whole numbers, so an interval takes in all of a rank or",
    "nothing, and units that stand far apart never change places. Weights hold a little less than they promise with",
    "three experts, where nobody can say how far a fourth would have stood off; from five on they are near it.",
    "What no interval covers: experts who err together, data that are wrong, and another choice of indicators.",
)


if __name__ == "__main__":
    text = page()
    PAGE.write_text(text, "utf-8")
    print(text)
