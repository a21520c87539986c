"""Two editions compared: every kind of change, which comparisons stay valid, and answers carried over."""

from dataclasses import replace

import pytest

from surveys.carried import origin_of
from surveys.errors import Refused
from surveys.files.indicators import IndicatorRow
from surveys.models import Comparison, Edition, Expert, Indicator, Judgment, JudgmentEvent, Survey
from surveys.selectors.carrying import BY_CODE, BY_PERSON, Chosen, carry_plan, remaining_of
from surveys.selectors.differences import codes_before, difference_of, in_order, texts_differ
from surveys.selectors.questionnaire import said_by, trail_of, way_of
from surveys.services.carrying import judgments_carry
from surveys.services.chain import chain_verify
from surveys.services.surveys import survey_move
from surveys.services.systems import edition_freeze, edition_import
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

OLD = {"r": ["a", "b", "c", "d"], "a": ["a1", "a2", "a3"]}
NEW = {"r": ["b", "a", "c", "n"], "a": ["a1", "a2", "x"]}
PLAIN = Chosen(BY_CODE)
WAS = {"n": Indicator.NEW, "x": "d"}


def reworded(rows: list[IndicatorRow]) -> list[IndicatorRow]:
    """b stands before a, c is renamed, a2 defined anew."""
    rows = sorted(rows, key=lambda row: {"r": 0, "b": 1}.get(row.code, 2))
    changes = {"c": {"names": {"zh-hans": "另一个"}}, "a2": {"definitions": {"zh-hans": "新的口径"}}}
    return [replace(row, **changes.get(row.code, {})) for row in rows]  # type: ignore[arg-type]


@pytest.fixture
def older() -> Edition:
    return make.edition(OLD)


@pytest.fixture
def newer(older: Edition) -> Edition:
    rows = reworded(make.rows(NEW))
    made = edition_import(name={}, label="2.0", rows=rows, user=make.user(), system=older.system, was=WAS)
    return edition_freeze(made, user=make.user())


def answered(edition: Edition, code: str = "E1", state: str = "closed") -> Survey:
    """A survey in which the first item of every pair outweighs the second by 3."""
    survey = make.survey(of=edition)
    make.answer_all(make.expert(survey, code))
    if state == "closed":
        survey_move(survey, "closed", user=make.user())
    return survey


def said(expert: Expert) -> dict[tuple[str, str], str]:
    found = Judgment.objects.filter(expert=expert).select_related("comparison__item_a", "comparison__item_b")
    return {(it.comparison.item_a.code, it.comparison.item_b.code): it.more_important for it in found}


def test_every_kind_of_change_is_told(older: Edition, newer: Edition) -> None:
    difference = difference_of(older, newer)
    kinds = {change.node.code: set(change.kinds) for change in difference.changes}
    assert kinds == {
        "a": {"reordered"}, "b": {"reordered"}, "c": {"renamed"}, "n": {"added"}, "a2": {"redefined"},
        "x": {"moved", "recoded", "renamed"}, "a3": {"removed"},
    }  # fmt: skip
    assert difference.traced
    assert difference.same == 2  # r and a1


def test_comparisons_are_counted(older: Edition, newer: Edition) -> None:
    pairs = difference_of(older, newer).pairs
    # kept: (b, a) in the same words; (b, c), (a, c) with a new name; (a1, a2) with a new definition
    assert (pairs.same, pairs.reworded, pairs.new, pairs.gone) == (1, 3, 9 - 4, 9 - 4)
    assert pairs.of_old == Comparison.objects.filter(node__edition=older).count() == 9


def test_an_edition_compared_with_its_own_copy_differs_in_nothing(older: Edition) -> None:
    same = edition_import(name={}, label="copy", rows=make.rows(OLD), user=None, system=older.system)
    difference = difference_of(older, same)
    assert difference.changes == []
    assert difference.pairs.same == 9


