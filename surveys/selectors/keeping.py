"""Answers that an expert looked at again and keeps."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from surveys.models import Expert, JudgmentEvent, KeptJudgment
from surveys.selectors.structure import structure_of

Answers = tuple[str, int | None]


def kept_now(expert: Expert, *, up_to: int | None = None) -> dict[int, KeptJudgment]:
    """Comparison → how it was kept last, while the answer is still the one that was kept. Two queries.

    Saying the same again does not open a pair anew. `up_to` is a revision: what the log said then.
    """
    then = Q() if up_to is None else Q(revision__lte=up_to)
    newest = {kept.comparison_id: kept for kept in KeptJudgment.objects.filter(then, expert=expert).order_by("pk")}
    if not newest:
        return {}
    said: dict[int, dict[int, Answers]] = defaultdict(dict)
    log = JudgmentEvent.objects.filter(then, expert=expert, comparison__in=newest, conflict=False)
    for pair, revision, more_important, strength in log.values_list(
        "comparison_id", "revision", "more_important", "strength"
    ):
        said[pair][revision] = more_important, strength
    pairs = structure_of(expert.survey.edition).pairs
    for pair, kept in newest.items():
        kept.comparison = pairs[pair]
    return {pair: kept for pair, kept in newest.items() if _unchanged(said[pair], kept.revision)}


def _unchanged(said: dict[int, Answers], kept: int) -> bool:
    """Every answer after the one that was kept (0: none) says the same."""
    later = {answer for revision, answer in said.items() if revision > kept}
    return later <= {said.get(kept, ("", None))}
