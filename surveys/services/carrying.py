"""Answers of an earlier survey that are still valid, said again in this one: as events of their own source.

Each names the survey, the expert's code there and the event it comes from. Nothing that was said here is touched, and
to do it once more does nothing more. The experts find them answered, and may change each.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from surveys.carried import Origin
from surveys.errors import Refused
from surveys.models import Expert, JudgmentEvent, Survey
from surveys.selectors.carrying import FROM, INTO, Chosen, ExpertCarry, carry_plan, chosen_experts
from surveys.services.audit import audit
from surveys.services.judgments_many import events_append
from surveys.texts import text_in

NAMESPACE = uuid.UUID("6f1d0c52-8f0a-4f4e-9a55-2f4f3a8f0c11")


@transaction.atomic
def judgments_carry(
    source: Survey, target: Survey, chosen: Chosen, *, experts: Sequence[str], user: User | None
) -> dict[str, int]:
    """Carry over for these experts of `target` (by code). Returns how many answers came for each."""
    carries_check(source, target)
    # Locked before anything is read: an answer that is being given meanwhile is not put over.
    list(Expert.objects.select_for_update().filter(survey=target).order_by("pk").values_list("pk"))
    plan = carry_plan(source, target, chosen)
    counts = {}
    for each in chosen_experts(plan, experts):
        if each.carries:
            _carry(each, source, target, user)
            counts[each.expert.code] = len(each.carries)
    if counts:
        new = {
            "from_survey": text_in(source.title), "edition": source.edition.label, "match": chosen.match,
            "renamed": chosen.renamed, "redefined": chosen.redefined, "events": counts,
        }  # fmt: skip
        audit("judgments.carried", target, user=user, survey=target, new=new)
    return counts


def carries_check(source: Survey, target: Survey) -> None:
    if source.edition.system_id != target.edition.system_id:
        raise Refused(_("Answers are carried over between editions of one indicator system only."))
    if source.state not in FROM:
        raise Refused(_("The earlier survey still takes answers: close it before its answers are carried over."))
    if target.state not in INTO:
        raise Refused(_("This survey takes no answers any more."))
    if target.edition.frozen_at is None:
        raise Refused(_("The indicator system is still a draft: freeze the edition before answers are carried over."))


def _carry(each: ExpertCarry, source: Survey, target: Survey, user: User | None) -> None:
    title, expert = text_in(source.title), each.expert
    expert.survey = target
    events = [
        JudgmentEvent(
            comparison=carry.comparison,
            more_important=carry.more_important,
            strength=carry.strength,
            source=JudgmentEvent.Source.CARRIED,
            entered_by=user,
            note=Origin(title, each.source.code, carry.event_hash, carry.reworded).note,
            client_key=uuid.uuid5(NAMESPACE, f"{target.key}:{expert.pk}:{carry.event_hash}"),
        )
        for carry in each.carries
    ]
    events_append(expert, events, states=INTO)
