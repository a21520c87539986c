"""A panel in memory, for questions that store nothing: what if this expert were left out, or weights were averaged?

The numbers come from `surveys.services.panel_sums`, as those of a stored result do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt

import ahp
from surveys.models import Expert, PanelResult, Submission, Survey
from surveys.selectors.decisions import excluded_now
from surveys.selectors.panel_answers import (
    Array,
    Questions,
    Slice,
    kept_questions,
    members_in_order,
    submitted_answers,
    weights_of,
)
from surveys.selectors.progress import newest_by_expert
from surveys.services.panel_sums import GroupNode, group_numbers, sums_of
from surveys.services.results import Method

Codes = Collection[str]


@dataclass(frozen=True)
class GroupWeights:
    """What a panel says at every node. Raises nothing: it is made by `PanelNow.group`, which refuses."""

    nodes: Sequence[GroupNode]
    local: Mapping[str, list[float]]
    """Parent code → weights of its children in tree order."""
    second_local: Mapping[str, list[float]]
    """The same by the method beside the survey's own."""
    whole: Mapping[str, float]
    """Code → global weight; the root is 1."""
    second_whole: Mapping[str, float]


@dataclass(frozen=True)
class PanelNow:
    """The experts who submitted, their answers, and how much each counts.

    `answers` is experts x questions (nan = not answered), `weights` experts x parents (0 = recorded, not counted);
    `excluded` says where the 0 is a decision's, and `full` what the weights would be without any decision.
    """

    questions: Questions
    method: Method
    experts: Sequence[Expert]
    answers: Array
    weights: Array
    excluded: Mapping[int, frozenset[str]]
    full: Array
    revisions: Sequence[int]
    """How far each expert's log counts."""
    heads: Sequence[str]
    """The hash of each log there."""
    fewest: int = Survey.SMALLEST_GROUP
    """Experts below whom nothing is told apart."""

    @property
    def codes(self) -> list[str]:
        """The parents, in tree order: the columns of `weights`."""
        return list(self.questions.codes)

    @cached_property
    def counting(self) -> list[bool]:
        """For each expert whether they count anywhere."""
        return [bool(row.any()) for row in self.weights]

    def row_of(self, expert: Expert) -> int:
        return next(row for row, member in enumerate(self.experts) if member.pk == expert.pk)

    def leaving_out(self, expert: Expert, codes: Codes | None = None) -> PanelNow:
        """As if this expert did not count at these nodes (None: nowhere)."""
        left_out = self.weights.copy()
        columns = [place for place, code in enumerate(self.codes) if codes is None or code in codes]
        left_out[self.row_of(expert), columns] = 0.0
        return replace(self, weights=left_out)

    def excluding(self, excluded: Mapping[int, frozenset[str]]) -> PanelNow:
        """As if answers were left out at these nodes (expert → codes), and nowhere else."""
        return replace(self, weights=_without(self.full, self.experts, self.codes, excluded), excluded=excluded)

    def where(self, counts: npt.NDArray[np.bool_]) -> PanelNow:
        """As if only the answers counted where `counts` (experts x parents) is true."""
        return replace(self, weights=np.where(counts, self.weights, 0.0))

    def only(self, rows: Sequence[int]) -> PanelNow:
        """As if these experts were the whole panel."""
        chosen = [self.experts[row] for row in rows]
        revisions, heads = [self.revisions[row] for row in rows], [self.heads[row] for row in rows]
        parts = {name: getattr(self, name)[list(rows)] for name in ("answers", "weights", "full")}
        return replace(self, experts=chosen, revisions=revisions, heads=heads, **parts)

    def counting_alike(self) -> PanelNow:
        """As if everybody who counts at a node counted the same there."""
        return replace(self, weights=(self.weights > 0).astype(float))

    def computed_by(self, **method: object) -> PanelNow:
        """With another method, aggregation or table: `computed_by(aggregation="aip")`."""
        return replace(self, method=replace(self.method, **method))  # type: ignore[arg-type]

    def answering(self, answers: Array) -> PanelNow:
        """As if these were the answers."""
        return replace(self, answers=answers)

    @cached_property
    def group(self) -> GroupWeights:
        """The group's numbers. Raises Refused, with all of them named, where nobody's answers link a node's items."""
        sums = sums_of(Slice(self.answers, self.weights), self.questions, self.method)
        nodes = group_numbers(self.questions, sums, self.method)
        local, second = ({}, {})  # type: dict[str, list[float]], dict[str, list[float]]
        for node in nodes:
            local[node.numbers.node] = np.asarray(node.numbers.weights).tolist()
            second[node.numbers.node] = np.asarray(node.numbers.second_weights).tolist()
        return GroupWeights(nodes, local, second, self._whole(local), self._whole(second))

    @cached_property
    def counted_answers(self) -> Array:
        """The answers of those who count at the node; nan elsewhere."""
        return Slice(self.answers, self.weights).counted(self.questions)

    @cached_property
    def own_weights(self) -> Array:
        """Each expert's own local weights by the survey's method (experts x items that are compared); nan where their
        answers do not link all items of a node.
        """
        part = ahp.evaluate_part(self.questions.codes, self.answers, method=self.method.method)
        return np.asarray(part.local).T

    @cached_property
    def ratios(self) -> Array:
        """Each expert's CR at every parent (experts x parents); nan where nothing can be tested."""
        panel = ahp.evaluate_panel(self.questions.codes, self.answers, random_index=self.method.random_index)
        place = {code: column for column, code in enumerate(panel.nodes)}
        blank = np.full(len(self.experts), np.nan)
        return np.array([panel.ratios[:, place[code]] if code in place else blank for code in self.codes]).T

    def _whole(self, local: Mapping[str, list[float]]) -> dict[str, float]:
        codes = self.questions.codes
        root = self.questions.tree.root.code
        return {str(code): float(weight) for code, weight in ahp.global_weights(codes, local).items()} or {root: 1.0}


