"""Panels in parts: several jobs, any order, the same numbers."""

import math
import random
from decimal import Decimal
from functools import reduce
from operator import add

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import ahp
from surveys.models import Expert, Job, JudgmentEvent, PanelPart, PanelResult, Submission, Survey
from surveys.selectors.jobs import survey_of_job
from surveys.selectors.panel_answers import questions_of
from surveys.selectors.trees import comparisons_of
from surveys.selectors.weights import panel_job, panel_state
from surveys.services import panel_sums
from surveys.services.panel_sums import PanelSums, group_numbers, slice_sums
from surveys.services.panels import panel_result_request
from surveys.services.results import Method
from surveys.tasks import perform
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TREE = {"r": ["a", "b", "c", "d"], "a": ["a1", "a2", "a3"], "b": ["b1"], "c": ["c1", "c2"]}
ANSWERS: list[tuple[str, int | None]] = [
    *(("a", strength) for strength in range(2, 10)),
    *(("b", strength) for strength in range(2, 10)),
]
ANSWERS += [("equal", 1), ("cannot_judge", None)]


def synthetic_panel(count: int, **settings: str) -> Survey:
    """Experts with random answers, of which one in seventeen is missing; stored without the form, for speed."""
    survey = make.survey(of=make.edition(TREE), missing_allowed=True, **settings)
    chance = random.Random(1)
    experts = Expert.objects.bulk_create(
        Expert(survey=survey, code=f"P{number:05d}", weight=Decimal(chance.choice(["1", "1", "2.5", "0"])))
        for number in range(count)
    )
    pairs = comparisons_of(survey.edition)
    said = [
        (expert, revision, pair, *chance.choice(ANSWERS))
        for expert in experts
        for revision, pair in enumerate(pairs, 1)
    ]
    JudgmentEvent.objects.bulk_create(
        [
            JudgmentEvent(
                expert=expert, comparison=pair, more_important=more, strength=strength, revision=revision,
                client_key=f"{expert.pk:016x}{revision:016x}", source="demo", received_at=survey.created_at, hash="-",
            )
            for expert, revision, pair, more, strength in said
        ],
        batch_size=2000,
    )  # fmt: skip
    Submission.objects.bulk_create(
        Submission(expert=expert, number=1, revision=len(pairs), head_hash=f"{expert.pk:064x}") for expert in experts
    )
    return survey


def request(survey: Survey) -> PanelResult:
    return panel_result_request(survey, user=make.user())[0]


def answers_of(result: PanelResult) -> tuple[np.ndarray, np.ndarray]:
    """Judgments (experts x questions) and weights, read one by one: not by the code under test."""
    columns = {pair.pk: place for place, pair in enumerate(comparisons_of(result.survey.edition))}
    members = list(result.members.order_by("submission__expert_id").select_related("submission__expert"))
    table = np.full((len(members), len(columns)), np.nan)
    rows = {member.submission.expert_id: row for row, member in enumerate(members)}
    for event in JudgmentEvent.objects.exclude(strength=None).order_by("expert_id", "revision"):
        strength = event.strength or math.nan
        ratio = 1 / strength if event.more_important == "b" else strength
        table[rows[event.expert_id], columns[event.comparison_id]] = ratio
    return table, np.array([float(member.weight) for member in members])


def check(result: PanelResult) -> None:
    """Against one call of the method over the whole panel."""
    table, weights = answers_of(result)
    aggregation = {"aij": "judgments", "aip": "priorities"}[result.aggregation]
    panel = ahp.evaluate_panel(TREE, table, expert_weights=weights, method=result.method, aggregation=aggregation)
    for node in result.nodes.select_related("node"):
        code = node.node.code
        if len(TREE[code]) > 1:
            assert np.allclose(np.array(node.matrix, dtype=float), panel.group[code].values, rtol=1e-12)
            assert np.allclose(np.array(node.weights, dtype=float), panel.group_local[code], rtol=1e-12)
            answered = ~np.isnan(table[:, panel.layout.pairs[code]]) & (weights > 0)[:, None]
            assert node.answers == answered.sum(axis=0).tolist()
        assert node.experts <= (weights > 0).sum()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel_sums, "PART", 7)


@pytest.mark.parametrize("aggregation", ["aij", "aip"])
def test_parts_in_any_order_are_the_whole(aggregation: str, small_parts: None) -> None:
    result = request(synthetic_panel(40, aggregation=aggregation))
    parts = list(Job.objects.filter(kind="panel_part"))
    assert len(parts) == result.parts.count() == 6
    random.Random(2).shuffle(parts)
    for job in parts:
        perform(job.pk)
    make.work_off()
    check(result)


