"""What is measured: seeded answers of experts who err by a typical factor, on the scale 1/9 … 9."""

from typing import Any

import numpy as np

from ahp._cells import Array

GROUPS = {"1": (4, 7), "2": (2, 3), "3": (9, 11, 7), "4": (4, 6)}
ERROR = 0.3  # of ln a_ij: consistency ratios around 0.04


def tree() -> dict[str, list[str]]:
    """One index, 4 dimensions, 9 groups, 53 indicators: 14 matrices, 176 questions."""
    found = {"index": list(GROUPS)}
    for dimension, sizes in GROUPS.items():
        found[dimension] = [f"{dimension}.{i}" for i in range(len(sizes))]
        for group, size in zip(found[dimension], sizes, strict=True):
            found[group] = [f"{group}.{i}" for i in range(size)]
    return found


def answers(sizes: list[int], experts: int, seed: int = 1, error: float = ERROR) -> Array:
    """Judgments (experts, questions) over matrices of these sizes, side by side."""
    generator = np.random.default_rng(seed)
    columns = []
    for n in sizes:
        first, second = np.triu_indices(n, 1)
        logs = generator.uniform(0, np.log(9), (experts, n))
        said = logs[:, first] - logs[:, second] + generator.normal(0, error, (experts, len(first)))
        columns.append(on_scale(said))
    return np.ascontiguousarray(np.concatenate(columns, axis=1))


def on_scale(logs: Array) -> Array:
    """Log ratios to the nearest whole strength from 1 to 9, either way."""
    strength = np.clip(np.round(np.exp(np.abs(logs))), 1, 9)
    return np.where(logs >= 0, strength, 1 / strength)


def table(ratios: Array, n: int) -> Array:
    """The matrix of one upper triangle."""
    values = np.ones((n, n))
    upper = np.triu_indices(n, 1)
    values[upper] = ratios
    values.T[upper] = 1 / ratios
    return values


def tables(sizes: list[int], row: Array) -> list[Array]:
    """The matrices of one expert."""
    ends = np.cumsum([n * (n - 1) // 2 for n in sizes])
    return [table(part, n) for part, n in zip(np.split(row, ends[:-1]), sizes, strict=True)]


def with_gaps(values: Array, answered: int, seed: int) -> Array:
    """The matrix with only so many answers left, which still link all items."""
    generator = np.random.default_rng(seed)
    n = len(values)
    order = generator.permutation(n).tolist()
    kept = {tuple(sorted((order[i], order[int(generator.integers(i))]))) for i in range(1, n)}
    others: list[Any] = [(i, j) for i in range(n) for j in range(i + 1, n) if (i, j) not in kept]
    generator.shuffle(others)
    kept.update(map(tuple, others[: answered - len(kept)]))
    gaps = np.full_like(values, np.nan)
    for i in range(n):
        gaps[i, i] = 1
    for i, j in kept:
        gaps[i, j], gaps[j, i] = values[i, j], values[j, i]
    return gaps