def test_codes_are_followed_over_several_editions(older: Edition, newer: Edition) -> None:
    rows = [replace(row, code="y" if row.code == "x" else row.code) for row in reworded(make.rows(NEW))]
    third = edition_import(name={}, label="3.0", rows=rows, user=None, system=older.system, was={"y": "x"})
    assert difference_of(older, third).before[third.indicators.get(code="y").pk].code == "d"
    assert in_order(third, older) == (older, third)
    assert in_order(older, third) == (older, third)
    now = codes_before(older, third)
    assert (now["y"], now["a1"], "n" in now) == ("d", "a1", False)
    assert codes_before(third, older) == {old: new for new, old in now.items()}
    assert codes_before(older, older) == {row.code: row.code for row in make.rows(OLD)}


def test_without_a_line_between_them_codes_decide(older: Edition) -> None:
    other = make.edition(OLD)
    difference = difference_of(older, other)
    assert not difference.traced
    assert difference.changes == []


@pytest.mark.parametrize(
    ("old", "new", "differ"),
    [
        ({"zh-hans": "甲"}, {"zh-hans": "甲", "en": "A"}, False),
        ({"zh-hans": "甲", "en": "A"}, {"zh-hans": "甲"}, False),
        ({"zh-hans": "甲", "en": "A"}, {"zh-hans": "甲", "en": "B"}, True),
        ({}, {}, False),
        ({}, {"zh-hans": "甲"}, True),
        ({"zh-hans": "甲"}, {"en": "A"}, True),
    ],
)
def test_a_translation_more_or_less_changes_nothing(old: dict[str, str], new: dict[str, str], differ: bool) -> None:
    assert texts_differ(old, new) is differ


def test_what_remains_for_each_expert(older: Edition, newer: Edition) -> None:
    survey = answered(older)
    make.expert(survey, "E2")
    assert remaining_of(difference_of(older, newer), survey) == [("E1", 1, 8), ("E2", 0, 9)]


def carried(older: Edition, newer: Edition, chosen: Chosen = PLAIN) -> Expert:
    source, target = answered(older), make.survey(of=newer)
    expert = make.expert(target, "E1")
    judgments_carry(source, target, chosen, experts=["E1"], user=make.user())
    return Expert.objects.select_related("survey__edition").get(pk=expert.pk)


def test_a_pair_that_changed_its_order_is_turned_round(older: Edition, newer: Edition) -> None:
    expert = carried(older, newer)
    assert said(expert) == {("b", "a"): "b"}  # a outweighed b, and does so still
    event = JudgmentEvent.objects.get(expert=expert)
    assert (event.source, event.strength, event.entered_by) == ("carried", 3, make.user())
    origin, there = origin_of(event.note), JudgmentEvent.objects.get(hash=origin_of(event.note).event_hash)
    assert (origin.title, origin.code, origin.reworded) == ("Survey", "E1", False)
    assert (there.comparison.item_a.code, there.more_important) == ("a", "a")
    assert chain_verify(expert) == []


def test_other_words_come_only_when_asked_for(older: Edition, newer: Edition) -> None:
    expert = carried(older, newer, Chosen(BY_CODE, renamed=True))
    assert set(said(expert)) == {("b", "a"), ("b", "c"), ("a", "c")}
    notes = {event.comparison.item_b.code: event.note for event in JudgmentEvent.objects.filter(expert=expert)}
    assert [origin_of(notes[code]).reworded for code in ("a", "c")] == [False, True]


def test_definitions_are_a_choice_of_their_own(older: Edition, newer: Edition) -> None:
    assert set(said(carried(older, newer, Chosen(BY_CODE, redefined=True)))) == {("b", "a"), ("a1", "a2")}


def test_doing_it_again_does_nothing_more(older: Edition, newer: Edition) -> None:
    expert = carried(older, newer)
    source = Survey.objects.get(edition=older)
    assert judgments_carry(source, expert.survey, Chosen(BY_CODE), experts=["E1"], user=None) == {}
    assert JudgmentEvent.objects.filter(expert=expert).count() == 1


