"""The method on the coordinator's pages: chosen in the draft, shown with results; weights of experts; every table."""

import math
import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

import ahp
from surveys.models import Expert, Job, Survey
from surveys.selectors.tables import tables_page
from surveys.services.panels import panel_result_request
from surveys.services.submissions import submission_create
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]

METHOD = {
    "method": "log_least_squares",
    "random_index": "saaty1980",
    "aggregation": "aip",
    "gate": "hard",
    **make.QUESTIONS,
}


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def at(name: str, survey: Survey, *args: object) -> str:
    return reverse(f"surveys:{name}", args=[survey.pk, *args])


def text(client: Client, name: str, survey: Survey, *args: object, **query: str) -> str:
    return re.sub(r"\s+", " ", client.get(at(name, survey, *args), query).content.decode())


# --- settings ---


def test_a_draft_chooses_its_method(coordinator: Client) -> None:
    survey = make.survey("draft")
    assert "cannot judge" in text(coordinator, "survey_settings", survey)
    coordinator.post(at("survey_settings", survey), {**METHOD, "missing_allowed": "on"})
    survey.refresh_from_db()
    assert (survey.method, survey.random_index, survey.aggregation) == ("log_least_squares", "saaty1980", "aip")
    assert (survey.gate, survey.missing_allowed) == ("hard", True)
    newest = survey.audit_events.get(action="survey.settings")
    assert newest.new["missing_allowed"] is True
    assert newest.old["random_index"] == "simulated"


def test_once_open_it_is_fixed(coordinator: Client) -> None:
    survey = make.survey()
    page = text(coordinator, "survey_settings", survey)
    assert "The method is fixed and printed with every result" in page
    assert 'name="random_index"' not in page
    page = coordinator.post(at("survey_settings", survey), METHOD, follow=True).content.decode()
    assert "make another survey for another method" in page
    survey.refresh_from_db()
    assert survey.method == "eigenvector"


def test_a_table_too_short_for_the_tree_is_refused(coordinator: Client) -> None:
    survey = make.survey("draft", of=make.edition({"r": [f"i{number}" for number in range(12)]}))
    page = coordinator.post(at("survey_settings", survey), {**METHOD, "random_index": "common_cn"}).content.decode()
    assert "no value for the 12 items" in page


def test_a_new_survey_may_allow_missing_answers(coordinator: Client) -> None:
    edition = make.edition()
    sent = {"edition": edition.pk, "title_en": "New", **METHOD, "missing_allowed": "on"}
    coordinator.post(reverse("surveys:survey_new"), sent)
    assert Survey.objects.get().missing_allowed


# --- weights of experts ---


def weigh(client: Client, expert: Expert, **sent: str) -> str:
    where = at("expert_weight", expert.survey, expert.code)
    return client.post(where, {"reason": "knows the field", **sent}, follow=True).content.decode()


