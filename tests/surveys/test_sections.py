"""The sections of an expert: made once, the same for ever; assigned, declined, known; and how far they are."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.errors import Refused
from surveys.models import AuditEvent, Comparison, Expert, Section, Survey
from surveys.selectors.answers import answered_in, progress_of
from surveys.selectors.questionnaire import questions_in, way_of
from surveys.selectors.sections import asked_counts, planned_by_node, sections_of
from surveys.services.judgments import Answer, judgment_record
from surveys.services.judgments_many import judgments_record_many
from surveys.services.sections import section_decline, section_know, sections_assign, sections_ensure
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

TREE = {"r": list("abcdefg"), "a": ["a1", "a2", "a3", "a4"], "b": ["b1", "b2"]}
"""Twenty-one pairs, six, and one."""


def expert_of(**settings: Any) -> Expert:
    settings = {"question_order": "balanced", "gate": "none", **settings}
    return make.expert(make.survey(of=make.edition(TREE), **settings))


def section(expert: Expert, code: str) -> Section:
    return next(one for one in sections_ensure(expert) if one.node.code == code)


# --- made once ---


@pytest.mark.django_db
def test_they_are_made_once() -> None:
    expert = expert_of()
    first = {one.pk: one.pairs for one in sections_ensure(expert)}
    assert {one.pk: one.pairs for one in sections_ensure(expert)} == first
    assert len(first) == 3
    assert Section.objects.count() == 3


@pytest.mark.django_db
def test_before_an_expert_begins_they_are_what_they_will_be() -> None:
    expert = expert_of()
    before = [(one.node_id, one.pairs, one.planned) for one in sections_of(expert)]
    assert not Section.objects.exists()
    assert [(one.node_id, one.pairs, one.planned) for one in sections_ensure(expert)] == before


@pytest.mark.django_db
def test_their_order_stands_whatever_the_seed_becomes() -> None:
    expert = expert_of()
    before = [one.pairs for one in sections_ensure(expert)]
    Expert.objects.filter(pk=expert.pk).update(seed=(expert.seed + 1) % 2**31)
    expert.refresh_from_db()
    assert [one.pairs for one in sections_ensure(expert)] == before
    Section.objects.all().delete()
    assert [one.pairs for one in sections_of(expert)] != before


@pytest.mark.django_db
def test_two_experts_have_orders_of_their_own() -> None:
    one = expert_of()
    other = make.expert(one.survey, "E2")
    Expert.objects.filter(pk=other.pk).update(seed=one.seed + 1)
    other.refresh_from_db()
    assert [each.pairs for each in sections_of(one)] != [each.pairs for each in sections_of(other)]
    assert [each.planned for each in sections_of(one)] == [each.planned for each in sections_of(other)]


@pytest.mark.django_db(transaction=True)
def test_devices_that_begin_at_the_same_moment_make_them_once() -> None:
    expert = expert_of()
    copies = [Expert.objects.select_related("survey__edition").get(pk=expert.pk) for _device in range(4)]
    made = make.in_threads(*[lambda copy=copy: sections_ensure(copy) for copy in copies])
    assert Section.objects.count() == 3
    assert len({tuple(one.pk for one in sections) for sections in made}) == 1, made


@pytest.mark.django_db
def test_sections_come_from_the_top_of_the_tree_down_and_on_paper_as_they_stand() -> None:
    deep = {"r": ["a", "b"], "a": ["a1", "a2"], "a1": ["x", "y"], "b": ["b1", "b2"]}
    edition = make.edition(deep)
    orders = {}
    for order in ("balanced", "paper"):
        expert = make.expert(make.survey(of=edition, question_order=order))
        orders[order] = [one.node.code for one in sections_of(expert)]
    assert orders == {"balanced": ["r", "a", "b", "a1"], "paper": ["r", "a", "a1", "b"]}


# --- assigned, declined, known ---


@pytest.mark.django_db
def test_who_is_assigned_some_sections_is_asked_about_no_others() -> None:
    expert = expert_of()
    sections_assign(expert, ["a", "b"], user=make.user(), reason="knows networks")
    assert [stage.section.node.code for stage in way_of(expert).stages] == ["a", "b"]
    assert questions_in(expert) == 7
    event = AuditEvent.objects.get(action="expert.assigned")
    assert event.old["sections"] == ["r", "a", "b"]
    assert event.new["sections"] == ["a", "b"]
    assert event.reason == "knows networks"
    sections_assign(expert, ["b", "a"], user=make.user())  # the same: nothing to write
    assert AuditEvent.objects.filter(action="expert.assigned").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("nodes", [[], ["nowhere"]])
def test_somebody_is_asked_about_something(english: None, nodes: list[str]) -> None:
    expert = expert_of()
    with pytest.raises(Refused, match="at least one"):
        sections_assign(expert, nodes, user=make.user())
    assert not Section.objects.filter(assigned=False).exists()


@pytest.mark.django_db
def test_a_closed_survey_stays_as_it_was_asked(english: None) -> None:
    expert = expert_of()
    survey_move(expert.survey, Survey.State.CLOSED, user=make.user())
    with pytest.raises(Refused, match="takes no answers any more"):
        sections_assign(expert, ["a"], user=make.user())


@pytest.mark.django_db
def test_what_was_answered_is_kept_when_a_section_is_taken_away_or_given_back() -> None:
    expert = expert_of()
    make.say(expert, "a1", "a2")
    sections_assign(expert, ["r"], user=make.user())
    assert (progress_of(expert).answered, progress_of(expert).total) == (0, 21)
    assert expert.judgments.count() == 1
    sections_assign(expert, ["r", "a"], user=make.user())
    assert (progress_of(expert).answered, progress_of(expert).total) == (1, 27)


@pytest.mark.django_db
def test_not_my_field_and_back_again() -> None:
    expert = expert_of(missing_allowed=True)
    make.say(expert, "a1", "a2")
    for _time in range(2):  # said twice it is said once
        section_decline(section(expert, "a"), declined=True)
    assert [stage.section.node.code for stage in way_of(expert).stages] == ["r", "b"]
    assert expert.judgments.count() == 1
    for _time in range(2):
        section_decline(section(expert, "a"), declined=False)
    assert progress_of(expert).answered == 1
    actions = AuditEvent.objects.filter(action__startswith="section.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["section.declined", "section.taken_up"]


@pytest.mark.django_db
def test_where_every_pair_is_asked_nothing_is_declined(english: None) -> None:
    expert = expert_of()
    with pytest.raises(Refused, match="answer to every pair"):
        section_decline(section(expert, "a"), declined=True)
    assert section(expert, "a").open


@pytest.mark.django_db
def test_after_the_end_nothing_is_declined(english: None) -> None:
    expert = expert_of(missing_allowed=True)
    found = section(expert, "a")
    survey_move(expert.survey, Survey.State.CLOSED, user=make.user())
    found.expert.survey.refresh_from_db()
    with pytest.raises(Refused, match="takes no answers now"):
        section_decline(found, declined=True)


@pytest.mark.django_db
def test_how_well_one_knows_it_is_kept_and_may_be_taken_back(english: None) -> None:
    expert = expert_of()
    section_know(section(expert, "a"), "well")
    assert section(expert, "a").familiarity == "well"
    assert section(expert, "r").familiarity == ""
    section_know(section(expert, "a"), "")
    assert section(expert, "a").familiarity == ""
    with pytest.raises(Refused):
        section_know(section(expert, "a"), "world famous")


# --- how many ---


@pytest.mark.django_db
def test_a_reduced_plan_counts_what_is_asked() -> None:
    expert = expert_of(question_plan="reduced", full_up_to=5)
    assert {one.node.code: one.planned for one in sections_ensure(expert)} == {"r": 11, "a": 6, "b": 1}
    assert questions_in(expert) == 18
    assert sum(planned_by_node(expert.survey).values()) == 18
    assert sum(asked_counts(expert.survey)[expert.pk].values()) == 18
    assert all(
        len(one.pairs) == len(one.node.children.all()) * (len(one.node.children.all()) - 1) // 2
        for one in sections_of(expert)
    )


@pytest.mark.django_db
def test_a_section_is_done_when_as_many_are_answered_as_were_planned_whichever_they_are() -> None:
    expert = expert_of(question_plan="reduced", full_up_to=5)
    wide = section(expert, "r")
    last = [pair for pair, _swapped in wide.pairs][-11:]
    judgments_record_many(expert, {pair: Answer("a", 3) for pair in last}, base=None, source="form")
    stage = way_of(expert).stage(wide.node_id)
    assert stage
    assert (stage.answered, stage.total, stage.complete) == (11, 11, True)
    assert stage.first_open is None
    assert stage.first_extra
    judgments_record_many(expert, {wide.pairs[0][0]: Answer("a", 3)}, base=None, source="form")
    assert progress_of(expert).answered == 11  # beyond the plan nothing is owed


ANSWERS = st.dictionaries(
    st.integers(0, 27), st.sampled_from([("a", 3), ("equal", 1), ("cannot_judge", None)]), max_size=28
)


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=ANSWERS, begun=st.booleans(), declined=st.sampled_from(["", "a", "b"]), assigned=st.booleans())
@pytest.mark.parametrize("plan", ["full", "reduced"])
def test_both_ways_of_counting_agree(
    plan: str, said: dict[int, tuple[str, int | None]], begun: bool, declined: str, assigned: bool
) -> None:
    """One expert's own pages, and the panel's page that counts everybody at once."""
    expert = _somebody(plan)
    pairs = list(Comparison.objects.filter(node__edition=expert.survey.edition).order_by("position"))
    if begun:
        sections_ensure(expert)
    if declined:
        section_decline(section(expert, declined), declined=True)
    if assigned:
        sections_assign(expert, ["r", "b"], user=make.user())
    for place, answer in said.items():
        judgment_record(expert, pairs[place].pk, Answer(*answer), client_key=uuid.uuid4())
    progress = progress_of(expert)
    assert answered_in(expert.survey).of(expert.pk) == (progress.answered, progress.total)
    assert way_of(expert).answered == progress.answered
    assert questions_in(expert) == progress.total
    assert (progress.first_open is None) == progress.complete


def _somebody(plan: str) -> Expert:
    """One more expert of the same survey."""
    survey = Survey.objects.filter(question_plan=plan).first()
    if survey is None:
        survey = expert_of(question_plan=plan, full_up_to=5, missing_allowed=True).survey
    return make.expert(survey, f"E{survey.experts.count() + 1}")


@pytest.mark.django_db
def test_the_panel_is_counted_in_as_many_queries_whatever_its_size() -> None:
    survey = expert_of().survey
    counts = []
    for size in (2, 12):
        while survey.experts.count() < size:
            make.say(make.expert(survey, f"E{survey.experts.count() + 1}"), "a", "b")
        with CaptureQueriesContext(connection) as queries:
            assert len(answered_in(survey).begun) == size - 1  # the first has said nothing
        counts.append(len(queries))
    assert counts[1] <= counts[0] <= 4  # the structure of the questionnaire is read once