def test_nothing_that_was_said_here_is_touched(older: Edition, newer: Edition) -> None:
    source, target = make.survey(of=older), make.survey(of=newer)
    for code in ("E1", "E2"):
        make.answer_all(make.expert(source, code))
    survey_move(source, "closed", user=make.user())
    said_here, taken_back = make.expert(target, "E1"), make.expert(target, "E2")
    make.say(said_here, "b", "a", "equal", 1)
    make.say(taken_back, "b", "a", "a", 9)
    make.say(taken_back, "b", "a", "", None)
    assert judgments_carry(source, target, Chosen(BY_CODE), experts=["E1", "E2"], user=None) == {}
    assert (said(said_here), said(taken_back)) == ({("b", "a"): "equal"}, {})


def test_only_the_experts_that_are_ticked(older: Edition, newer: Edition) -> None:
    source, target = answered(older), make.survey(of=newer)
    make.expert(target, "E1")
    assert judgments_carry(source, target, Chosen(BY_CODE), experts=[], user=None) == {}


def test_people_are_matched_by_their_entry_or_address(older: Edition, newer: Edition) -> None:
    source, target = make.survey(of=older), make.survey(of=newer)
    there = make.expert(source, "E1", name="Wu", email="wu@example.org")
    make.answer_all(there)
    survey_move(source, "closed", user=make.user())
    make.expert(target, "Z1", name="Wu", email="WU@example.org")
    make.expert(target, "Z2", person=there.person)
    make.expert(target, "E1", name="Somebody else")
    plan = carry_plan(source, target, Chosen(BY_PERSON))
    assert [(row.expert.code, row.source.code) for row in plan.experts] == [("Z1", "E1"), ("Z2", "E1")]
    assert plan.unmatched == ["E1"]
    by_code = carry_plan(source, target, Chosen(BY_CODE))
    assert [(row.expert.code, row.doubtful) for row in by_code.experts] == [("E1", True)]


def test_cannot_judge_is_asked_again(older: Edition, newer: Edition) -> None:
    source = make.survey(of=older, missing_allowed=True)
    make.say(make.expert(source, "E1"), "a", "b", "cannot_judge", None)
    survey_move(source, "closed", user=make.user())
    target = make.survey(of=newer, missing_allowed=True)
    make.expert(target, "E1")
    assert carry_plan(source, target, Chosen(BY_CODE)).carries == 0


def test_the_preview_counts_and_a_draft_survey_keeps_its_plan_open(older: Edition, newer: Edition) -> None:
    source, target = answered(older), make.survey("draft", of=newer)
    expert = make.expert(target, "E1")
    row = carry_plan(source, target, Chosen(BY_CODE)).experts[0]
    assert (len(row.carries), row.held, row.asked, row.remain) == (1, 0, 9, 8)
    judgments_carry(source, target, Chosen(BY_CODE), experts=["E1"], user=None)
    assert not expert.sections.exists()
    assert Expert.objects.get(pk=expert.pk).started_at is None
    survey_move(target, "open", user=make.user())  # no answer of a pilot: nothing is asked about it
    fresh = Expert.objects.select_related("survey__edition").get(pk=expert.pk)
    way = way_of(fresh)
    assert (way.answered, way.total) == (1, 9)
    assert trail_of(fresh).carried(said_by(fresh)) == {make.pair(target, "b", "a").pk: 1}
    assert trail_of(fresh).carried_from == "Survey"
    make.say(fresh, "b", "a", "a", 5)
    again = Expert.objects.select_related("survey__edition").get(pk=expert.pk)
    assert trail_of(again).carried(said_by(again)) == {}


def test_it_is_refused_where_it_cannot_be(older: Edition, newer: Edition) -> None:
    asking, over = answered(older, state="open"), answered(newer)
    elsewhere = answered(make.edition())
    for source, target, sentence in [
        (asking, make.survey(of=newer), "still takes answers"),
        (over, over, "takes no answers any more"),
        (elsewhere, make.survey(of=newer), "one indicator system only"),
    ]:
        with pytest.raises(Refused, match=sentence):
            judgments_carry(source, target, Chosen(BY_CODE), experts=["E1"], user=None)