@pytest.mark.parametrize("method", ["eigenvector", "log_least_squares"])
@pytest.mark.parametrize("aggregation", ["aij", "aip"])
def test_a_small_panel_goes_the_same_way_alone(aggregation: str, method: str) -> None:
    result = request(synthetic_panel(30, aggregation=aggregation, method=method))
    assert not result.parts.exists()
    make.work_off()
    check(result)


def test_sums_merge_in_any_order_and_survive_storing(small_parts: None) -> None:
    result = request(synthetic_panel(30, aggregation="aip"))
    questions, method = questions_of(result.survey.edition), Method.of(result)
    parts = [slice_sums(result, questions, *part) for part in panel_sums.slices(30)]
    whole = slice_sums(result, questions, 0, 30)
    for order in (parts, parts[::-1], [PanelSums.unpacked(part.packed()) for part in parts]):
        merged = group_numbers(questions, reduce(add, order), method)
        for here, there in zip(merged, group_numbers(questions, whole, method), strict=True):
            assert here.numbers.weights == pytest.approx(there.numbers.weights, rel=1e-12)
            assert (here.experts, here.answers) == (there.experts, there.answers)


def test_the_panels_job_waits_for_its_parts_and_shows_how_far_they_are(small_parts: None) -> None:
    survey = synthetic_panel(20)
    result, job = panel_result_request(survey, user=make.user())
    perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.done_steps, job.all_steps) == ("waiting", 0, 0, 3)
    for done, part in enumerate(Job.objects.filter(kind="panel_part"), start=1):
        assert survey_of_job(part) == survey.pk
        perform(part.pk)
        job.refresh_from_db()
        assert (job.state, job.done_steps) == ("waiting", done)
    perform(job.pk)
    result.refresh_from_db()
    assert result.computed_at is not None


def test_the_last_part_announces_the_panels_job(small_parts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    job = panel_result_request(synthetic_panel(20), user=make.user())[1]
    sent: list[int] = []
    monkeypatch.setattr(perform, "apply_async", lambda args, **_: sent.extend(args))
    for part in Job.objects.filter(kind="panel_part"):
        assert sent == []
        perform(part.pk)
    assert sent == [job.pk]


def test_a_part_that_fails_is_shown_and_can_be_started_again(small_parts: None) -> None:
    survey = synthetic_panel(20)
    result = request(survey)
    broken = Job.objects.filter(kind="panel_part")[1]
    Job.objects.filter(pk=broken.pk).update(state="failed", error="ended unexpectedly")
    make.work_off()
    assert panel_job(result) == broken
    assert not panel_state(survey).computed
    Job.objects.filter(pk=broken.pk).update(state="waiting", error="")
    make.work_off()
    make.work_off()
    assert panel_state(survey).computed


def test_merging_before_all_parts_are_there_is_refused(small_parts: None) -> None:
    job = panel_result_request(synthetic_panel(20), user=make.user())[1]
    Job.objects.filter(pk=job.pk).update(run_after=job.created_at)
    perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "Some parts of the panel are still being computed.")


def test_asking_again_makes_no_second_parts(small_parts: None) -> None:
    survey = synthetic_panel(20)
    assert request(survey) == request(survey)
    assert (Job.objects.count(), PanelPart.objects.count()) == (4, 3)


def test_a_slice_takes_two_queries(small_parts: None) -> None:
    result = request(synthetic_panel(30))
    questions = questions_of(result.survey.edition)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        slice_sums(result, questions, 0, 30)
    assert len(captured) == 2


def test_what_nobody_links_is_named_once_for_the_whole_panel(small_parts: None) -> None:
    survey = make.survey(of=make.edition(TREE), missing_allowed=True)
    for number in range(8):
        make.submitted(make.expert(survey, f"E{number}"), "cannot_judge", None)
    job = panel_result_request(survey, user=make.user())[1]
    make.work_off()
    make.work_off()
    job.refresh_from_db()
    for code in ("r", "a", "c"):
        assert f"all items of {code} Indicator {code};" in job.error
    assert (job.state, panel_state(survey).computed) == ("failed", False)


@pytest.mark.rotates(10)
def test_three_thousand_experts() -> None:
    result = request(synthetic_panel(3000, aggregation="aip"))
    assert result.parts.count() == 6
    make.work_off()
    make.work_off()
    check(result)


def test_nothing_compared_is_a_panel_too() -> None:
    survey = make.survey(of=make.edition({"r": ["a"], "a": ["b"]}))
    make.submitted(make.expert(survey))
    result = request(survey)
    make.work_off()
    assert list(result.nodes.values_list("weights", "experts")) == [(["1.0"], 1), (["1.0"], 1)]
