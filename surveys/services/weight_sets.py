"""Weight sets: drafted from a panel result, proposed by one person, approved by another, locked for good."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

import ahp
from surveys.adopted import adopted_weights
from surveys.canonical import canonical_json, content_hash, decimal_text
from surveys.errors import Refused, Stale
from surveys.models import Edition, PanelResult, Survey, WeightEntry, WeightSet
from surveys.selectors.trees import Tree, tree_of
from surveys.services.audit import audit
from surveys.services.surveys import survey_move
from surveys.services.weight_documents import seal_document, weight_document

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
        number=_next_number(edition),
        adopted_decimals=adopted_decimals,
        synthetic=result.survey.synthetic,
        created_by=user,
    )
    _fill(weight_set, result)
    audit("weights.drafted", weight_set, user=user, survey=result.survey, new={"content_hash": weight_set.content_hash})
    return weight_set


@transaction.atomic
def weight_set_adopt(weight_set: WeightSet, *, decimals: int | None, user: User | None) -> WeightSet:
    """Choose the decimals of a draft's printed percentages, or none: writes its entries and document anew."""
    weight_set = WeightSet.objects.select_for_update().get(pk=weight_set.pk)
    result = weight_set.panel_result
    if weight_set.state != State.DRAFT or result is None:
        raise Refused(_("Only a draft from a panel's judgments can change its printed weights."))
    old = weight_set.adopted_decimals
    weight_set.adopted_decimals = decimals
    weight_set.entries.all().delete()
    _fill(weight_set, result)
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
def weight_set_lock(weight_set: WeightSet, *, user: User) -> WeightSet:
    """Seal an approved set: from now on nothing of it can change. An earlier locked set of the survey is superseded."""
    if weight_set.state != State.APPROVED:
        raise Refused(_("Only an approved weight set can be locked."))
    _refuse_while_answering(weight_set)
    _supersede_earlier(weight_set, user)
    locked_at = timezone.now()
    seal = canonical_json(seal_document(weight_set, locked_by=user, locked_at=locked_at))
    sealed: dict[str, Any] = {"locked_by": user, "locked_at": locked_at, "seal": seal, "seal_hash": content_hash(seal)}
    locked = weight_set_move(weight_set, State.LOCKED, user=user, **sealed)
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
    """The survey's row stays locked, so that it is not reopened meanwhile, and two sets are locked one by one."""
    if weight_set.survey_id is None:
        return
    survey = Survey.objects.select_for_update().get(pk=weight_set.survey_id)
    if survey.state not in Survey.SETTLING:
        raise Refused(_("Experts may still answer: close the survey before its weights are proposed or locked."))


def _supersede_earlier(weight_set: WeightSet, user: User) -> None:
    if weight_set.survey_id is None:
        return
    for earlier in WeightSet.objects.filter(survey_id=weight_set.survey_id, state=State.LOCKED):
        weight_set_move(earlier, State.SUPERSEDED, user=user, superseded_by=weight_set)


def _next_number(edition: Edition) -> int:
    return (edition.weight_sets.aggregate(newest=Max("number"))["newest"] or 0) + 1


def _entries(weight_set: WeightSet, tree: Tree, local: dict[str, list[float]]) -> list[WeightEntry]:
    codes = tree.codes()
    local_weights = {tree.root.code: 1.0}
    for parent, children in codes.items():
        local_weights.update(zip(children, local[parent], strict=True))
    global_weights = ahp.global_weights(codes, local) if codes else {tree.root.code: 1.0}
    printed = {}
    if weight_set.adopted_decimals is not None:
        printed = adopted_weights(codes, local, tree.root.code, weight_set.adopted_decimals)
    return [
        WeightEntry(
            weight_set=weight_set,
            indicator=node,
            local_weight=decimal_text(local_weights[node.code]),
            global_weight=decimal_text(global_weights[node.code]),
            adopted_weight=str(printed.get(node.code, "")),
        )
        for node in tree.nodes
    ]


def _fill(weight_set: WeightSet, result: PanelResult) -> None:
    """Write entries, document and hash of a draft from the panel's result."""
    tree = tree_of(weight_set.edition)
    local = {node.node.code: [float(weight) for weight in node.weights] for node in result.nodes.select_related("node")}
    entries = _entries(weight_set, tree, local)
    weight_set.document = canonical_json(weight_document(weight_set, tree, entries))
    weight_set.content_hash = content_hash(weight_set.document)
    weight_set.save()
    WeightEntry.objects.bulk_create(entries)
