"""Excel and paper for the coordinator: handed out, brought back, looked at, stored; in the log under their name."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from surveys import sheet
from surveys.models import AuditEvent, Expert, InvitationLink, Job, JudgmentEvent, Submission
from surveys.services.chain import chain_verify
from surveys.services.surveys import member_add, survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


@pytest.fixture
def expert() -> Expert:
    return make.expert(code="E7", name="Prof. Chen")


def url(name: str, expert: Expert) -> str:
    return reverse(f"surveys:{name}", args=[expert.survey_id, expert.code])


def opened(client: Client, expert: Expert) -> Any:
    return load_workbook(io.BytesIO(client.get(url("expert_sheet_download", expert)).content))


def filled(client: Client, expert: Expert, *answers: tuple[Any, Any]) -> bytes:
    book = opened(client, expert)
    page = book.worksheets[1]
    for row, (which, much) in enumerate(answers, start=2):
        page.cell(row, 5).value, page.cell(row, 6).value = which, much
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def upload(client: Client, expert: Expert, content: bytes) -> Any:
    return client.post(url("expert_sheet", expert), {"file": SimpleUploadedFile("f.xlsx", content)})


def confirm(client: Client, expert: Expert, preview: Any, **more: str) -> str:
    found = re.search(r'name="changes" value="([^"]+)"', preview.content.decode())
    assert found
    return client.post(url("expert_sheet", expert), {"changes": found[1], **more}, follow=True).content.decode()


WHOLE = [("Left", 3), ("Left", 5), ("Left", 2), ("Equally important", None)]


def test_a_returned_workbook_is_looked_at_and_stored(coordinator: Client, expert: Expert) -> None:
    preview = upload(coordinator, expert, filled(coordinator, expert, *WHOLE[:2]))
    assert not JudgmentEvent.objects.exists()
    assert (len(preview.context["preview"].new), preview.context["preview"].complete) == (2, False)
    assert "Hand in for this expert" not in preview.content.decode()
    assert "2 answers were stored" in confirm(coordinator, expert, preview)
    events = list(JudgmentEvent.objects.filter(expert=expert))
    assert [(event.source, event.entered_by, event.view) for event in events] == [("import", make.user(), "sheet")] * 2
    entry = AuditEvent.objects.get(action="judgments.imported")
    assert (entry.subject, entry.user, entry.new) == ("E7", make.user(), {"events": {"E7": 2}})
    assert chain_verify(expert) == []


def test_a_complete_one_may_be_handed_in_at_once(coordinator: Client, expert: Expert) -> None:
    preview = upload(coordinator, expert, filled(coordinator, expert, *WHOLE))
    assert "Hand in for this expert" in preview.content.decode()
    confirm(coordinator, expert, preview, hand_in="1")
    submission = Submission.objects.get(expert=expert)
    assert (submission.submitted_by, submission.revision) == (make.user(), 4)
    assert Job.objects.filter(subject=submission.pk).exists()


def test_it_is_not_handed_in_unless_somebody_says_so(coordinator: Client, expert: Expert) -> None:
    confirm(coordinator, expert, upload(coordinator, expert, filled(coordinator, expert, *WHOLE)))
    assert not Submission.objects.exists()


def test_an_incomplete_one_is_stored_and_not_handed_in(coordinator: Client, expert: Expert) -> None:
    preview = upload(coordinator, expert, filled(coordinator, expert, WHOLE[0]))
    text = confirm(coordinator, expert, preview, hand_in="1")
    assert "1 answer was stored" in text
    assert "3 comparisons are not answered yet" in text
    assert not Submission.objects.exists()


def test_the_workbook_of_another_expert_is_refused_and_named(coordinator: Client, expert: Expert) -> None:
    other = make.expert(expert.survey, "E8")
    text = upload(coordinator, expert, filled(coordinator, other, *WHOLE)).content.decode()
    assert "this is the workbook of E8, not of E7" in text
    elsewhere = make.expert(make.survey(), "E7")
    text = upload(coordinator, expert, filled(coordinator, elsewhere, *WHOLE)).content.decode()
    assert "this is the workbook of another survey" in text
    assert not JudgmentEvent.objects.exists()


def test_a_preview_serves_only_the_expert_and_the_account_it_was_made_for(coordinator: Client, expert: Expert) -> None:
    other = make.expert(expert.survey, "E8")
    preview = upload(coordinator, expert, filled(coordinator, expert, *WHOLE))
    assert "The preview has expired" in confirm(coordinator, other, preview)
    colleague = make.user("colleague")
    member_add(expert.survey, member=colleague, role="coordinator", user=make.user())
    client = Client(headers={"accept-language": "en"})
    client.force_login(colleague)
    assert "The preview has expired" in confirm(client, expert, preview)
    assert not JudgmentEvent.objects.exists()


def test_what_the_expert_answers_meanwhile_is_not_overwritten(coordinator: Client, expert: Expert) -> None:
    preview = upload(coordinator, expert, filled(coordinator, expert, ("Left", 3)))
    make.say(expert, "a", "b", "b", 9)
    assert "1 answer had been changed elsewhere meanwhile" in confirm(coordinator, expert, preview)
    assert [event.conflict for event in JudgmentEvent.objects.filter(expert=expert)] == [False, True]


def test_a_closed_survey_stores_nothing(coordinator: Client, expert: Expert) -> None:
    preview = upload(coordinator, expert, filled(coordinator, expert, *WHOLE))
    survey_move(expert.survey, "closed", user=make.user())
    assert "takes no answers now" in confirm(coordinator, expert, preview)
    assert not JudgmentEvent.objects.exists()


def test_handing_out_mints_nothing_and_names_nobody(coordinator: Client, expert: Expert) -> None:
    book = opened(coordinator, expert)
    texts = [str(cell) for page in book.worksheets for row in page.iter_rows(values_only=True) for cell in row if cell]
    assert sheet.stamp(str(expert.survey.key), "E7") in texts
    assert not any("Prof. Chen" in text or "/i/" in text for text in texts)
    assert "Prof. Chen" not in coordinator.get(url("expert_paper", expert)).content.decode()
    assert not InvitationLink.objects.exists()


def test_answers_are_shown_to_others_once_they_were_submitted(coordinator: Client, expert: Expert) -> None:
    make.answer_all(expert, "b", 8)
    assert opened(coordinator, expert).worksheets[1]["E2"].value is None
    assert "q-ticked" not in coordinator.get(url("expert_paper", expert) + "?filled=1").content.decode()
    preview = upload(coordinator, expert, filled(coordinator, expert, ("Left", 3))).content.decode()
    assert "Indicator a is slightly more important than Indicator b (3)" in preview
    assert "(8)" not in preview
    make.submitted(expert, "b", 8)
    assert opened(coordinator, expert).worksheets[1]["E2"].value == "Right"
    assert "q-ticked" in coordinator.get(url("expert_paper", expert) + "?filled=1").content.decode()
    assert "(8)" in upload(coordinator, expert, filled(coordinator, expert, ("Left", 3))).content.decode()


def test_the_experts_page_leads_there(coordinator: Client, expert: Expert) -> None:
    text = coordinator.get(url("expert", expert)).content.decode()
    for name in ("expert_sheet", "expert_sheet_download", "expert_paper"):
        assert url(name, expert) in text


def test_where_nothing_is_asked_yet_there_is_nothing_to_hand_out(coordinator: Client) -> None:
    expert = make.expert(make.survey("draft", of=make.edition(frozen=False)))
    assert url("expert_sheet", expert) not in coordinator.get(url("expert", expert)).content.decode()
    assert coordinator.get(url("expert_sheet_download", expert)).status_code == 404
    assert coordinator.get(url("expert_paper", expert)).status_code == 200


def test_any_code_has_its_pages(coordinator: Client) -> None:
    expert = make.expert(code='E/7 "ä"')
    confirm(coordinator, expert, upload(coordinator, expert, filled(coordinator, expert, *WHOLE)))
    assert JudgmentEvent.objects.filter(expert=expert).count() == 4
