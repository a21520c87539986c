"""The first answer ever given to each pair beside the one that was handed in: what looking again has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from surveys.models import Expert, Indicator, JudgmentEvent
from surveys.scale import consistency_level, ratio_of
from surveys.selectors.panel_answers import MOST_SUBMITTED, Array
from surveys.selectors.panel_now import PanelNow
from surveys.selectors.trees import Tree

Cause = JudgmentEvent.Cause
Said = tuple[str, int | None, str]
"""More important, strength, cause."""

CAUSES: Sequence[str] = (Cause.OWN, Cause.CIRCLE, Cause.HINT, Cause.REQUEST, Cause.ROUND)


@dataclass
class Moved:
    """How the answers of one expert moved. `causes`: pairs that ended elsewhere, by what made the expert say the answer
    that counts; `steps`: how far on the seventeen steps of the scale.
    """

    causes: Counter[str] = field(default_factory=Counter)
    steps: list[int] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return sum(self.causes.values())


@dataclass(frozen=True)
class FirstRow:
    """One expert: matrices that pass with the first answers and with the final ones, and what moved."""

    expert: Expert
    tested: int
    passing_first: int
    passing_final: int
    moved: Moved

    @property
    def by_cause(self) -> list[int]:
        return [self.moved.causes[cause] for cause in CAUSES]

    @property
    def mean_steps(self) -> float | None:
        return sum(self.moved.steps) / len(self.moved.steps) if self.moved.steps else None

    @property
    def largest_step(self) -> int | None:
        return max(self.moved.steps, default=None)


@dataclass(frozen=True)
class WeightMoved:
    """A leaf's global weight from the first answers alone, and from the final ones."""

    node: Indicator
    first: float
    final: float

    @property
    def change(self) -> float:
        return self.final - self.first

    @property
    def points(self) -> float:
        """The change in percentage points."""
        return 100 * self.change


@dataclass(frozen=True)
class FirstPage:
    rows: list[FirstRow]
    answers: int

    @property
    def changed(self) -> int:
        return sum(row.moved.changed for row in self.rows)

    @property
    def causes(self) -> list[tuple[str, int]]:
        """Every cause in words, with how many answers it changed."""
        total: Counter[str] = Counter()
        for row in self.rows:
            total += row.moved.causes
        return [(str(Cause(cause).label), total[cause]) for cause in CAUSES]

    @property
    def labels(self) -> list[str]:
        return [str(Cause(cause).label) for cause in CAUSES]

    @property
    def steps(self) -> list[int]:
        return [step for row in self.rows for step in row.moved.steps]

    @property
    def mean_steps(self) -> float | None:
        return sum(self.steps) / len(self.steps) if self.steps else None

    @property
    def tested(self) -> int:
        return sum(row.tested for row in self.rows)

    @property
    def passing_first(self) -> int:
        return sum(row.passing_first for row in self.rows)

    @property
    def passing_final(self) -> int:
        return sum(row.passing_final for row in self.rows)


@dataclass(frozen=True)
class FirstAnswers:
    """`first` is experts x questions, nan where the first answer was that nothing can be said."""

    first: Array
    moved: Mapping[int, Moved]


@dataclass(frozen=True)
class _OwnFirst:
    """What the log of one submission says: the row of first answers, and what moved."""

    answers: Array
    moved: Moved


def first_answers(panel: PanelNow) -> FirstAnswers:
    """From the logs of a panel, in one query for those that this process has not read yet. An answer that was taken
    back before any other counts as never given.
    """
    kept: dict[str, _OwnFirst] = panel.questions.first_answers
    if len(kept) > MOST_SUBMITTED:
        kept.clear()
    heads = {expert.pk: head for expert, head in zip(panel.experts, panel.heads, strict=True)}
    kept.update(_read(panel, {expert: head for expert, head in heads.items() if head not in kept}))
    first = np.array([kept[head].answers for head in heads.values()]).reshape(panel.answers.shape)
    return FirstAnswers(first, {expert: kept[head].moved for expert, head in heads.items()})


def _read(panel: PanelNow, heads: Mapping[int, str]) -> dict[str, _OwnFirst]:
    """Expert → head of the log up to what counts; the same by head."""
    blank = np.full(len(panel.questions.columns), np.nan)
    found = {expert: _OwnFirst(blank.copy(), Moved()) for expert in heads}
    for expert, column, events in _by_pair(panel, heads) if heads else ():
        (more_important, strength, _cause), ended = events[0], events[-1]
        own = found[expert]
        if strength is not None:
            own.answers[column] = ratio_of(more_important, strength)
        if (more_important, strength) != ended[:2]:
            own.moved.causes[ended[2]] += 1
            if strength is not None and ended[1] is not None:
                own.moved.steps.append(abs(_place(more_important, strength) - _place(ended[0], ended[1])))
    return {heads[expert]: own for expert, own in found.items()}


def first_page(panel: PanelNow, found: FirstAnswers) -> FirstPage:
    """Expert by expert: which matrices pass, what was changed and why."""
    first, final = panel.answering(found.first).ratios, panel.ratios
    rows = [
        FirstRow(
            expert,
            int((~np.isnan(final[row])).sum()),
            _passing(first[row]),
            _passing(final[row]),
            found.moved[expert.pk],
        )
        for row, expert in enumerate(panel.experts)
    ]
    return FirstPage(rows, int((~np.isnan(panel.answers)).sum()))


def weights_moved(first: PanelNow, final: PanelNow, tree: Tree) -> list[WeightMoved]:
    """Every leaf, the largest change first. Refused where the first answers alone do not link all items."""
    began, ended = first.group.whole, final.group.whole
    rows = [WeightMoved(leaf, began[leaf.code], ended[leaf.code]) for leaf in tree.leaves]
    return sorted(rows, key=lambda row: -abs(row.change))


def _passing(ratios: Array) -> int:
    return sum(consistency_level(ratio) == "pass" for ratio in ratios.tolist() if not np.isnan(ratio))


def _by_pair(panel: PanelNow, experts: Collection[int]) -> Iterable[tuple[int, int, list[Said]]]:
    """Expert, column, and the answers to that pair up to what counts, in the order of the log."""
    upto = {expert.pk: revision for expert, revision in zip(panel.experts, panel.revisions, strict=True)}
    log = JudgmentEvent.objects.filter(expert__in=list(experts), conflict=False).order_by("expert_id", "revision")
    fields = ("expert_id", "revision", "comparison_id", "more_important", "strength", "cause")
    found: dict[tuple[int, int], list[Said]] = {}
    for expert, revision, comparison, more_important, strength, cause in log.values_list(*fields).iterator():
        if revision <= upto[expert]:
            said = found.setdefault((expert, comparison), [])
            if said or more_important:
                said.append((more_important, strength, cause))
    return [(expert, panel.questions.columns[pair], said) for (expert, pair), said in found.items() if said]


def _place(more_important: str, strength: int) -> int:
    """Where an answer stands on the seventeen steps: 8 for "a, extremely", 0 for "equal", -8 for "b, extremely"."""
    return 1 - strength if more_important == "b" else strength - 1
