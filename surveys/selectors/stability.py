"""What became of each round: how many came back, how many stayed with their answer, whether the panel came closer.

Before is what a request asked about, after is what was handed in last. 积极系数 is returned over sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

import ahp
from surveys.models import Comparison, Indicator, JudgmentEvent, KeptJudgment, RevisionPair, Round, Survey
from surveys.scale import ratio_of
from surveys.selectors.consensus import NodeConsensus, node_consensus
from surveys.selectors.panel_answers import Array
from surveys.selectors.panel_now import PanelNow
from surveys.selectors.structure import structure_of

Pair = tuple[int, int]
"""Expert, comparison."""


@dataclass(frozen=True)
class PairStability:
    """One pair of a round, over the experts who were asked and whose answer was handed in again or kept."""

    pair: Comparison
    asked: int
    returned: int
    unchanged: int
    closer: int
    before: float | None
    after: float | None

    @property
    def share_unchanged(self) -> float | None:
        return self.unchanged / self.returned if self.returned else None


@dataclass(frozen=True)
class NodeStability:
    node: Indicator
    before: float | None
    after: float | None


@dataclass(frozen=True)
class RoundTold:
    """One round. The first is the survey itself: it has no pairs of its own."""

    number: int
    round: Round | None
    sent: int
    returned: int
    pairs: Sequence[PairStability] = ()
    nodes: Sequence[NodeStability] = ()

    @property
    def response(self) -> float | None:
        """积极系数: the share of those asked who came back."""
        return self.returned / self.sent if self.sent else None

    @property
    def closer(self) -> int:
        return sum(pair.closer for pair in self.pairs)

    @property
    def unchanged(self) -> float | None:
        """Share of the answers looked at again that stayed as they were."""
        looked_at = sum(pair.returned for pair in self.pairs)
        return sum(pair.unchanged for pair in self.pairs) / looked_at if looked_at else None


def rounds_told(survey: Survey, panel: PanelNow) -> list[RoundTold]:
    """The survey itself, and every further round. Two queries, and four for each further round."""
    sent = survey.experts.filter(invitation__revoked_at=None) | survey.experts.filter(submitted_at__isnull=False)
    first = RoundTold(1, None, sent.distinct().count(), len(panel.experts))
    return [first, *(_told(survey, panel, made) for made in survey.rounds.order_by("number"))]


def _told(survey: Survey, panel: PanelNow, made: Round) -> RoundTold:
    asked = _asked(made)
    then, now = _answers(panel, asked)
    settled = _kept(made) | set(now)
    rows = {expert.pk: row for row, expert in enumerate(panel.experts)}
    experts = {expert for expert, _pair in asked}
    back = experts - {expert for expert, pair in asked if (expert, pair) not in settled}
    before = panel.answers.copy()
    for (expert, pair), ratio in then.items():
        before[rows[expert], panel.questions.columns[pair]] = ratio
    earlier = panel.answering(before)
    pairs = [structure_of(survey.edition).pairs[pk] for pk in dict.fromkeys(pair for _expert, pair in asked)]
    nodes = dict.fromkeys(pair.node for pair in pairs)
    return RoundTold(
        made.number,
        made,
        len(experts),
        len(back),
        [
            _pair(panel, earlier, pair, [e for e, p in asked if p == pair.pk and e in rows], settled, rows)
            for pair in pairs
        ],
        [NodeStability(node, _kendall(earlier, node), _kendall(panel, node)) for node in nodes],
    )


def _asked(made: Round) -> dict[Pair, int]:
    """What was asked of whom, and the revision of the answer it was about; in the order of the questionnaire."""
    rows = RevisionPair.objects.filter(request__round=made, request__withdrawn_at=None).order_by("comparison__position")
    return {
        (expert, pair): at for expert, pair, at in rows.values_list("request__expert_id", "comparison_id", "revision")
    }


def _kept(made: Round) -> set[Pair]:
    kept = KeptJudgment.objects.filter(request__round=made).order_by()
    return set(kept.values_list("expert_id", "comparison_id"))


def _answers(panel: PanelNow, asked: Mapping[Pair, int]) -> tuple[dict[Pair, float], dict[Pair, float]]:
    """What was said when the round began, and what was handed in since."""
    handed_in = {expert.pk: revision for expert, revision in zip(panel.experts, panel.revisions, strict=True)}
    pairs, experts = {pair for _expert, pair in asked}, {expert for expert, _pair in asked}
    log = JudgmentEvent.objects.filter(expert__in=experts, comparison__in=pairs, conflict=False).order_by("revision")
    then: dict[Pair, float] = {}
    now: dict[Pair, float] = {}
    for expert, pair, revision, more, strength in log.values_list(
        "expert_id", "comparison_id", "revision", "more_important", "strength"
    ):
        at = asked.get((expert, pair))
        if at is None or revision < at or revision > handed_in.get(expert, 0):
            continue
        said = then if revision == at else now
        said[expert, pair] = ratio_of(more, strength) if strength else np.nan
    return then, now


def _pair(
    panel: PanelNow,
    earlier: PanelNow,
    pair: Comparison,
    experts: Sequence[int],
    settled: set[Pair],
    rows: Mapping[int, int],
) -> PairStability:
    column = panel.questions.columns[pair.pk]
    places = [rows[expert] for expert in experts]
    before, after = earlier.answers[places, column], panel.answers[places, column]
    back = np.array([(expert, pair.pk) in settled for expert in experts], dtype=bool)
    same = np.isclose(before, after, equal_nan=True)
    names = (pair.item_a.code, pair.item_b.code)
    return PairStability(
        pair,
        len(experts),
        int(back.sum()),
        int((same & back).sum()),
        _closer(before, after),
        ahp.pair_disagreement(names, before).geometric_sd,
        ahp.pair_disagreement(names, after).geometric_sd,
    )


def _closer(before: Array, after: Array) -> int:
    """How many moved towards the middle: the geometric mean of the answers before."""
    known = ~np.isnan(before) & ~np.isnan(after)
    if not known.any():
        return 0
    middle = np.log(ahp.judgment_sums(before[known][:, None]).ratios[0])
    gaps = [np.abs(np.log(answers[known]) - middle) for answers in (before, after)]
    return int((gaps[1] < gaps[0] - 1e-9).sum())


def _kendall(panel: PanelNow, node: Indicator) -> float | None:
    found: NodeConsensus = node_consensus(panel, node)
    return found.measures.kendall_w if found.measures else None
