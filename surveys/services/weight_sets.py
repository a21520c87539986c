"""Weight sets: drafted from a panel result, proposed by one person, approved by another, locked for good."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused, Stale
from surveys.models import Edition, PanelResult, Survey, WeightSet
from surveys.selectors.trees import tree_of
from surveys.services.audit import audit
from surveys.services.surveys import survey_move
from surveys.services.weight_documents import seal_document
from surveys.services.weight_entries import fill, local_now, local_of, origins_now

State = WeightSet.State

MOVES: dict[str, tuple[str, ...]] = {
    State.DRAFT: (State.PROPOSED,),
    State.PROPOSED: (State.DRAFT, State.APPROVED),
    State.APPROVED: (State.LOCKED,),
    State.LOCKED: (State.SUPERSEDED,),
    State.SUPERSEDED: (),
}


@transaction.atomic
def weight_set_draft(result: PanelResult, *, user: User | None, adopted_decimals: int | None = None) -> WeightSet:
    """A draft set from a computed panel result; with `adopted_decimals`, printed percentages that add up beside it."""
    if result.computed_at is None:
        raise Refused(_("The panel's weights are still being computed."))
    edition = Edition.objects.select_for_update().get(pk=result.survey.edition_id)
    weight_set = WeightSet(
        edition=edition,
        survey=result.survey,
        panel_result=result,
        number=next_number(edition),
        adopted_decimals=adopted_decimals,
        synthetic=result.survey.synthetic,
        created_by=user,
    )
    fill(weight_set, local_of(result), {})
    audit("weights.drafted", weight_set, user=user, survey=result.survey, new={"content_hash": weight_set.content_hash})
    return weight_set


@transaction.atomic
def weight_set_adopt(weight_set: WeightSet, *, decimals: int | None, user: User | None) -> WeightSet:
    """Choose the decimals of a draft's printed percentages, or none: writes its entries and document anew."""
    weight_set = WeightSet.objects.select_for_update().get(pk=weight_set.pk)
    if weight_set.state != State.DRAFT:
        raise Refused(_("Only a draft can change its printed weights."))
    old, tree = weight_set.adopted_decimals, tree_of(weight_set.edition)
    weight_set.adopted_decimals = decimals
    fill(weight_set, local_now(weight_set, tree), origins_now(weight_set, tree))
    audit(
        "weights.adopted",
        weight_set,
        user=user,
        survey=weight_set.survey,
        old={"decimals": old},
        new={"decimals": decimals},
    )
    return weight_set


@transaction.atomic
def weight_set_propose(weight_set: WeightSet, *, user: User, reason: str = "") -> WeightSet:
    _refuse_while_answering(weight_set)
    signed = {"proposed_by": user, "proposed_at": timezone.now(), "proposal": reason.strip()}
    return weight_set_move(weight_set, State.PROPOSED, user=user, reason=reason, **signed)


@transaction.atomic
def weight_set_approve(weight_set: WeightSet, *, user: User, reason: str, seen_hash: str) -> WeightSet:
    """Sign as the second person. `seen_hash` is the content hash that the page showed: one signs what one saw."""
    weight_set = WeightSet.objects.select_for_update().get(pk=weight_set.pk)  # it may have another proposer by now
    if user.pk == weight_set.proposed_by_id:
        raise Refused(_("Whoever proposed a weight set cannot approve it: ask the other person."))
    if seen_hash != weight_set.content_hash:
        raise Stale(_("The weights on your page are not the ones stored now. Look at them again before you approve."))
    if not reason.strip():
        raise Refused(_("Say in a sentence why these weights are approved."))
    signed = {"approved_by": user, "approved_at": timezone.now(), "approval": reason.strip()}
    return weight_set_move(weight_set, State.APPROVED, user=user, reason=reason, **signed)


