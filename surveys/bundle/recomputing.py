"""From a weight document and the experts' logs to the numbers that must follow. The formulas are those of `ahp`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import ahp
from surveys.counting import ratio_of, weights_at

TOLERANCE = 1e-9
AGGREGATIONS = {"aij": "judgments", "aip": "priorities"}
OTHER_METHOD = {"eigenvector": "log_least_squares", "log_least_squares": "eigenvector"}

Document = Mapping[str, Any]
Array = NDArray[np.float64]


def children_of(document: Document) -> dict[str, list[str]]:
    """Parent code → codes of its children, in tree order."""
    tree: dict[str, list[str]] = {}
    for node in document["tree"]["nodes"]:
        if node["parent"] is not None:
            tree.setdefault(node["parent"], []).append(node["code"])
    return {node["code"]: tree[node["code"]] for node in document["tree"]["nodes"] if node["code"] in tree}


def read_events(content: bytes) -> list[dict[str, Any]]:
    """The logs of all experts, an event on each line."""
    return [json.loads(line) for line in content.decode().splitlines()]


def newest_answers(events: Iterable[Document]) -> dict[str, dict[tuple[str, str], Document]]:
    """Expert → pair → the event that counts: the newest one that is no conflict; one that takes back leaves nothing."""
    said: dict[str, dict[tuple[str, str], Document]] = {}
    for event in events:
        if not event["conflict"]:
            said.setdefault(event["expert"], {})[event["item_a"], event["item_b"]] = event
    return {
        expert: {pair: event for pair, event in pairs.items() if event["more_important"]}
        for expert, pairs in said.items()
    }


class Recomputed:
    """The panel evaluated anew from its experts' events, by the method that the document states."""

    def __init__(self, document: Document, events: Sequence[Document]) -> None:
        self.document, self.panel = document, document["panel"]
        self.members: Sequence[Document] = self.panel["experts"]
        self.tree = children_of(document)
        self.compared = {code: children for code, children in self.tree.items() if len(children) > 1}
        self.answers = newest_answers(events)

    @cached_property
    def shares(self) -> dict[str, Array]:
        """Node → the weight of every member there."""
        nodes = [(node["code"], node["parent"], node["code"]) for node in self.document["tree"]["nodes"]]
        held = [
            weights_at(nodes, float(member["weight"]), member["branch_weights"], member["excluded"])
            for member in self.members
        ]
        return {code: np.array([weights[code] for weights in held]) for code in self.tree}

    @cached_property
    def judgments(self) -> dict[str, Array]:
        """Node → members x pairs; nan where nothing was answered."""
        return {code: self._table(children) for code, children in self.compared.items()}

    @cached_property
    def first(self) -> Any:
        return self._evaluated(self.panel["method"])

    @cached_property
    def second(self) -> Any:
        return self._evaluated(OTHER_METHOD[self.panel["method"]])

    def counted(self, code: str) -> NDArray[np.bool_]:
        """Which answers count at a node: members x pairs."""
        counts: NDArray[np.bool_] = ~np.isnan(self.judgments[code]) & (self.shares[code] > 0)[:, None]
        return counts

    def consistency_rows(self) -> Iterator[list[str | int | float | None]]:
        """Expert and node, their λmax, CI, RI and CR; the group's rows have the expert `panel`."""
        table = self.panel["random_index"]
        for row, member in enumerate(self.members):
            for code, children in self.compared.items():
                if not np.isnan(self.judgments[code][row]).all():
                    n, missing = len(children), int(self.first.missing(code)[row])
                    value = float(self.first.lambda_max(code)[row])
                    yield [member["code"], code, n, *_tested(n, missing, value, table)]
        for node in self.panel["nodes"]:
            numbers = [float(node[name]) if node[name] else None for name in ("random_index", "ratio")]
            shown = [float(node["lambda_max"]), float(node["index"]), node["table"], *numbers]
            yield ["panel", node["code"], len(node["matrix"]), *shown]

    def _evaluated(self, method: str) -> Any:
        return ahp.evaluate_panel(
            self.tree,
            self.judgments,
            expert_weights=self.shares,
            method=method,
            random_index=self.panel["random_index"],
            aggregation=AGGREGATIONS[self.panel["aggregation"]],
        )

    def _table(self, children: Sequence[str]) -> Array:
        pairs = list(combinations(children, 2))
        rows = [[_ratio(self.answers.get(member["code"], {}).get(pair)) for pair in pairs] for member in self.members]
        return np.array(rows, dtype=float).reshape(len(self.members), len(pairs))


def numbers(texts: str | Sequence[str]) -> list[float]:
    """Stored decimal strings; what is empty is left out."""
    found = [texts] if isinstance(texts, str) else texts
    return [float(text) for text in found if text != ""]


def matrix_numbers(texts: Sequence[Sequence[str]]) -> Array:
    """A stored matrix, nan where there is no answer."""
    return np.array([[float(cell) if cell else np.nan for cell in row] for row in texts])


def close(stated: ArrayLike, computed: ArrayLike) -> bool:
    """The same numbers; what is missing is missing in both."""
    a, b = np.asarray(stated, dtype=float), np.asarray(computed, dtype=float)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True))


def _ratio(event: Document | None) -> float:
    return (
        np.nan if event is None or event["strength"] is None else ratio_of(event["more_important"], event["strength"])
    )


def _tested(n: int, missing: int, value: float, table: str) -> list[str | int | float | None]:
    """CI, RI and CR from λmax; blank where the answers do not link all items, or could not contradict each other."""
    if np.isnan(value):
        return [None, None, table, None, None]
    index = max(0.0, (value - n) / (n - 1))
    mean_random = ahp.random_index(n, missing, table=table)
    return [value, index, table, mean_random or None, index / mean_random if mean_random else None]
