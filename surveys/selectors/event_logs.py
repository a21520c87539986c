"""The logs behind a panel result, as the documents that their hashes were taken over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from surveys.models import Comparison, JudgmentEvent, PanelResult
from surveys.selectors.panel_answers import members_in_order
from surveys.services.chain import event_document


def event_logs(result: PanelResult) -> Iterator[dict[str, Any]]:
    """Every event of the panel up to what was submitted, expert by expert, with its hash. Three queries."""
    survey, codes = str(result.survey.key), _pair_codes(result)
    rows = members_in_order(result).values_list(
        "submission__expert_id", "submission__expert__code", "submission__revision"
    )
    members = {expert: (code, revision) for expert, code, revision in rows}
    log = JudgmentEvent.objects.filter(expert__in=list(members)).order_by("expert_id", "revision")
    for event in log.iterator():
        code, newest = members[event.expert_id]
        if event.revision <= newest:
            yield {**event_document(event, survey, code, codes[event.comparison_id]), "hash": event.hash}


def _pair_codes(result: PanelResult) -> dict[int, tuple[str, str, str]]:
    pairs = Comparison.objects.filter(node__edition_id=result.survey.edition_id)
    rows = pairs.values_list("pk", "node__code", "item_a__code", "item_b__code")
    return {pair: (node, item_a, item_b) for pair, node, item_a, item_b in rows}
