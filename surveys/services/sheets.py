"""A questionnaire that was filled in outside is stored."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction

from surveys.models import Expert, JudgmentEvent
from surveys.services.audit import audit
from surveys.services.judgments import Answer, Shown
from surveys.services.judgments_many import judgments_record_many


@transaction.atomic
def answers_import(
    expert: Expert,
    answers: Mapping[int, Answer],
    *,
    base: Mapping[int, int],
    shown: Mapping[int, Shown],
    user: User | None,
) -> list[JudgmentEvent]:
    """Append the answers of a file to the expert's log; `user` is the coordinator who brings it, None the expert.

    An answer that changed after the preview (`base`) is not overwritten: the file's one is kept as a conflict. Raises
    what `judgments_record_many` raises.
    """
    source = JudgmentEvent.Source.IMPORT
    events = judgments_record_many(expert, answers, base=base, source=source, entered_by=user, shown=shown)
    if user is not None:
        audit(
            "judgments.imported",
            expert.code,
            user=user,
            survey=expert.survey,
            new={"events": {expert.code: len(events)}},
        )
    return events
