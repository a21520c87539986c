"""Why a score is what it is, and why a rank changed: every part adds up to the whole."""

import io
from collections.abc import Mapping

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from scoring.changes import FACTORS, Side, scores_by, split
from scoring.explaining import gap_parts, lifts, parts_of
from scoring.models import ScoringRun
from scoring.normalising import LeafRule, normalise
from scoring.ranking import competition_ranks, score
from scoring.selectors.board import board_of
from scoring.selectors.comparing import compare
from scoring.selectors.explained import Explained, peers, strengths
from tests.scoring import factories as factory
from tests.surveys import factories as make

db = pytest.mark.django_db
seeds = st.integers(0, 10_000)


# --- the arithmetic ---


@given(seeds)
def test_points_and_gaps_add_up_to_what_was_scored(seed: int) -> None:
    generator = np.random.default_rng(seed)
    values, weights = generator.uniform(0, 9, (5, 3)), generator.dirichlet(np.ones(3))
    done = score(values, ["x", "y", "z"], {"r": ["x", "y", "z"]}, {"r": weights.tolist()}, root="r")
    for unit in range(5):
        points = parts_of(done.scores[1:, unit], weights.tolist()).points
        assert points is not None
        assert points.sum() == pytest.approx(done.of("r")[unit])
    leaves = dict(zip("xyz", done.scores[1:], strict=True))
    parts = gap_parts(dict(zip("xyz", weights.tolist(), strict=True)), leaves, 0, 1)
    assert sum(part for _code, part in parts) == pytest.approx(done.of("r")[0] - done.of("r")[1])


@given(seeds)
def test_a_lift_makes_the_unit_level(seed: int) -> None:
    """Put the raw value in, with the bounds as they were, and the gap is closed."""
    generator = np.random.default_rng(seed)
    rules = {
        "x": LeafRule(), "y": LeafRule(direction="cost"), "z": LeafRule(transform="ln"),
    }  # fmt: skip
    values = generator.uniform(1, 9, (4, 3))
    done = normalise(values, list("xyz"), rules)
    weights = dict(zip("xyz", generator.dirichlet(np.ones(3)).tolist(), strict=True))
    totals = np.array(list(weights.values())) @ done.scores
    low, high = int(totals.argmin()), int(totals.argmax())
    own = {code: float(row[low]) for code, row in zip("xyz", done.scores, strict=True)}
    for lift in lifts(weights, own, float(totals[high] - totals[low]), rules, done.bounds):
        assert lift.raw is not None
        changed = values.copy()
        changed[low, "xyz".index(lift.code)] = lift.raw
        fixed = {
            code: LeafRule(direction=rules[code].direction, transform=rules[code].transform, low=ends[0], high=ends[1])
            for code, ends in done.bounds.items()
        }
        again = np.array(list(weights.values())) @ normalise(changed, list("xyz"), fixed).scores
        assert again[low] == pytest.approx(again[high], abs=1e-6)


def side(generator: np.random.Generator, codes: str) -> Side:
    values = {code: generator.uniform(0, 10, 6) for code in codes}
    weights = generator.dirichlet(np.ones(len(codes)))
    return Side(
        dict(zip(codes, weights.tolist(), strict=True)), values,
        {code: (float(row.min()), float(row.max())) for code, row in values.items()},
        {code: LeafRule(direction="cost" if code == "y" else "benefit") for code in codes},
    )  # fmt: skip


@given(seeds)
def test_the_parts_of_a_change_add_up_also_where_indicators_come_and_go(seed: int) -> None:
    generator = np.random.default_rng(seed)
    before, after = side(generator, "xyz"), side(generator, "xyw")
    found = split(before, after)
    assert sum(found.by_score.values()) == pytest.approx(found.scores)
    assert sum(found.by_rank.values()) == pytest.approx(found.ranks)
    ends = [scores_by(before, after, frozenset(chosen)) for chosen in ((), FACTORS)]
    for one, end in zip((before, after), ends, strict=True):
        codes = list(one.weights)
        table = normalise(np.array([one.values[code] for code in codes]).T, codes, one.rules).scores
        assert end == pytest.approx(np.array([one.weights[code] for code in codes]) @ table)
    assert found.ranks == pytest.approx(competition_ranks(ends[1]) - competition_ranks(ends[0]))


def test_a_factor_that_is_the_same_in_both_gives_nothing() -> None:
    generator = np.random.default_rng(1)
    before = side(generator, "xyz")
    heavier = Side({"x": 0.8, "y": 0.1, "z": 0.1}, before.values, before.bounds, before.rules)
    found = split(before, heavier)
    for factor in ("data", "bounds", "indicators"):
        assert found.by_score[factor] == pytest.approx(np.zeros(6))
    assert found.by_score["weights"] == pytest.approx(found.scores)


