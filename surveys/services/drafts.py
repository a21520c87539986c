"""Drafts: answers that somebody prepared for an expert. None of them counts before the expert confirms it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from surveys.models import DraftAnswer, Expert, JudgmentEvent, Transcript
from surveys.services.audit import audit
from surveys.services.judgments import Answer, Shown, closed_survey
from surveys.services.judgments_many import answers_check, judgments_record_many

PREPARED = gettext_noop("Prepared by an assistant, confirmed by the expert.")
KEYED = gettext_noop("Keyed in as a draft, confirmed by the expert.")
NOTHING = Answer("", None)


@dataclass(frozen=True)
class Confirmed:
    """`events` were stored, those in conflict among them; `changed` drafts say something else than what was seen."""

    events: list[JudgmentEvent]
    changed: int

    @property
    def conflicts(self) -> int:
        return sum(event.conflict for event in self.events)


def draft_record(
    expert: Expert,
    comparison_id: int,
    answer: Answer,
    *,
    user: User | None = None,
    transcript: Transcript | None = None,
) -> None:
    """Keep one prepared answer; an empty one takes it away. `user` is the account that keyed it, if one did."""
    drafts_keep(expert, {comparison_id: answer}, user=user, transcript=transcript)


@transaction.atomic
def drafts_keep(
    expert: Expert, answers: Mapping[int, Answer], *, user: User | None = None, transcript: Transcript | None = None
) -> int:
    """The same for many at once: all of them or, where one cannot be, none. Returns how many were kept or taken away.

    Raises ClosedSurvey, and Refused for an answer or a pair that cannot be.
    """
    if not expert.survey.takes_answers:
        raise closed_survey()
    answers_check(expert, answers)
    gone = [pair for pair, answer in answers.items() if answer == NOTHING]
    taken_away, _counts = DraftAnswer.objects.filter(expert=expert, comparison__in=gone).delete() if gone else (0, {})
    kept = [
        DraftAnswer(
            expert=expert,
            comparison_id=pair,
            **vars(answer),
            entered_by=user,
            transcript=transcript,
            entered_at=timezone.now(),
        )
        for pair, answer in answers.items()
        if answer != NOTHING
    ]
    DraftAnswer.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["expert", "comparison"],
        update_fields=["more_important", "strength", "entered_by", "transcript", "entered_at"],
    )
    return len(kept) + taken_away


@transaction.atomic
def drafts_confirm(expert: Expert, seen: Mapping[int, Answer], *, base: Mapping[int, int] | None) -> Confirmed:
    """The expert confirms these drafts (comparison → the answer that was on the page): each becomes an event.

    What an account keyed in is stored as on its behalf, what an assistant prepared as the form's, with a note. A draft
    that was changed since the page was shown is left: nobody confirms what they did not see. Where the expert's own
    answer is newer than `base`, the event is kept as a conflict, for the expert to choose. Raises ClosedSurvey.
    """
    drafts = list(
        DraftAnswer.objects.select_for_update(of=("self",))
        .filter(expert=expert, comparison__in=seen)
        .select_related("entered_by", "transcript")
        .defer("transcript__file")
        .order_by("comparison__position")
    )
    right = [draft for draft in drafts if _answer(draft) == seen[draft.comparison_id]]
    events = [event for group in _by_origin(right) for event in _events(expert, group, base)]
    DraftAnswer.objects.filter(pk__in=[draft.pk for draft in right]).delete()
    if right:
        audit("drafts.confirmed", expert.code, user=None, survey=expert.survey, new={"events": len(right)})
    return Confirmed(events, len(drafts) - len(right))


@transaction.atomic
def drafts_discard(expert: Expert, comparison_ids: Collection[int]) -> int:
    """The expert does not want these. Returns how many there were."""
    count, _counts = DraftAnswer.objects.filter(expert=expert, comparison__in=comparison_ids).delete()
    if count:
        audit("drafts.discarded", expert.code, user=None, survey=expert.survey, new={"events": count})
    return count


def _by_origin(drafts: list[DraftAnswer]) -> list[list[DraftAnswer]]:
    """Drafts of one account and one transcript are stored together."""
    groups: dict[tuple[int | None, int | None], list[DraftAnswer]] = {}
    for draft in drafts:
        groups.setdefault((draft.entered_by_id, draft.transcript_id), []).append(draft)
    return list(groups.values())


def _events(expert: Expert, drafts: list[DraftAnswer], base: Mapping[int, int] | None) -> list[JudgmentEvent]:
    keyer, transcript = drafts[0].entered_by, drafts[0].transcript
    on_paper = transcript is not None and transcript.way == Transcript.Way.PAPER
    view = JudgmentEvent.View.PAPER if on_paper else "" if transcript else JudgmentEvent.View.ROW
    return judgments_record_many(
        expert,
        {draft.comparison_id: _answer(draft) for draft in drafts},
        base=base,
        source=JudgmentEvent.Source.ON_BEHALF if keyer else JudgmentEvent.Source.FORM,
        entered_by=keyer,
        shown={draft.comparison_id: Shown(view=view) for draft in drafts},
        transcript=transcript,
        note=KEYED if keyer else PREPARED,
    )


def _answer(draft: DraftAnswer) -> Answer:
    return Answer(draft.more_important, draft.strength)
