"""Keeping an answer after a second look is an act of its own, with a reason."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from surveys.errors import Refused, Stale
from surveys.models import Expert, Judgment, KeptJudgment, RevisionRequest
from surveys.services.judgments import ClosedSurvey

LONGEST_REASON = 400


@transaction.atomic
def judgment_keep(
    expert: Expert, comparison_id: int, *, revision: int, reason: str, request: RevisionRequest | None = None
) -> KeptJudgment:
    """Keep the answer of this revision (0 where there is none and a request asks for one), in the expert's own words.

    The same said twice is kept once. Raises ClosedSurvey, Stale where the answer was changed meanwhile, and Refused
    without a reason (a further round asks for none) or for a pair that the request does not name.
    """
    reason = " ".join(reason.split())
    if not reason and (request is None or request.round_id is None):
        raise Refused(_("Say in a few words why you keep this answer."))
    if len(reason) > LONGEST_REASON:
        raise Refused(_("Please say it in at most %(count)d characters.") % {"count": LONGEST_REASON})
    expert = Expert.objects.select_for_update(of=("self",)).select_related("survey").get(pk=expert.pk)
    if not expert.survey.takes_answers:
        raise ClosedSurvey(_("This survey takes no answers now. What you answered before is safe."))
    _look_at_request(expert, comparison_id, request)
    _look_at_answer(expert, comparison_id, revision, request)
    same = KeptJudgment.objects.filter(expert=expert, comparison=comparison_id, request=request).last()
    if same and (same.revision, same.reason) == (revision, reason):
        return same
    return KeptJudgment.objects.create(
        expert=expert, comparison_id=comparison_id, revision=revision, reason=reason, request=request
    )


def _look_at_request(expert: Expert, comparison_id: int, request: RevisionRequest | None) -> None:
    if request is None:
        return
    asked = request.expert_id == expert.pk and request.pairs.filter(comparison=comparison_id).exists()
    if not asked or request.withdrawn_at:
        raise Refused(_("This pair is not asked about any more."))


def _look_at_answer(expert: Expert, comparison_id: int, revision: int, request: RevisionRequest | None) -> None:
    current = Judgment.objects.filter(expert=expert, comparison=comparison_id).first()
    if current is None and (request is None or revision):
        raise Refused(_("There is no answer to keep."))
    if (current.revision if current else 0) != revision:
        raise Stale(_("This answer was changed meanwhile, perhaps on another device. Please look at it once more."))
