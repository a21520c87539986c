"""What was done to a value is said at its score, at every score above it, and in every file."""

import csv
import io
import json

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from scoring.exports import export_bytes
from scoring.models import ScoringRun
from scoring.selectors.marks import CONTAINS, SIGNS, Mark, Marks, legend
from surveys.services.surveys import member_add
from tests.scoring import factories as score
from tests.surveys import factories as make

LOCAL = {"r": ["a", "b"], "a": ["a1", "a2"]}


def test_a_mark_reaches_every_score_above_and_no_other() -> None:
    found = Marks([{"kind": "filled", "code": "a1", "units": ["North"]}], LOCAL)
    assert found.of("a1", "North") == Mark(own=("filled",))
    assert found.of("a", "North") == found.of("r", "North") == Mark(below=("filled",))
    assert not any(found.of(code, "North").text for code in ("a2", "b"))
    assert not any(found.of(code, "South").text for code in ("r", "a", "a1"))


def test_marks_of_a_score_and_below_it_stand_side_by_side() -> None:
    notices = [
        {"kind": "reweighted", "code": "a", "units": ["North"]},
        {"kind": "capped", "code": "a2", "units": ["North"]},
    ]
    found = Marks(notices, LOCAL)
    assert found.of("a", "North").text == "reweighted;contains:capped"
    assert found.of("a", "North").signs == SIGNS["reweighted"] + CONTAINS
    assert found.of("r", "North").text == "contains:capped;contains:reweighted"


@pytest.mark.usefixtures("english")
def test_a_legend_explains_the_signs_that_are_there_and_no_others() -> None:
    shown = dict(legend([Mark(own=("capped",)), Mark(below=("filled",))]))
    assert set(shown) == {SIGNS["capped"], CONTAINS}
    assert "replaced" in shown[CONTAINS]
    assert legend([]) == []


@pytest.fixture
def run(english: None) -> ScoringRun:
    """South is beyond the upper bound of c and capped; North has no value of a1 and gets the mean of the column."""
    weight_set = score.locked()
    survey = score.survey_of(weight_set)
    changes = {"a1": {"missing": "mean"}, "c": {"low": "5", "high": "9", "cap": "yes"}}
    rules = score.rules(survey, changes)
    content = b"unit,a1,a2,b,c\nNorth,,10,3,5\nSouth,2,30,1,12\nEast,3,20,2,9\nWest,3,20,2,9\n"
    return score.run(weight_set, score.data_set(survey, content), rules=rules)


@pytest.mark.django_db
class TestARunWithMarks:
    pytestmark = pytest.mark.one_database

    def test_files_say_what_was_done(self, run: ScoringRun) -> None:
        rows = list(csv.DictReader(io.StringIO(export_bytes(run, "csv").decode("utf-8-sig"))))
        marks = {(row["unit"], row["code"]): row["marks"] for row in rows if row["marks"]}
        assert marks == {
            ("North", "a1"): "filled", ("North", "a"): "contains:filled", ("North", "r"): "contains:filled",
            ("South", "c"): "capped", ("South", "r"): "contains:capped",
        }  # fmt: skip
        wide = list(csv.DictReader(io.StringIO(export_bytes(run, "csv", wide=True).decode("utf-8-sig"))))
        assert [row["marks"] for row in wide] == ["filled:a1", "capped:c", "", ""]
        notices = json.loads(export_bytes(run, "json"))["document"]["notices"]
        assert {(each["kind"], each["code"]) for each in notices} == {("filled", "a1"), ("capped", "c")}

    def test_the_workbook_lists_them_with_the_values_as_given(self, run: ScoringRun) -> None:
        sheet = openpyxl.load_workbook(io.BytesIO(export_bytes(run, "xlsx")))["Notices"]
        rows = [row for row in sheet.iter_rows(values_only=True) if row[-1] in ("filled", "capped")]
        assert [(row[0], row[1], row[3], row[5]) for row in rows] == [
            ("North", "a1", None, "filled"), ("South", "c", 12, "capped"),
        ]  # fmt: skip

    def test_pages_show_signs_with_their_words(self, run: ScoringRun, client: Client) -> None:
        member_add(run.survey, member=make.user("analyst"), role="analyst", user=None)
        client.force_login(make.user("analyst"))
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        for code, words in (("c", "moved to the bound"), ("r", "contains: "), ("b", "")):
            page = client.get(reverse("scoring:node", args=[run.survey_id, run.number, code])).content.decode()
            assert (words in page) if words else ("q-marks" not in page)
        unit = run.data_set.units.get(name="South")
        page = client.get(reverse("scoring:unit", args=[run.survey_id, run.number, unit.pk])).content.decode()
        assert page.count('class="q-quiet q-mark"') == 2
