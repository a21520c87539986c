"""How much an expert counts: in the whole tree, and in single branches."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import BranchWeight, Expert, Indicator, Survey
from surveys.services.audit import audit

SETTLED = (Survey.State.DECIDED, Survey.State.ARCHIVED)
LARGEST = Decimal(1000)


@transaction.atomic
def expert_weight_set(
    expert: Expert, weight: Decimal | None, node: Indicator | None = None, *, reason: str, user: User | None
) -> None:
    """Say how much an expert counts (1 is usual, 0 = recorded but not counted), everywhere or in the branch of a node.

    A branch with the weight None has none of its own any more. What was computed before stays as it was.
    """
    survey = Survey.objects.select_for_update().get(pk=expert.survey_id)
    if survey.state in SETTLED:
        raise Refused(_("This survey is decided: the weights of its experts stay as they are."))
    _check(survey, weight, node, reason)
    old = _branch_set(expert, weight, node, reason) if node else _whole_set(expert, weight, reason)
    audit(
        "expert.weighted",
        expert.code,
        user=user,
        survey=survey,
        old={"weight": _text(old)},
        new={"weight": _text(weight), **({"node": node.code} if node else {})},
        reason=reason.strip(),
    )


@transaction.atomic
def expert_leave_uncounted(expert: Expert, *, reason: str, user: User | None) -> None:
    """Record the answers and count them nowhere: weight 0 in the whole tree, and no weight of its own in any branch."""
    for branch in expert.branch_weights.select_related("node"):
        expert_weight_set(expert, None, branch.node, reason=reason, user=user)
    expert_weight_set(expert, Decimal(0), reason=reason, user=user)


@transaction.atomic
def expert_weights_set(weights: Mapping[Expert, Decimal], *, reason: str, user: User | None) -> int:
    """The weights of many experts in the whole tree, with one reason; how many were new. All of them or none."""
    changed = {expert: weight for expert, weight in weights.items() if weight != expert.weight}
    for expert, weight in changed.items():
        expert_weight_set(expert, weight, reason=reason, user=user)
    return len(changed)


def _check(survey: Survey, weight: Decimal | None, node: Indicator | None, reason: str) -> None:
    if node is None and weight is None:
        raise Refused(_("Every expert has a weight in the whole tree: 0 records the answers and does not count them."))
    if weight is not None and not 0 <= weight <= LARGEST:
        raise Refused(_("A weight is a number from 0 to %(most)d.") % {"most": LARGEST})
    if node and (node.edition_id != survey.edition_id or not node.children.exists()):
        raise Refused(_("Choose a branch of this survey's indicator system: a node with items below it."))
    if not reason.strip():
        raise Refused(_("Say in a sentence why this expert has this weight."))


def _whole_set(expert: Expert, weight: Decimal | None, reason: str) -> Decimal:
    stored = Expert.objects.select_for_update().get(pk=expert.pk)
    Expert.objects.filter(pk=expert.pk).update(weight=weight, weight_reason=reason.strip())
    expert.refresh_from_db(fields=["weight", "weight_reason"])
    return stored.weight


def _branch_set(expert: Expert, weight: Decimal | None, node: Indicator, reason: str) -> Decimal | None:
    stored = BranchWeight.objects.filter(expert=expert, node=node).first()
    if weight is None:
        BranchWeight.objects.filter(expert=expert, node=node).delete()
    else:
        said = {"weight": weight, "reason": reason.strip()}
        BranchWeight.objects.update_or_create(expert=expert, node=node, defaults=said)
    return stored.weight if stored else None


def _text(weight: Decimal | None) -> str:
    return "" if weight is None else f"{weight.normalize():f}"
