"""The group's numbers from sums over its members, which merge in any order: one way for a panel of any size."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from django.utils.functional import lazy
from django.utils.translation import gettext as _

import ahp
from surveys.canonical import canonical_json
from surveys.errors import Refused
from surveys.models import PanelResult, Survey
from surveys.selectors.panel_answers import Array, Questions, Slice, slice_of
from surveys.services.results import Method, NodeNumbers, node_numbers

PART = 500
"""Members in a slice: what is read and computed at once, and by one job where a panel is larger."""

DTYPE = "<f8"
FIELDS = ("log_sums", "counted", "answers", "experts", "log_weights", "second_log_weights", "linked")


@dataclass(frozen=True)
class PanelSums:
    """What some members add to the group; add two with ``+``.

    For each question: the sum of expert weight times ln judgment, of these weights, and of the answers that count. For
    each parent: the experts who count there. Where weights are averaged (AIP), for each item: the sum of expert weight
    times ln local weight by both methods, and of the weights of the experts whose answers link all items.
    """

    log_sums: Array
    counted: Array
    answers: Array
    experts: Array
    log_weights: Array
    second_log_weights: Array
    linked: Array

    def __add__(self, other: PanelSums) -> PanelSums:
        return PanelSums(*(getattr(self, name) + getattr(other, name) for name in FIELDS))

    @property
    def ratios(self) -> Array:
        """The group's judgments; nan where nobody who counts answered."""
        return ahp.JudgmentSums(self.log_sums, self.counted, self.answers.astype(np.int64), 0).ratios

    def packed(self) -> str:
        """As a text that gives every bit back."""
        numbers = {name: base64.b64encode(getattr(self, name).astype(DTYPE).tobytes()).decode() for name in FIELDS}
        return canonical_json({"dtype": DTYPE, **numbers})

    @classmethod
    def unpacked(cls, text: str) -> PanelSums:
        stored = json.loads(text)
        return cls(*(np.frombuffer(base64.b64decode(stored[name]), dtype=stored["dtype"]) for name in FIELDS))


@dataclass(frozen=True)
class GroupNode:
    """The group at one node: its numbers, how many experts count there, and how many of them answered each pair."""

    numbers: NodeNumbers
    experts: int
    answers: list[int]


def slices(members: int) -> Iterator[tuple[int, int]]:
    """The first member and the number of members of every slice."""
    return ((first, min(PART, members - first)) for first in range(0, members, PART))


def slice_sums(result: PanelResult, questions: Questions, first: int, count: int) -> PanelSums:
    """Read some members and add them up."""
    return sums_of(slice_of(result, questions, first, count), questions, Method.of(result))


def sums_of(members: Slice, questions: Questions, method: Method) -> PanelSums:
    answers = members.counted(questions)
    parts = [
        ahp.judgment_sums(answers[:, pairs], expert_weights=members.weights[:, place])
        for place, pairs in enumerate(questions.pairs.values())
    ]
    averaged = method.aggregation == Survey.Aggregation.PRIORITIES and bool(questions.columns)
    means = _weight_sums(members, answers, questions, method) if averaged else (np.zeros(0),) * 3
    return PanelSums(
        np.concatenate([part.log_sums for part in parts]),
        np.concatenate([part.counted for part in parts]),
        np.concatenate([part.answers for part in parts]).astype(float),
        _counting(members, answers, questions),
        *means,
    )


def _counting(members: Slice, answers: Array, questions: Questions) -> Array:
    """How many experts have a say at each parent; where nothing is asked, all whose weight is not 0."""
    said = [
        ~np.isnan(answers[:, pairs]).all(axis=1) if pairs.stop > pairs.start else members.weights[:, place] > 0
        for place, pairs in enumerate(questions.pairs.values())
    ]
    return np.array([counting.sum() for counting in said], dtype=float)


def _weight_sums(members: Slice, answers: Array, questions: Questions, method: Method) -> tuple[Array, Array, Array]:
    """For each item the sums of its log weights by both methods, and of the weights of the experts they come from."""
    first, second = (
        ahp.evaluate_part(questions.codes, answers, method=name).local for name in (method.method, method.other)
    )
    shares = members.weights[:, questions.node_of_item].T * ~np.isnan(first)
    logs = [np.log(np.where(np.isnan(local), 1.0, local)) for local in (first, second)]
    return (shares * logs[0]).sum(axis=1), (shares * logs[1]).sum(axis=1), shares.sum(axis=1)


def group_numbers(questions: Questions, sums: PanelSums, method: Method) -> list[GroupNode]:
    """The group's matrix and weights at every parent. Refused, with all of them named, where nobody's answers link a
    node's items.
    """
    nodes = group_nodes(questions, sums, method)
    faulty = [node.numbers for node in nodes if node.numbers.weights is None]
    if faulty:
        raise Refused(lazy(_unlinked, str)(questions, faulty))
    return nodes


def group_nodes(questions: Questions, sums: PanelSums, method: Method) -> list[GroupNode]:
    """The same, with no weights where the answers do not link the items."""
    return [_group_node(questions, place, code, sums, method) for place, code in enumerate(questions.codes)]


def _group_node(questions: Questions, place: int, code: str, sums: PanelSums, method: Method) -> GroupNode:
    labels, pairs = questions.codes[code], questions.pairs[code]
    said = [None if np.isnan(ratio) else float(ratio) for ratio in sums.ratios[pairs]]
    matrix = ahp.matrix_from_pairs(labels, dict(zip(combinations(labels, 2), said, strict=True)))
    numbers = node_numbers(code, matrix, method)
    if method.aggregation == Survey.Aggregation.PRIORITIES and len(labels) > 1 and numbers.linked:
        numbers = _averaged(numbers, sums, questions.items[code])
    return GroupNode(numbers, int(sums.experts[place]), sums.answers[pairs].astype(int).tolist())


def _averaged(numbers: NodeNumbers, sums: PanelSums, items: slice) -> NodeNumbers:
    """The same with the geometric means of the experts' own weights."""
    if not sums.linked[items].all():
        return replace(numbers, weights=None, second_weights=None)
    means = [_geometric_mean(logs[items], sums.linked[items]) for logs in (sums.log_weights, sums.second_log_weights)]
    return replace(numbers, weights=means[0], second_weights=means[1])


def _geometric_mean(log_sums: Array, counted: Array) -> Array:
    means: Array = np.exp(log_sums / counted)
    means /= means.sum()
    return means


def _unlinked(questions: Questions, faulty: Sequence[NodeNumbers]) -> str:
    """Made when it is read, in the reader's language."""
    return " ".join(_unlinked_node({node.code: str(node) for node in questions.tree.nodes}, each) for each in faulty)


def _unlinked_node(names: dict[str, str], numbers: NodeNumbers) -> str:
    node = f"{numbers.node} {names[numbers.node]}"
    if numbers.linked:
        return _("No expert's own answers link all items of %(node)s: average judgments instead.") % {"node": node}
    groups = "; ".join("{" + ", ".join(names[code] for code in group) + "}" for group in numbers.groups)
    return _(
        "Nobody's answers link all items of %(node)s; they fall into the groups %(groups)s. At least one expert must "
        "compare an item of one group with an item of another."
    ) % {"node": node, "groups": groups}
