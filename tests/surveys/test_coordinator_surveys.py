"""The list, a new survey, the dashboard, stages, members, the log."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from surveys.models import AuditEvent, JudgmentEvent, Membership, Survey
from surveys.selectors.progress import panel_progress
from surveys.services.panel import invitation_revoke
from surveys.services.submissions import submission_create
from tests.surveys import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.user())
    return client


def address(name: str, *args: object) -> str:
    return reverse(f"surveys:{name}", args=args)


def new_survey(**changes: Any) -> dict[str, Any]:
    edition = factories.edition()
    return {
        "edition": edition.pk,
        "title_zh_hans": "权重咨询",
        "title_en": "",
        "closes_at": "2099-01-02T17:30",
        "method": "eigenvector",
        "random_index": "simulated",
        "aggregation": "aij",
        "gate": "soft",
        **factories.QUESTIONS,
        **changes,
    }


def test_an_empty_list_says_what_to_do(coordinator: Client) -> None:
    assert b"No survey yet" in coordinator.get(address("survey_list")).content


def test_the_list_shows_how_far_each_survey_is(coordinator: Client) -> None:
    survey = factories.survey()
    factories.submitted(factories.expert(survey))
    factories.expert(survey, "E2")
    assert b"1/2" in coordinator.get(address("survey_list")).content


def test_a_new_survey_is_a_draft_of_its_maker(coordinator: Client) -> None:
    answer = coordinator.post(address("survey_new"), new_survey())
    made = Survey.objects.get()
    assert answer.headers["Location"] == address("survey", made.pk)
    assert (made.state, made.title) == ("draft", {"zh-hans": "权重咨询"})
    assert set(made.memberships.values_list("role", flat=True)) == {"owner", "coordinator"}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title_zh_hans": ""}, "Give the survey a title"),
        ({"closes_at": "2020-01-01T00:00"}, "The deadline lies in the past"),
        ({"edition": 0}, "Select a valid choice"),
        ({"method": "guess"}, "Select a valid choice"),
    ],
)
def test_a_wrong_new_survey_is_said_and_not_made(coordinator: Client, changes: dict[str, Any], sentence: str) -> None:
    answer = coordinator.post(address("survey_new"), new_survey(**changes))
    assert sentence in answer.content.decode()
    assert not Survey.objects.exists()


def test_a_table_without_a_value_for_the_largest_matrix_is_refused(coordinator: Client) -> None:
    wide = factories.edition({"r": [f"c{number}" for number in range(17)]}, label="wide")
    answer = coordinator.post(address("survey_new"), new_survey(edition=wide.pk, random_index="saaty1980"))
    assert "no value for the 17 items" in answer.content.decode()


def test_an_edition_of_others_cannot_be_asked_about(coordinator: Client) -> None:
    hidden = factories.edition()
    hidden.system.__class__.objects.update(created_by=factories.user("somebody"))
    answer = coordinator.post(address("survey_new"), {**new_survey(), "edition": hidden.pk})
    assert not Survey.objects.filter(edition=hidden).exists()
    assert answer.status_code == 200


def test_the_dashboard_says_who_is_where(coordinator: Client) -> None:
    survey = factories.survey()
    factories.submitted(factories.expert(survey, "E1"))
    factories.say(factories.expert(survey, "E2"), "a", "b")
    factories.expert(survey, "E3")
    invitation_revoke(factories.expert(survey, "E4"), user=factories.user())
    factories.work_off()
    shown = {row.expert.code: (row.status, row.answered) for row in panel_progress(survey).rows()}
    assert shown == {"E1": ("submitted", 4), "E2": ("in_progress", 1), "E3": ("not_opened", 0), "E4": ("revoked", 0)}
    page = coordinator.get(address("survey", survey.pk)).content.decode()
    assert "In progress" in page
    assert "1/4" in page


def test_the_dashboard_counts_matrices_that_fail(coordinator: Client) -> None:
    survey = factories.survey()
    expert = factories.expert(survey)
    for a, b, more in [("a", "b", "a"), ("b", "c", "a"), ("a", "c", "b"), ("a1", "a2", "a")]:
        factories.say(expert, a, b, more, 5)
    submission_create(expert)
    factories.work_off()
    row = panel_progress(survey).rows()[0]
    assert (row.failing, row.tested) == (1, 1)
    assert "1 matrix" in coordinator.get(address("survey", survey.pk)).content.decode()


def test_an_answer_after_the_submission_shows_as_changed() -> None:
    expert = factories.expert()
    factories.submitted(expert)
    factories.say(expert, "a", "b", "b", 7)
    assert panel_progress(expert.survey).rows()[0].status == "changed"


@pytest.mark.parametrize("experts", [5, 50])
def test_the_dashboard_takes_as_many_queries_for_any_panel(
    coordinator: Client, django_assert_max_num_queries: DjangoAssertNumQueries, experts: int
) -> None:
    survey = factories.survey()
    for number in range(experts):
        expert = factories.expert(survey, f"E{number}", name=f"专家 {number}")
        if number % 5:
            factories.submitted(expert)
    factories.work_off()
    with django_assert_max_num_queries(20) as asked:
        assert coordinator.get(address("survey", survey.pk)).status_code == 200
    assert len(asked) == 18


def test_moving_a_survey_and_a_move_that_cannot_be(coordinator: Client) -> None:
    survey = factories.survey("draft")
    coordinator.post(address("survey_move", survey.pk), {"to": "open", "reason": "go"})
    survey.refresh_from_db()
    assert survey.state == "open"
    assert AuditEvent.objects.get(action="survey.moved").reason == "go"
    answer = coordinator.post(address("survey_move", survey.pk), {"to": "archived"}, follow=True)
    assert "cannot become Archived" in answer.content.decode()


def test_a_survey_on_a_draft_edition_does_not_open(coordinator: Client) -> None:
    survey = factories.survey("draft", of=factories.edition(frozen=False))
    answer = coordinator.post(address("survey_move", survey.pk), {"to": "open"}, follow=True)
    assert "freeze the edition" in answer.content.decode()


def test_members_get_roles_by_their_user_name(coordinator: Client) -> None:
    survey = factories.survey()
    factories.user("approver")
    coordinator.post(address("members", survey.pk), {"username": "approver", "role": "approver"})
    assert Membership.objects.filter(survey=survey, user__username="approver", role="approver").exists()
    answer = coordinator.post(address("members", survey.pk), {"username": "nobody", "role": "approver"})
    assert "There is no account “nobody”" in answer.content.decode()


def test_the_log_shows_what_was_done_in_pages(coordinator: Client) -> None:
    survey = factories.survey()
    for number in range(51):
        factories.expert(survey, f"E{number}")
    first, second = (coordinator.get(address("audit_log", survey.pk), {"page": page}) for page in (1, 2))
    assert b"E50" in first.content
    assert b"Survey made" in second.content


def test_reading_writes_nothing(coordinator: Client) -> None:
    survey = factories.survey()
    before = (AuditEvent.objects.count(), JudgmentEvent.objects.count())
    for name in ("survey", "audit_log", "members", "panel", "consistency", "weight_sets", "weight_set_new"):
        coordinator.get(address(name, survey.pk))
    assert (AuditEvent.objects.count(), JudgmentEvent.objects.count()) == before


def test_a_synthetic_survey_says_so(coordinator: Client) -> None:
    survey = factories.survey(synthetic=True, key=uuid.uuid4())
    assert b"Synthetic demo data" in coordinator.get(address("survey", survey.pk)).content
