"""Answers that came too late: kept apart, so that nothing an expert said is dropped."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Expert, LateAnswer
from surveys.selectors.structure import structure_of
from surveys.services.judgments import Answer


def late_keep(expert: Expert, comparison_id: int, answer: Answer, client_key: uuid.UUID) -> LateAnswer:
    """Keep an answer that the survey takes no more. The same key again is the same answer."""
    answer.checked()
    if comparison_id not in structure_of(expert.survey.edition).pairs:
        raise Refused(_("This pair is not part of the survey."))
    kept, _made = LateAnswer.objects.get_or_create(
        client_key=client_key, defaults={"expert": expert, "comparison_id": comparison_id, **vars(answer)}
    )
    if kept.expert_id != expert.pk:
        raise Refused(_("This answer carries the key of another one: reload the page and answer again."))
    return kept
