"""Rounds: who would be asked about which pairs, how the panel had answered them, and how many came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from django.db.models import Exists, OuterRef

from surveys.models import (
    Comparison,
    Expert,
    JudgmentEvent,
    KeptJudgment,
    RevisionPair,
    RoundPair,
    Survey,
)
from surveys.rows import ROW, value_of, value_says
from surveys.scale import answer_of, sentence
from surveys.selectors.panel_now import PanelNow
from surveys.selectors.revisions import Asked

FEWEST_SHOWN = 5
"""Answers below which a distribution is not shown to an expert: it would point at somebody."""
SUGGESTED_PART = 10  # a tenth of all pairs


@dataclass
class AskedExpert:
    """What one expert would be asked: node → comparisons."""

    expert: Expert
    by_node: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def pairs(self) -> list[int]:
        return [pair for pairs in self.by_node.values() for pair in pairs]


@dataclass(frozen=True)
class RoundPlan:
    """`asked` in the order of the panel; `waiting`: those whom an earlier request about one of the nodes keeps busy."""

    asked: Sequence[AskedExpert]
    waiting: Sequence[Expert]

    @property
    def questions(self) -> int:
        return sum(len(each.pairs) for each in self.asked)

    @property
    def least(self) -> int:
        return min((len(each.pairs) for each in self.asked), default=0)

    @property
    def most(self) -> int:
        return max((len(each.pairs) for each in self.asked), default=0)


def round_plan(survey: Survey, panel: PanelNow, pairs: Sequence[Comparison]) -> RoundPlan:
    """Everybody who counts, answered the pair, and holds a standing invitation. Two queries."""
    busy = waiting_nodes(survey)
    revoked = set(survey.experts.filter(invitation__revoked_at__isnull=False).values_list("pk", flat=True))
    asked, waiting = [], []
    for row, expert in enumerate(panel.experts):
        each, kept_busy = AskedExpert(expert), False
        for pair in pairs:
            if expert.pk in revoked or np.isnan(panel.counted_answers[row, panel.questions.columns[pair.pk]]):
                continue
            if (expert.pk, pair.node_id) in busy:
                kept_busy = True
            else:
                each.by_node[pair.node_id].append(pair.pk)
        asked += [each] if each.by_node else []
        waiting += [expert] if kept_busy else []
    return RoundPlan(asked, waiting)


def waiting_nodes(survey: Survey) -> set[tuple[int, int]]:
    """(expert, node) where a request still waits for somebody to change or keep an answer. One query."""
    newer = JudgmentEvent.objects.filter(
        expert=OuterRef("request__expert"),
        comparison=OuterRef("comparison"),
        conflict=False,
        revision__gt=OuterRef("revision"),
    )
    kept = KeptJudgment.objects.filter(request=OuterRef("request"), comparison=OuterRef("comparison"))
    waiting = RevisionPair.objects.filter(request__expert__survey=survey, request__withdrawn_at=None)
    still = waiting.exclude(Exists(newer)).exclude(Exists(kept)).order_by()
    return set(still.values_list("request__expert_id", "request__node_id").distinct())


def distribution_of(panel: PanelNow, comparison: int) -> list[int]:
    """How many of those who count gave each of the seventeen answers, from 9 for the first to 9 for the second."""
    answers = panel.counted_answers[:, panel.questions.columns[comparison]]
    places = {value: place for place, value in enumerate(ROW)}
    counts = [0] * len(ROW)
    for ratio in answers[~np.isnan(answers)].tolist():
        counts[places[value_of(*answer_of(ratio))]] += 1
    return counts


def revisions_at(panel: PanelNow, pairs: Collection[int]) -> dict[tuple[int, int], int]:
    """(expert, comparison) → the revision of the answer that was handed in. One query."""
    handed_in = {expert.pk: revision for expert, revision in zip(panel.experts, panel.revisions, strict=True)}
    log = JudgmentEvent.objects.filter(expert__in=handed_in, comparison__in=pairs, conflict=False).order_by("revision")
    rows = log.values_list("expert_id", "comparison_id", "revision")
    return {(expert, pair): revision for expert, pair, revision in rows if revision <= handed_in[expert]}


# --- what an expert sees ---


@dataclass(frozen=True)
class Step:
    """One of the seventeen answers: how many gave it, and whether it is one's own. `height` in percent."""

    strength: int
    spoken: str
    count: int
    own: bool
    height: float

    @property
    def top(self) -> float:
        return round(100 - self.height, 2)


@dataclass(frozen=True)
class Distribution:
    """How the panel answered a pair when the round began; without names, and not at all where answers are few."""

    steps: Sequence[Step]
    answers: int
    for_a: int
    equal: int
    for_b: int
    fewest: int = FEWEST_SHOWN

    @property
    def shown(self) -> bool:
        return self.answers >= self.fewest


def distributions(asked: Asked, smallest: int) -> dict[int, Distribution]:
    """Comparison → distribution, for a request of a round; empty for any other. One query. `smallest`: the group of
    experts below which the survey tells nothing.
    """
    if asked.request.round_id is None:
        return {}
    stored = RoundPair.objects.filter(
        round=asked.request.round_id, comparison__in=[p.comparison.pk for p in asked.pairs]
    )
    counts = dict(stored.values_list("comparison_id", "distribution"))
    own = {pair.comparison.pk: pair.old for pair in asked.pairs}
    names = {pair.comparison.pk: (pair.comparison.item_a, pair.comparison.item_b) for pair in asked.pairs}
    told = {pair: distribution(found, own[pair], *names[pair]) for pair, found in counts.items()}
    return {pair: replace(found, fewest=max(FEWEST_SHOWN, smallest)) for pair, found in told.items()}


def distribution(counts: Sequence[int], own: JudgmentEvent | None, a: object, b: object) -> Distribution:
    mine, tallest = value_of(own.more_important, own.strength) if own else "", max(counts) or 1
    steps = [
        Step(
            value_says(value)[1] or 1,
            sentence(*value_says(value), a, b),
            count,
            value == mine,
            round(100 * count / tallest, 2),
        )
        for value, count in zip(ROW, counts, strict=True)
    ]
    middle = ROW.index("equal")
    return Distribution(steps, sum(counts), sum(counts[:middle]), counts[middle], sum(counts[middle + 1 :]))
