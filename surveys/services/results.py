"""From answers to numbers: the one place where stored answers meet the method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import ahp
from surveys.canonical import decimal_text
from surveys.models import OpenResult, PanelResult, Survey
from surveys.selectors.answers import Ratio, node_ratios
from surveys.selectors.trees import Tree

OTHER_METHOD = {"eigenvector": "log_least_squares", "log_least_squares": "eigenvector"}

Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Method:
    """How a survey computes: fixed when it opens, printed with every result."""

    method: str
    random_index: str
    aggregation: str
    missing_allowed: bool = False

    @classmethod
    def of(cls, fixed: Survey | PanelResult | OpenResult) -> Method:
        return cls(fixed.method, fixed.random_index, fixed.aggregation, fixed.missing_allowed)

    @property
    def other(self) -> str:
        """The method whose weights stand in the second column."""
        return OTHER_METHOD[self.method]


@dataclass(frozen=True)
class NodeNumbers:
    """One matrix and what follows from it: weights by the survey's method and by the one beside it, and consistency.

    Where its answers do not link all items there are no numbers, and `groups` are the items that hang together.
    """

    node: str
    matrix: ahp.Matrix
    weights: np.ndarray | None
    second_weights: np.ndarray | None
    consistency: ahp.Consistency | None
    table: str
    groups: Groups = ()

    @property
    def linked(self) -> bool:
        return not self.groups

    def stored(self) -> dict[str, Any]:
        """The fields that a stored result has: numbers as decimal strings, empty where a thing cannot be tested."""
        tested = self.consistency
        testable = tested is not None and tested.testable
        return {
            "weights": _texts(self.weights),
            "second_weights": _texts(self.second_weights),
            "lambda_max": decimal_text(tested.lambda_max) if tested else "",
            "index": decimal_text(tested.index) if tested else "",
            "random_index": decimal_text(tested.random_index) if tested and testable else "",
            "table": self.table,
            "ratio": "" if tested is None or tested.ratio is None else decimal_text(tested.ratio),
        }


def expert_numbers(tree: Tree, ratios: Ratio, method: Method) -> list[NodeNumbers]:
    """Every node of one expert's answers. What is missing is completed as the method says."""
    parts = node_ratios(tree, ratios)
    labels = tree.codes()
    return [node_numbers(code, ahp.matrix_from_pairs(labels[code], parts[code]), method) for code in labels]


def node_numbers(node: str, matrix: ahp.Matrix, method: Method) -> NodeNumbers:
    try:
        return NodeNumbers(
            node=node,
            matrix=matrix,
            weights=ahp.priorities(matrix, method=method.method).weights,
            second_weights=ahp.priorities(matrix, method=method.other).weights,
            consistency=ahp.consistency(matrix, random_index=method.random_index),
            table=method.random_index,
        )
    except ahp.DisconnectedError as error:
        groups = tuple(tuple(str(code) for code in group) for group in error.components)
        return NodeNumbers(node, matrix, None, None, None, method.random_index, groups)


def matrix_texts(matrix: ahp.Matrix) -> list[list[str]]:
    """A matrix as it is stored: decimal strings, empty where there is no answer."""
    return [["" if np.isnan(cell) else decimal_text(cell) for cell in row] for row in matrix.values]


def matrix_of_texts(texts: Sequence[Sequence[str]]) -> list[list[float]]:
    """The numbers of a stored matrix, nan where there is no answer."""
    return [[float(cell) if cell else np.nan for cell in row] for row in texts]


def _texts(numbers: np.ndarray | None) -> list[str]:
    return [] if numbers is None else [decimal_text(number) for number in numbers]
