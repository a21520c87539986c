"""Weight sets: two people, one way through the states, and a hash over everything."""

import json
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction

import ahp
from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused, Stale
from surveys.models import AuditEvent, PanelResult, Survey, WeightSet
from surveys.services.panels import panel_result_request
from surveys.services.surveys import survey_move
from surveys.services.weight_sets import (
    MOVES,
    weight_set_adopt,
    weight_set_approve,
    weight_set_draft,
    weight_set_lock,
    weight_set_move,
    weight_set_propose,
    weight_set_send_back,
)
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

STATES = list(WeightSet.State.values)


def approve(weight_set: WeightSet, by: str = "approver", **changes: Any) -> WeightSet:
    details = {"reason": "seen", "seen_hash": weight_set.content_hash, **changes}
    return weight_set_approve(weight_set, user=make.user(by), **details)


def in_state(state: str) -> WeightSet:
    if state != WeightSet.State.SUPERSEDED:
        return make.weight_set(state)
    earlier = make.weight_set("locked")
    make.weight_set("locked", of=result_of(earlier))
    earlier.refresh_from_db()
    return earlier


def result_of(weight_set: WeightSet) -> PanelResult:
    assert weight_set.panel_result_id
    return PanelResult.objects.select_related("survey__edition").get(pk=weight_set.panel_result_id)


# --- drafting ---


def test_a_draft_holds_the_panels_weights() -> None:
    weight_set = make.weight_set()
    entries = {entry.indicator.code: entry for entry in weight_set.entries.all()}
    nodes = result_of(weight_set).nodes.select_related("node")
    local = {node.node.code: [float(weight) for weight in node.weights] for node in nodes}
    expected = ahp.global_weights(make.TREE, local)
    assert {code: float(entry.global_weight) for code, entry in entries.items()} == expected
    assert [entries[code].local_weight for code in make.TREE["r"]] == [repr(weight) for weight in local["r"]]
    assert (entries["r"].local_weight, entries["r"].global_weight) == ("1.0", "1.0")
    assert {entry.origin for entry in entries.values()} == {"judgments"}


def test_a_result_that_is_not_computed_gives_no_draft() -> None:
    survey = make.survey()
    make.submitted(make.expert(survey))
    result = panel_result_request(survey, user=None)[0]
    with pytest.raises(Refused, match="still being computed"):
        weight_set_draft(result, user=make.user())


def test_numbers_count_within_an_edition() -> None:
    result = make.panel_result()
    assert [make.weight_set(of=result).number for _ in range(3)] == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_drafts_at_once_take_different_numbers() -> None:
    result = make.panel_result()
    user = make.user()
    drafts = make.in_threads(*[lambda: weight_set_draft(result_of(WeightSet(panel_result=result)), user=user)] * 3)
    assert sorted(draft.number for draft in drafts) == [1, 2, 3]


def test_the_document_says_everything_and_the_hash_is_over_it() -> None:
    weight_set = make.weight_set(decimals=1)
    document = json.loads(weight_set.document)
    assert weight_set.content_hash == content_hash(weight_set.document)
    assert canonical_json(document) == weight_set.document
    assert [node["code"] for node in document["tree"]["nodes"]] == ["r", "a", "a1", "a2", "b", "c"]
    assert document["system"]["content_hash"] == weight_set.edition.content_hash
    assert [(e["code"], e["weight"], e["submission"]) for e in document["panel"]["experts"]] == [
        ("E1", "1.0000", 1),
        ("E2", "1.0000", 1),
    ]
    assert [node["code"] for node in document["panel"]["nodes"]] == ["r", "a"]
    entries = list(weight_set.entries.all())
    assert [entry["global_weight"] for entry in document["weights"]] == [entry.global_weight for entry in entries]
    assert [entry["adopted_weight"] for entry in document["weights"]] == [entry.adopted_weight for entry in entries]


def test_adopted_weights_add_up() -> None:
    weight_set = make.weight_set(decimals=1)
    adopted = {entry.indicator.code: Decimal(entry.adopted_weight) for entry in weight_set.entries.all()}
    assert adopted["r"] == 100 == adopted["a"] + adopted["b"] + adopted["c"]
    assert adopted["a"] == adopted["a1"] + adopted["a2"]


