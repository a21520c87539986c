"""Revision requests, and how each of their pairs stands: not stored, for the log and the kept answers say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from surveys.models import (
    Comparison,
    Expert,
    Indicator,
    JudgmentEvent,
    KeptJudgment,
    RevisionPair,
    RevisionRequest,
    Survey,
)
from surveys.selectors.hints import sentence_of
from surveys.selectors.keeping import kept_now
from surveys.selectors.structure import structure_of

OPEN, CHANGED, KEPT = "open", "changed", "kept"
Log = Mapping[int, Sequence[JudgmentEvent]]


@dataclass(frozen=True)
class AskedPair:
    """A pair that somebody asked about. `old` is the answer then, `new` what was said since, `kept` why it stays."""

    comparison: Comparison
    revision: int
    old: JudgmentEvent | None
    new: JudgmentEvent | None
    kept: KeptJudgment | None

    @property
    def state(self) -> str:
        if self.new and (self.old is None or _answer(self.new) != _answer(self.old)):
            return CHANGED
        return KEPT if self.kept or self.new else OPEN

    @property
    def old_said(self) -> str:
        return _told(self.comparison, self.old)

    @property
    def new_said(self) -> str:
        return _told(self.comparison, self.new)

    @property
    def current_revision(self) -> int:
        """What a page that keeps this answer must name: 0 where there is none."""
        newest = self.new or self.old
        return newest.revision if newest and newest.more_important else 0


@dataclass(frozen=True)
class Asked:
    """A request with its pairs."""

    request: RevisionRequest
    node: Indicator
    pairs: list[AskedPair]

    @property
    def pk(self) -> int:
        return self.request.pk

    @property
    def node_id(self) -> int:
        return self.node.pk

    @property
    def withdrawn(self) -> bool:
        return self.request.withdrawn_at is not None

    @property
    def open_pairs(self) -> int:
        return sum(pair.state == OPEN for pair in self.pairs)

    @property
    def changed_pairs(self) -> int:
        return sum(pair.state == CHANGED for pair in self.pairs)

    @property
    def waits(self) -> bool:
        """The expert has still to look at something."""
        return not self.withdrawn and self.open_pairs > 0


def requests_of(expert: Expert) -> list[Asked]:
    """Every request to this expert, the newest first. Four queries at most, one where there is none."""
    requests = list(RevisionRequest.objects.filter(expert=expert).select_related("requested_by").order_by("-pk"))
    if not requests:
        return []
    structure = structure_of(expert.survey.edition)
    pairs = list(RevisionPair.objects.filter(request__in=requests).order_by("comparison__position"))
    log = _log(expert, {pair.comparison_id for pair in pairs})
    kept = {(one.request_id, one.comparison_id): one for one in _kept(requests)}
    asked: dict[int, list[AskedPair]] = defaultdict(list)
    for pair in pairs:
        found = structure.pairs[pair.comparison_id]
        asked[pair.request_id].append(_asked(pair, found, log, kept.get((pair.request_id, pair.comparison_id))))
    return [Asked(request, structure.by_node[request.node_id][0].node, asked[request.pk]) for request in requests]


def waiting_requests(expert: Expert) -> list[Asked]:
    """What an expert is asked to look at again and has not settled yet: for the contents and the lines above them."""
    return [asked for asked in requests_of(expert) if asked.waits]


def unsettled_pairs() -> QuerySet[RevisionPair]:
    """Pairs that were asked about and, since then, neither answered nor kept."""
    later = JudgmentEvent.objects.filter(
        expert=OuterRef("request__expert"), comparison=OuterRef("comparison"), revision__gt=OuterRef("revision"),
        conflict=False,
    )  # fmt: skip
    kept = KeptJudgment.objects.filter(request=OuterRef("request"), comparison=OuterRef("comparison"))
    return RevisionPair.objects.filter(~Exists(later), ~Exists(kept), request__withdrawn_at=None).order_by()


def waiting_counts(survey: Survey, experts: Collection[int] | None = None) -> dict[int, int]:
    """Expert → requests that wait, for a whole panel or for these experts, in one query."""
    chosen = {} if experts is None else {"request__expert__in": experts}
    waiting = unsettled_pairs().filter(request__expert__survey=survey, **chosen).values_list("request__expert")
    return dict(waiting.annotate(Count("request", distinct=True)))


def experts_asked_again(survey: Survey) -> set[int]:
    """The experts of a survey who have still to settle a pair. One query."""
    waiting = unsettled_pairs().filter(request__expert__survey=survey)
    return set(waiting.values_list("request__expert", flat=True))


def request_of(expert: Expert, request_id: int) -> Asked | None:
    """One request to this expert that was not withdrawn; another expert's does not exist."""
    found = (asked for asked in requests_of(expert) if asked.pk == request_id and not asked.withdrawn)
    return next(found, None)


def second_looks(expert: Expert, handed_in: int) -> dict[str, Any]:
    """For the coordinator: every request, and what was kept of the expert's own accord. `handed_in` is the revision up
    to which answers may be seen.
    """
    own = [kept for kept in kept_now(expert, up_to=handed_in).values() if kept.request_id is None]
    return {"requests": requests_of(expert), "kept": own, "handed_in": handed_in}


def waiting_pairs(survey: Survey) -> dict[tuple[int, int], int]:
    """(Expert, node) → pairs that were asked about and are neither answered since nor kept. One query."""
    waiting = unsettled_pairs().filter(request__expert__survey=survey)
    rows = waiting.values_list("request__expert_id", "request__node_id").annotate(Count("pk"))
    return {(expert, node): pairs for expert, node, pairs in rows}


def _asked(pair: RevisionPair, found: Comparison, log: Log, kept: KeptJudgment | None) -> AskedPair:
    events = log.get(found.pk, ())
    old = next((event for event in events if event.revision == pair.revision), None)
    new = events[-1] if events and events[-1].revision > pair.revision else None
    return AskedPair(found, pair.revision, old, new, kept)


def _log(expert: Expert, pairs: set[int]) -> Log:
    log: dict[int, list[JudgmentEvent]] = defaultdict(list)
    events = JudgmentEvent.objects.filter(expert=expert, comparison__in=pairs, conflict=False)
    for event in events.order_by("revision"):
        log[event.comparison_id].append(event)
    return log


def _kept(requests: Sequence[RevisionRequest]) -> Iterable[KeptJudgment]:
    return KeptJudgment.objects.filter(request__in=requests).order_by("pk")


def _told(pair: Comparison, event: JudgmentEvent | None) -> str:
    """Empty where there was no answer, or it was taken back."""
    return sentence_of(pair, event) if event and event.more_important else ""


def _answer(event: JudgmentEvent) -> tuple[str, int | None]:
    return event.more_important, event.strength
