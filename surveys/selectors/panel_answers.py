"""The answers behind a panel result, slice by slice: an array with a row for each member, in two queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from surveys.counting import ratio_of, weights_at
from surveys.models import Comparison, Edition, JudgmentEvent, PanelMember, PanelResult, Submission
from surveys.selectors.structure import KEPT_EDITIONS
from surveys.selectors.trees import Tree, tree_of

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

MOST_SUBMITTED = 5_000
"""Rows of answers that a process keeps for each edition; 176 answers take 1.4 kB."""


@dataclass(frozen=True)
class Questions:
    """How the answers of a tree stand in one row: node by node in tree order, pair by pair."""

    tree: Tree
    columns: Mapping[int, int]
    """Comparison → its place in the row."""

    @cached_property
    def codes(self) -> dict[str, list[str]]:
        return self.tree.codes()

    @cached_property
    def sizes(self) -> list[int]:
        """The number of children of every parent."""
        return [len(children) for children in self.codes.values()]

    @cached_property
    def pairs(self) -> dict[str, slice]:
        """Parent → its questions; none under a single child."""
        return _side_by_side(self.codes, [n * (n - 1) // 2 for n in self.sizes])

    @cached_property
    def items(self) -> dict[str, slice]:
        """Parent → its children among all items that are compared."""
        return _side_by_side(self.codes, [n if n > 1 else 0 for n in self.sizes])

    @cached_property
    def node_of_pair(self) -> Places:
        """For every question the place of its parent."""
        return np.repeat(np.arange(len(self.sizes)), [n * (n - 1) // 2 for n in self.sizes])

    @cached_property
    def submitted(self) -> dict[str, Array]:
        """Head of a log that was submitted → the answers as they stood there. A log only grows and its hash names all
        of it, so a process reads each once.
        """
        return {}

    @cached_property
    def first_answers(self) -> dict[str, Any]:
        """The same for the answers that stood there first, see `surveys.selectors.first_answers`."""
        return {}

    @cached_property
    def node_of_item(self) -> Places:
        """For every item that is compared the place of its parent."""
        return np.repeat(np.arange(len(self.sizes)), [n if n > 1 else 0 for n in self.sizes])


@dataclass(frozen=True)
class Slice:
    """Some members: answers (members x questions, nan = not answered) and weights (members x parents)."""

    answers: Array
    weights: Array

    def counted(self, questions: Questions) -> Array:
        """The answers of those whose weight at the node is not 0."""
        counts = self.weights[:, questions.node_of_pair] > 0
        return np.where(counts, self.answers, np.nan)


def questions_of(edition: Edition) -> Questions:
    tree = tree_of(edition)
    places: dict[tuple[int, int], int] = {}
    for node in tree.parents:
        for a, b in combinations(tree.children_of(node), 2):
            places[a.pk, b.pk] = len(places)
    asked = Comparison.objects.filter(node__edition_id=edition.pk).values_list("pk", "item_a_id", "item_b_id")
    return Questions(tree, {pair: places[a, b] for pair, a, b in asked})


def kept_questions(edition: Edition) -> Questions:
    """The same for pages: what a frozen edition asks never changes, so each process reads it once.

    Whoever verifies what is stored reads it anew.
    """
    if edition.frozen_at is None:
        return questions_of(edition)
    return _kept(edition.pk, edition.frozen_at.isoformat())


@lru_cache(maxsize=KEPT_EDITIONS)
def _kept(edition_id: int, _frozen_at: str) -> Questions:
    return questions_of(Edition(pk=edition_id))


def _side_by_side(codes: Iterable[str], lengths: Iterable[int]) -> dict[str, slice]:
    slices, start = {}, 0
    for code, length in zip(codes, lengths, strict=True):
        slices[code] = slice(start, start + length)
        start += length
    return slices


def members_in_order(result: PanelResult) -> QuerySet[PanelMember]:
    return result.members.order_by("submission__expert_id")


def slice_of(result: PanelResult, questions: Questions, first: int, count: int) -> Slice:
    """What these members had submitted. Two queries, however many they are."""
    found = members_in_order(result)[first : first + count].values_list(
        "submission__expert_id", "submission__revision", "weight", "branch_weights", "excluded"
    )
    members = list(found)
    revisions = {expert: (row, revision) for row, (expert, revision, *_weights) in enumerate(members)}
    weights = [weights_of(questions.tree, *counts) for _expert, _revision, *counts in members]
    return Slice(answers_of(revisions, questions), np.array(weights, dtype=float).reshape(len(members), -1))


def weights_of(tree: Tree, weight: Decimal, branches: Mapping[str, str], excluded: Collection[str] = ()) -> list[float]:
    """An expert's weight at every parent, see `weights_at`."""
    nodes = ((node.pk, node.parent_id, node.code) for node in tree.nodes)
    held = weights_at(nodes, float(weight), branches, excluded)
    return [held[node.pk] for node in tree.parents]


def submitted_answers(submissions: Sequence[Submission], questions: Questions) -> Array:
    """What these submissions say, a row for each. One query for those that this process has not read yet, or none."""
    if len(questions.submitted) > MOST_SUBMITTED:
        questions.submitted.clear()
    unread = [each for each in submissions if each.head_hash not in questions.submitted]
    if unread:
        rows = {each.expert_id: (row, each.revision) for row, each in enumerate(unread)}
        for each, answers in zip(unread, answers_of(rows, questions), strict=True):
            questions.submitted[each.head_hash] = answers
    found = [questions.submitted[each.head_hash] for each in submissions]
    return np.array(found).reshape(len(found), len(questions.columns))


def answers_of(revisions: Mapping[int, tuple[int, int]], questions: Questions) -> Array:
    """Expert → row and revision; from the logs as they stood at that revision: the newest answer to a pair counts."""
    answers = np.full((len(revisions), len(questions.columns)), np.nan)
    log = JudgmentEvent.objects.filter(expert__in=list(revisions), conflict=False).order_by("expert_id", "revision")
    said = log.values_list("expert_id", "revision", "comparison_id", "more_important", "strength")
    for expert, revision, comparison, more_important, strength in said.iterator():
        row, newest = revisions[expert]
        if revision <= newest:
            ratio = np.nan if strength is None else ratio_of(more_important, strength)
            answers[row, questions.columns[comparison]] = ratio
    return answers