def test_other_decimals_are_another_content() -> None:
    weight_set = make.weight_set(decimals=1)
    exact = [entry.global_weight for entry in weight_set.entries.all()]
    changed = weight_set_adopt(weight_set, decimals=None, user=make.user())
    assert changed.content_hash != weight_set.content_hash
    assert [entry.global_weight for entry in changed.entries.all()] == exact
    assert {entry.adopted_weight for entry in changed.entries.all()} == {""}
    back = weight_set_adopt(changed, decimals=1, user=make.user())
    assert back.content_hash == weight_set.content_hash


@pytest.mark.parametrize("state", [state for state in STATES if state != "draft"])
def test_only_a_draft_changes_its_decimals(state: str) -> None:
    with pytest.raises(Refused, match="Only a draft"):
        weight_set_adopt(in_state(state), decimals=2, user=make.user())


# --- the way through the states ---


def test_two_people_propose_approve_and_lock() -> None:
    locked = make.weight_set("locked")
    assert (locked.state, locked.proposed_by, locked.approved_by) == ("locked", make.user(), make.user("approver"))
    seal = json.loads(locked.seal)
    assert locked.seal_hash == content_hash(locked.seal)
    assert seal["content_hash"] == locked.content_hash
    assert [seal[act]["account"] for act in ("proposed", "approved", "locked")] == ["coordinator", *["approver"] * 2]
    assert (seal["proposed"]["reason"], seal["approved"]["reason"]) == ("computed", "seen")
    assert locked.survey and locked.survey.state == Survey.State.DECIDED
    moves = AuditEvent.objects.filter(action="weights.moved").order_by("pk")
    assert [(move.old["state"], move.new["state"]) for move in moves] == [
        ("draft", "proposed"),
        ("proposed", "approved"),
        ("approved", "locked"),
    ]


@pytest.mark.parametrize(("here", "to"), [(here, to) for here, to in product(STATES, STATES) if to not in MOVES[here]])
def test_every_other_move_is_refused(here: str, to: str) -> None:
    weight_set = in_state(here)
    with pytest.raises(Refused, match="cannot become"):
        weight_set_move(weight_set, to, user=make.user())
    weight_set.refresh_from_db()
    assert weight_set.state == here


@pytest.mark.parametrize("state", STATES)
def test_each_act_belongs_to_one_state(state: str) -> None:
    weight_set = in_state(state)
    acts: dict[str, Callable[[], WeightSet]] = {
        "draft": lambda: weight_set_propose(weight_set, user=make.user()),
        "proposed": lambda: approve(weight_set, "third"),
        "approved": lambda: weight_set_lock(weight_set, user=make.user("third")),
    }
    for belongs, act in acts.items():
        if belongs != state:
            with pytest.raises(Refused):
                act()
    weight_set.refresh_from_db()
    assert weight_set.state == state


def test_whoever_is_late_is_told_so() -> None:
    weight_set = make.weight_set()
    old = WeightSet.objects.get(pk=weight_set.pk)
    weight_set_propose(weight_set, user=make.user())
    with pytest.raises(Stale):
        weight_set_propose(old, user=make.user("other"))


def test_a_set_that_changed_after_it_was_loaded_is_not_proposed() -> None:
    weight_set = make.weight_set()
    old = WeightSet.objects.get(pk=weight_set.pk)
    weight_set_adopt(weight_set, decimals=2, user=make.user())
    with pytest.raises(Stale):
        weight_set_propose(old, user=make.user())


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_are_one_approval() -> None:
    proposed = make.weight_set("proposed")
    for name in ("approver", "third"):
        make.user(name)
    outcomes = make.in_threads(*[lambda n=name: approve(proposed, n) for name in ("approver", "third")])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "WeightSet"]
    assert AuditEvent.objects.filter(new__state="approved").count() == 1


def test_experts_who_may_still_answer_come_first() -> None:
    result = make.panel_result()
    draft = weight_set_draft(result, user=make.user())
    with pytest.raises(Refused, match="close the survey"):
        weight_set_propose(draft, user=make.user())


