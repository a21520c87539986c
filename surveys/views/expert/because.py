"""Why an expert comes to a pair again, and the way back: `?because=hint`, or `?because=request&request=7`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from surveys.models import Comparison, Expert, JudgmentEvent
from surveys.selectors.revisions import request_of
from surveys.whole import whole

Cause = JudgmentEvent.Cause


@dataclass(frozen=True)
class Because:
    """`cause` is kept with the answer, `back` is where the expert goes after it, `fields` are for a form to carry."""

    cause: str
    back: str
    fields: dict[str, str]


def because_of(given: Mapping[str, str], expert: Expert, pair: Comparison) -> Because | None:
    """What an address or a form says of it; None where it says nothing that is true of this expert and pair."""
    if given.get("because") == Cause.HINT:
        return because_hint(expert, pair)
    named = whole(given.get("request", ""))
    if given.get("because") == Cause.REQUEST and named is not None:
        return because_request(expert, pair, named)
    return None


def because_hint(expert: Expert, pair: Comparison) -> Because:
    back = reverse("surveys:section_review", args=[expert.survey_id, pair.node_id]) + "#consistency"
    return Because(Cause.HINT, back, {"because": Cause.HINT.value})


def because_request(expert: Expert, pair: Comparison, request_id: int) -> Because | None:
    asked = request_of(expert, request_id)
    if asked is None or all(one.comparison.pk != pair.pk for one in asked.pairs):
        return None
    back = reverse("surveys:revision", args=[expert.survey_id, request_id]) + f"#pair-{pair.position}"
    cause = Cause.REQUEST if asked.request.round_id is None else Cause.ROUND
    return Because(cause, back, {"because": Cause.REQUEST.value, "request": str(request_id)})
