"""Systems, editions, surveys and their panels: made, frozen and moved by one function each."""

from itertools import combinations, product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused, Stale
from surveys.models import AuditEvent, Comparison, Edition, Person, Survey
from surveys.selectors.trees import comparisons_of, indicator_rows, tree_of
from surveys.services.panel import expert_add
from surveys.services.surveys import MOVES, survey_create, survey_move
from surveys.services.systems import edition_freeze, edition_import
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

STATES = list(Survey.State.values)


# --- editions ---


def test_a_tree_is_stored_depth_first_whatever_the_order_of_the_file() -> None:
    rows = sorted(make.rows(), key=lambda row: row.code, reverse=True)
    edition = edition_import(name={"en": "System"}, label="1", rows=rows, user=None)
    nodes = tree_of(edition).nodes
    assert [(node.code, node.position, node.depth) for node in nodes] == [
        *[("r", 0, 0), ("c", 1, 1), ("b", 2, 1), ("a", 3, 1), ("a2", 4, 2), ("a1", 5, 2)]
    ]


def test_freezing_asks_every_pair_of_siblings_once_in_tree_order() -> None:
    edition = make.edition({"r": ["a", "b"], "a": ["x", "y", "z"], "b": ["only"]})
    asked = [(pair.position, pair.node.code, pair.item_a.code, pair.item_b.code) for pair in comparisons_of(edition)]
    assert asked == [(1, "r", "a", "b"), *[(2 + n, "a", *pair) for n, pair in enumerate(combinations("xyz", 2))]]
    assert edition.content_hash == content_hash(canonical_json(tree_of(edition).document()))


def test_freezing_twice_is_freezing_once() -> None:
    edition = make.edition()
    again = edition_freeze(edition, user=make.user())
    assert (again.frozen_at, again.content_hash) == (edition.frozen_at, edition.content_hash)
    assert AuditEvent.objects.filter(action="edition.frozen").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_freeze_at_once_ask_each_pair_once() -> None:
    draft = make.edition(frozen=False)
    make.in_threads(*[lambda: edition_freeze(draft, user=None)] * 3)
    assert Comparison.objects.count() == 4


def test_the_next_edition_is_based_on_the_last_and_has_a_label_of_its_own() -> None:
    first = make.edition()
    second = edition_import(name={}, label="2.0", rows=indicator_rows(tree_of(first)), user=None, system=first.system)
    assert second.based_on == first
    frozen = edition_freeze(second, user=None)
    assert frozen.content_hash == first.content_hash
    with pytest.raises(Refused, match=r"Edition 2\.0 exists already"):
        edition_import(name={}, label="2.0", rows=make.rows(), user=None, system=first.system)
    assert Edition.objects.count() == 2


# --- surveys ---


def in_state(state: str) -> Survey:
    survey = make.survey("draft")
    for step in ["open", "closed", "decided", "archived"] if state not in ("draft", "pilot") else [state]:
        if survey.state != state:
            survey_move(survey, step, user=make.user())
    return survey


@pytest.mark.parametrize(("here", "to"), product(STATES, STATES))
def test_a_survey_makes_the_allowed_moves_and_no_other(here: str, to: str) -> None:
    survey = in_state(here)
    if to in MOVES[here]:
        assert survey_move(survey, to, user=make.user()).state == to
    else:
        with pytest.raises(Refused, match="cannot become"):
            survey_move(survey, to, user=make.user())
    survey.refresh_from_db()
    assert survey.state == (to if to in MOVES[here] else here)


def test_whoever_is_late_is_told_so_even_after_a_round_trip() -> None:
    survey = make.survey("closed")
    old = Survey.objects.get(pk=survey.pk)
    survey_move(survey, "open", user=None)
    survey_move(survey, "closed", user=None)
    with pytest.raises(Stale):
        survey_move(old, "open", user=None)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_at_once_one_is_told_that_it_was_late() -> None:
    survey = make.survey()
    copies = [Survey.objects.get(pk=survey.pk) for _ in range(2)]
    outcomes = make.in_threads(*[lambda c=copy: survey_move(c, "closed", user=None) for copy in copies])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Stale", "Survey"]


@pytest.mark.parametrize("to", ["pilot", "open"])
def test_nobody_is_asked_about_a_draft(to: str) -> None:
    survey = make.survey("draft", of=make.edition(frozen=False))
    with pytest.raises(Refused, match="freeze the edition"):
        survey_move(survey, to, user=None)


def test_a_move_is_in_the_audit_log_with_its_reason() -> None:
    survey = survey_move(make.survey(), "closed", user=make.user(), reason="enough answers")
    entry = AuditEvent.objects.filter(action="survey.moved", survey=survey)[0]
    assert (entry.old, entry.new, entry.reason) == ({"state": "open"}, {"state": "closed"}, "enough answers")


@pytest.mark.parametrize("setting", [{"method": "magic"}, {"random_index": "none"}, {"gate": "iron"}])
def test_an_unknown_setting_is_refused(setting: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        survey_create(edition=make.edition(), title={"en": "Survey"}, user=make.user(), **setting)


# --- experts ---


def test_an_expert_has_a_code_of_its_own_and_a_person_apart() -> None:
    expert = make.expert(code="E7", name="张三", email="zhang@example.org")
    assert expert.person and expert.person.name == "张三"
    assert expert.invitation.revoked_at is None
    entry = AuditEvent.objects.get(action="expert.added")
    assert (entry.subject, "张三" in str(vars(entry))) == ("E7", False)
    with pytest.raises(Refused, match="E7 is on the panel already"):
        expert_add(expert.survey, code="E7", user=None)
    assert make.expert(make.survey(), "E7").survey != expert.survey


@pytest.mark.parametrize("wrong", [{"code": ""}, {"code": "E" * 41}, {"code": "E1", "name": "n", "email": "no mail"}])
def test_what_is_no_expert_is_refused_whole(wrong: dict[str, Any]) -> None:
    survey = make.survey()
    with pytest.raises(ValidationError), transaction.atomic():
        expert_add(survey, user=None, **wrong)
    assert not survey.experts.exists()
    assert not Person.objects.exists()


def test_the_name_goes_and_the_answers_stay() -> None:
    expert = make.expert(name="张三")
    make.say(expert, "a", "b")
    Person.objects.all().delete()
    expert.refresh_from_db()
    assert (expert.person, expert.judgments.count()) == (None, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        expert.delete()
