"""What rules make of data before a run is asked for: who moves everybody, and that a trial says what a run does."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from scoring.computing import run_options
from scoring.selectors.normalisation import look_at
from scoring.services.runs import run_compute, run_request
from surveys.errors import Refused
from surveys.models import WeightSet
from surveys.services.submissions import submission_create
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.one_database]


# --- who moves everybody ---


@pytest.fixture
def two() -> WeightSet:
    """x has three quarters of the weight, y one."""
    survey = make.survey(of=make.edition({"r": ["x", "y"]}))
    expert = make.expert(survey)
    make.say(expert, "x", "y", strength=3)
    submission_create(expert)
    make.work_off()
    return make.weight_set(of=make.panel_result(survey, experts=0))


def movers(two: WeightSet, table: bytes, **x: str) -> list[tuple[str, str, float, int, int]]:
    survey = score.survey_of(two)
    options = run_options(score.rules(survey, {"x": x, "y": {"missing": "mean"}}))
    found = look_at(score.data_set(survey, table), options, two)
    assert found.problems == []
    return [(at.node.code, at.unit, round(at.share, 9), at.changed, at.largest) for at in found.movers]


def test_who_moves_everybody_against_ranks_by_hand(two: WeightSet) -> None:
    table = b"unit,x,y\nA,10,0\nB,2,0\nC,1,4\nD,0,4\n"
    # With A: B .75 * 20 = 15, C 7.5 + 25 = 32.5, D 25. Were 2 the bound: B 75, C 37.5 + 25 = 62.5, D 25.
    assert movers(two, table) == [("x", "A", 0.8, 3, 2)]
    assert movers(two, table, high="10") == []
    assert movers(two, table, low="3", high="") == []  # without A nobody is above 3: there is nothing to compare with
    # By logarithms 1000, 100, 10, 1 stand a third of the range apart. Without A: B and C 50, D 25 become B 75, C 62.5,
    # D 25. Without D: A 75, B and C 50 become A 75, B 37.5, C 25.
    powers = b"unit,x,y\nA,1000,0\nB,100,0\nC,10,4\nD,1,4\n"
    third = round(1 / 3, 9)
    assert sorted(movers(two, powers, transform="ln")) == [("x", "A", third, 1, 1), ("x", "D", third, 1, 1)]


def test_a_mean_in_a_gap_is_a_value_like_others(two: WeightSet) -> None:
    # E has the mean 3.25, and y 2: 24.375 + 12.5 = 36.875 before C 32.5, D 25, B 15. Were 3.25 the bound: E 87.5,
    # C .75 * 100 / 3.25 + 25 = 48.08, B .75 * 200 / 3.25 = 46.15, D 25.
    table = b"unit,x,y\nA,10,0\nB,2,0\nC,1,4\nD,0,4\nE,,2\n"
    assert movers(two, table, missing="mean") == [("x", "A", 0.675, 2, 1)]
    # A declared value holds the bound as a measured one would.
    table = b"unit,x,y\nA,,0\nB,2,0\nC,1,4\nD,0,4\n"
    assert movers(two, table, missing="value:10") == [("x", "A", 0.8, 3, 2)]


# --- what a trial says is what a run does ---


def test_every_kind_of_rule_looks_as_it_is_computed() -> None:
    survey = score.survey_of(weight_set := score.locked())
    changes = {
        "a": {"missing": "reweight:0.2"}, "a2": {"direction": "cost", "cap": "yes", "high": "25"},
        "b": {"missing": "leave_out", "direction": "target", "target_low": "2", "target_high": "2"},
        "c": {"transform": "ln", "low": "5", "high": "8"},
    }  # fmt: skip
    rules = score.rules(survey, changes, output_low="1")
    data = score.data_set(survey, b"unit,a1,a2,b,c\nNorth,,10,3,5\nSouth,2,30,1,5.5\nEast,4,20,,9\nWest,3,20,2,9\n")
    look = look_at(data, run_options(rules), weight_set)
    assert {row.node.code: dict(row.done) for row in look.rows} == {
        "a1": {"reweighted": ["North"]}, "a2": {"capped": ["South"]}, "b": {"left_out": ["East"]},
        "c": {"outside": ["East", "West"]},
    }  # fmt: skip
    by_code = {row.node.code: row for row in look.rows}
    assert by_code["a1"].holders == (["South"], ["East"]) and by_code["c"].low_given and by_code["c"].high_given
    run = score.run(weight_set, data, rules=rules)
    document = json.loads(run.document)
    assert by_code["b"].points == [0.0, 100.0]
    assert sorted({float(text) for text in document["scores"]["b"] if text}) == [1.0, 100.0]
    capped = document["scores"]["a2"][1]
    assert float(capped) == 1.0 and by_code["a2"].points[0] == 0.0


def test_what_a_run_would_be_refused_for_above_the_leaves_is_said_before(client: Client) -> None:
    survey = score.survey_of(weight_set := score.locked())
    rules = score.rules(survey, {"a": {"aggregation": "geometric"}, "a1": {"low": "2", "high": "3"}})
    data = score.data_set(survey)
    run, _job = run_request(survey, data, weight_set, user=make.user(), rules=rules)
    with pytest.raises(Refused) as refused:
        run_compute(run.pk)
    look = look_at(data, run_options(rules), weight_set)
    assert list(look.problems) == str(refused.value).splitlines() and "below 0" in look.problems[0]
    assert look.movers == []
    client.force_login(make.user())
    page = client.get(
        reverse("scoring:rules_look", args=[survey.pk]), {"rules": "1"}, headers={"accept-language": "en"}
    )
    said = page.content.decode()
    assert "One point keeps these data from being scored" in said and "Score these data" not in said