@transaction.atomic
def weight_set_send_back(weight_set: WeightSet, *, user: User, reason: str) -> WeightSet:
    """The approver does not agree: back to draft, with the reason."""
    if not reason.strip():
        raise Refused(_("Say in a sentence what has to change."))
    unsigned: dict[str, Any] = {"proposed_by": None, "proposed_at": None, "proposal": ""}
    return weight_set_move(weight_set, State.DRAFT, user=user, reason=reason, **unsigned)


@transaction.atomic
def weight_set_lock(weight_set: WeightSet, *, user: User, reason: str = "") -> WeightSet:
    """Seal an approved set: from now on nothing of it can change. An earlier locked set of the survey is superseded,
    for the reason given.
    """
    if weight_set.state != State.APPROVED:
        raise Refused(_("Only an approved weight set can be locked."))
    _refuse_while_answering(weight_set)
    weight_set = WeightSet.objects.select_for_update().get(pk=weight_set.pk)  # no sheet joins it from now on
    replaced = _supersede_earlier(weight_set, user, reason.strip())
    locked_at = timezone.now()
    seal = canonical_json(
        seal_document(weight_set, locked_by=user, locked_at=locked_at, reason=reason.strip(), replaced=replaced)
    )
    sealed: dict[str, Any] = {"locked_by": user, "locked_at": locked_at, "seal": seal, "seal_hash": content_hash(seal)}
    locked = weight_set_move(weight_set, State.LOCKED, user=user, reason=reason.strip(), **sealed)
    if locked.survey and locked.survey.state == Survey.State.CLOSED:
        survey_move(locked.survey, Survey.State.DECIDED, user=user)
    return locked


def weight_set_move(weight_set: WeightSet, to: str, *, user: User | None, reason: str = "", **values: Any) -> WeightSet:
    """Move a weight set to another state: the one way. Raises Refused where not allowed, Stale where it is too late."""
    if to not in MOVES[weight_set.state]:
        raise Refused(
            _("A weight set that is %(from)s cannot become %(to)s.")
            % {"from": State(weight_set.state).label, "to": State(to).label}
        )
    here = WeightSet.objects.filter(pk=weight_set.pk, state=weight_set.state, content_hash=weight_set.content_hash)
    if not here.update(state=to, **values):
        raise Stale(_("Somebody else moved this weight set a moment ago. Look at it again."))
    audit(
        "weights.moved",
        weight_set,
        user=user,
        survey=weight_set.survey,
        old={"state": weight_set.state},
        new={"state": to, "content_hash": weight_set.content_hash},
        reason=reason,
    )
    weight_set.refresh_from_db()
    return weight_set


def _refuse_while_answering(weight_set: WeightSet) -> None:
    """The survey's row stays locked, so that it is not reopened meanwhile, and two sets are locked one by one.

    Where nobody is asked, because the weights were imported and there is no panel, there is nothing to close.
    """
    if weight_set.survey_id is None:
        return
    survey = Survey.objects.select_for_update().get(pk=weight_set.survey_id)
    nobody_asked = weight_set.panel_result_id is None and not survey.experts.exists()
    if survey.state not in Survey.SETTLING and not nobody_asked:
        raise Refused(_("Experts may still answer: close the survey before its weights are proposed or locked."))


def _supersede_earlier(weight_set: WeightSet, user: User, reason: str) -> list[WeightSet]:
    if weight_set.survey_id is None:
        return []
    earlier = list(WeightSet.objects.filter(survey_id=weight_set.survey_id, state=State.LOCKED))
    if earlier and not reason:
        raise Refused(
            _("Weight set W%(number)d is locked already: say in a sentence why this one takes its place.")
            % {"number": earlier[0].number}
        )
    return [
        weight_set_move(each, State.SUPERSEDED, user=user, reason=reason, superseded_by=weight_set) for each in earlier
    ]


def next_number(edition: Edition) -> int:
    return (edition.weight_sets.aggregate(newest=Max("number"))["newest"] or 0) + 1