def panel_now(survey: Survey) -> PanelNow:
    """What every expert submitted last, counted as it would be if a panel result were asked for now."""
    questions, newest = kept_questions(survey.edition), newest_by_expert(survey)
    chosen = survey.experts.filter(pk__in=newest).select_related("person").prefetch_related("branch_weights__node")
    experts, excluded = list(chosen.order_by("pk")), excluded_now(survey, questions.tree)
    full = _weights(
        questions,
        [(each.weight, {it.node.code: str(it.weight) for it in each.branch_weights.all()}) for each in experts],
    )
    panel = _panel(questions, Method.of(survey), experts, [newest[expert.pk] for expert in experts], full, excluded)
    return replace(panel, fewest=survey.smallest_group)


def panel_then(result: PanelResult) -> PanelNow:
    """The panel of a stored result, as it counted then."""
    questions = kept_questions(result.survey.edition)
    members = list(members_in_order(result).select_related("submission__expert__person"))
    full = _weights(questions, [(member.weight, member.branch_weights) for member in members])
    excluded = {member.submission.expert_id: frozenset(member.excluded) for member in members if member.excluded}
    experts = [member.submission.expert for member in members]
    panel = _panel(questions, Method.of(result), experts, [member.submission for member in members], full, excluded)
    return replace(panel, fewest=result.survey.smallest_group)


def _weights(questions: Questions, held: Sequence[tuple[Decimal, Mapping[str, str]]]) -> list[list[float]]:
    """The weights at every parent; most experts weigh the same, and theirs are worked out once."""
    known: dict[tuple[object, ...], list[float]] = {}
    rows = []
    for weight, branches in held:
        key = (weight, *sorted(branches.items()))
        if key not in known:
            known[key] = weights_of(questions.tree, weight, branches)
        rows.append(known[key])
    return rows


def _panel(
    questions: Questions,
    method: Method,
    experts: Sequence[Expert],
    submissions: Sequence[Submission],
    weights: Sequence[Sequence[float]],
    excluded: Mapping[int, frozenset[str]],
) -> PanelNow:
    full = _rows(weights, len(questions.codes))
    counted = _without(full, experts, list(questions.codes), excluded)
    answers = submitted_answers(submissions, questions)
    revisions, heads = [each.revision for each in submissions], [each.head_hash for each in submissions]
    return PanelNow(questions, method, experts, answers, counted, excluded, full, revisions, heads)


def _without(
    full: Array, experts: Sequence[Expert], codes: Sequence[str], excluded: Mapping[int, frozenset[str]]
) -> Array:
    """The weights with 0 where a decision leaves answers out."""
    weights = full.copy()
    for row, expert in enumerate(experts):
        left_out = excluded.get(expert.pk, frozenset())
        weights[row, [place for place, code in enumerate(codes) if code in left_out]] = 0.0
    return weights


def _rows(weights: Sequence[Sequence[float]], columns: int) -> Array:
    return np.array(weights, dtype=float).reshape(len(weights), columns)
