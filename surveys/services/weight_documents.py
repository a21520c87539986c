"""What a weight set's hashes are taken over: everything it came from, and who signed it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from surveys.models import Decision, PanelMember, PanelNode, PanelResult, Survey, WeightEntry, WeightSet
from surveys.plan import per_item_text
from surveys.selectors.decisions import decisions_of
from surveys.selectors.signed_sheets import counting_sheets
from surveys.selectors.trees import Tree
from surveys.version import VERSION

FORMAT = "quanheng-weight-set/1"
SEAL_FORMAT = "quanheng-weight-set-seal/1"


def weight_document(weight_set: WeightSet, tree: Tree, entries: Iterable[WeightEntry]) -> dict[str, Any]:
    """Indicator tree, method, panel, matrices, weights: enough to compute them again."""
    edition, survey, result = weight_set.edition, weight_set.survey, weight_set.panel_result
    return {
        "format": FORMAT,
        "software": VERSION,
        "number": weight_set.number,
        "synthetic": weight_set.synthetic,
        "system": {"name": edition.system.name, "edition": edition.label, "content_hash": edition.content_hash},
        "tree": tree.document(),
        "survey": _survey_document(survey) if survey else None,
        "panel": _panel_document(result) if result else None,
        "adopted_decimals": weight_set.adopted_decimals,
        "weights": [_entry_document(entry) for entry in entries],
    }


def seal_document(
    weight_set: WeightSet, *, locked_by: User, locked_at: datetime, reason: str, replaced: Sequence[WeightSet]
) -> dict[str, Any]:
    """The signatures under a content hash: who proposed, approved and locked, when and why; the scans of sheets that
    were signed on paper; and the sets whose place this one takes.
    """
    return {
        "format": SEAL_FORMAT,
        "content_hash": weight_set.content_hash,
        "proposed": _signature(weight_set.proposed_by, weight_set.proposed_at, weight_set.proposal),
        "approved": _signature(weight_set.approved_by, weight_set.approved_at, weight_set.approval),
        "locked": _signature(locked_by, locked_at, reason),
        "sheets": sheet_documents(weight_set),
        "replaces": [{"number": each.number, "content_hash": each.content_hash} for each in replaced],
    }


def sheet_documents(weight_set: WeightSet) -> list[dict[str, Any]]:
    """The scans that count, by their hashes."""
    return [
        {
            "file_name": sheet.file_name,
            "file_type": sheet.file_type,
            "file_hash": sheet.file_hash,
            "uploaded": _signature(sheet.uploaded_by, sheet.uploaded_at, sheet.note),
        }
        for sheet in counting_sheets(weight_set)
    ]


def _signature(user: Any, moment: datetime | None, reason: str) -> dict[str, str]:
    when = moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else ""
    return {
        "account": user.get_username() if user else "",
        "name": user.get_full_name() if user else "",
        "at": when,
        "reason": reason,
    }


def _survey_document(survey: Survey) -> dict[str, Any]:
    return {
        "key": str(survey.key),
        "title": survey.title,
        "round": survey.round,
        "questions": {
            "plan": survey.question_plan,
            "full_up_to": survey.full_up_to,
            "per_item": per_item_text(survey),
            "order": survey.question_order,
        },
    }


def _panel_document(result: PanelResult) -> dict[str, Any]:
    members = result.members.select_related("submission__expert").order_by("submission__expert_id")
    return {
        "result": result.number,
        "input_hash": result.input_hash,
        "method": result.method,
        "random_index": result.random_index,
        "aggregation": result.aggregation,
        "missing_allowed": result.missing_allowed,
        "invited": result.invited,
        "experts": [_member_document(member) for member in members],
        "decisions": [_decision_document(decision) for decision in decisions_of(result.survey)],
        "nodes": [_node_document(node) for node in result.nodes.select_related("node").order_by("node__position")],
    }


def _member_document(member: PanelMember) -> dict[str, Any]:
    submission = member.submission
    return {
        "code": submission.expert.code,
        "weight": str(member.weight),
        "branch_weights": member.branch_weights,
        "excluded": member.excluded,
        "submission": submission.number,
        "revision": submission.revision,
        "head_hash": submission.head_hash,
    }


def _decision_document(decision: Decision) -> dict[str, Any]:
    """Every decision stands here, also one that was undone: an undoing names the place of what it undoes."""
    return {
        "id": decision.pk,
        "expert": decision.expert.code,
        "node": decision.node.code if decision.node else "",
        "act": decision.act,
        "undoes": decision.undoes_id,
        "rule": decision.rule,
        "reason": decision.reason,
        "after_unmasking": decision.after_unmasking,
        "account": decision.decided_by.get_username() if decision.decided_by else "",
        "at": decision.decided_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }


def _node_document(node: PanelNode) -> dict[str, Any]:
    return {
        "code": node.node.code,
        "experts": node.experts,
        "answers": node.answers,
        "matrix": node.matrix,
        "weights": node.weights,
        "second_weights": node.second_weights,
        "lambda_max": node.lambda_max,
        "index": node.index,
        "random_index": node.random_index,
        "table": node.table,
        "ratio": node.ratio,
    }


def _entry_document(entry: WeightEntry) -> dict[str, Any]:
    return {
        "code": entry.indicator.code,
        "local_weight": entry.local_weight,
        "global_weight": entry.global_weight,
        "adopted_weight": entry.adopted_weight,
        "origin": str(entry.origin),
        "source": entry.source,
        "reference": entry.reference,
        "reason": entry.reason,
    }
