"""Submissions: what an expert handed in is what is computed, once."""

from typing import Any

import numpy as np
import pytest

import ahp
from surveys.errors import Refused
from surveys.models import AuditEvent, Expert, Job, NodeResult, Submission
from surveys.services.jobs import job_restart
from surveys.services.submissions import submission_compute, submission_create
from surveys.tasks import perform
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

ANSWERS = {("a", "b"): 3, ("a", "c"): 5, ("b", "c"): 2, ("a1", "a2"): 4}


def answered(**settings: Any) -> Expert:
    expert = make.expert(make.survey(**settings))
    for (a, b), strength in ANSWERS.items():
        make.say(expert, a, b, "a", strength)
    return expert


def result(submission: Submission, code: str) -> NodeResult:
    return submission.results.get(node__code=code)


def expected(code: str) -> ahp.Matrix:
    labels = make.TREE[code]
    return ahp.matrix_from_pairs(labels, {pair: float(s) for pair, s in ANSWERS.items() if set(pair) <= set(labels)})


def numbers(texts: list[str]) -> list[float]:
    return [float(text) for text in texts]


def test_open_pairs_are_counted_and_refused() -> None:
    expert = make.expert()
    make.say(expert, "a", "b")
    with pytest.raises(Refused, match="3 comparisons are not answered"):
        submission_create(expert)
    make.answer_all(expert)
    make.say(expert, "a", "b", "", None)
    with pytest.raises(Refused, match="1 comparisons are not answered"):
        submission_create(expert)
    assert not Submission.objects.exists()
    assert not Job.objects.exists()


def test_the_same_answers_handed_in_twice_are_one_submission() -> None:
    expert = answered()
    first, job = submission_create(expert)
    again, same_job = submission_create(expert)
    assert (first, job) == (again, same_job)
    assert AuditEvent.objects.filter(action="answers.submitted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_submission() -> None:
    expert = answered()
    outcomes = make.in_threads(*[lambda: submission_create(Expert.objects.get(pk=expert.pk))[0].pk] * 3)
    assert outcomes == [Submission.objects.get().pk] * 3
    assert Job.objects.count() == 1


def test_changed_answers_are_a_new_submission_beside_the_old_one() -> None:
    expert = answered()
    first = submission_create(expert)[0]
    make.say(expert, "a", "b", "b", 9)
    second = submission_create(expert, reason="thought again")[0]
    assert (first.number, second.number, second.revision) == (1, 2, 5)
    assert second.receipt == second.head_hash[:12] != first.receipt
    assert Job.objects.filter(kind="submission").count() == 2


@pytest.mark.parametrize("method", ["eigenvector", "log_least_squares"])
@pytest.mark.parametrize("table", ["simulated", "saaty1980", "common_cn"])
def test_the_numbers_are_those_of_the_method(method: str, table: str) -> None:
    expert = answered(method=method, random_index=table)
    submission = submission_create(expert)[0]
    make.work_off()
    other = {"eigenvector": "log_least_squares", "log_least_squares": "eigenvector"}[method]
    consistency = ahp.consistency(expected("r"), random_index=table)
    stored = result(submission, "r")
    assert numbers(stored.weights) == list(ahp.priorities(expected("r"), method=method).weights)
    assert numbers(stored.second_weights) == list(ahp.priorities(expected("r"), method=other).weights)
    assert (float(stored.lambda_max), float(stored.index)) == (consistency.lambda_max, consistency.index)
    assert (float(stored.ratio), float(stored.random_index)) == (consistency.ratio, consistency.random_index)
    assert (stored.table, stored.items) == (table, 3)


def test_two_items_have_weights_and_nothing_to_test() -> None:
    submission = submission_create(answered())[0]
    make.work_off()
    stored = result(submission, "a")
    assert numbers(stored.weights) == pytest.approx([0.8, 0.2])
    assert (stored.ratio, stored.random_index, stored.items) == ("", "", 2)


def test_a_single_child_asks_nothing_and_weighs_one() -> None:
    expert = make.expert(make.survey(of=make.edition({"r": ["a", "b"], "a": ["only"]})))
    make.say(expert, "a", "b")
    submission = submission_create(expert)[0]
    make.work_off()
    assert numbers(result(submission, "a").weights) == [1.0]


def test_results_are_those_of_the_submission_although_answers_changed_meanwhile() -> None:
    expert = answered()
    submission = submission_create(expert)[0]
    make.say(expert, "a", "b", "b", 9)
    make.say(expert, "a", "c", "", None)
    make.work_off()
    assert np.allclose(numbers(result(submission, "r").weights), ahp.priorities(expected("r")).weights, rtol=1e-15)


def test_a_conflict_counts_in_no_submission() -> None:
    expert = answered()
    make.say(expert, "a", "b", "b", 9, base_revision=0)
    submission = submission_create(expert)[0]
    make.work_off()
    assert submission.revision == 5
    assert numbers(result(submission, "r").weights) == list(ahp.priorities(expected("r")).weights)


def test_results_are_stored_once_however_often_they_are_computed() -> None:
    submission, job = submission_create(answered())
    make.work_off()
    before = list(submission.results.values_list("pk", flat=True))
    submission_compute(submission.pk)()
    perform(job.pk)
    assert list(submission.results.values_list("pk", flat=True)) == before


def test_what_the_method_refuses_fails_the_job_with_a_sentence() -> None:
    tree = {"r": [f"i{number}" for number in range(12)]}
    expert = make.expert(make.survey(of=make.edition(tree), random_index="common_cn"))  # the table ends at 11 items
    make.answer_all(expert)
    submission, job = submission_create(expert)
    make.work_off()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert len(job.error) > 20
    assert "Traceback" not in job.error
    assert not submission.results.exists()
    assert job_restart(job)
    make.work_off()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, 1)
