"""The grid and its matrices, the panel's result, and a weight set from draft to seal."""

import pytest
from django.test import Client
from django.urls import reverse

from surveys.models import Job, Membership, PanelResult, Survey, WeightSet
from surveys.selectors.consistency import ratio_text
from surveys.services.surveys import member_add, survey_move
from tests.surveys import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]


def signed_in(name: str = "coordinator") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.user(name))
    return client


@pytest.fixture
def coordinator() -> Client:
    return signed_in()


@pytest.fixture
def survey() -> Survey:
    return factories.survey()


def address(name: str, *args: object) -> str:
    return reverse(f"surveys:{name}", args=args)


def text(client: Client, name: str, *args: object) -> str:
    return client.get(address(name, *args)).content.decode()


# --- consistency ---


def test_the_grid_is_empty_until_somebody_submits(coordinator: Client, survey: Survey) -> None:
    factories.answer_all(factories.expert(survey))
    assert "Nobody has submitted yet" in text(coordinator, "consistency", survey.pk)


def test_the_grid_shows_sign_and_number_and_the_panel(coordinator: Client, survey: Survey) -> None:
    factories.panel_result(survey)
    factories.expert(survey, "E9")
    answer = coordinator.get(address("consistency", survey.pk), {"order": "worst"})
    rows = {row.expert.code: [cell.ratio for cell in row.cells] for row in answer.context["grid"].rows}
    assert rows["E9"] == [None, None]
    assert rows["E1"][0].startswith("0.1")
    assert rows["E1"][1] == ""
    assert [row.expert.code for row in answer.context["grid"].rows] == ["E2", "E1", "E9"]
    page = answer.content.decode()
    assert "q-cr-check" in page
    assert address("matrix", survey.pk, "panel", "r") in page


def test_the_matrix_of_an_expert_shows_what_was_said(coordinator: Client, survey: Survey) -> None:
    factories.submitted(factories.expert(survey), "b", 5)
    factories.work_off()
    answer = coordinator.get(address("matrix", survey.pk, "E1", "r"))
    assert [[cell.text for cell in row.cells] for row in answer.context["page"].rows] == [
        ["1", "1/5", "1/5"],
        ["5", "1", "1/5"],
        ["5", "5", "1"],
    ]
    assert "Simulated, n = 3" in answer.content.decode()
    assert "0.5245" in answer.content.decode()


def test_a_matrix_of_two_needs_no_check(coordinator: Client, survey: Survey) -> None:
    factories.submitted(factories.expert(survey))
    factories.work_off()
    assert "no consistency check is needed" in text(coordinator, "matrix", survey.pk, "E1", "a")


def test_the_matrix_shows_the_submission_and_not_what_came_after(coordinator: Client, survey: Survey) -> None:
    expert = factories.expert(survey)
    factories.submitted(expert)
    factories.say(expert, "a", "b", "b", 9)
    factories.work_off()
    page = coordinator.get(address("matrix", survey.pk, "E1", "r")).context["page"]
    assert page.rows[0].cells[1].text == "3"


def test_answers_stay_hidden_until_they_are_submitted(coordinator: Client, survey: Survey) -> None:
    factories.answer_all(factories.expert(survey), "b", 7)
    page = text(coordinator, "matrix", survey.pk, "E1", "r")
    assert "Not submitted yet" in page
    assert "1/7" not in page


@pytest.mark.parametrize(("code", "node"), [("E1", "c"), ("E1", "nothing"), ("nobody", "r")])
def test_a_matrix_that_is_not_there_is_not_found(coordinator: Client, survey: Survey, code: str, node: str) -> None:
    factories.submitted(factories.expert(survey))
    assert coordinator.get(address("matrix", survey.pk, code, node)).status_code == 404


def test_the_matrix_of_the_panel(coordinator: Client, survey: Survey) -> None:
    assert "not computed yet" in text(coordinator, "matrix", survey.pk, "panel", "r")
    factories.panel_result(survey)
    page = coordinator.get(address("matrix", survey.pk, "panel", "r")).context["page"]
    assert page.rows[0].cells[1].text == "3.464"  # √(3 · 4)


def test_a_ratio_is_written_as_people_write_it() -> None:
    assert [ratio_text(value) for value in (9, 1 / 9, 1, 2.5)] == ["9", "1/9", "1", "2.500"]


