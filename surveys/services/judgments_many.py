"""Many answers at once: those of one expert from a page, a workbook or a paper form, and a whole file of judgments."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.files.judgments import JudgmentRow
from surveys.models import Comparison, Expert, Judgment, JudgmentEvent, Survey, Transcript
from surveys.selectors.structure import structure_of
from surveys.selectors.trees import comparisons_of
from surveys.services.audit import audit
from surveys.services.chain import chained
from surveys.services.judgments import (
    Answer,
    ClosedSurvey,
    Shown,
    answer_check,
    closed_survey,
    current_set,
    revisions_take,
)
from surveys.services.panel import expert_add
from surveys.services.sections import sections_make

Source = JudgmentEvent.Source


@transaction.atomic
def judgments_record_many(
    expert: Expert,
    answers: Mapping[int, Answer],
    *,
    base: Mapping[int, int] | None,
    source: str,
    entered_by: User | None = None,
    shown: Mapping[int, Shown] | None = None,
    transcript: Transcript | None = None,
    note: str = "",
) -> list[JudgmentEvent]:
    """Append these answers (comparison → answer) to one expert's log: all of them or, where one cannot be, none.

    Answers that say what is current are left alone. `base` tells which revision of each answer was seen by whoever
    answered (0, or no entry, for none; None skips the check): where a newer and different one exists, the event is
    kept as a conflict and the current answer stays. Raises ClosedSurvey, and Refused for an answer or a pair that
    cannot be. The caller says in the audit log who did it.
    """
    pairs = answers_check(expert, answers)
    if not revisions_take(expert, 0):  # locks the log before it is read
        raise closed_survey()
    current = {judgment.comparison_id: judgment for judgment in Judgment.objects.filter(expert=expert)}
    events = []
    for pair, answer in answers.items():
        judgment = current.get(pair)
        seen = base.get(pair, 0) if base is not None else 0
        if answer != _said(judgment):
            stale = base is not None and seen != (judgment.revision if judgment else 0)
            events.append(
                JudgmentEvent(
                    comparison=pairs[pair],
                    **vars(answer),
                    conflict=stale,
                    base_revision=seen,
                    source=source,
                    entered_by=entered_by,
                    note=note,
                    transcript=transcript,
                    **vars((shown or {}).get(pair, Shown())),
                )
            )
    sections_make(expert)
    events_append(expert, events)
    Expert.objects.filter(pk=expert.pk, started_at=None).update(started_at=timezone.now())
    return events


def answers_check(expert: Expert, answers: Mapping[int, Answer]) -> Mapping[int, Comparison]:
    """The survey's pairs. Raises Refused where one of these is not among them, or an answer cannot be."""
    pairs = structure_of(expert.survey.edition).pairs
    if not answers.keys() <= pairs.keys():
        raise Refused(_("This pair is not part of the survey."))
    for answer in answers.values():
        answer_check(answer, expert.survey)
    return pairs


def _said(judgment: Judgment | None) -> Answer:
    return Answer(judgment.more_important, judgment.strength) if judgment else Answer("", None)


# --- a whole file ---


@transaction.atomic
def judgments_import(
    survey: Survey, rows: Sequence[JudgmentRow], *, user: User | None, source: str = Source.IMPORT
) -> dict[str, int]:
    """Append every row of a checked file to the logs, as the form does; experts not yet known join the panel.

    Answers that say what is stored already are left alone. Returns the number of new events for each expert code.
    Raises ClosedSurvey, and Refused for a pair that the survey does not ask about.
    """
    if not survey.takes_answers:
        raise ClosedSurvey(_("This survey takes no answers now: open it before importing."))
    comparisons = _comparisons_by_codes(survey, rows)
    # Locked before their answers are read: what an expert answers meanwhile is not overwritten unseen.
    experts = {
        expert.code: expert for expert in survey.experts.select_related("survey").select_for_update(of=("self",))
    }
    said = _current_answers(survey)
    counts: dict[str, int] = {}
    for code, answers in _by_expert(rows).items():
        expert = experts.get(code) or expert_add(survey, code=code, user=user)
        new = [
            JudgmentEvent(comparison=comparisons[pair], **vars(answer), source=source, entered_by=user)
            for pair, answer in answers.items()
            if said.get((expert.pk, comparisons[pair].pk)) != answer
        ]
        events_append(expert, new)
        counts[code] = len(new)
        sections_make(expert)
    survey.experts.filter(code__in=counts, started_at=None).update(started_at=timezone.now())
    audit("judgments.imported", survey, user=user, survey=survey, new={"events": counts})
    return counts


def events_append(expert: Expert, events: Sequence[JudgmentEvent], *, states: Sequence[str] = Survey.ANSWERING) -> None:
    """Append many answers to one expert's log, in a few statements; `states`: of the survey in which this may be."""
    if not events:
        return
    if not revisions_take(expert, len(events), states=states):
        raise closed_survey()
    newest = JudgmentEvent.objects.filter(expert=expert).order_by("-revision").first()
    head = newest.hash if newest else ""
    first = Expert.objects.values_list("revision", flat=True).get(pk=expert.pk) - len(events) + 1
    for revision, event in enumerate(events, start=first):
        event.client_key = event.client_key or uuid.uuid4()
        head = chained(event, expert, revision, head).hash
    JudgmentEvent.objects.bulk_create(events)
    current_set([event for event in events if not event.conflict])


def _by_expert(rows: Sequence[JudgmentRow]) -> dict[str, dict[tuple[str, str], Answer]]:
    experts: dict[str, dict[tuple[str, str], Answer]] = {}
    for row in rows:
        experts.setdefault(row.expert, {})[row.item_a, row.item_b] = Answer(row.more_important, row.strength)
    return experts


def _comparisons_by_codes(survey: Survey, rows: Sequence[JudgmentRow]) -> dict[tuple[str, str], Comparison]:
    """The survey's comparisons by the codes of their items; every pair of the file is among them."""
    asked = {(pair.item_a.code, pair.item_b.code): pair for pair in comparisons_of(survey.edition)}
    strangers = sorted({(row.item_a, row.item_b) for row in rows} - asked.keys())
    if strangers:
        named = ", ".join(f"{a} – {b}" for a, b in strangers)
        raise Refused(_("These pairs are not part of the survey: %(pairs)s.") % {"pairs": named})
    return asked


def _current_answers(survey: Survey) -> dict[tuple[int, int], Answer]:
    rows = Judgment.objects.filter(expert__survey=survey)
    return {
        (expert, comparison): Answer(more_important, strength)
        for expert, comparison, more_important, strength in rows.values_list(
            "expert_id", "comparison_id", "more_important", "strength"
        )
    }
