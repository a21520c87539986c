"""How many questions are enough: ``python -m benchmarks.questions [experts]``.

Experts with log-normal errors answer the 14 matrices of the tree: nodes of up to 4 items in full, larger ones only the
first c * n questions of `ahp.question_order`. Their 53 global weights, by log least squares, are held against the true
ones; the error is given as a multiple of the error with all 176 questions.
"""

import math
import sys

import numpy as np

import ahp
from ahp._cells import Array
from benchmarks import workloads

FULL_UP_TO = 4
POLICIES = (1, 1.25, 1.5, 1.75, 2, 2.5, 3)
ERROR = 0.5  # of ln a_ij: consistency ratios around 0.07


def asked(n: int, policy: float) -> int:
    """How many questions a node of n items is asked."""
    pairs = n * (n - 1) // 2
    return pairs if n <= FULL_UP_TO else min(pairs, math.ceil(policy * n))


def mask(sizes: tuple[int, ...], policy: float) -> Array:
    """1 for the questions that are asked, nan for the others, node by node."""
    columns = []
    for n in sizes:
        first = {tuple(sorted(pair)) for pair in ahp.question_order(n).pairs[: asked(n, policy)]}
        columns += [1.0 if (i, j) in first else np.nan for i in range(n) for j in range(i + 1, n)]
    return np.array(columns)


def experts_of(sizes: tuple[int, ...], experts: int, error: float) -> tuple[Array, Array]:
    """True judgments, and answers rounded to the scale, (experts, questions)."""
    generator = np.random.default_rng(95)
    truth = []
    for n in sizes:
        logs = generator.uniform(0, np.log(9), (experts, n))
        first, second = np.triu_indices(n, 1)
        truth.append(logs[:, first] - logs[:, second])
    true = np.ascontiguousarray(np.concatenate(truth, axis=1))
    return np.exp(true), workloads.on_scale(true + generator.normal(0, error, true.shape))


def kendall_tau(found: Array, true: Array) -> float:
    """Mean rank correlation of rows."""
    first, second = np.triu_indices(found.shape[1], 1)
    agree = np.sign(found[:, first] - found[:, second]) * np.sign(true[:, first] - true[:, second])
    return float(agree.mean())


def simulate(experts: int, error: float = ERROR) -> list[tuple[float, int, float, float]]:
    """Policy, questions, error and rank correlation as multiples of those with all questions."""
    tree = workloads.tree()
    sizes = ahp.evaluate_panel(tree, np.ones((1, 176))).layout.sizes
    truth, answers = experts_of(sizes, experts, error)
    true = ahp.evaluate_panel(tree, truth, method="log_least_squares").leaf_weights
    found = []
    for policy in (*POLICIES, math.inf):
        questions = mask(sizes, min(policy, 99))
        weights = ahp.evaluate_panel(tree, answers * questions, method="log_least_squares").leaf_weights
        found.append((policy, int(np.nansum(questions)), np.abs(weights - true).mean(), kendall_tau(weights, true)))
    *_, (_, _, least, best) = found
    return [(policy, count, error_ / least, tau / best) for policy, count, error_, tau in found]


def table(experts: int) -> list[str]:
    """The result as lines of Markdown."""
    rows = []
    for policy, count, error, tau in simulate(experts):
        who = "all" if policy == math.inf else f"{policy:g} n"
        rows.append(f"| {who} | {count} ({count / 176:.0%}) | {error:.3f} | {tau:.3f} |")
    head = ["| larger nodes are asked | questions | error / error of all | tau / tau of all |", "|---|---|---|---|"]
    return [*head, *rows]


if __name__ == "__main__":
    print("\n".join(table(int(float(sys.argv[1])) if len(sys.argv) > 1 else 4000)))