# --- the panel's result ---


def test_nobody_submitted_nothing_to_compute(coordinator: Client, survey: Survey) -> None:
    assert "Nobody has submitted yet" in text(coordinator, "panel", survey.pk)
    refused = coordinator.post(address("panel_compute", survey.pk), follow=True)
    assert "Nobody on the panel has submitted yet" in refused.content.decode()


def test_the_result_waits_and_then_is_there(coordinator: Client, survey: Survey) -> None:
    factories.submitted(factories.expert(survey))
    factories.expert(survey, "E2")
    factories.work_off()
    coordinator.post(address("panel_compute", survey.pk))
    waiting = text(coordinator, "panel", survey.pk)
    job = Job.objects.get(kind="panel")
    assert f'data-poll="{address("job_status", job.pk)}"' in waiting
    assert "poll.js" in waiting
    assert "http-equiv" in waiting
    factories.work_off()
    page = text(coordinator, "panel", survey.pk)
    assert "1 of 2 experts count" in page
    assert "data-poll" not in page


def test_a_submission_that_came_later_is_said(coordinator: Client, survey: Survey) -> None:
    factories.panel_result(survey)
    assert "Compute the panel" not in text(coordinator, "panel", survey.pk)
    factories.submitted(factories.expert(survey, "E9"))
    page = text(coordinator, "panel", survey.pk)
    assert "One submission is not in this result" in page
    assert "Compute the panel" in page


def test_a_failed_computation_is_shown_and_started_again_by_one_click(coordinator: Client, survey: Survey) -> None:
    factories.panel_result(survey)
    job = Job.objects.get(kind="panel")
    Job.objects.update(state="failed", error="An unexpected error stopped the computation.")
    page = text(coordinator, "panel", survey.pk)
    assert "The computation failed" in page
    back = address("panel", survey.pk)
    assert coordinator.post(address("job_retry", job.pk), {"next": back}).headers["Location"] == back
    job.refresh_from_db()
    assert job.state == "waiting"


