"""The audit log: looks, files and refusals in it, filters, and files that compute nothing."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from surveys.acts import told
from surveys.models import AuditEvent, Survey
from surveys.services.audit import audit
from surveys.services.looks import QUIET, read_note
from surveys.services.surveys import member_add
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def log(client: Client, survey: Survey, **asked: str) -> list[str]:
    page = client.get(reverse("surveys:audit_log", args=[survey.pk]), asked).context["page"]
    return [f"{event.action} {event.subject}" for event in page]


def looks(survey: Survey, action: str) -> list[str]:
    return list(survey.audit_events.filter(action=action).values_list("subject", flat=True))


def test_looking_at_answers_is_noted_once_an_hour(coordinator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = make.survey()
    for code in ("E1", "E2"):
        make.submitted(make.expert(survey, code))
    make.expert(survey, "E3")
    for node in ("r", "a"):
        for code in ("E1", "E2", "E3"):
            coordinator.get(reverse("surveys:matrix", args=[survey.pk, code, node]))
    assert sorted(looks(survey, "answers.read")) == ["E1", "E2"]
    later = timezone.now() + QUIET + timedelta(minutes=1)
    monkeypatch.setattr("surveys.services.looks.timezone.now", lambda: later)
    read_note(survey.experts.get(code="E1"), user=make.user())
    assert sorted(looks(survey, "answers.read")) == ["E1", "E1", "E2"]


def test_a_workbook_with_answers_is_a_look_and_an_empty_one_is_not(coordinator: Client) -> None:
    survey = make.survey()
    make.submitted(make.expert(survey, "E1"))
    make.expert(survey, "E2")
    for code in ("E1", "E2"):
        coordinator.get(reverse("surveys:expert_sheet_download", args=[survey.pk, code]))
    assert looks(survey, "answers.read") == ["E1"]


def test_files_taken_along_and_doors_that_stayed_shut_are_noted(coordinator: Client) -> None:
    survey = make.survey()
    viewer = make.user("viewer")
    member_add(survey, member=viewer, role="viewer", user=None)
    coordinator.get(reverse("surveys:progress_export", args=[survey.pk]))
    assert looks(survey, "file.exported") == [f"experts-{survey.pk}.xlsx"]
    shut = Client()
    shut.force_login(viewer)
    for _ in range(2):
        assert shut.get(reverse("surveys:members", args=[survey.pk])).status_code == 403
    assert looks(survey, "access.refused") == ["surveys:members"]
    stranger = Client()
    stranger.force_login(make.user("stranger"))
    assert stranger.get(reverse("surveys:members", args=[survey.pk])).status_code == 404
    assert len(looks(survey, "access.refused")) == 1


def test_a_failed_sign_in_stands_in_the_log_of_the_surveys_of_its_account(coordinator: Client) -> None:
    mine, theirs = make.survey(), make.survey()
    theirs.memberships.all().delete()
    member_add(theirs, member=make.user("other"), role="owner", user=None)
    for name in ("coordinator", "coordinator", "other", "nobody"):
        Client().post(reverse("login"), {"username": name, "password": "guess"})
    assert AuditEvent.objects.filter(action="sign_in.failed").count() == 2  # "nobody" may be a password, misplaced
    assert [line for line in log(coordinator, mine) if "sign_in" in line] == ["sign_in.failed coordinator"]
    assert "guess" not in str(list(AuditEvent.objects.values()))


def test_entries_are_chosen_by_act_account_subject_and_day(coordinator: Client) -> None:
    survey = make.survey()
    make.expert(survey, "E1")
    audit("answers.submitted", "E1", user=None, survey=survey)
    assert log(coordinator, survey, act="expert.added") == ["expert.added E1"]
    assert log(coordinator, survey, who="none") == ["answers.submitted E1"]
    assert "answers.submitted E1" not in log(coordinator, survey, who=str(make.user().pk))
    assert log(coordinator, survey, subject="e1", act="expert.added") == ["expert.added E1"]
    today = timezone.localdate()
    assert len(log(coordinator, survey, since=str(today), until=str(today))) == survey.audit_events.count()
    assert log(coordinator, survey, since=str(today + timedelta(days=1))) == []
    assert log(coordinator, survey, until=str(today - timedelta(days=1))) == []
    assert len(log(coordinator, survey, act="nonsense", since="never", who="x")) == survey.audit_events.count()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_of_the_log_computes_nothing(coordinator: Client, kind: str) -> None:
    survey = make.survey()
    audit("expert.weighted", "=1+1", user=make.user(), survey=survey, new={"weight": "2"}, reason="@SUM(A1)\t陈")
    at = reverse("surveys:audit_log_export", args=[survey.pk, kind])
    content = coordinator.get(at, {"act": "expert.weighted"}).content
    if kind == "csv":
        line = content.decode("utf-8-sig").splitlines()[1]
        assert "'=1+1" in line
        assert "'@SUM(A1)" in line
        assert "Weight 2" in line
    else:
        sheet = load_workbook(io.BytesIO(content)).active
        assert sheet.max_row == 2
        assert [cell.value for cell in sheet[2]][4] == "=1+1"
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert coordinator.get(at.replace(kind, "pdf")).status_code == 404


def test_what_the_log_keeps_is_told_in_words() -> None:
    assert told({"anonymity": "pseudonyms"}) == "Anonymity Codes beside answers, names only to invite"
    assert told({"pilot": "leave_out", "languages": ["en"]}) == (
        "Answers of the pilot recorded, not counted, Languages of the form en"
    )
