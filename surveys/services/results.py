"""From answers to numbers: the one place where stored answers meet the method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import ahp
from surveys.canonical import decimal_text
from surveys.models import Survey
from surveys.selectors.answers import Ratio, node_ratios
from surveys.selectors.trees import Tree

OTHER_METHOD = {"eigenvector": "log_least_squares", "log_least_squares": "eigenvector"}


@dataclass(frozen=True)
class Method:
    """How a survey computes: fixed when it opens, printed with every result."""

    method: str
    random_index: str
    aggregation: str

    @classmethod
    def of(cls, survey: Survey) -> Method:
        return cls(survey.method, survey.random_index, survey.aggregation)


@dataclass(frozen=True)
class NodeNumbers:
    """One matrix and what follows from it: weights by the survey's method and by the one beside it, and consistency."""

    node: str
    labels: tuple[str, ...]
    matrix: ahp.Matrix
    weights: np.ndarray
    second_weights: np.ndarray
    consistency: ahp.Consistency

    def stored(self) -> dict[str, Any]:
        """The fields that a stored result has: numbers as decimal strings, empty where a thing cannot be tested."""
        tested = self.consistency
        return {
            "weights": _texts(self.weights),
            "second_weights": _texts(self.second_weights),
            "lambda_max": decimal_text(tested.lambda_max),
            "index": decimal_text(tested.index),
            "random_index": decimal_text(tested.random_index) if tested.testable else "",
            "table": tested.table,
            "ratio": "" if tested.ratio is None else decimal_text(tested.ratio),
        }


def expert_numbers(tree: Tree, ratios: Ratio, method: Method) -> list[NodeNumbers]:
    """Every node of one expert's complete answers. Raises ahp.AHPError for an incomplete matrix, naming a pair."""
    parts = node_ratios(tree, ratios)
    labels = tree.codes()
    return [node_numbers(code, ahp.matrix_from_pairs(labels[code], parts[code]), method) for code in labels]


def panel_numbers(
    tree: Tree, experts: Sequence[Ratio], expert_weights: Sequence[float], method: Method
) -> list[NodeNumbers]:
    """The group's matrix and weights at every node, over complete answers of at least one expert."""
    parts = [node_ratios(tree, ratios) for ratios in experts]
    return [
        _panel_node(code, [ahp.matrix_from_pairs(labels, part[code]) for part in parts], expert_weights, method)
        for code, labels in tree.codes().items()
    ]


def node_numbers(node: str, matrix: ahp.Matrix, method: Method) -> NodeNumbers:
    return NodeNumbers(
        node=node,
        labels=tuple(str(label) for label in matrix.labels),
        matrix=matrix,
        weights=ahp.priorities(matrix, method=method.method).weights,
        second_weights=ahp.priorities(matrix, method=OTHER_METHOD[method.method]).weights,
        consistency=ahp.consistency(matrix, random_index=method.random_index),
    )


def _panel_node(
    node: str, matrices: Sequence[ahp.Matrix], expert_weights: Sequence[float], method: Method
) -> NodeNumbers:
    group = node_numbers(node, ahp.aggregate_judgments(matrices, expert_weights=expert_weights), method)
    if method.aggregation == Survey.Aggregation.JUDGMENTS:
        return group
    return NodeNumbers(
        node=node,
        labels=group.labels,
        matrix=group.matrix,
        weights=_mean_of_priorities(matrices, expert_weights, method.method),
        second_weights=_mean_of_priorities(matrices, expert_weights, OTHER_METHOD[method.method]),
        consistency=group.consistency,
    )


def _mean_of_priorities(matrices: Sequence[ahp.Matrix], expert_weights: Sequence[float], method: str) -> np.ndarray:
    each = [ahp.priorities(matrix, method=method).weights for matrix in matrices]
    return ahp.aggregate_priorities(each, expert_weights=expert_weights, mean="geometric")


def _texts(numbers: np.ndarray) -> list[str]:
    return [decimal_text(number) for number in numbers]