def test_a_retry_leads_to_no_other_host(coordinator: Client, survey: Survey) -> None:
    factories.panel_result(survey)
    job = Job.objects.get(kind="panel")
    answer = coordinator.post(address("job_retry", job.pk), {"next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == address("survey", survey.pk)


def test_the_status_of_a_job_stops_asking_when_it_is_done(coordinator: Client, survey: Survey) -> None:
    factories.submitted(factories.expert(survey))
    job = Job.objects.get(kind="submission")
    assert "data-poll" in text(coordinator, "job_status", job.pk)
    factories.work_off()
    assert "data-poll" not in text(coordinator, "job_status", job.pk)


def test_a_job_of_no_survey_is_not_found(coordinator: Client) -> None:
    from surveys.services.jobs import job_ensure

    assert coordinator.get(address("job_status", job_ensure("unheard", 1).pk)).status_code == 404


# --- weight sets ---


def drafted(client: Client, survey: Survey, decimals: str = "2") -> WeightSet:
    client.post(address("weight_set_new", survey.pk), {"decimals": decimals})
    return WeightSet.objects.get(survey=survey)


def test_without_a_result_there_is_nothing_to_draft(coordinator: Client, survey: Survey) -> None:
    assert "No panel result yet" in text(coordinator, "weight_set_new", survey.pk)
    coordinator.post(address("weight_set_new", survey.pk), {"decimals": ""})
    assert not WeightSet.objects.exists()


def test_a_draft_shows_local_global_adopted_and_both_methods(coordinator: Client, survey: Survey) -> None:
    factories.panel_result(survey)
    made = drafted(coordinator, survey)
    assert made.adopted_decimals == 2
    page = text(coordinator, "weight_set", survey.pk, made.number)
    assert "100.00 %" in page
    assert "2 of 2 experts" in page
    assert made.content_hash in page
    assert "close the survey first" in page


def test_a_draft_comes_from_the_result_that_was_seen(coordinator: Client, survey: Survey) -> None:
    first = factories.panel_result(survey)
    factories.panel_result(survey, experts=1)
    coordinator.post(address("weight_set_new", survey.pk), {"result": first.number, "decimals": ""})
    assert WeightSet.objects.get().panel_result == first
    answer = coordinator.post(address("weight_set_new", survey.pk), {"result": 99, "decimals": ""})
    assert "There is no such panel result" in answer.content.decode()
    assert PanelResult.objects.count() == 2


def test_two_people_from_draft_to_seal(coordinator: Client, survey: Survey) -> None:
    factories.panel_result(survey)
    made = drafted(coordinator, survey, "")
    member_add(survey, member=factories.user("approver"), role=Membership.Role.APPROVER, user=None)
    approver = signed_in("approver")
    survey_move(survey, "closed", user=factories.user())
    where = (survey.pk, made.number)
    coordinator.post(address("weight_set_adopt", *where), {"adopt-decimals": "1"})
    made.refresh_from_db()
    assert made.adopted_decimals == 1
    coordinator.post(address("weight_set_propose", *where), {"propose-reason": "computed"})
    assert "Waiting for the approver" in text(coordinator, "weight_set", *where)
    page = approver.get(address("weight_set", *where))
    seen = page.context["approve_form"].initial["seen_hash"]
    unread = approver.post(address("weight_set_approve", *where), {"approve-reason": "yes"}, follow=True)
    assert "not the ones stored now" in unread.content.decode()
    empty = approver.post(address("weight_set_approve", *where), {"approve-seen_hash": seen}, follow=True)
    assert "Say in a sentence why" in empty.content.decode()
    approver.post(address("weight_set_approve", *where), {"approve-seen_hash": seen, "approve-reason": "checked"})
    assert "Next: lock it" in text(coordinator, "weight_set", *where)
    coordinator.post(address("weight_set_lock", *where))
    made.refresh_from_db()
    assert (made.state, made.proposal, made.approval) == ("locked", "computed", "checked")
    assert made.seal_hash in text(coordinator, "weight_set", *where)
    assert "W1" in text(coordinator, "weight_sets", survey.pk)


def test_whoever_proposed_cannot_approve(coordinator: Client) -> None:
    made = factories.weight_set("proposed")
    assert made.survey
    member_add(made.survey, member=factories.user(), role=Membership.Role.APPROVER, user=None)
    data = {"approve-reason": "mine", "approve-seen_hash": made.content_hash}
    answer = coordinator.post(address("weight_set_approve", made.survey.pk, made.number), data, follow=True)
    assert "cannot approve it" in answer.content.decode()
    assert "Approve these weights" not in answer.content.decode()


def test_an_approver_sends_back_with_a_reason() -> None:
    made = factories.weight_set("proposed")
    assert made.survey
    member_add(made.survey, member=factories.user("approver"), role=Membership.Role.APPROVER, user=None)
    approver, where = signed_in("approver"), (made.survey.pk, made.number)
    approver.post(address("weight_set_send_back", *where), {"return-reason": ""})
    made.refresh_from_db()
    assert made.state == "proposed"
    approver.post(address("weight_set_send_back", *where), {"return-reason": "too few experts"})
    made.refresh_from_db()
    assert made.state == "draft"


def test_a_reason_that_is_too_long_is_refused() -> None:
    made = factories.weight_set()
    assert made.survey
    where = (made.survey.pk, made.number)
    data = {"propose-reason": "x" * 2001}
    answer = signed_in().post(address("weight_set_propose", *where), data, follow=True)
    assert "keep it below 2000 characters" in answer.content.decode()


def test_a_locked_set_stays_as_it_is(coordinator: Client) -> None:
    made = factories.weight_set("locked", decimals=1)
    assert made.survey
    where = (made.survey.pk, made.number)
    answer = coordinator.post(address("weight_set_adopt", *where), {"adopt-decimals": "3"}, follow=True)
    assert "Only a draft" in answer.content.decode()
    for name in ("weight_set_propose", "weight_set_lock"):
        coordinator.post(address(name, *where))
    again = WeightSet.objects.get(pk=made.pk)
    assert (again.state, again.document, again.seal) == (made.state, made.document, made.seal)


@pytest.mark.parametrize("name", ["weight_set", "weight_set_export"])
def test_a_set_that_is_not_there_is_not_found(coordinator: Client, survey: Survey, name: str) -> None:
    more = ["csv"] if name == "weight_set_export" else []
    assert coordinator.get(address(name, survey.pk, 7, *more)).status_code == 404
