"""Scores by a survey's own rules, against closed forms; and that a run under rules can be checked by anybody."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from scoring.bundle.checks import checks
from scoring.bundles import run_bundle
from scoring.models import ScoringRules, ScoringRun
from scoring.normalising import ScoringError, find_faults
from scoring.ranking import score as scored
from scoring.rules import groups_of, leaf_rules, node_rules, ruled
from scoring.selectors.runs import usable_weight_sets
from scoring.services.base_year import bounds_from
from scoring.services.rule_checks import readable, tidy
from scoring.services.runs import run_compute, run_with_inputs
from scoring.services.scoring_rules import Asked, rules_create
from scoring.services.verification import run_problems
from scoring.uncertainty import ranks_of_draws, ranks_of_scores
from surveys.bundle.verify import read_bundle
from surveys.errors import Refused
from surveys.exports.bundle import bundle_checks
from surveys.files.tree import Tree
from surveys.guards import lifted
from tests.scoring import factories as score
from tests.surveys import factories as make

TREE = Tree(make.rows({"r": ["x", "y"]}))
GAPS = b"unit,region,a1,a2,b,c\nNorth,N,,10,3,5\nSouth,N,2,30,1,5.5\nEast,S,4,20,2,9\nWest,S,3,20,2,9\n"


def column(said: Mapping[str, str], values: list[float], **whole: object) -> list[float]:
    """The scores of x under a rule, when y says nothing of interest."""
    tree = ruled(TREE, {"x": said})
    table = np.array([values, range(len(values))], dtype=float).T
    found = scored(
        table, ["x", "y"], tree.children, {"r": [0.5, 0.5]}, root="r", rules=leaf_rules(tree),
        nodes=node_rules(tree), **whole,  # type: ignore[arg-type]
    )  # fmt: skip
    return [round(float(number), 9) for number in found.of("x")]


def test_without_rules_a_tree_is_as_its_edition() -> None:
    assert leaf_rules(ruled(TREE, {})) == leaf_rules(TREE)


def test_another_spelling_is_no_difference_and_digits_of_any_width_are_numbers() -> None:
    """The edition may say in so many words what is usual; an opened and closed rule changes nothing."""
    tree = Tree(make.rows({"r": ["x", "y"]}))
    usual = {"cap": "no", "transform": "none", "low": "0"}
    tree.rows["x"] = replace(tree.rows["x"], direction="benefit", scoring=usual)
    tree.rows["y"] = replace(tree.rows["y"], scoring={"cap": "yes", "missing": "refuse"})
    assert (
        tidy({"x": {"direction": "benefit", "cap": "", "transform": "", "low": "0.0"}, "y": {"cap": "yes"}}, tree) == {}
    )
    wide = {
        "y": {"missing": "reweight:０．６", "low": "−１", "cap": ""},
        "x": {"low": ""},
        "r": {"aggregation": "arithmetic"},
    }
    assert readable(wide, tree)
    assert tidy(wide, tree) == {"x": {"low": ""}, "y": {"missing": "reweight:0.6", "low": "-1", "cap": ""}}
    assert tidy({"y": {"missing": ""}}, tree) == {"y": {"missing": ""}}  # blank: as the node above says


def test_goalposts_a_cap_and_a_range_of_scores() -> None:
    fixed = {"low": "0", "high": "10"}
    assert column({**fixed}, [5, 12]) == [50, 120]
    assert column({**fixed, "cap": "yes"}, [5, 12]) == [50, 100]
    assert column({**fixed, "direction": "cost"}, [5, 10]) == [50, 0]
    assert column(fixed, [5, 10], output=(60.0, 100.0)) == [80, 100]  # 功效系数: 60 + 40 (x - low) / (high - low)


def test_a_declared_target_and_a_logarithm() -> None:
    target = {"direction": "target", "low": "0", "target_low": "4", "target_high": "6", "high": "10"}
    assert column(target, [2, 5, 8]) == [50, 100, 50]
    assert column({"low": "1", "high": "100", "transform": "ln"}, [1, 10, 100]) == [0, 50, 100]


def test_a_constant_column_has_a_declared_score_or_is_refused() -> None:
    assert column({"neutral": "50"}, [7, 7]) == [50, 50]
    with pytest.raises(ScoringError, match="constant"):
        column({}, [7, 7])


def test_ranks_may_be_those_of_rounded_scores_and_draws_round_alike() -> None:
    given = {"x": {"low": "0", "high": "100"}}
    tree = ruled(Tree(make.rows({"r": ["x", "y"]})), {**given, "y": {"low": "0", "high": "100"}})
    table = np.array([[71.04, 0], [71.02, 0], [70.9, 0]])
    args = (table, ["x", "y"], tree.children, {"r": [1.0, 0.0]})
    rules = leaf_rules(tree)
    assert scored(*args, root="r", rules=rules).ranks_of("r").tolist() == [1, 2, 3]
    assert scored(*args, root="r", rules=rules, decimals=1).ranks_of("r").tolist() == [1, 1, 3]
    assert ranks_of_scores(table.T[:1], decimals=1).tolist() == [[1, 1, 3]]
    assert ranks_of_draws(np.array([[1.0, 0.0]]), table.T, decimals=1).tolist() == [[1, 1, 3]]


# --- versions, and runs under them ---


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
class TestVersions:
    pytestmark = pytest.mark.one_database

    @pytest.mark.parametrize(
        ("changes", "options", "said"),
        [
            ({"nowhere": {"cap": "yes"}}, {}, "nowhere"),
            ({"a1": {"aggregation": "geometric"}}, {}, "a1"),
            ({"a": {"cap": "yes"}}, {}, "a:"),
            ({"a1": {"low": "much"}}, {}, "much"),
            ({"a1": {"low": "5", "high": "5"}}, {}, "low is not below high"),
            ({"a1": {"low": "0", "transform": "ln"}}, {}, "logarithm"),
            ({"a1": {"direction": "target"}}, {}, "target"),
            ({"a1": {"missing": "reweight:1.5"}}, {}, "between 0 and 1"),
            ({"a1": {"missing": "mean:planet"}}, {}, "planet"),
            ({"a1": {"missing": "value:"}}, {}, "value"),
            ({}, {"output_low": "100", "output_high": "60"}, "range"),
            ({}, {"rank_decimals": "2.5"}, "decimals"),
            ({}, {"tie_tolerance": "-1"}, "tolerance"),
        ],
    )
    def test_what_cannot_be_is_refused_by_name(
        self, changes: dict[str, dict[str, str]], options: dict[str, str], said: str
    ) -> None:
        with pytest.raises(Refused, match=said):
            score.rules(make.survey(), changes, **options)
        assert not ScoringRules.objects.exists()

    def test_versions_count_up_and_the_same_again_is_refused(self) -> None:
        survey = make.survey()
        assert [score.rules(survey, {"a1": {"missing": kind}}).number for kind in ("mean", "leave_out")] == [1, 2]
        with pytest.raises(Refused, match="S2"):
            score.rules(survey, {"a1": {"missing": "leave_out"}})

    def test_a_base_year_gives_its_ends_as_numbers(self) -> None:
        survey = make.survey()
        base = score.data_set(survey)
        asked = Asked(bounds_from(base, ["b", "a1"]), base=base, reason="As in 2023.")
        made = rules_create(survey, asked, user=make.user())
        assert made.rules == {"a1": {"low": "1", "high": "3"}, "b": {"low": "1", "high": "3"}}
        assert made.base == base


@pytest.fixture
def run(english: None) -> ScoringRun:
    """Under rules of every kind: the mean of the own region, a cap, a range of scores, rounding before ranking."""
    weight_set = score.locked()
    survey = score.survey_of(weight_set)
    changes = {
        "a1": {"missing": "mean:region"}, "a": {"aggregation": "geometric"},
        "c": {"low": "5", "high": "8", "cap": "yes"},
    }  # fmt: skip
    rules = score.rules(survey, changes, output_low="60.0", rank_decimals="1")
    return score.run(weight_set, score.data_set(survey, GAPS), rules=rules)


@pytest.mark.django_db
class TestARunUnderRules:
    def test_it_is_scored_by_them(self, run: ScoringRun) -> None:
        document = json.loads(run.document)
        assert document["scores"]["a1"] == ["60.0", "60.0", "100.0", "80.0"]  # North has South's 2, the mean of N
        assert document["scores"]["c"] == [str(60.0), document["scores"]["c"][1], "100.0", "100.0"]
        weights = [float(text) for text in document["local_weights"]["a"].values()]
        assert float(document["scores"]["a"][2]) == pytest.approx(100 ** weights[0] * 80 ** weights[1])
        assert run.rules and document["options"]["rules"]
        assert run_problems(run.pk) == []

    def test_it_comes_out_the_same_to_the_last_bit(self, run: ScoringRun) -> None:
        before = run.document
        with lifted():
            run.scores.all().delete()
            ScoringRun.objects.filter(pk=run.pk).update(computed_at=None, document="", content_hash="")
        run_compute(run.pk)()
        assert run_with_inputs(run.pk).document == before

    def test_its_bundle_checks_itself_and_finds_one_changed_cell(self, run: ScoringRun) -> None:
        files = read_bundle(io.BytesIO(run_bundle(run)))
        assert [problem for each in bundle_checks(files) for problem in each.problems] == []
        export = json.loads(files["run.json"])
        changes: list[Callable[[Any], None]] = [
            lambda it: it["data"]["units"][1]["values"].__setitem__(2, "1.5"),
            lambda it: it["document"]["options"].__setitem__("output_low", "0.0"),
        ]
        for change in changes:
            other = json.loads(json.dumps(export))
            change(other)
            found = list(checks({**files, "run.json": json.dumps(other).encode()}))
            assert any("do not come back" in problem.en for each in found for problem in each.problems)

    def test_the_bundle_needs_nothing_but_itself(self, run: ScoringRun, tmp_path: Path) -> None:
        """Unpacked anywhere, its own program checks it; no Django, nothing of this repository."""
        ZipFile(io.BytesIO(run_bundle(run))).extractall(tmp_path)
        command = [sys.executable, "-P", str(tmp_path / "verify.py")]
        done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
        data = tmp_path / "run.json"
        data.write_text(data.read_text("utf-8").replace('"5.5"', '"5.6"', 1), "utf-8")
        assert subprocess.run(command, cwd=tmp_path, env={}, capture_output=True).returncode == 1

    def test_other_rules_are_another_run(self, run: ScoringRun) -> None:
        plain = score.rules(run.survey, {"a1": {"missing": "mean:region"}})
        other = score.run(run.weight_set, run.data_set, rules=plain)
        assert other.pk != run.pk
        assert json.loads(other.document)["scores"]["a1"] == ["0.0", "0.0", "100.0", "50.0"]

    def test_the_locked_set_is_offered_before_a_newer_draft(self, run: ScoringRun) -> None:
        result = run.weight_set.panel_result
        assert result
        newer = make.weight_set("draft", of=result)
        assert list(usable_weight_sets(run.survey)) == [run.weight_set, newer]

    def test_whoever_is_alone_in_a_group_has_no_mean(self, run: ScoringRun) -> None:
        from scoring.computing import inputs_of

        inputs = inputs_of(run_with_inputs(run.pk))
        values = inputs.data.values.copy()
        values[1, 0] = np.nan  # now nobody in N has a value
        data = inputs.data
        faults = find_faults(values, data.columns, leaf_rules(inputs.tree), groups_of(data.attributes))
        assert [(fault.kind, fault.code, fault.unit) for fault in faults] == [("group", "a1", 0), ("group", "a1", 1)]
