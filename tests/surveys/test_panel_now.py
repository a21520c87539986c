"""A panel in memory gives what a stored result gives, and follows what is decided about answers."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surveys.models import Decision, Indicator, PanelNode, PanelResult, Survey
from surveys.selectors.decisions import excluded_now
from surveys.selectors.first_answers import first_answers
from surveys.selectors.panel_now import PanelNow, panel_now, panel_then
from surveys.selectors.verification import stored_problems
from surveys.selectors.weights import panel_state
from surveys.services.panels import panel_result_request
from surveys.services.weight_sets import weight_set_draft
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey() -> Survey:
    """Three experts: two find the first item three times as important, one the second five times."""
    survey = make.survey()
    for code, more, strength in (("E1", "a", 3), ("E2", "a", 3), ("E3", "b", 5)):
        make.submitted(make.expert(survey, code), more, strength)
    make.work_off()
    return survey


def exclude(survey: Survey, code: str, node: str | None) -> Decision:
    found = Indicator.objects.get(edition=survey.edition, code=node) if node else None
    return Decision.objects.create(
        expert=survey.experts.get(code=code), node=found, act="exclude", reason="Every answer is the same."
    )


def stored(survey: Survey) -> PanelResult:
    requested, _job = panel_result_request(survey, user=make.user())
    make.work_off()
    return PanelResult.objects.select_related("survey__edition").get(pk=requested.pk)


def assert_same(panel: PanelNow, result: PanelResult) -> None:
    for part in PanelNode.objects.filter(result=result).select_related("node"):
        assert panel.group.local[part.node.code] == [float(weight) for weight in part.weights]
        assert panel.group.second_local[part.node.code] == [float(weight) for weight in part.second_weights]


def test_it_is_the_stored_result(survey: Survey) -> None:
    result = stored(survey)
    assert_same(panel_now(survey), result)
    assert_same(panel_then(result), result)


@pytest.mark.parametrize("aggregation", ["aij", "aip"])
def test_left_out_at_a_node_is_left_out_there_and_nowhere_else(aggregation: str, survey: Survey) -> None:
    before = panel_now(survey).computed_by(aggregation=aggregation)
    e3 = survey.experts.get(code="E3")
    exclude(survey, "E3", "a")
    after = panel_now(survey).computed_by(aggregation=aggregation)
    assert after.group.local["r"] == before.group.local["r"]
    assert after.group.local["a"] == pytest.approx([0.75, 0.25])
    assert before.leaving_out(e3, ["a"]).group.local == after.group.local
    assert after.counting == [True, True, True]


def test_left_out_wholly(survey: Survey) -> None:
    exclude(survey, "E3", None)
    panel = panel_now(survey)
    assert panel.counting == [True, True, False]
    assert excluded_now(survey)[survey.experts.get(code="E3").pk] == frozenset({"r", "a"})
    assert panel.group.local == panel_now(survey).only([0, 1]).group.local


def test_an_undone_decision_counts_no_more(survey: Survey) -> None:
    decision = exclude(survey, "E3", None)
    Decision.objects.create(expert=decision.expert, act="undo", undoes=decision, reason="They explained it.")
    assert excluded_now(survey) == {}


def test_a_result_asked_for_after_a_decision_is_another_one(survey: Survey) -> None:
    first = stored(survey)
    exclude(survey, "E3", None)
    assert panel_state(survey).since == 1
    second = stored(survey)
    assert second.number == first.number + 1
    assert_same(panel_now(survey), second)
    state = panel_state(survey)
    assert (state.since, state.counted, state.submitted) == (0, 2, 3)


def test_the_document_names_what_was_decided_and_verifies(survey: Survey) -> None:
    exclude(survey, "E3", "a")
    drafted = weight_set_draft(stored(survey), user=make.user())
    assert '"act":"exclude"' in drafted.document
    assert '"excluded":["a"]' in drafted.document
    assert stored_problems(drafted) == []


def test_what_a_process_has_read_once_follows_every_new_submission(survey: Survey) -> None:
    panel = panel_now(survey)
    before, first = panel.group.local["a"], first_answers(panel)
    row = panel.row_of(survey.experts.get(code="E3"))
    assert not first.moved[panel.experts[row].pk].changed
    make.submitted(survey.experts.get(code="E3"), "a", 9)
    after = panel_now(survey)
    moved = first_answers(after)
    assert after.answers[row].tolist() == [9.0] * 4
    assert after.group.local["a"] != before
    assert moved.first[row].tolist() == first.first[row].tolist() == [1 / 5] * 4
    assert moved.moved[after.experts[row].pk].changed == 4
    with CaptureQueriesContext(connection) as asked:
        first_answers(panel_now(survey))
    assert not any("judgmentevent" in query["sql"] for query in asked), "the logs are read once"


def test_own_weights_stand_in_the_order_of_the_items(survey: Survey) -> None:
    panel = panel_now(survey)
    place = panel.questions.items["a"]
    assert np.allclose(panel.own_weights[:, place][2], [1 / 6, 5 / 6])


def test_a_page_that_reads_the_result_before_the_job_ends_asks_again(survey: Survey) -> None:
    """It would stand still otherwise, with neither a result nor anything that waits for one."""
    as_read, _job = panel_result_request(survey, user=make.user())
    make.work_off()
    shown, fresh = panel_state(survey, as_read), panel_state(survey)
    assert not shown.computed
    assert shown.job and not shown.job.settled
    assert fresh.computed
    assert fresh.job and fresh.job.settled
