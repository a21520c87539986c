"""What a coordinator sees before asking an expert to look again: the pairs of one matrix, as they were handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from surveys.models import Comparison, Expert, Indicator, JudgmentEvent, KeptJudgment, Submission
from surveys.selectors.hints import Advice, hints_for, sentence_of
from surveys.selectors.keeping import kept_now
from surveys.selectors.structure import structure_of
from surveys.texts import text_in


@dataclass(frozen=True)
class AskablePair:
    """A pair with the answer that was handed in; `hint` where it stands apart, `kept` where the expert kept it.

    Those that stand apart are numbered from 1, the worst first: as they are in the matrix. The others have 0.
    """

    comparison: Comparison
    said: str
    hint: Advice | None
    kept: KeptJudgment | None
    number: int = 0


def askable_pairs(submission: Submission, node: Indicator) -> list[AskablePair]:
    """Those with a hint first, the worst of them first; then the others in the order of the tree."""
    return next(iter(askable_nodes(submission, [node]).values()))


def askable_nodes(submission: Submission, nodes: Sequence[Indicator]) -> dict[Indicator, list[AskablePair]]:
    """The same for several matrices, in as many queries."""
    said = _handed_in(submission, nodes)
    kept = kept_now(submission.expert, up_to=submission.revision)
    return {node: _askable(submission.expert, node, said, kept) for node in nodes}


def _askable(
    expert: Expert, node: Indicator, said: Mapping[int, JudgmentEvent], kept: Mapping[int, KeptJudgment]
) -> list[AskablePair]:
    pairs = structure_of(expert.survey.edition).by_node.get(node.pk, [])
    found = hints_for(pairs, said, random_index=expert.survey.random_index, kept=kept)
    hints = {hint.comparison.pk: hint for hint in found}
    rank = {pair: place for place, pair in enumerate(hints)}
    shown = sorted((pair for pair in pairs if pair.pk in said), key=lambda pair: rank.get(pair.pk, len(rank)))
    return [
        AskablePair(
            pair, sentence_of(pair, said[pair.pk]), hints.get(pair.pk), kept.get(pair.pk), rank.get(pair.pk, -1) + 1
        )
        for pair in shown
    ]


def suggested_note(expert: Expert, node: Indicator) -> str:
    """A courteous note in the expert's own language, for the coordinator to change."""
    language = expert.person.language if expert.person else settings.LANGUAGE_CODE
    with translation.override(language):
        words = _(
            "Please look once more at these comparisons under “%(matrix)s”. They pull in different directions, which "
            "says nothing about your view. You may change your answers, and you may keep them."
        )
        return words % {"matrix": text_in(node.name)}


def suggested_note_for_all(expert: Expert) -> str:
    """The same for several matrices at once."""
    with translation.override(expert.person.language if expert.person else settings.LANGUAGE_CODE):
        return _(
            "Please look once more at these comparisons. They pull in different directions, which says nothing about "
            "your view. You may change your answers, and you may keep them."
        )


def _handed_in(submission: Submission, nodes: Sequence[Indicator]) -> dict[int, JudgmentEvent]:
    log = JudgmentEvent.objects.filter(
        expert_id=submission.expert_id, comparison__node__in=nodes, revision__lte=submission.revision, conflict=False
    )
    newest = {event.comparison_id: event for event in log.order_by("revision")}
    return {pair: event for pair, event in newest.items() if event.more_important}
