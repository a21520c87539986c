"""The API: what it answers is what its description says, and what it refuses it refuses with a sentence."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

import config.urls  # noqa: F401  what the API takes is declared where its addresses are
from scoring.models import DataSet, ScoringRun
from surveys.api.description import description, operations
from surveys.api.operations import OPERATIONS, Operation
from surveys.models import ApiToken, AuditEvent, Expert, Survey
from surveys.selectors.verification import file_problems
from surveys.services.surveys import member_add
from surveys.services.tokens import token_create, token_revoke
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

HOSTILE: list[Any] = [
    {}, [], 7, None, {"name": 1, "csv": 2}, {"name": {"en": "x"}, "csv": "x", "other": 1}, {"name": "x", "csv": "y"},
    {"name": {"en": "x" * 201}, "csv": score.DATA.decode()},
    {"name": {"en": "x"}, "csv": score.DATA.decode(), "year": "y" * 41},
    {"name": {"en": "x\x00"}, "csv": score.DATA.decode()},
    {"name": {"en": "\ud800"}, "csv": score.DATA.decode()},
    {"name": {"en": "x"}, "csv": "\ud800"},
    {"name": {"en": "x"}, "csv": score.DATA.decode(), "replaces": 10**30},
    {"name": {"en": "x"}, "csv": score.DATA.decode(), "replaces": True},
    {"name": {}, "csv": score.DATA.decode()},
    {"name": {"en": "x"}, "csv": "=1+1"},
]  # fmt: skip


@pytest.fixture
def run() -> ScoringRun:
    return score.run()


def client_of(survey: Survey, role: str = "owner", scope: str = "write") -> Client:
    user = make.user(f"api-{role}")
    member_add(survey, member=user, role=role, user=None)
    return Client(headers={"Authorization": f"Bearer {token_create(user, name='test', scope=scope, days=1)}"})


def declared(name: str, method: str = "GET") -> Operation:
    return next(each for each in OPERATIONS if (each.method, each.name) == (method, name))


def fits(document: Any, operation: Operation) -> None:
    Draft202012Validator(operation.answers).validate(document)


def places(run: ScoringRun) -> dict[str, list[Any]]:
    survey, number = run.survey_id, run.weight_set.number
    return {
        "api_systems": [], "api_surveys": [], "api_edition": [run.survey.edition_id],
        **{key: [survey] for key in ["api_survey", "api_progress", "api_weight_sets", "api_data_sets", "api_runs"]},
        **{key: [survey, number] for key in ["api_weight_set", "api_weight_set_document"]},
        "api_data_set": [survey, run.data_set_id],
        **{key: [survey, run.number] for key in ["api_run", "api_scores", "api_run_document"]},
    }  # fmt: skip


def url(name: str, args: list[Any]) -> str:
    app = "scoring" if "scoring" in declared(name).handler.__module__ else "surveys"
    return reverse(f"{app}:{name}", args=args)


# --- the description ---


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_description_is_valid_openapi(language: str) -> None:
    validate(json.loads(json.dumps(description(language))))


def test_every_answer_is_what_the_description_says(run: ScoringRun) -> None:
    client, where = client_of(run.survey), places(run)
    asked = [each for each in operations() if each.method == "GET"]
    assert {each.name for each in asked} == set(where)
    for each in asked:
        response = client.get(url(each.name, where[each.name]))
        assert response.status_code == each.status, each.name
        assert response.headers["Cache-Control"] == "no-store"
        fits(response.json(), each)


def test_refusals_are_what_the_description_says(run: ScoringRun) -> None:
    problem = Draft202012Validator(description()["components"]["schemas"]["Problem"])
    client, data = client_of(run.survey), url("api_data_sets", [run.survey_id])
    for response in (
        Client().get(data),
        client.get(url("api_runs", [0])),
        client.delete(data),
        client.post(data, {"name": {"en": "x"}, "csv": "unit,a1\nN,?\n"}, content_type="application/json"),
    ):
        assert response.status_code >= 400
        problem.validate(response.json())


def test_the_page_shows_every_operation(client: Client) -> None:
    for language, word in (("en", "A first call"), ("zh-hans", "第一次调用")):
        with translation.override(language):
            page = client.get(reverse("surveys:api"), headers={"Accept-Language": language}).content.decode()
        assert word in page
        assert page.count("q-operation") == len(OPERATIONS)


# --- what it answers ---


def test_a_documents_bytes_verify(run: ScoringRun) -> None:
    response = client_of(run.survey).get(url("api_weight_set_document", [run.survey_id, run.weight_set.number]))
    assert file_problems(response.content) == []


def test_progress_names_experts_by_code_alone() -> None:
    survey = make.survey()
    make.submitted(make.expert(survey, "E1", name="Prof. Chen", email="chen@example.org"))
    make.work_off()
    response = client_of(survey).get(url("api_progress", [survey.pk]))
    assert [(each["code"], each["status"], each["answered"]) for each in response.json()["experts"]] == [
        ("E1", "submitted", 4)
    ]
    assert "Chen" not in response.content.decode()


def test_scores_come_in_pages(run: ScoringRun) -> None:
    client, where = client_of(run.survey), url("api_scores", [run.survey_id, run.number])
    whole = client.get(where).json()
    assert (whole["node"], whole["units"], len(whole["scores"])) == ("r", 4, 4)
    assert [each["rank"] for each in whole["scores"]] == sorted(each["rank"] for each in whole["scores"])
    assert client.get(where, {"offset": 1, "limit": 2}).json()["scores"] == whole["scores"][1:3]
    assert client.get(where, {"node": "a1"}).json()["scores"][-1]["unit"] == "North"
    assert client.get(where, {"node": "zz"}).status_code == 404
    for wrong in ("-1", "x", "1001", "٣", "9" * 30):
        assert client.get(where, {"limit": wrong}).status_code == 400, wrong


def test_what_is_no_locked_set_or_synthetic_says_so(run: ScoringRun) -> None:
    draft = make.weight_set("draft", of=run.weight_set.panel_result)
    client = client_of(run.survey)
    locked = client.get(url("api_weight_set", [run.survey_id, run.weight_set.number])).json()
    unlocked = client.get(url("api_weight_set", [run.survey_id, draft.number])).json()
    assert (locked["stamps"], unlocked["stamps"][1]) == ([], "Draft: not locked")
    body = {"data_set": run.data_set_id, "weight_set": draft.number, "preview": True}
    asked = client.post(url("api_runs", [run.survey_id]), body, content_type="application/json")
    assert asked.status_code == 202
    assert "Draft: not locked" in asked.json()["stamps"]


# --- what comes in ---


def test_data_come_in_once_and_give_a_run(run: ScoringRun) -> None:
    client, where = client_of(run.survey, "analyst"), url("api_data_sets", [run.survey_id])
    body = {"name": {"en": "Sent"}, "csv": score.DATA.decode().replace("9", "8"), "year": "2024", "source": "Yearbook"}
    first = client.post(where, body, content_type="application/json")
    assert first.status_code == 201
    fits(first.json(), declared("api_data_set_new", "POST"))
    assert client.post(where, body, content_type="application/json").json() == first.json()
    assert DataSet.objects.filter(survey=run.survey).count() == 2
    order = {"data_set": first.json()["id"], "weight_set": run.weight_set.number, "weights_used": "exact"}
    asked = client.post(url("api_runs", [run.survey_id]), order, content_type="application/json").json()
    make.work_off()
    done = client.get(url("api_run", [run.survey_id, asked["number"]])).json()
    assert done["job"]["state"] == "done"
    assert done["run"]["content_hash"]
    again = client.post(url("api_runs", [run.survey_id]), order, content_type="application/json").json()
    assert again["number"] == asked["number"]


def test_the_next_version_replaces(run: ScoringRun) -> None:
    client, where = client_of(run.survey), url("api_data_sets", [run.survey_id])
    body = {"name": {"en": "Data"}, "csv": score.DATA.decode().replace("5.5", "6"), "replaces": run.data_set_id}
    stored = client.post(where, body, content_type="application/json").json()
    assert stored["version"] == 2
    assert DataSet.objects.get(pk=run.data_set_id).state == "replaced"


def test_odd_values_are_refused_until_somebody_says_why_they_are_right(run: ScoringRun) -> None:
    client, where = client_of(run.survey), url("api_data_sets", [run.survey_id])
    rows = "".join(f"u{n},{n},{10 + n},{n % 3 + 1},5.{n}\n" for n in range(1, 7)) + "u7,70000,3,2,6\n"
    body = {"name": {"en": "Odd"}, "csv": f"unit,a1,a2,b,c\n{rows}"}
    refused = client.post(where, body, content_type="application/json", headers={"Accept-Language": "en"})
    assert refused.status_code in (409, 422) and "u7" in refused.json()["detail"]
    stored = client.post(where, {**body, "confirm": "Counted twice."}, content_type="application/json")
    assert stored.status_code == 201
    assert DataSet.objects.get(pk=stored.json()["id"]).findings[0]["confirmed"] == "Counted twice."


def test_every_fault_of_a_table_comes_at_once(run: ScoringRun) -> None:
    client, where = client_of(run.survey), url("api_data_sets", [run.survey_id])
    body = {"name": {"en": "Bad"}, "csv": "unit,a1,a2,b,c\nN,x,1,1,1\nS,1,?,1,2\nS,2,2,2,3\n"}
    response = client.post(where, body, content_type="application/json", headers={"Accept-Language": "en"})
    assert response.status_code == 422
    assert len(response.json()["problems"]) >= 3
    assert DataSet.objects.filter(survey=run.survey).count() == 1


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_body_is_refused_with_a_sentence(body: Any, run: ScoringRun) -> None:
    client, where = client_of(run.survey), url("api_data_sets", [run.survey_id])
    response = client.post(where, json.dumps(body), content_type="application/json")
    assert response.status_code == 422
    assert response.json()["detail"]
    assert DataSet.objects.filter(survey=run.survey).count() == 1


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"name": NaN}', b"[" * 100_000, b'{"a": 1e999}'])
def test_what_is_no_json_is_refused(raw: bytes, run: ScoringRun) -> None:
    response = client_of(run.survey).post(url("api_data_sets", [run.survey_id]), raw, content_type="application/json")
    assert response.status_code in (400, 422)


def test_a_body_that_is_too_large_is_refused(run: ScoringRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveys.api.operations.LARGEST_BODY", 100)
    body = {"name": {"en": "x"}, "csv": score.DATA.decode()}
    response = client_of(run.survey).post(url("api_data_sets", [run.survey_id]), body, content_type="application/json")
    assert response.status_code == 413


# --- tokens ---


def test_a_token_is_shown_once_and_stored_as_a_hash(client: Client) -> None:
    client.force_login(make.user())
    page = client.post(reverse("surveys:tokens"), {"name": "Report", "scope": "read", "days": "30"}).content.decode()
    text = "qh_" + page.split("qh_")[1].split("<")[0]
    token = ApiToken.objects.get()
    assert text not in str(ApiToken.objects.values())
    assert text not in str(list(AuditEvent.objects.values()))
    assert text not in client.get(reverse("surveys:tokens")).content.decode()
    assert Client(headers={"Authorization": f"Bearer {text}"}).get(reverse("surveys:api_surveys")).status_code == 200
    token.refresh_from_db()
    assert token.last_used_at


def test_a_token_that_is_revoked_expired_or_of_a_closed_account_opens_nothing() -> None:
    survey = make.survey()
    client, where = client_of(survey), reverse("surveys:api_surveys")
    token = ApiToken.objects.select_related("user").get()
    for end, begin in (
        (lambda: ApiToken.objects.update(expires_at=timezone.now()), token.save),
        (lambda: type(token.user).objects.update(is_active=False), token.user.save),
        (lambda: token_revoke(token, user=token.user), token.refresh_from_db),
    ):
        assert client.get(where).status_code == 200
        end()
        assert client.get(where).status_code == 401
        begin()


def test_nobody_revokes_the_token_of_another(client: Client) -> None:
    client_of(make.survey())
    client.force_login(make.user("somebody else"))
    token = ApiToken.objects.get()
    client.post(reverse("surveys:token_revoke", args=[token.pk]))
    assert ApiToken.objects.filter(revoked_at=None).exists()


def test_an_account_has_so_many_tokens_and_no_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveys.services.tokens.MOST", 1)
    client.force_login(make.user())
    form = {"name": "Report", "scope": "read", "days": "30"}
    assert client.post(reverse("surveys:tokens"), form).status_code == 200
    assert client.post(reverse("surveys:tokens"), form).status_code == 422
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert client.post(reverse("surveys:tokens"), form).status_code == 200


def test_reading_does_not_write_at_every_call(django_assert_num_queries: Any) -> None:
    client, where = client_of(make.survey()), reverse("surveys:api_surveys")
    client.get(where)
    with django_assert_num_queries(2):
        client.get(where)
    assert Expert.objects.count() == 0
