"""Weights that do not come from the panel: a whole set from a file, or the children of single nodes fixed in a draft.

They are proposed, approved and locked as all others, and are called "not from judgments" wherever they are shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Edition, Indicator, Survey, WeightEntry, WeightSet
from surveys.selectors.trees import tree_of
from surveys.services.audit import audit
from surveys.services.weight_entries import Local, Origin, fill, local_now, local_of, origins_now
from surveys.services.weight_sets import next_number

SUM_TOLERANCE = 1e-9
IMPORTED, FIXED = WeightEntry.Origin.IMPORTED, WeightEntry.Origin.FIXED


@transaction.atomic
def weight_set_import(
    survey: Survey,
    local: Local,
    *,
    source: str,
    reference: str,
    reason: str,
    user: User | None,
    adopted_decimals: int | None = None,
) -> WeightSet:
    """A draft whose every weight was decided elsewhere."""
    origin = _origin(IMPORTED, source, reference, reason)
    edition = Edition.objects.select_for_update().get(pk=survey.edition_id)
    tree = tree_of(edition)
    for node in tree.parents:
        _refuse_unfit(node, local.get(node.code, ()), len(tree.children_of(node)))
    made = WeightSet(
        edition=edition,
        survey=survey,
        number=next_number(edition),
        adopted_decimals=adopted_decimals,
        synthetic=survey.synthetic,
        created_by=user,
    )
    fill(made, local, {node.code: origin for node in tree.parents})
    new = {"content_hash": made.content_hash, "source": origin.source, "reference": origin.reference}
    audit("weights.imported", made, user=user, survey=survey, new=new, reason=origin.reason)
    return made


@transaction.atomic
def weight_set_fix(
    weight_set: WeightSet,
    node: Indicator,
    weights: Sequence[float],
    *,
    source: str,
    reference: str,
    reason: str,
    user: User | None,
) -> WeightSet:
    """In a draft, the children of one node get these weights; all other nodes stay as they are."""
    weight_set = _draft(weight_set)
    tree = tree_of(weight_set.edition)
    _refuse_unfit(node, weights, len(tree.children_of(node)))
    local, origins = local_now(weight_set, tree), origins_now(weight_set, tree)
    old = local[node.code]
    origin = _origin(FIXED, source, reference, reason)
    local[node.code], origins[node.code] = list(weights), origin
    fill(weight_set, local, origins)
    audit(
        "weights.fixed",
        weight_set,
        user=user,
        survey=weight_set.survey,
        old={"node": node.code, "weights": _logged(old)},
        new={
            "node": node.code,
            "weights": _logged(weights),
            "source": origin.source,
            "reference": origin.reference,
        },
        reason=origin.reason,
    )
    return weight_set


@transaction.atomic
def weight_set_release(weight_set: WeightSet, node: Indicator, *, user: User | None) -> WeightSet:
    """In a draft, a node that was fixed takes the panel's weights again."""
    weight_set = _draft(weight_set)
    tree = tree_of(weight_set.edition)
    local, origins = local_now(weight_set, tree), origins_now(weight_set, tree)
    if weight_set.panel_result is None:
        raise Refused(_("This set was imported: there are no judgments to go back to."))
    if node.code not in origins:
        raise Refused(_("The weights below %(code)s are the panel's already.") % {"code": node.code})
    old, panel = local[node.code], local_of(weight_set.panel_result)
    local[node.code] = panel[node.code]
    del origins[node.code]
    fill(weight_set, local, origins)
    audit(
        "weights.released",
        weight_set,
        user=user,
        survey=weight_set.survey,
        old={"node": node.code, "weights": _logged(old)},
        new={"node": node.code, "weights": _logged(local[node.code])},
    )
    return weight_set


def _draft(weight_set: WeightSet) -> WeightSet:
    found = WeightSet.objects.select_for_update().get(pk=weight_set.pk)
    if found.state != WeightSet.State.DRAFT:
        raise Refused(_("Only a draft can be changed: what was proposed is sent back first."))
    return found


def _origin(kind: str, source: str, reference: str, reason: str) -> Origin:
    said = Origin(str(kind), source.strip(), reference.strip(), reason.strip())
    if not (said.source and said.reference and said.reason):
        raise Refused(
            _("Weights that are not from judgments need a source, a document number and a reason: fill in all three.")
        )
    return said


def _refuse_unfit(node: Indicator, weights: Sequence[float], children: int) -> None:
    if not children:
        raise Refused(_("Nothing hangs below %(code)s: fix the weights of its parent.") % {"code": node.code})
    if len(weights) != children or not all(math.isfinite(weight) and weight > 0 for weight in weights):
        raise Refused(_("Give every indicator below %(code)s a weight above 0.") % {"code": node.code})
    total = math.fsum(weights)
    if abs(total - 1) > SUM_TOLERANCE:
        raise Refused(
            _("The weights below %(code)s add up to %(sum)s %%, not to 100 %%: correct them, nothing is scaled.")
            % {"code": node.code, "sum": f"{total * 100:.10g}"}
        )


def _logged(weights: Sequence[float]) -> str:
    return " ".join(f"{weight:.6g}" for weight in weights)
