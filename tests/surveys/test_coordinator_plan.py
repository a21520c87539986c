"""The plan of the questions: chosen in the draft, its effect shown before anything is kept, named with the results."""

import json
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

import ahp
from surveys import plan
from surveys.models import Survey
from surveys.selectors.consistency import method_facts
from surveys.selectors.planning import plan_effect
from surveys.selectors.questionnaire import minutes_for
from surveys.selectors.trees import tree_of
from surveys.selectors.verification import stored_problems
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LARGE = {"r": ["a", "b", "c"], "a": [f"a{number}" for number in range(11)], "b": ["b1", "b2"], "c": ["c1"]}
METHOD = {"method": "eigenvector", "random_index": "simulated", "aggregation": "aij", "gate": "soft"}
REDUCED = {**METHOD, **make.QUESTIONS, "question_plan": "reduced", "questions_per_item": "1.5"}


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def draft(**settings: object) -> Survey:
    return make.survey("draft", of=make.edition(LARGE), **settings)


def settings_of(survey: Survey) -> str:
    return reverse("surveys:survey_settings", args=[survey.pk])


def rows(page: str) -> list[list[str]]:
    """The table of the effect as texts."""
    table = page.split('id="effect"', 1)[1]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)]
    return [[re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in row] for row in cells]


def test_the_effect_is_what_the_plan_says() -> None:
    survey = draft(question_plan="reduced")
    effect = plan_effect(survey, tree_of(survey.edition))
    assert [(row.node.code, row.items, row.pairs, row.asked) for row in effect.nodes] == [
        ("r", 3, 3, 3), ("a", 11, 55, 17), ("b", 2, 1, 1)
    ]  # fmt: skip
    assert effect.nodes[1].precision == plan.precision_after(11, 17) == ahp.question_order(11).precision[17] > 1
    assert [row.full for row in effect.nodes] == [True, False, True]
    assert (effect.asked, effect.pairs) == (21, 59)
    assert (effect.minutes, effect.minutes_in_full) == (minutes_for(21), minutes_for(59)) == (4, 10)


def test_an_edition_that_is_not_frozen_has_an_effect_too() -> None:
    survey = make.survey("draft", of=make.edition(LARGE, frozen=False))
    assert plan_effect(survey, tree_of(survey.edition)).asked == 59


def test_the_page_shows_the_effect(coordinator: Client) -> None:
    survey = draft(question_plan="reduced")
    shown = rows(coordinator.get(settings_of(survey)).content.decode())
    assert shown[2] == ["Indicator a", "11", "55", "17", "about 2.0 times that of all pairs"]
    assert shown[1][-1] == "that of all pairs"
    assert shown[-1] == ["Together", "", "59", "21", ""]


def test_a_preview_keeps_nothing(coordinator: Client) -> None:
    survey = draft()
    answer = coordinator.post(settings_of(survey), {**REDUCED, "questions_per_item": "2", "preview": "1"})
    assert answer.status_code == 302
    assert "csrf" not in answer.headers["Location"]
    page = coordinator.get(answer.headers["Location"].split("#")[0]).content.decode()
    assert "not kept yet" in page
    assert rows(page)[2][3] == "22"
    assert 'value="reduced" selected' in page
    survey.refresh_from_db()
    assert survey.question_plan == "full"
    assert not survey.audit_events.filter(action="survey.settings").exists()
    assert "not kept yet" not in coordinator.get(settings_of(survey)).content.decode()


def test_nonsense_in_the_address_is_no_preview(coordinator: Client) -> None:
    survey = draft()
    for query in ({"question_plan": "guess"}, {**REDUCED, "questions_per_item": "0.5"}):
        page = coordinator.get(settings_of(survey), query).content.decode()
        assert "not kept yet" not in page
        assert rows(page)[-1][3] == "59"


def test_the_plan_is_kept_and_logged(coordinator: Client) -> None:
    survey = draft()
    coordinator.post(settings_of(survey), {**REDUCED, "questions_per_item": "2.25", "question_order": "paper"})
    survey.refresh_from_db()
    assert (survey.question_plan, survey.questions_per_item) == ("reduced", Decimal("2.25"))
    event = survey.audit_events.get(action="survey.settings")
    assert event.new["questions_per_item"] == "2.25"
    log = coordinator.get(reverse("surveys:audit_log", args=[survey.pk])).content.decode()
    assert "Fewer pairs of the large matrices" in log


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"questions_per_item": "0.9"}, "greater than or equal to 1"),
        ({"full_up_to": "1"}, "greater than or equal to 2"),
        ({"question_plan": "none"}, "Select a valid choice"),
    ],
)
def test_a_plan_that_cannot_be_is_said(coordinator: Client, changes: dict[str, str], sentence: str) -> None:
    survey = draft()
    assert sentence in coordinator.post(settings_of(survey), {**REDUCED, **changes}).content.decode()
    survey.refresh_from_db()
    assert survey.question_plan == "full"


def test_once_open_the_plan_is_told_and_fixed(coordinator: Client) -> None:
    survey = make.survey(of=make.edition(LARGE), question_plan="reduced")
    page = coordinator.get(settings_of(survey), REDUCED).content.decode()
    assert "every pair up to 5 items, 1.5 questions per item above" in page
    assert "not kept yet" not in page
    page = coordinator.post(settings_of(survey), make.QUESTIONS | METHOD, follow=True).content.decode()
    assert "make another survey for another method" in page


def test_a_new_survey_offers_cannot_judge(coordinator: Client) -> None:
    make.edition()
    page = coordinator.get(reverse("surveys:survey_new")).content.decode()
    assert re.search(r'name="missing_allowed"[^>]*checked', page)
    assert re.search(r'name="full_up_to" value="5"', page)


def test_the_plan_stands_with_what_was_computed() -> None:
    weight_set = make.weight_set(of=make.panel_result(make.survey(question_plan="reduced")))
    assert weight_set.panel_result
    facts = method_facts(weight_set.panel_result)
    assert facts["questions"].startswith("Fewer pairs of the large matrices")
    assert facts["missing"] == "completed from the other answers"
    document = json.loads(weight_set.document)
    assert document["survey"]["questions"] == {
        "plan": "reduced", "full_up_to": 5, "per_item": "1.5", "order": "paper"
    }  # fmt: skip
    assert stored_problems(weight_set) == []
