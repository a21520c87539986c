"""Answers that somebody prepared for an expert, as the expert finds them: beside what they say themselves."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from surveys.models import Comparison, DraftAnswer, Expert, Indicator, Judgment
from surveys.rows import value_of
from surveys.scale import sentence
from surveys.selectors.structure import structure_of


@dataclass(frozen=True)
class DraftTold:
    """One prepared answer as a sentence, and the expert's own where there is one."""

    draft: DraftAnswer
    comparison: Comparison
    own: Judgment | None

    @property
    def value(self) -> str:
        return value_of(self.draft.more_important, self.draft.strength)

    @property
    def base(self) -> int:
        return self.own.revision if self.own else 0

    @property
    def sentence(self) -> str:
        return _told(self.draft, self.comparison)

    @property
    def own_sentence(self) -> str:
        return _told(self.own, self.comparison) if self.own else ""

    @property
    def seen(self) -> str:
        """What the page sends back: the pair, what was shown, and the revision of the expert's own answer."""
        return f"{self.comparison.pk}:{self.value}:{self.base}"

    @property
    def changes(self) -> bool:
        """To confirm it would change what the expert said."""
        return self.own is not None and value_of(self.own.more_important, self.own.strength) != self.value


@dataclass(frozen=True)
class DraftSection:
    node: Indicator
    rows: list[DraftTold]

    @property
    def changes(self) -> int:
        return sum(row.changes for row in self.rows)


def drafts_of(expert: Expert) -> list[DraftAnswer]:
    """In the order of the questionnaire."""
    drafts = DraftAnswer.objects.filter(expert=expert).select_related("entered_by", "transcript")
    return list(drafts.defer("transcript__file").order_by("comparison__position"))


def draft_count(expert: Expert) -> int:
    return DraftAnswer.objects.filter(expert=expert).count()


def prepared_values(expert: Expert) -> dict[int, str]:
    """Comparison → what an assistant prepared, as a value of the row. What an account keyed in is not theirs to see."""
    drafts = DraftAnswer.objects.filter(expert=expert, entered_by=None)
    rows = drafts.values_list("comparison_id", "more_important", "strength")
    return {pair: value_of(more_important, strength) for pair, more_important, strength in rows}


def prepared_counts(expert: Expert) -> dict[int, int]:
    """Node → how many answers an assistant prepared there."""
    rows = DraftAnswer.objects.filter(expert=expert, entered_by=None).order_by()
    return dict(rows.values_list("comparison__node").annotate(Count("pk")))


def draft_sections(expert: Expert) -> list[DraftSection]:
    """In tree order, two queries."""
    structure = structure_of(expert.survey.edition)
    own = {judgment.comparison_id: judgment for judgment in Judgment.objects.filter(expert=expert)}
    found: dict[int, list[DraftTold]] = {}
    for draft in drafts_of(expert):
        pair = structure.pairs[draft.comparison_id]
        found.setdefault(pair.node_id, []).append(DraftTold(draft, pair, own.get(pair.pk)))
    nodes = sorted(structure.nodes, key=lambda node: node.position)
    return [DraftSection(node, found[node.pk]) for node in nodes if node.pk in found]


def _told(said: DraftAnswer | Judgment, pair: Comparison) -> str:
    return sentence(said.more_important, said.strength, pair.item_a, pair.item_b)
