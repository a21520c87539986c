"""Revision requests: a coordinator asks an expert to look again at some pairs of one node."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Comparison, Expert, Indicator, JudgmentEvent, RevisionPair, RevisionRequest, Submission
from surveys.selectors.revisions import requests_of
from surveys.services.audit import audit

LONGEST_NOTE = 2000


@transaction.atomic
def revision_request(
    expert: Expert, node: Indicator, comparisons: Collection[int], *, note: str, user: User | None
) -> RevisionRequest:
    """Ask the expert to look again at these comparisons of one node, as they were handed in last.

    Raises Refused where nothing was handed in, the survey takes no answers, a pair belongs elsewhere, the note is
    missing, or an earlier request about this node still waits.
    """
    expert = Expert.objects.select_for_update(of=("self",)).select_related("survey__edition").get(pk=expert.pk)
    submission = expert.submissions.order_by("-number").first()
    pairs = list(Comparison.objects.filter(pk__in=comparisons, node=node, node__edition=expert.survey.edition_id))
    _check(expert, node, submission, note.strip())
    if not pairs or len(pairs) != len(set(comparisons)):
        raise Refused(_("Choose at least one pair, all of them from this matrix."))
    request = RevisionRequest.objects.create(expert=expert, node=node, note=note.strip(), requested_by=user)
    revisions = _revisions(expert, submission.revision if submission else 0)
    RevisionPair.objects.bulk_create(
        [RevisionPair(request=request, comparison=pair, revision=revisions.get(pair.pk, 0)) for pair in pairs]
    )
    new = {"section": node.code, "pairs": len(pairs)}
    audit("revision.requested", expert.code, user=user, survey=expert.survey, new=new, reason=request.note)
    return request


@transaction.atomic
def revisions_request(
    expert: Expert, comparisons: Collection[int], *, note: str, user: User | None
) -> list[RevisionRequest]:
    """Ask about pairs of several matrices: a request for each of them, all or none."""
    pairs = Comparison.objects.filter(pk__in=comparisons, node__edition=expert.survey.edition_id)
    by_node: dict[Indicator, list[int]] = {}
    for pair in pairs.select_related("node").order_by("position"):
        by_node.setdefault(pair.node, []).append(pair.pk)
    if not by_node or sum(map(len, by_node.values())) != len(set(comparisons)):
        raise Refused(_("Choose at least one pair, all of them from this expert's matrices."))
    return [revision_request(expert, node, chosen, note=note, user=user) for node, chosen in by_node.items()]


@transaction.atomic
def revision_withdraw(request: RevisionRequest, *, user: User | None, reason: str = "") -> None:
    """The expert is not asked any more. What was answered and kept because of it stays."""
    open_request = RevisionRequest.objects.filter(pk=request.pk, withdrawn_at=None)
    if not open_request.update(withdrawn_at=timezone.now()):
        return
    expert = request.expert
    old = {"section": request.node.code}
    audit("revision.withdrawn", expert.code, user=user, survey=expert.survey, old=old, reason=reason)


def _check(expert: Expert, node: Indicator, submission: Submission | None, note: str) -> None:
    if submission is None:
        raise Refused(_("This expert has not handed in yet: there is nothing to look at again."))
    if expert.erased_at:
        raise Refused(_("The name of %(code)s was erased: nobody is there to be asked.") % {"code": expert.code})
    if not expert.survey.takes_answers:
        raise Refused(_("This survey takes no answers now: open it, or extend its deadline, before asking."))
    if not note:
        raise Refused(_("Write a note to the expert."))
    if len(note) > LONGEST_NOTE:
        raise Refused(_("Please say it in at most %(count)d characters.") % {"count": LONGEST_NOTE})
    if any(request.waits and request.node_id == node.pk for request in requests_of(expert)):
        raise Refused(_("This expert is already asked about this matrix. Withdraw that request before making another."))


def _revisions(expert: Expert, handed_in: int) -> dict[int, int]:
    """Comparison → the revision of what was said of it last, as handed in."""
    log = JudgmentEvent.objects.filter(expert=expert, revision__lte=handed_in, conflict=False).order_by("revision")
    return dict(log.values_list("comparison_id", "revision"))
