"""What leaves a survey for another site: its frame, and its answers by code, without a name, an address or a link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from surveys.models import (
    AuditEvent,
    Consent,
    ConsentText,
    Expert,
    JudgmentEvent,
    KeptJudgment,
    Section,
    Submission,
    Survey,
)
from surveys.packages.archive import Line
from surveys.selectors.structure import Structure, structure_of
from surveys.selectors.trees import tree_of
from surveys.services.chain import event_document, utc_text

PACKED = "answers.packed"
FIXED = (
    "method", "random_index", "aggregation", "missing_allowed", "question_plan", "full_up_to", "questions_per_item",
    "question_order",
)  # fmt: skip
"""Settings that are fixed when a survey opens: on both sides they are the same."""
WORDS = ("title", "purpose", "inviter", "contact", "privacy", "exclusion_rules", "languages")
PROMISES = ("gate", "anonymity", "round", "synthetic")
SHOWN = ("base_revision", "note", "view", "place", "swapped", "milliseconds", "cause")
"""What is kept beside an answer, apart from what its hash is taken over."""


def _moment(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None


def survey_identity(survey: Survey) -> dict[str, Any]:
    """What two sites must agree on before answers may pass between them."""
    return {"survey": str(survey.key), "edition": survey.edition.content_hash, "settings": fixed_settings(survey)}


def fixed_settings(survey: Survey) -> dict[str, str]:
    return {name: str(getattr(survey, name)) for name in FIXED}


def next_sequence(survey: Survey) -> int:
    """The number of the next package: they are counted in the log. Lock the survey first."""
    return AuditEvent.objects.filter(survey=survey, action=PACKED).count() + 1


def frame_document(survey: Survey) -> Line:
    """All that another site needs to ask and compute the same."""
    edition = survey.edition
    return {
        "system": {
            "name": edition.system.name,
            "language": edition.system.language,
            "synthetic": edition.system.synthetic,
            "label": edition.label,
        },
        "tree": tree_of(edition).document(),
        "settings": fixed_settings(survey),
        "words": {name: getattr(survey, name) for name in (*WORDS, *PROMISES)},
    }


def answer_parts(survey: Survey, after: Mapping[str, int]) -> dict[str, Iterator[Line]]:
    """The parts of a package, each read when it is written. `after`: expert → the event that is known already.

    Everything goes up to the heads that are read here, so that answers given meanwhile belong to the next package.
    """
    head = JudgmentEvent.objects.filter(expert=OuterRef("pk"), revision=OuterRef("revision")).values("hash")
    experts = list(survey.experts.order_by("pk").annotate(head=Subquery(head[:1])))
    packing = _Packing(survey, structure_of(survey.edition), {expert.pk: expert for expert in experts}, dict(after))
    return {
        "experts": packing.expert_lines(),
        "notices": packing.notices(),
        "consents": packing.consents(),
        "sections": packing.sections(),
        "events": packing.events(),
        "submissions": packing.submissions(),
        "kept": packing.kept(),
    }


class _Packing:
    """Rows of one survey as lines."""

    def __init__(self, survey: Survey, structure: Structure, experts: dict[int, Expert], after: dict[str, int]) -> None:
        self.key, self.structure, self.experts, self.after = str(survey.key), structure, experts, after

    def expert_lines(self) -> Iterator[Line]:
        return (self._expert(expert) for expert in self.experts.values())

    def _expert(self, expert: Expert) -> Line:
        return {
            "expert": expert.code,
            "field": expert.field,
            "group": expert.group,
            "seed": expert.seed,
            "basis": expert.basis,
            "pilot": expert.pilot,
            "weight": str(expert.weight),
            "weight_reason": expert.weight_reason,
            "started_at": _moment(expert.started_at),
            "submitted_at": _moment(expert.submitted_at),
            "declined_at": _moment(expert.declined_at),
            "after": min(self.after.get(expert.code, 0), expert.revision),
            "revision": expert.revision,
            "head": expert.head or "",  # type: ignore[attr-defined]
        }

    def events(self) -> Iterator[Line]:
        rows = JudgmentEvent.objects.filter(expert__in=list(self.experts)).order_by("expert_id", "revision")
        for event in rows.iterator():
            expert = self.experts[event.expert_id]
            if self.after.get(expert.code, 0) < event.revision <= expert.revision:
                shown = {name: getattr(event, name) for name in SHOWN}
                said = event_document(event, self.key, expert.code, self._codes(event.comparison_id))
                yield {**said, **shown, "client_key": str(event.client_key), "hash": event.hash}

    def submissions(self) -> Iterator[Line]:
        for row in Submission.objects.filter(expert__in=list(self.experts)).order_by("expert_id", "number"):
            expert = self.experts[row.expert_id]
            if row.revision <= expert.revision:
                yield {
                    "expert": expert.code,
                    "number": row.number,
                    "revision": row.revision,
                    "head": row.head_hash,
                    "reason": row.reason,
                    "remark": row.remark,
                    "submitted_at": _moment(row.submitted_at),
                }

    def sections(self) -> Iterator[Line]:
        nodes = {node.pk: node.code for node in self.structure.nodes}
        for row in Section.objects.filter(expert__in=list(self.experts)).order_by("expert_id", "node_id"):
            yield {
                "expert": self.experts[row.expert_id].code,
                "node": nodes[row.node_id],
                "pairs": [[*self._codes(pair)[1:], swapped] for pair, swapped in row.pairs],
                "planned": row.planned,
                "assigned": row.assigned,
                "familiarity": row.familiarity,
                "declined_at": _moment(row.declined_at),
            }

    def notices(self) -> Iterator[Line]:
        texts = Consent.objects.filter(expert__in=list(self.experts)).values("text")
        for text in ConsentText.objects.filter(pk__in=texts).order_by("text_hash"):
            yield {"hash": text.text_hash, "language": text.language, "text": text.text}

    def consents(self) -> Iterator[Line]:
        rows = Consent.objects.filter(expert__in=list(self.experts)).order_by("expert_id", "pk")
        for expert, text, agreed in rows.values_list("expert_id", "text__text_hash", "agreed_at"):
            yield {"expert": self.experts[expert].code, "notice": text, "agreed_at": _moment(agreed)}

    def kept(self) -> Iterator[Line]:
        """Hints that an expert read and answered with a reason. What a coordinator asked stays with the coordinator."""
        rows = KeptJudgment.objects.filter(expert__in=list(self.experts)).exclude(reason="")
        for row in rows.order_by("expert_id", "pk"):
            expert = self.experts[row.expert_id]
            if row.revision <= expert.revision:
                _node, item_a, item_b = self._codes(row.comparison_id)
                yield {
                    "expert": expert.code,
                    "item_a": item_a,
                    "item_b": item_b,
                    "revision": row.revision,
                    "reason": row.reason,
                    "kept_at": _moment(row.kept_at),
                }

    def _codes(self, comparison: int) -> tuple[str, str, str]:
        pair = self.structure.pairs[comparison]
        return pair.node.code, pair.item_a.code, pair.item_b.code
