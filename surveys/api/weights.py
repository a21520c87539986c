"""Operations about weight sets."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from surveys.access import READS
from surveys.api.operations import Call, operation
from surveys.api.schemas import DECIMAL, FLAG, HASH, MOMENT, TEXT, WHOLE, Schema, many, maybe, one_of, said, thing
from surveys.exports.weight_sets import weight_set_json
from surveys.models import WeightEntry, WeightSet
from surveys.selectors.weights import weight_sets_of
from surveys.stamps import stamps

W = "surveys/<number:survey_id>/weight-sets/<number:number>/"

HEAD: dict[str, Schema] = {
    "number": WHOLE,
    "edition": TEXT,
    "state": one_of(*WeightSet.State.values),
    "stamps": said(many(TEXT), "Not empty: these are no real, locked weights."),
    "synthetic": FLAG,
    "adopted_decimals": maybe(WHOLE),
    "content_hash": HASH,
    "locked_at": maybe(MOMENT),
}
ENTRY: Schema = thing(
    code=TEXT,
    local_weight=DECIMAL,
    global_weight=DECIMAL,
    adopted_percent=maybe(DECIMAL),
    origin=one_of(*WeightEntry.Origin.values),
    source=TEXT,
)
SIGNED: Schema = {
    "type": "object",
    "description": "The export whose bytes are hashed: format, stamps, document, content_hash, seal, seal_hash.",
}


@operation(
    "GET",
    "surveys/<number:survey_id>/weight-sets/",
    tag="weights",
    summary=_("The weight sets of a survey, the newest first"),
    answers=many(thing(**HEAD)),
    roles=READS,
)
def weight_sets(call: Call) -> list[dict[str, Any]]:
    return [_head(found) for found in weight_sets_of(call.here).defer("document")]


@operation(
    "GET",
    W,
    tag="weights",
    summary=_("The weights of a set, in tree order"),
    answers=thing(**HEAD, weights=many(ENTRY)),
    roles=READS,
)
def weight_set(call: Call, number: int) -> dict[str, Any]:
    found = _found(call, number)
    entries = found.entries.select_related("indicator").order_by("indicator__position")
    return {**_head(found), "weights": [_entry(entry) for entry in entries]}


@operation(
    "GET",
    f"{W}document/",
    tag="weights",
    summary=_("The signed document of a set: what `manage.py verify` reads"),
    answers=SIGNED,
    roles=READS,
)
def weight_set_document(call: Call, number: int) -> bytes:
    return weight_set_json(_found(call, number))


def _found(call: Call, number: int) -> WeightSet:
    found = weight_sets_of(call.here).filter(number=number).first()
    if found is None:
        raise Http404("No such weight set.")
    return found


def _head(found: WeightSet) -> dict[str, Any]:
    plain = ("number", "state", "synthetic", "adopted_decimals", "content_hash", "locked_at")
    return {
        **{name: getattr(found, name) for name in plain},
        "edition": found.edition.label,
        "stamps": stamps(synthetic=found.synthetic, sealed=bool(found.seal_hash)),
    }


def _entry(entry: WeightEntry) -> dict[str, Any]:
    return {
        "code": entry.indicator.code,
        "local_weight": entry.local_weight,
        "global_weight": entry.global_weight,
        "adopted_percent": entry.adopted_weight or None,
        "origin": entry.origin,
        "source": entry.source,
    }
