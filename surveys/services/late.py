"""Late answers: what comes after a survey stopped taking answers is neither lost nor counted in silence."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveys.errors import Refused
from surveys.models import Expert, Judgment, JudgmentEvent, LateAnswer
from surveys.selectors.late import late_of
from surveys.selectors.structure import structure_of
from surveys.services.audit import audit
from surveys.services.judgments import Answer, answer_check, judgment_record

TAKEN = gettext_noop("It came while the survey took no answers, and was taken afterwards.")


@dataclass(frozen=True)
class Taken:
    """How many late answers are in the log now, and how many of them an answer of the expert's own stands against."""

    events: int
    conflicts: int


def late_keep(expert: Expert, comparison_id: int, answer: Answer, client_key: uuid.UUID) -> LateAnswer:
    """Keep an answer that came too late, apart from the log. The same key again is the same answer.

    Raises Refused for an answer or a pair that cannot be, and for a key that stands for another answer.
    """
    answer_check(answer, expert.survey)
    if comparison_id not in structure_of(expert.survey.edition).pairs:
        raise Refused(_("This pair is not part of the survey."))
    said = {"expert": expert, "comparison_id": comparison_id, **vars(answer)}
    late, _made = LateAnswer.objects.get_or_create(client_key=client_key, defaults=said)
    if (late.expert_id, late.comparison_id, _answer(late)) != (expert.pk, comparison_id, answer):
        raise Refused(_("This answer carries the key of another one: reload the page and answer again."))
    return late


@transaction.atomic
def late_take(expert: Expert, *, user: User, reason: str = "") -> Taken:
    """Take the expert's late answers into the log, while the survey is open again.

    They are the expert's own, given on the form: the source says so, `entered_by` and the note say who took them. Each
    keeps its key, so that a device which sends it once more finds it. Where the expert has answered the pair anew in
    the meantime, the late answer is kept as a conflict, and the expert chooses. Raises ClosedSurvey, and Refused where
    there is none.
    """
    expert = Expert.objects.select_for_update(of=("self",)).select_related("survey__edition").get(pk=expert.pk)
    waiting = [told.answer for told in late_of(expert).answers if not told.taken]
    if not waiting:
        raise Refused(_("No late answer of this expert is waiting."))
    taken: dict[int, int] = {}
    conflicts = 0
    for late in waiting:
        base = taken.get(late.comparison_id)
        recorded = judgment_record(
            expert,
            late.comparison_id,
            _answer(late),
            client_key=late.client_key,
            base_revision=_base(late) if base is None else base,
            entered_by=user,
            note=TAKEN,
        )
        conflicts += recorded.conflict
        if not recorded.conflict:
            taken[late.comparison_id] = recorded.event.revision
    audit(
        "late.taken", expert.code, user=user, survey=expert.survey, new={"events": len(waiting)}, reason=reason.strip()
    )
    return Taken(len(waiting), conflicts)


def _base(late: LateAnswer) -> int:
    """The revision that a device could have shown when the answer was given; 0 where the pair was answered since."""
    current = Judgment.objects.filter(expert_id=late.expert_id, comparison_id=late.comparison_id).first()
    if current is None:
        return 0
    event = JudgmentEvent.objects.get(expert_id=late.expert_id, revision=current.revision)
    return event.revision if event.received_at <= late.received_at else 0


def _answer(late: LateAnswer) -> Answer:
    return Answer(late.more_important, late.strength)
