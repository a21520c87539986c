"""How sure ranks are: the arithmetic against brute force, the intervals against panels whose truth is known."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy  # its parts load when they are asked for
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from openpyxl import load_workbook

import ahp
from scoring.figures.sure import interval_figure
from scoring.models import ScoringRun, Study
from scoring.normalising import LeafRule, other_scale
from scoring.ranking import NodeRule, aggregate, competition_ranks
from scoring.selectors.board import board_of
from scoring.selectors.studies import close_groups, rank_intervals_of
from scoring.selectors.weighing import weighing_of
from scoring.services.studies import study_cancel, study_compute, study_problems, study_request
from scoring.uncertainty import (
    beats,
    equal,
    flips,
    leaf_weights,
    least_shift,
    rank_intervals,
    ranks_by_rules,
    ranks_of_draws,
    ranks_of_scores,
    recentred,
    without,
)
from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused
from surveys.models import Job, Survey, WeightSet
from surveys.services.panels import panel_result_request
from surveys.services.surveys import survey_move
from surveys.services.systems import edition_freeze, edition_import
from surveys.services.weight_sets import weight_set_draft
from surveys.services.weights_outside import weight_set_fix, weight_set_import
from surveys.texts import text_in
from tests.scoring import factories as score
from tests.surveys import factories as make

TREE = {"r": ["a", "b"], "a": ["a1", "a2"]}
LOCAL = {"r": [0.6, 0.4], "a": [0.7, 0.3]}


# --- the arithmetic ---


@given(arrays(np.float64, (3, 9), elements=st.floats(-50, 150) | st.just(np.nan)))
def test_ranks_of_many_rows_are_those_of_each(scores: np.ndarray) -> None:
    scores[0, 3] = scores[0, 5]
    scores[1, 2] = scores[1, 1] + 5e-10
    assert ranks_of_scores(scores).tolist() == [competition_ranks(row).tolist() for row in scores]


def test_draws_are_ranked_block_by_block() -> None:
    generator = np.random.default_rng(3)
    weights, scores = generator.dirichlet(np.ones(7), 1500), generator.uniform(0, 100, (7, 302))
    found = ranks_of_draws(weights, scores)
    for draw in range(0, 1500, 211):
        assert (found[draw] == competition_ranks(weights[draw] @ scores)).all()


def test_under_any_means_and_gaps_every_draw_is_scored_as_a_run_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.uncertainty.CELLS", 300)  # blocks of a few draws
    generator = np.random.default_rng(4)
    tree, leaves = {"r": ["a", "b", "c"], "a": ["a1", "a2", "a3"]}, ["a1", "a2", "a3", "b", "c"]
    local = {"r": generator.dirichlet(np.ones(3), 40), "a": generator.dirichlet(np.ones(3), 40)}
    scores = generator.uniform(1, 100, (5, 8))
    scores[1, 2] = scores[0, 5] = scores[3, 6] = np.nan
    rules = {"a1": LeafRule(missing="reweight"), "a2": LeafRule(missing="reweight"), "b": LeafRule(missing="leave_out")}
    nodes = {"r": NodeRule(aggregation="geometric"), "a": NodeRule(aggregation="harmonic", missing="reweight")}
    found = ranks_by_rules(tree, "r", local, leaves, scores, draws=40, rules=rules, nodes=nodes)
    for draw in range(40):
        own = {code: weights[draw] for code, weights in local.items()}
        _codes, table, _notices = aggregate(scores, leaves, tree, own, root="r", rules=rules, nodes=nodes)
        assert found[draw].tolist() == competition_ranks(table[0]).tolist()
    assert (found[:, 6] == 0).all()
    assert (found[:, 5] == 0).any()
    assert (found[:, 5] > 0).any(), "the guard: whether it is covered depends on the draw's weights"


def test_intervals_are_ranks_that_occurred_and_beating_adds_up() -> None:
    ranks = np.array([[1, 2, 3]] * 90 + [[2, 1, 3]] * 10, dtype=np.int16)
    found = rank_intervals(ranks, top=1)
    assert found.low.tolist() == [1, 1, 3]
    assert found.high.tolist() == [2, 2, 3]
    assert found.among_first.tolist() == [0.9, 0.1, 0.0]
    ranks[:50, 2] = 0  # without a score in half of the draws
    assert rank_intervals(ranks).low.tolist() == [1, 1, 3]
    assert rank_intervals(np.zeros((5, 1), dtype=np.int16)).high.tolist() == [0]
    table = beats(ranks, [0, 1, 2])
    assert table == pytest.approx(np.array([[0.5, 0.9, 1], [0.1, 0.5, 1], [0, 0, 0.5]]))


def test_weights_of_leaves_are_products_down_the_tree() -> None:
    codes, weights = leaf_weights(TREE, "r", {"r": [[0.6, 0.4], [0.5, 0.5]], "a": [0.7, 0.3]})
    assert codes == ["a1", "a2", "b"]
    assert weights == pytest.approx(np.array([[0.42, 0.18, 0.4], [0.35, 0.15, 0.5]]))


def test_draws_move_around_the_weights_that_were_used() -> None:
    drawn = np.array([[0.5, 0.5], [0.8, 0.2]])
    assert recentred([0.9, 0.1], drawn, [0.5, 0.5]) == pytest.approx(np.array([[0.9, 0.1], [0.72 / 0.74, 0.02 / 0.74]]))


def test_without_an_indicator_its_siblings_share_and_an_empty_node_goes_too() -> None:
    assert without(TREE, LOCAL, "a1") == {"r": [0.6, 0.4], "a": [0.0, 1.0]}
    only = {"r": ["a", "b"], "a": ["a1"]}
    assert without(only, {"r": [0.6, 0.4], "a": [1.0]}, "a1") == {"r": [0.0, 1.0], "a": [0.0]}
    assert without({"r": ["a"]}, {"r": [1.0]}, "a") is None
    assert equal(TREE, LOCAL) == {"r": [0.5, 0.5], "a": [0.5, 0.5]}


@given(st.integers(0, 10_000))
def test_at_a_flip_two_units_are_level(seed: int) -> None:
    generator = np.random.default_rng(seed)
    leaves = {code: generator.uniform(0, 100, 2) for code in ("a1", "a2", "b")}

    def all_scores(local: Mapping[str, list[float]]) -> dict[str, np.ndarray]:
        a = local["a"][0] * leaves["a1"] + local["a"][1] * leaves["a2"]
        return {**leaves, "a": a, "r": local["r"][0] * a + local["r"][1] * leaves["b"]}

    for flip in flips(TREE, LOCAL, "r", all_scores(LOCAL), 0, 1):
        changed = dict(LOCAL)
        place = TREE[flip.node].index(flip.child)
        changed[flip.node] = [1 - flip.needed, 1 - flip.needed]
        changed[flip.node][place] = flip.needed
        level = all_scores(changed)["r"]
        assert level[0] == pytest.approx(level[1], abs=1e-7)


@given(st.integers(0, 10_000))
def test_no_smaller_shift_of_weights_makes_two_level(seed: int) -> None:
    """Against linear programming: changes up and down, both from 0, the downs no more than the weights."""
    generator = np.random.default_rng(seed)
    weights, difference = generator.dirichlet(np.ones(6)), generator.normal(5, 20, 6).round()
    found = least_shift(weights, difference)
    program = scipy.optimize.linprog(
        np.ones(12),
        A_eq=[[1] * 6 + [-1] * 6, [*difference, *-difference]],
        b_eq=[0, -weights @ difference],
        bounds=[(0, None)] * 6 + [(0, weight) for weight in weights],
    )
    assert (found is None) == (program.status == 2)
    if found is not None:
        assert (weights + found) @ difference == pytest.approx(0, abs=1e-9)
        assert found.sum() == pytest.approx(0, abs=1e-12)
        assert (weights + found >= -1e-12).all()
        assert np.abs(found).sum() == pytest.approx(program.fun, abs=1e-7)


def test_neighbours_who_reach_each_others_rank_stand_together() -> None:
    ends = {0: (1, 2), 1: (1, 2), 2: (3, 3), 3: (4, 6), 4: (4, 6), 5: (5, 6), 6: (7, 9)}
    ranks = np.arange(1, 8)
    assert close_groups(range(7), ranks, ends) == [[0, 1], [3, 4, 5]]


def test_other_scales_are_those_of_the_raw_values() -> None:
    raw = np.array([1.0, 4.0, 2.0, np.nan])
    scores = np.array([0.0, 100.0, 100 / 3, np.nan])
    told = raw[:3]
    z = other_scale(scores, raw, "benefit", "z_score")
    assert z[:3] == pytest.approx((told - told.mean()) / told.std())
    assert np.isnan(z[3])
    assert other_scale(scores, raw, "benefit", "rank")[:3].tolist() == pytest.approx([100 / 3, 100, 200 / 3])
    cost = other_scale(100 - scores[:3], told, "cost", "distance")
    assert cost.tolist() == pytest.approx([100, 25, 50])
    assert other_scale(scores[:3], np.array([0.0, 4, 2]), "benefit", "distance").tolist() == scores[:3].tolist()
    with pytest.raises(ValueError, match="z_score"):
        other_scale(scores, raw, "benefit", "magic")


def test_intervals_hold_what_they_promise_and_would_not_without_widening() -> None:
    """Panels of six whose true weights are known: nine in ten true ranks lie within (`benchmarks/RANK_COVERAGE.md`)."""
    inside, plain = coverage(panels=60, experts=6, seed=5)
    assert 0.87 <= inside <= 1.0
    assert plain < inside - 0.02, "the guard: undrawn intervals would be too narrow"


def coverage(*, panels: int, experts: int, seed: int) -> tuple[float, float]:
    """How many true ranks lie in the intervals: as they are, and with deviations shrunk by what they are widened by."""
    generator = np.random.default_rng(seed)
    tree = {"r": ["a", "b", "c", "d"]}
    scores = generator.uniform(20, 80, (4, 12))
    hits, narrow, total = 0, 0, 0
    first, second = np.triu_indices(4, 1)
    factor = np.sqrt(experts / (experts - 1)) * 2.5706 / 1.96
    for number in range(panels):
        truth = np.exp(generator.normal(0, 0.5, 4))
        own = np.log(truth) + generator.normal(0, 0.45, (experts, 4))
        answers = np.exp(own[:, first] - own[:, second])
        panel = ahp.evaluate_panel(tree, answers)
        drawn = ahp.bootstrap_panel(panel, draws=400, seed=number).leaf_weights
        group = panel.group_local["r"]
        shrunk = group * (drawn / group) ** (1 / factor)
        shrunk /= shrunk.sum(axis=1, keepdims=True)
        ranks = competition_ranks((truth / truth.sum()) @ scores)
        for weights, wide in ((drawn, True), (shrunk, False)):
            found = rank_intervals(ranks_of_draws(weights, scores))
            inside = int(((found.low <= ranks) & (ranks <= found.high)).sum())
            hits, narrow = (hits + inside, narrow) if wide else (hits, narrow + inside)
        total += len(ranks)
    return hits / total, narrow / total


# --- studies ---


@pytest.fixture
def run() -> ScoringRun:
    """Weights from four experts who do not agree."""
    survey = make.survey()
    return score.run(drafted(survey), score.data_set(survey), preview=True)


def drafted(survey: Survey) -> WeightSet:
    for code, more, strength in (("E1", "a", 3), ("E2", "a", 2), ("E3", "b", 2), ("E4", "a", 5)):
        make.submitted(make.expert(survey, code), more, strength)
    make.work_off()
    result, _job = panel_result_request(survey, user=make.user())
    make.work_off()
    result.refresh_from_db()
    return weight_set_draft(result, user=make.user())


db = pytest.mark.django_db


def asked(run: ScoringRun, kind: str) -> Study:
    study, _job = study_request(run, kind, user=make.user())
    make.work_off()
    study.refresh_from_db()
    return study


@db
@pytest.mark.parametrize("kind", Study.Kind.values)
def test_a_study_is_computed_once_comes_back_and_is_found_when_changed(run: ScoringRun, kind: str) -> None:
    study = asked(run, kind)
    assert study.computed_at
    assert study_problems(study.pk) == []
    assert asked(run, kind).pk == study.pk
    document = json.loads(study.document)
    assert document["run"] == run.content_hash
    if kind == "panel":
        assert document["experts"] == 4
        official = board_of(run).ranks_of("r").tolist()
        ends = rank_intervals_of(run, "r")
        assert all(ends[unit][0] <= rank <= ends[unit][1] for unit, rank in enumerate(official))
        assert document["beats"][0][0] == "0.5"
    if kind == "experts":
        assert [each["expert"] for each in document["experts"]] == ["E1", "E2", "E3", "E4"]
    if kind == "methods":
        names = [each["name"] for each in document["variants"]]
        assert names == ["equal", "aip", "log_least_squares", "z_score", "rank", "distance", "geometric"]
    if kind == "indicators":
        assert [each["code"] for each in document["left_out"]] == ["a", "a1", "a2", "b", "c"]


@db
def test_leaving_out_is_what_leaving_out_gives(run: ScoringRun) -> None:
    weighing = weighing_of(run)
    panel = weighing.panel
    assert panel
    document = json.loads(asked(run, "experts").document)
    for row, told in enumerate(document["experts"]):
        local = weighing.of_panel(lambda it, who=panel.experts[row]: it.leaving_out(who))  # type: ignore[misc]
        assert told["left_out"]["ranks"] == weighing.scored_by(local).ranks_of("r").tolist()


@db
def test_what_a_panel_of_two_cannot_say_is_said(run: ScoringRun, english: None) -> None:
    locked = score.run()
    study, job = study_request(locked, "panel", user=make.user())
    make.work_off()
    assert Job.objects.get(pk=job.pk).state == Job.State.FAILED
    assert "fewer than 3 experts" in Job.objects.get(pk=job.pk).error
    with pytest.raises(Refused, match="no such study"):
        study_request(run, "stars", user=None)
    assert study.computed_at is None


@db
def test_a_forged_study_is_found(run: ScoringRun, english: None) -> None:
    study = asked(run, "methods")
    honest = study.document
    told = json.loads(honest)
    told["variants"][0]["ranks"].reverse()
    forged = canonical_json(told)
    for document, signed, problem in (
        (honest, content_hash(honest), None),
        (forged, content_hash(honest), "stored hash"),
        (forged, content_hash(forged), "does not come back"),
    ):
        study.pk, study._state.adding = None, True
        study.document, study.content_hash, study.cancelled_at = document, signed, timezone.now()
        study.save()
        found = study_problems(study.pk)
        assert problem in found[0] if problem else found == []


@db
def test_means_of_another_kind_and_weights_that_were_fixed(english: None) -> None:
    """The panel moves what is its own, and every draw is scored by the means and gaps of the run."""
    rows = [
        replace(row, scoring={"r": {"aggregation": "geometric", "missing": "reweight"}}.get(row.code, {}))
        for row in make.rows()
    ]
    names = {"zh-hans": "体系", "en": "System"}
    edition = edition_freeze(edition_import(name=names, label="1.0", rows=rows, user=make.user()), user=make.user())
    survey = make.survey(of=edition)
    said: dict[str, Any] = {
        "source": "Ministry",
        "reference": "No. 7",
        "reason": "Decided before.",
        "user": make.user(),
    }
    draft = weight_set_fix(drafted(survey), edition.indicators.get(code="a"), [0.7, 0.3], **said)
    run = score.run(draft, score.data_set(survey, score.DATA.replace(b"North,1,10", b"North,,10")), preview=True)
    assert not weighing_of(run).linear
    assert set(weighing_of(run).drawn_local(10, 1, confidence=0.9)) == {"r"}
    document = json.loads(asked(run, "panel").document)
    assert document["still"] == ["a"]
    assert "imported or fixed stay as they are: below a." in interval_figure(board_of(run), document, "r").caption.note
    for code in ("r", "a"):
        official, ends = board_of(run).ranks_of(code).tolist(), rank_intervals_of(run, code)
        assert len(ends) >= 3
        assert all(low <= official[unit] <= high for unit, (low, high) in ends.items())
    methods = {each["name"]: each for each in json.loads(asked(run, "methods").document)["variants"]}
    assert "arithmetic" in text_in(json.loads(methods["rank"]["refused"]))
    outside = weight_set_import(survey, {"r": [0.5, 0.3, 0.2], "a": [0.5, 0.5]}, **said)
    with pytest.raises(Refused, match="no panel stands behind"):
        weighing_of(score.run(outside, run.data_set, preview=True)).drawn_local(10, 1, confidence=0.9)


@db
def test_a_cancelled_study_stores_nothing_and_may_be_asked_for_again(run: ScoringRun) -> None:
    study, _job = study_request(run, "indicators", user=make.user())
    assert study_cancel(study, user=make.user())
    study_compute(study.pk)()
    study.refresh_from_db()
    assert (study.computed_at, study.document) == (None, "")
    again = asked(run, "indicators")
    assert again.pk != study.pk
    assert again.computed_at
    assert not study_cancel(again, user=make.user())


@db
@pytest.mark.one_database
def test_the_pages_ask_show_and_export(run: ScoringRun) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    where = [run.survey_id, run.number]
    for kind in Study.Kind.values:
        client.post(reverse("scoring:study_ask", args=where), {"kind": kind})
    make.work_off()
    assert client.get(reverse("scoring:sure", args=where)).content.decode().count("See the result") == 4
    for study in Study.objects.all():
        page = client.get(reverse("scoring:study", args=[*where, study.pk])).content.decode()
        assert "Draft: not locked" in page
        book = client.get(reverse("scoring:study_export", args=[*where, study.pk, "xlsx"])).content
        assert "未锁定的草案" in str(load_workbook(io.BytesIO(book)).worksheets[0]["A1"].value)
        table = client.get(reverse("scoring:study_export", args=[*where, study.pk, "csv"]))
        assert "East" in table.content.decode("utf-8-sig")
    node = client.get(reverse("scoring:node", args=[*where, "r"])).content.decode()
    assert "In brackets: the rank in 90 of 100 panels" in node
    level = client.get(reverse("scoring:sure", args=where), {"a": "1", "b": "0", "node": "r"}).content.decode()
    assert "South minus North is" in level
    assert (
        "Choose two different units"
        in client.get(reverse("scoring:sure", args=where), {"a": "1", "b": "1", "node": "r"}).content.decode()
    )
    survey_move(run.survey, "closed", user=make.user())
    assert client.get(reverse("scoring:sure", args=where)).status_code == 200