def test_a_weight_and_a_branch_weight_are_set_and_shown(coordinator: Client) -> None:
    expert = make.expert()
    assert "The weight of E1 is set" in weigh(coordinator, expert, weight="2.5")
    page = weigh(coordinator, expert, node="a", weight="0")
    assert ">2.5<" in page
    assert "recorded, not counted" in page
    expert.refresh_from_db()
    assert [branch.node.code for branch in expert.branch_weights.all()] == ["a"]
    weigh(coordinator, expert, node="a", weight="")
    assert not expert.branch_weights.exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"weight": "-1"}, "greater than or equal to 0"),
        ({"weight": "much"}, "Enter a number"),
        ({"weight": "1", "reason": ""}, "required"),
        ({"weight": ""}, "has a weight in the whole tree"),
        ({"weight": "1", "node": "c"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_beside_the_form(coordinator: Client, sent: dict[str, str], sentence: str) -> None:
    assert sentence in weigh(coordinator, make.expert(), **sent)


def test_once_decided_no_weight_is_offered(coordinator: Client) -> None:
    expert = make.expert(make.survey("closed"))
    survey_move(expert.survey, "decided", user=make.user())
    assert "the weights of its experts stay as they are" in weigh(coordinator, expert, weight="2")
    assert "Set this weight" not in text(coordinator, "expert", expert.survey, "E1")


# --- every table ---


def borderline() -> Survey:
    """An expert whose CR is below 0.10 by one table and above by another."""
    survey = make.survey()
    expert = make.expert(survey)
    make.answer_all(expert)
    make.say(expert, "a", "b", "a", 2)
    make.say(expert, "a", "c", "a", 3)
    make.say(expert, "b", "c", "a", 4)
    submission_create(expert)
    panel_result_request(survey, user=make.user())
    make.work_off()
    return survey


def test_the_verdict_under_every_table() -> None:
    survey = borderline()
    page = tables_page(survey, survey.panel_results.get())
    index = ahp.consistency([[1, 2, 3], [1 / 2, 1, 4], [1 / 3, 1 / 4, 1]]).index
    assert [(row.code, row.node.code, row.items) for row in page.rows] == [("E1", "r", 3), ("panel", "r", 3)]
    for verdict in page.rows[0].verdicts:
        expected = index / ahp.random_index(3, table=verdict.table)
        assert verdict.ratio is not None
        assert math.isclose(verdict.ratio, expected, rel_tol=1e-9)
    assert {summary.label: (summary.passing, summary.changed) for summary in page.tables} == {
        "Simulated": (0, 0),
        "Saaty 1980": (2, 2),
        "Saaty 2005": (0, 0),
        "Alonso and Lamata 2006": (0, 0),
        "Table usual in Chinese papers": (0, 0),
    }
    assert page.changing == page.rows


def test_a_table_without_a_value_says_nothing() -> None:
    survey = make.survey(of=make.edition({"r": [f"i{number}" for number in range(12)]}))
    make.submitted(make.expert(survey))
    make.work_off()
    [row] = tables_page(survey, None).rows
    assert [verdict.table for verdict in row.verdicts if verdict.ratio is None] == ["common_cn"]
    assert not row.changes


def test_the_page_of_every_table(coordinator: Client) -> None:
    survey = borderline()
    assert "?tables=all" in text(coordinator, "consistency", survey)
    page = text(coordinator, "consistency", survey, tables="all")
    assert "Matrices whose verdict depends on the table" in page
    assert page.count('class="q-cr q-cr-pass"') >= 2
    assert "Nothing was tested yet" in text(coordinator, "consistency", make.survey(of=survey.edition), tables="all")


# --- numbers beside results ---


def with_gaps() -> Survey:
    """Two experts, of whom one left a pair open."""
    survey = make.survey(missing_allowed=True)
    make.submitted(make.expert(survey, "E1"))
    second = make.expert(survey, "E2")
    make.answer_all(second)
    make.say(second, "b", "c", "cannot_judge", None)
    make.say(second, "a1", "a2", "cannot_judge", None)
    submission_create(second)
    make.expert(survey, "E3")
    panel_result_request(survey, user=make.user())
    make.work_off()
    return survey


def test_the_panel_says_who_counts_and_how_many_answered(coordinator: Client) -> None:
    survey = with_gaps()
    page = text(coordinator, "panel", survey)
    assert "2 of 3 experts</small>" in page
    assert "1 of 3 experts</small>" in page
    assert "Indicator b – Indicator c: 1 answer" in page
    assert "completed from the other answers" in page


def test_an_experts_matrix_shows_its_gaps(coordinator: Client) -> None:
    survey = with_gaps()
    page = text(coordinator, "matrix", survey, "E2", "r")
    assert "1 pair has no answer" in page
    assert "Not testable" in page
    page = text(coordinator, "matrix", survey, "E2", "a")
    assert "do not connect all items" in page
    assert "Incomplete" in page


def test_a_panel_that_nothing_links_is_told_in_the_readers_language(coordinator: Client) -> None:
    survey = make.survey(missing_allowed=True)
    make.submitted(make.expert(survey), "cannot_judge", None)
    panel_result_request(survey, user=make.user())
    make.work_off()
    assert Job.objects.get(kind="panel").state == "failed"
    page = text(coordinator, "panel", survey)
    assert "Nobody&#x27;s answers link all items of r Indicator r" in page
    coordinator.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "r 指标 r" in text(coordinator, "panel", survey)
