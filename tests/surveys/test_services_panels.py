"""Panel results: the group's numbers over a stated set of submissions."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import ahp
from surveys.errors import Refused
from surveys.models import Expert, Job, PanelNode, PanelResult, Survey
from surveys.services.panels import panel_result_request
from surveys.services.submissions import submission_create
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

ROOT = make.TREE["r"]


def request(survey: Survey) -> PanelResult:
    return panel_result_request(survey, user=make.user())[0]


def root(result: PanelResult) -> PanelNode:
    return result.nodes.get(node__code="r")


def numbers(texts: list[str]) -> list[float]:
    return [float(text) for text in texts]


def same(expected: Any) -> object:
    return pytest.approx(np.asarray(expected), rel=1e-12)


def matrix(strength: float) -> ahp.Matrix:
    return ahp.matrix_from_pairs(ROOT, {pair: strength for pair in make.PAIRS if pair[0] in ROOT})


def weigh(survey: Survey, code: str, weight: str) -> None:
    Expert.objects.filter(survey=survey, code=code).update(weight=Decimal(weight))


def test_nobody_submitted_nothing_to_compute() -> None:
    survey = make.survey()
    make.answer_all(make.expert(survey))
    with pytest.raises(Refused, match="Nobody on the panel has submitted"):
        request(survey)
    assert not PanelResult.objects.exists()


def test_the_same_submissions_are_computed_once() -> None:
    survey = make.survey()
    first = make.panel_result(survey)
    assert request(survey).pk == first.pk
    assert Job.objects.filter(kind="panel").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_one_result() -> None:
    survey = make.survey()
    make.submitted(make.expert(survey))
    outcomes = make.in_threads(*[lambda: request(Survey.objects.get(pk=survey.pk)).pk] * 3)
    assert outcomes == [PanelResult.objects.get().pk] * 3


def test_other_submissions_or_weights_are_another_result() -> None:
    survey = make.survey()
    first = make.panel_result(survey)
    expert = survey.experts.get(code="E1")
    make.say(expert, "a", "b", "b", 9)
    submission_create(expert)
    second = request(survey)
    weigh(survey, "E1", "2.5")
    third = request(survey)
    assert [first.number, second.number, third.number] == [1, 2, 3]
    weigh(survey, "E1", "1.0000")
    assert request(survey).pk == second.pk


def test_the_groups_matrix_is_the_geometric_mean() -> None:
    stored = root(make.panel_result())
    group = ahp.aggregate_judgments([matrix(3), matrix(4)], expert_weights=[1, 1])
    consistency = ahp.consistency(group)
    assert np.allclose([numbers(row) for row in stored.matrix], group.values, rtol=1e-12)
    assert numbers(stored.weights) == same(ahp.priorities(group).weights)
    assert [float(stored.ratio), float(stored.lambda_max)] == same([consistency.ratio, consistency.lambda_max])
    assert (stored.experts, stored.answers) == (2, [2, 2, 2])


def test_means_of_weights_where_the_survey_says_so() -> None:
    stored = root(make.panel_result(make.survey(aggregation="aip")))
    each = [ahp.priorities(matrix(strength)).weights for strength in (3, 4)]
    mean = ahp.aggregate_priorities(each, expert_weights=[1, 1], mean="geometric")
    assert numbers(stored.weights) == same(mean)
    group = ahp.aggregate_judgments([matrix(3), matrix(4)])
    assert float(stored.ratio) == pytest.approx(ahp.consistency(group).ratio, rel=1e-12)


def test_weights_of_experts_count() -> None:
    survey = make.survey()
    make.submitted(make.expert(survey, "E1"), strength=3)
    make.submitted(make.expert(survey, "E2"), strength=4)
    weigh(survey, "E2", "2")
    result = request(survey)
    make.work_off()
    group = ahp.aggregate_judgments([matrix(3), matrix(4)], expert_weights=[1, 2])
    assert numbers(root(result).weights) == same(ahp.priorities(group).weights)


def test_weight_zero_is_recorded_and_not_counted() -> None:
    survey = make.survey()
    make.submitted(make.expert(survey, "E1"), strength=3)
    make.submitted(make.expert(survey, "E2"), strength=9)
    weigh(survey, "E2", "0")
    result = request(survey)
    make.work_off()
    assert [str(member.weight) for member in result.members.order_by("submission__expert")] == ["1.0000", "0.0000"]
    assert (root(result).experts, result.invited) == (1, 2)
    assert numbers(root(result).weights) == pytest.approx(list(ahp.priorities(matrix(3)).weights), rel=1e-14)
    weigh(survey, "E1", "0")
    with pytest.raises(Refused):
        request(survey)


def test_the_last_submission_of_each_expert_counts_as_it_was() -> None:
    survey = make.survey()
    expert = make.expert(survey)
    make.submitted(expert, strength=3)
    make.submitted(expert, strength=5)
    result = request(survey)
    make.answer_all(expert, strength=9)
    weigh(survey, "E1", "7")
    make.work_off()
    assert [member.submission.number for member in result.members.all()] == [2]
    assert numbers(root(result).weights) == pytest.approx(list(ahp.priorities(matrix(5)).weights), rel=1e-14)


def test_what_nobody_links_fails_the_job_with_a_sentence() -> None:
    survey = make.survey(missing_allowed=True)
    expert = make.expert(survey)
    make.answer_all(expert, "cannot_judge", None)
    submission_create(expert)
    result, job = panel_result_request(survey, user=make.user())
    make.work_off()
    job.refresh_from_db()
    result.refresh_from_db()
    assert (job.state, result.computed_at) == (Job.State.FAILED, None)
    assert "Indicator a, " not in job.error
    assert "{Indicator a}; {Indicator b}; {Indicator c}" in job.error
    assert not result.nodes.exists()
