"""Who answers without reading: ``python -m benchmarks.careless [respondents]``.

`ahp.careless` on the 14 matrices of the tree, answered at random and by experts with log-normal errors.
"""

import sys
from collections.abc import Iterable

import numpy as np

import ahp
from ahp._cells import Array
from ahp._shared import SCALE
from benchmarks import workloads
from benchmarks.questions import experts_of

ERRORS = (0.3, 0.5, 0.8, 1.0)


def predictability(sizes: tuple[int, ...], answers: Iterable[Array]) -> Array:
    """Q2 of every respondent."""
    return np.array([ahp.careless(workloads.tables(list(sizes), row)).predictability for row in answers], dtype=float)


def simulate(respondents: int) -> dict[str, Array]:
    """Q2 by kind of respondent."""
    sizes = ahp.evaluate_panel(workloads.tree(), np.ones((1, 176))).layout.sizes
    random = np.random.default_rng(75).choice(SCALE, (respondents, 176))
    found = {"at random": predictability(sizes, random)}
    for error in ERRORS:
        found[f"error {error:g} (a factor of {np.exp(error):.1f})"] = predictability(
            sizes, experts_of(sizes, respondents, error)[1]
        )
    return found


def table(respondents: int) -> list[str]:
    """The result as lines of Markdown."""
    head = ["| respondents | Q2: 1 % | median | 99 % | flagged (Q2 at most 0) |", "|---|---|---|---|---|"]
    rows = []
    for who, values in simulate(respondents).items():
        low, median, high = np.quantile(values, (0.01, 0.5, 0.99))
        rows.append(f"| {who} | {low:.2f} | {median:.2f} | {high:.2f} | {(values <= 0).mean():.2%} |")
    return [*head, *rows]


if __name__ == "__main__":
    print("\n".join(table(int(float(sys.argv[1])) if len(sys.argv) > 1 else 1000)))
