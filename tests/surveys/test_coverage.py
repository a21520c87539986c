"""How many experts are asked about each section, and the page on which that is chosen."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from surveys.models import AuditEvent, Expert, Section, Survey
from surveys.selectors.answers import progress_of
from surveys.selectors.coverage import coverage_of, sections_told
from surveys.services.panel import invitation_revoke
from surveys.services.sections import section_decline, sections_assign, sections_ensure
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def panel(count: int, **settings: Any) -> tuple[Survey, list[Expert]]:
    survey = make.survey(missing_allowed=True, **settings)
    return survey, [make.expert(survey, f"E{number}") for number in range(count)]


def numbers(survey: Survey) -> dict[str, tuple[int, int, bool]]:
    return {each.node.code: (each.asked, each.declined, each.few) for each in coverage_of(survey).nodes}


def decline(expert: Expert, code: str) -> None:
    section = next(section for section in sections_ensure(expert) if section.node.code == code)
    section.expert = expert
    section_decline(section, declined=True)


def at(name: str, expert: Expert) -> str:
    return reverse(f"surveys:{name}", args=[expert.survey_id, expert.code])


def test_everybody_is_asked_until_something_else_is_said() -> None:
    survey, _experts = panel(5)
    assert numbers(survey) == {"r": (5, 0, False), "a": (5, 0, False)}


def test_who_is_not_asked_declines_or_is_revoked_does_not_count() -> None:
    survey, experts = panel(7)
    sections_assign(experts[0], ["r"], user=make.user())
    decline(experts[1], "a")
    invitation_revoke(experts[2], user=make.user())
    sections_assign(experts[3], ["a"], user=make.user())
    decline(experts[3], "a")
    assert numbers(survey) == {"r": (5, 0, False), "a": (3, 2, True)}
    assert [each.node.code for each in coverage_of(survey).few] == ["a"]


def test_coverage_takes_as_many_queries_for_any_panel() -> None:
    counts = []
    for size in (1, 30):
        survey, experts = panel(size, of=make.edition(label=f"{size}.0"))
        for expert in experts:
            sections_ensure(expert)
        coverage_of(survey)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            coverage_of(survey)
        counts.append(len(queries))
    assert counts == [1, 1]


def test_the_progress_page_warns_where_few_are_asked(coordinator: Client) -> None:
    survey, experts = panel(5)
    page = coordinator.get(reverse("surveys:survey", args=[survey.pk])).content.decode()
    assert "Experts per section" in page
    assert "fewer than 5 experts" not in page
    decline(experts[0], "a")
    page = coordinator.get(reverse("surveys:survey", args=[survey.pk])).content.decode()
    assert "fewer than 5 experts" in page
    assert "1 said: not my field" in page


def test_the_page_ticks_what_is_asked_and_stores_what_is_ticked(coordinator: Client) -> None:
    survey, (expert, *_rest) = panel(1)
    page = coordinator.get(at("expert_sections", expert)).content.decode()
    assert len(re.findall(r'name="nodes" value="[ra]" checked', page)) == 2
    assert "Asked now: 4 questions" in page
    assert not Section.objects.exists()  # a look makes nothing
    answer = coordinator.post(at("expert_sections", expert), {"nodes": ["a"], "reason": "Works on it."}, follow=True)
    assert "Asked of E0 from now on: sections 1, questions 1, minutes about 1." in answer.content.decode()
    assert progress_of(expert).total == 1
    event = AuditEvent.objects.get(action="expert.assigned")
    assert (event.old, event.new, event.reason) == ({"sections": ["r", "a"]}, {"sections": ["a"]}, "Works on it.")
    log = coordinator.get(reverse("surveys:audit_log", args=[survey.pk])).content.decode()
    assert "Sections r · a" in log


@pytest.mark.parametrize(
    ("nodes", "sentence"), [([], "Leave at least one section"), (["zz"], "Select a valid choice"), (["c"], "Select")]
)
def test_what_cannot_be_asked_is_said(coordinator: Client, nodes: list[str], sentence: str) -> None:
    _survey, (expert, *_rest) = panel(1)
    page = coordinator.post(at("expert_sections", expert), {"nodes": nodes}).content.decode()
    assert sentence in page
    assert not Section.objects.filter(assigned=False).exists()


def test_a_closed_survey_stays_as_it_is(coordinator: Client) -> None:
    survey, (expert, *_rest) = panel(1)
    survey_move(survey, "closed", user=make.user())
    assert "Ask these sections" not in coordinator.get(at("expert_sections", expert)).content.decode()
    page = coordinator.post(at("expert_sections", expert), {"nodes": ["a"]}, follow=True).content.decode()
    assert "stays as it is" in page
    assert not AuditEvent.objects.filter(action="expert.assigned").exists()


def test_the_experts_page_tells_what_is_not_their_field(coordinator: Client) -> None:
    _survey, (expert, *_rest) = panel(1)
    make.say(expert, "a1", "a2")
    decline(expert, "a")
    told = sections_told(expert)
    assert (told.questions, [each.node.code for each in told.declined]) == (3, ["a"])
    assert [each.answered for each in told.sections] == [0, 1]
    page = coordinator.get(at("expert", expert)).content.decode()
    assert "said: not my field" in page
    assert "1 of 2 sections, 3 questions" in page


def test_an_edition_without_questions_has_a_page(coordinator: Client) -> None:
    expert = make.expert(make.survey("draft", of=make.edition(frozen=False)))
    assert "No questions yet" in coordinator.get(at("expert_sections", expert)).content.decode()
    assert coordinator.get(at("expert", expert)).status_code == 200
    assert coverage_of(expert.survey).nodes == []