def test_a_missing_value_cannot_be_exchanged() -> None:
    before = side(np.random.default_rng(1), "xy")
    gaps: Mapping[str, np.ndarray] = {**before.values, "x": np.full(6, np.nan)}
    with pytest.raises(ValueError, match="missing"):
        split(before, Side(before.weights, gaps, before.bounds, before.rules))


# --- a run ---


@pytest.fixture
def run() -> ScoringRun:
    return factory.run()


@db
def test_every_cell_of_a_run_is_explained(run: ScoringRun) -> None:
    board = board_of(run)
    for code in board.codes:
        for unit in range(len(board.units)):
            told = Explained(board, unit, code)
            assert told.score == pytest.approx(float(board.score_of(code)[unit]))
            assert told.sum == pytest.approx(told.score)
            for near in told.neighbours:
                own = board.score_of(code)
                assert near.gap == pytest.approx(float(own[unit] - own[near.unit]))
                assert sum(part for _node, part in near.parts) + near.rest == pytest.approx(near.gap)


@db
def test_strengths_are_the_first_quarter_and_peers_the_nearest(run: ScoringRun) -> None:
    board = board_of(run)
    east, north = board.names.index("East"), board.names.index("North")
    strong, _weak = strengths(board, east)
    assert [(mark.row.node.code, mark.rank) for mark in strong] == [("a1", 1), ("c", 1)]
    _strong, weak = strengths(board, north)
    assert {mark.row.node.code for mark in weak} <= {"a1", "a2", "b", "c"}
    assert all(mark.rank == 4 for mark in weak)
    assert board.names[peers(board, east)[0]] == "West"


@db
@pytest.mark.one_database
def test_the_pages_say_why(run: ScoringRun) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    unit = run.data_set.units.get(name="South")
    where = [run.survey_id, run.number, unit.pk]
    page = client.get(reverse("scoring:why", args=[*where, "r"])).content.decode()
    assert "To the unit before" in page
    assert "To the unit behind" in page
    north = run.data_set.units.get(name="North")
    below = client.get(reverse("scoring:why", args=[*where[:2], north.pk, "r"])).content.decode()
    assert "What alone would make it level" in below
    assert "Points are score times weight" in page
    leaf = client.get(reverse("scoring:why", args=[*where, "a1"])).content.decode()
    assert "between the bounds" in leaf
    other = run.data_set.units.get(name="East")
    beside = client.get(reverse("scoring:unit", args=where), {"beside": other.pk}).content.decode()
    assert "East: Score" in beside
    assert "Strengths" in beside
    assert client.get(reverse("scoring:unit", args=where), {"beside": "9" * 30}).status_code == 200


@db
@pytest.mark.one_database
def test_two_runs_are_compared_and_the_change_split(run: ScoringRun) -> None:
    later = factory.data_set(
        run.survey, factory.DATA.replace(b"North,1,10,3,5\n", b"North,9,10,3,9\nNew,1,10,2,6\n"), year="2024"
    )
    now = factory.run(run.weight_set, later)
    found = compare(board_of(run), board_of(now), "r")
    assert (found.gone, found.come, found.why_not) == ([], ["New"], "")
    north = next(row for row in found.rows if row.name == "North")
    assert north.change == 3
    assert sum(north.by_rank) == pytest.approx(-3)
    assert north.by_rank[FACTORS.index("weights")] == pytest.approx(0)
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    where = [now.survey_id, now.number]
    page = client.get(reverse("scoring:comparing", args=where)).content.decode()
    assert "Only now:" in page
    assert "Furthest moved: North 4→1" in page
    content = client.get(reverse("scoring:comparing_export", args=[*where, "xlsx"]), {"with": run.pk}).content
    assert load_workbook(io.BytesIO(content)).worksheets[0]["A3"].value == "North"
    alone = client.get(reverse("scoring:comparing", args=where), {"with": "999999", "node": "zz"})
    assert alone.status_code == 200


@db
@pytest.mark.one_database
def test_runs_of_editions_that_share_no_indicator_are_compared_on_their_root(
    run: ScoringRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.selectors.comparing.codes_before", lambda _before, _after: {})
    board = board_of(run)
    found = compare(board, board, "a1")
    assert found.code == board.root
    assert len(found.lost) == len(found.added) == len(board.columns)
    assert {row.change for row in found.rows} == {0}


@db
@pytest.mark.one_database
def test_with_nothing_to_compare_the_page_says_so(run: ScoringRun) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    page = client.get(reverse("scoring:comparing", args=[run.survey_id, run.number]))
    assert "Nothing to compare with" in page.content.decode()
    assert client.get(reverse("scoring:comparing_export", args=[run.survey_id, run.number, "csv"])).status_code == 404
