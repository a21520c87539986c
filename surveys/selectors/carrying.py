"""Which answers of an earlier survey may be carried over to this one, and what remains to be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, QuerySet

from surveys.models import Comparison, Edition, Expert, Judgment, JudgmentEvent, MoreImportant, Survey
from surveys.selectors.differences import Difference, KeptPair, difference_of, in_order
from surveys.selectors.sections import asked_counts, planned_by_node
from surveys.selectors.structure import structure_of

BY_PERSON, BY_CODE = "person", "code"
FROM = (Survey.State.CLOSED, Survey.State.DECIDED, Survey.State.ARCHIVED)
INTO = (Survey.State.DRAFT, *Survey.ANSWERING)


@dataclass(frozen=True)
class Chosen:
    """What the coordinator decided: how experts are matched, and whether pairs in other words come too."""

    match: str = BY_PERSON
    renamed: bool = False
    redefined: bool = False

    def takes(self, pair: KeptPair) -> bool:
        return (self.renamed or not pair.renamed) and (self.redefined or not pair.redefined)


@dataclass(frozen=True)
class Carry:
    """One answer as it would be said here."""

    comparison: Comparison
    more_important: str
    strength: int
    event_hash: str
    reworded: bool


@dataclass(frozen=True)
class ExpertCarry:
    """One expert in both surveys. `held` answers could come but are given here already."""

    expert: Expert
    source: Expert
    carries: list[Carry]
    held: int
    answered: int
    asked: int

    @property
    def doubtful(self) -> bool:
        """The same code, but another name: perhaps another person."""
        names = {str(each.person) for each in (self.expert, self.source) if each.person}
        return len(names) > 1

    @property
    def remain(self) -> int:
        """Pairs that are still to be answered afterwards."""
        return self.asked - self.answered


@dataclass(frozen=True)
class CarryPlan:
    source: Survey
    target: Survey
    chosen: Chosen
    difference: Difference
    experts: list[ExpertCarry]
    unmatched: list[str]

    @cached_property
    def carries(self) -> int:
        return sum(len(expert.carries) for expert in self.experts)

    @cached_property
    def valid(self) -> int:
        """Comparisons that may come."""
        return sum(self.chosen.takes(pair) for pair in self.difference.kept)


def sources_among(surveys: QuerySet[Survey], survey: Survey) -> list[Survey]:
    """Of these surveys those on an edition of the same system that are over."""
    found = surveys.filter(edition__system_id=survey.edition.system_id, state__in=FROM).exclude(pk=survey.pk)
    return list(found.select_related("edition__system").order_by("-id"))


def same_people(source: Survey, target: Survey) -> bool:
    """Somebody is known to be on both panels as one person."""
    return bool(_matched(source, target, BY_PERSON)[0])


def carry_plan(source: Survey, target: Survey, chosen: Chosen) -> CarryPlan:
    """What would be carried, for every expert of `target` who answered `source`. The same few queries for any panel."""
    difference = difference_of(*_editions(source.edition, target.edition))
    pairs = _pairs(source.edition, target.edition, difference, chosen)
    matched, unmatched = _matched(source, target, chosen.match)
    said = _said(source)
    spoken, now = _spoken(target), _answered_by_node(target)
    usual, begun = planned_by_node(target), asked_counts(target)
    plans = []
    for expert, before in matched:
        found = [(pair, said[before.pk][old]) for old, pair in pairs.items() if old in said[before.pk]]
        carries = [_carry(pair, answer) for pair, answer in found if pair.comparison.pk not in spoken[expert.pk]]
        asked = begun.get(expert.pk, usual)
        after = dict(now[expert.pk])
        for carry in carries:
            after[carry.comparison.node_id] = after.get(carry.comparison.node_id, 0) + 1
        answered = sum(min(after.get(node, 0), most) for node, most in asked.items())
        plans.append(ExpertCarry(expert, before, carries, len(found) - len(carries), answered, sum(asked.values())))
    return CarryPlan(source, target, chosen, difference, plans, unmatched)


def remaining_of(difference: Difference, survey: Survey, *, reworded: bool = False) -> list[tuple[str, int, int]]:
    """For a survey on the older edition: expert code, valid answers, and pairs of the newer that remain. One query."""
    old = {frozenset((pair.old_a, pair.old_b)) for pair in difference.kept if pair.same or reworded}
    comparisons = structure_of(survey.edition).pairs.values()
    valid = [pair.pk for pair in comparisons if frozenset((pair.item_a_id, pair.item_b_id)) in old]
    rows = Judgment.objects.filter(expert__survey=survey, comparison_id__in=valid)
    rows = rows.exclude(more_important=MoreImportant.CANNOT_JUDGE).order_by()
    given = dict(rows.values_list("expert_id").annotate(Count("pk")))
    total = difference.pairs.of_new
    codes = survey.experts.order_by("id").values_list("pk", "code")
    return [(code, given.get(pk, 0), total - given.get(pk, 0)) for pk, code in codes]


def carried_count(expert: Expert) -> int:
    return JudgmentEvent.objects.filter(expert=expert, source=JudgmentEvent.Source.CARRIED).count()


@dataclass(frozen=True)
class _Pair:
    """A pair of the new survey for a pair of the old one."""

    comparison: Comparison
    swapped: bool
    reworded: bool


def _editions(old: Edition, new: Edition) -> tuple[Edition, Edition]:
    """A survey may go back to an earlier edition, too: the difference is then read the other way round."""
    return in_order(old, new)


def _pairs(old: Edition, new: Edition, difference: Difference, chosen: Chosen) -> dict[int, _Pair]:
    """Old comparison → what it is now, of all that may come."""
    by_old = {frozenset((pair.item_a_id, pair.item_b_id)): pair for pair in structure_of(old).pairs.values()}
    by_new = {frozenset((pair.item_a_id, pair.item_b_id)): pair for pair in structure_of(new).pairs.values()}
    if old.pk == new.pk:
        return {pair.pk: _Pair(pair, swapped=False, reworded=False) for pair in by_new.values()}
    forward = difference.newer.pk == new.pk
    found = {}
    for pair in difference.kept:
        if chosen.takes(pair):
            then, now = frozenset((pair.old_a, pair.old_b)), frozenset((pair.a.pk, pair.b.pk))
            before, after = (by_old[then], by_new[now]) if forward else (by_old[now], by_new[then])
            found[before.pk] = _Pair(after, pair.swapped, not pair.same)
    return found


def _matched(source: Survey, target: Survey, how: str) -> tuple[list[tuple[Expert, Expert]], list[str]]:
    """Experts of both surveys, and the codes of those here whom nobody there is matched to."""
    there = list(source.experts.select_related("person").order_by("id"))
    known: dict[str | int, Expert] = {
        key: expert for expert in reversed(there) for key in (_keys(expert) if how == BY_PERSON else [expert.code])
    }
    matched, unmatched = [], []
    for expert in target.experts.select_related("person").order_by("id"):
        keys = _keys(expert) if how == BY_PERSON else [expert.code]
        found = next((known[key] for key in keys if key in known), None)
        if found:
            matched.append((expert, found))
        else:
            unmatched.append(expert.code)
    return matched, unmatched


def _keys(expert: Expert) -> list[str | int]:
    """What says that two experts are one person: the same entry of the people book, or the same e-mail address."""
    person = expert.person
    if person is None:
        return []
    return [person.pk, person.email.casefold()] if person.email else [person.pk]


_Answer = tuple[str, int, str]


def _said(survey: Survey) -> Mapping[int, dict[int, _Answer]]:
    """Expert → comparison → what counts there: side, strength, and the hash of the event that said it."""
    events = JudgmentEvent.objects.filter(expert__survey=survey, conflict=False).order_by("revision")
    found: dict[int, dict[int, _Answer]] = defaultdict(dict)
    for expert, pair, more, strength, event_hash in events.values_list(
        "expert_id", "comparison_id", "more_important", "strength", "hash"
    ).iterator():
        if more in ("a", "b", "equal") and strength is not None:
            found[expert][pair] = (more, strength, event_hash)
        else:  # taken back, or "cannot judge": that is asked again
            found[expert].pop(pair, None)
    return found


def _spoken(survey: Survey) -> Mapping[int, set[int]]:
    """Expert → pairs about which anything was ever said here, taken back or not: nothing is put over that."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = JudgmentEvent.objects.filter(expert__survey=survey).order_by()
    for expert, pair in rows.values_list("expert_id", "comparison_id").distinct().iterator():
        found[expert].add(pair)
    return found


def _answered_by_node(survey: Survey) -> Mapping[int, dict[int, int]]:
    rows = Judgment.objects.filter(expert__survey=survey).order_by()
    if not survey.missing_allowed:
        rows = rows.exclude(more_important=MoreImportant.CANNOT_JUDGE)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for expert, node, count in rows.values_list("expert_id", "comparison__node_id").annotate(Count("pk")):
        found[expert][node] = count
    return found


def _carry(pair: _Pair, answer: _Answer) -> Carry:
    more, strength, event_hash = answer
    side = {"a": "b", "b": "a"}.get(more, more) if pair.swapped else more
    return Carry(pair.comparison, side, strength, event_hash, pair.reworded)


def chosen_experts(plan: CarryPlan, codes: Sequence[str]) -> list[ExpertCarry]:
    wanted = set(codes)
    return [expert for expert in plan.experts if expert.expert.code in wanted]
