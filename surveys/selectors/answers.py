"""An expert's answers: where they stand, and as matrices."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from surveys.models import Expert, Indicator, Judgment, JudgmentEvent, MoreImportant, Section, Submission, Survey
from surveys.scale import ratio_of
from surveys.selectors.questionnaire import Said, Stage, way_of
from surveys.selectors.sections import asked_counts, planned_by_node
from surveys.selectors.structure import structure_of
from surveys.selectors.trees import Tree

Ratio = dict[tuple[str, str], float]
"""Pair of item codes → how many times the first is as important as the second."""


@dataclass(frozen=True)
class SectionProgress:
    """What is asked about one node, and how much of it an expert has answered."""

    node: Indicator
    first: int
    total: int
    answered: int
    first_open: int | None

    @property
    def done(self) -> bool:
        return self.answered == self.total


@dataclass(frozen=True)
class Progress:
    sections: list[SectionProgress]

    @property
    def total(self) -> int:
        return sum(section.total for section in self.sections)

    @property
    def answered(self) -> int:
        return sum(section.answered for section in self.sections)

    @property
    def complete(self) -> bool:
        return self.answered == self.total

    @property
    def first_open(self) -> int | None:
        """Position of the first comparison without an answer."""
        return next((section.first_open for section in self.sections if section.first_open), None)


def settled(survey: Survey) -> Q:
    """The judgments after which a pair is no longer open: “cannot judge” counts where the survey allows it."""
    return Q() if survey.missing_allowed else ~Q(more_important=MoreImportant.CANNOT_JUDGE)


def progress_of(expert: Expert, said: Said | None = None, sections: list[Section] | None = None) -> Progress:
    """How far an expert is, section by section. Two queries, or none where they were made already."""
    return Progress([_progress(stage) for stage in way_of(expert, said, sections).stages])


def _progress(stage: Stage) -> SectionProgress:
    first_open = stage.first_open
    return SectionProgress(
        stage.section.node,
        stage.places[0].position,
        stage.total,
        stage.answered,
        first_open.position if first_open else None,
    )


def current_ratios(expert: Expert) -> Ratio:
    """The expert's answers as they stand now."""
    rows = Judgment.objects.filter(expert=expert).select_related("comparison__item_a", "comparison__item_b")
    return _ratios(rows)


def submitted_ratios(submission: Submission) -> Ratio:
    """The answers that a submission covers, rebuilt from the log: what came later does not change them."""
    log = JudgmentEvent.objects.filter(
        expert_id=submission.expert_id, revision__lte=submission.revision, conflict=False
    ).select_related("comparison__item_a", "comparison__item_b")
    newest = {event.comparison_id: event for event in log.order_by("revision")}
    return _ratios(event for event in newest.values() if event.more_important)


def _ratios(rows: Iterable[Judgment | JudgmentEvent]) -> Ratio:
    return {
        (row.comparison.item_a.code, row.comparison.item_b.code): ratio_of(row.more_important, row.strength)
        for row in rows
        if row.strength is not None
    }


def node_ratios(tree: Tree, ratios: Ratio) -> dict[str, Ratio]:
    """Node code → the ratios among its children."""
    parent = {child.code: node.code for node in tree.parents for child in tree.children_of(node)}
    parts: dict[str, Ratio] = {node.code: {} for node in tree.parents}
    for (a, b), ratio in ratios.items():
        parts[parent[a]][a, b] = ratio
    return parts


def settled_counts(expert: Expert) -> dict[int, int]:
    """Node → pairs that this expert has settled, in one query."""
    rows = Judgment.objects.filter(settled(expert.survey), expert=expert).order_by()
    return dict(rows.values_list("comparison__node").annotate(Count("pk")))


def settled_in(expert: Expert, said: Said) -> dict[int, int]:
    """The same from what was read already."""
    pairs = structure_of(expert.survey.edition).pairs
    settles = expert.survey.missing_allowed
    given = (pair for pair, judgment in said.items() if settles or judgment.strength is not None)
    return dict(Counter(pairs[pair].node_id for pair in given))


@dataclass(frozen=True)
class Answered:
    """Of a panel: expert → pairs answered and pairs asked, for those who have begun; the others are asked `usual`."""

    begun: Mapping[int, tuple[int, int]]
    usual: int

    def of(self, expert: int) -> tuple[int, int]:
        return self.begun.get(expert, (0, self.usual))


def answered_in(survey: Survey) -> Answered:
    """How much everybody has answered, in a fixed number of queries, whatever the size of the panel."""
    usual, sections = planned_by_node(survey), asked_counts(survey)
    given: dict[int, dict[int, int]] = defaultdict(dict)
    rows = Judgment.objects.filter(settled(survey), expert__survey=survey).order_by()
    for expert, node, count in rows.values_list("expert", "comparison__node").annotate(Count("pk")):
        given[expert][node] = count
    counts = {}
    for expert in given.keys() | sections.keys():
        asked = sections.get(expert, usual)
        answered = sum(min(given[expert].get(node, 0), most) for node, most in asked.items())
        counts[expert] = answered, sum(asked.values())
    return Answered(counts, sum(usual.values()))


def answered_themselves(survey: Survey) -> list[Expert]:
    """Who has said anything in this survey; answers that were carried over from an earlier one are not said here."""
    own = JudgmentEvent.objects.filter(expert=OuterRef("pk")).exclude(source=JudgmentEvent.Source.CARRIED)
    return list(survey.experts.filter(Exists(own)).order_by("pk"))