def test_a_reopened_survey_locks_nothing() -> None:
    approved = make.weight_set("approved")
    assert approved.survey
    survey_move(approved.survey, Survey.State.OPEN, user=make.user())
    with pytest.raises(Refused, match="close the survey"):
        weight_set_lock(approved, user=make.user("approver"))


# --- two people ---


def test_the_proposer_cannot_approve() -> None:
    proposed = make.weight_set("proposed")
    with pytest.raises(Refused, match="ask the other person"):
        approve(proposed, "coordinator")
    assert WeightSet.objects.get(pk=proposed.pk).state == "proposed"


def test_the_proposer_cannot_approve_with_a_page_from_before_the_proposal() -> None:
    """Proposed by one, sent back, proposed by the other, who still holds what the first had proposed."""
    first = make.weight_set("proposed")
    back = weight_set_send_back(WeightSet.objects.get(pk=first.pk), user=make.user("approver"), reason="look again")
    weight_set_propose(back, user=make.user("approver"))
    with pytest.raises(Refused, match="ask the other person"):
        approve(first, "approver")


def test_the_database_knows_the_two_people_too() -> None:
    proposed = make.weight_set("proposed")
    signed: dict[str, Any] = {
        "approved_by": proposed.proposed_by,
        "approved_at": proposed.proposed_at,
        "approval": "mine",
    }
    with pytest.raises(IntegrityError, match="weight_set_two_people"), transaction.atomic():
        weight_set_move(proposed, "approved", user=make.user(), **signed)


@pytest.mark.parametrize("state", ["proposed", "approved", "locked"])
def test_the_database_wants_signatures(state: str) -> None:
    before = {"proposed": "draft", "approved": "proposed", "locked": "approved"}[state]
    weight_set = make.weight_set(before)
    with pytest.raises(IntegrityError, match="is_s"), transaction.atomic():
        weight_set_move(weight_set, state, user=make.user())


def test_one_signs_what_one_saw() -> None:
    proposed = make.weight_set("proposed")
    with pytest.raises(Stale, match="Look at them again"):
        approve(proposed, seen_hash="0" * 64)
    assert WeightSet.objects.get(pk=proposed.pk).state == "proposed"


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_approval_and_a_refusal_say_why(reason: str) -> None:
    proposed = make.weight_set("proposed")
    with pytest.raises(Refused, match="why"):
        approve(proposed, reason=reason)
    with pytest.raises(Refused, match="what has to change"):
        weight_set_send_back(proposed, user=make.user("approver"), reason=reason)


def test_sent_back_is_a_draft_that_can_be_proposed_again() -> None:
    back = weight_set_send_back(make.weight_set("proposed"), user=make.user("approver"), reason="E2 is missing")
    assert (back.state, back.proposed_by, back.proposed_at, back.proposal) == ("draft", None, None, "")
    assert AuditEvent.objects.filter(reason="E2 is missing").exists()
    assert weight_set_propose(back, user=make.user()).state == "proposed"


# --- locked ---


def test_the_next_locked_set_supersedes_the_earlier() -> None:
    earlier = make.weight_set("locked")
    later = make.weight_set("locked", of=result_of(earlier))
    earlier.refresh_from_db()
    assert (earlier.state, earlier.superseded_by, later.state) == ("superseded", later, "locked")
    assert earlier.seal_hash == content_hash(earlier.seal)


def test_sets_of_another_survey_stay_as_they_are() -> None:
    one, other = make.weight_set("locked"), make.weight_set("locked")
    one.refresh_from_db()
    assert (one.state, other.state) == ("locked", "locked")


@pytest.mark.django_db(transaction=True)
def test_two_sets_locked_at_once_are_locked_one_after_the_other() -> None:
    first = make.weight_set("approved")
    second = make.weight_set("approved", of=result_of(first))
    user = make.user("approver")
    outcomes = make.in_threads(*[lambda s=s: weight_set_lock(s, user=user, reason="newer") for s in (first, second)])
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert sorted(WeightSet.objects.values_list("state", flat=True)) == ["locked", "superseded"]
