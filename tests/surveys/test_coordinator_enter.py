"""On behalf: how the answers came, a scan that nobody opens by accident, rows keyed in, handing in."""

import hashlib
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surveys.errors import Refused
from surveys.files.scans import LARGEST_SCAN, read_scan
from surveys.models import AuditEvent, DraftAnswer, Expert, Job, Judgment, JudgmentEvent, Submission, Transcript
from surveys.services.chain import chain_verify
from surveys.services.judgments import Answer, ClosedSurvey
from surveys.services.late import late_keep
from surveys.services.sections import sections_assign
from surveys.services.surveys import survey_move
from surveys.services.transcripts import transcript_create, transcript_draft, transcript_record
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]

PDF, PNG, JPEG = b"%PDF-1.7\n%\xe2\xe3", b"\x89PNG\r\n\x1a\n0000", b"\xff\xd8\xff\xe0\x00\x10JFIF"


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def at(name: str, expert: Expert, *rest: object) -> str:
    return reverse(f"surveys:{name}", args=[expert.survey_id, expert.code, *rest])


def paper(expert: Expert, **details: Any) -> Transcript:
    details = {"way": "paper", "received_on": timezone.localdate(), "user": make.user(), **details}
    return transcript_create(expert, **details)


def sent(expert: Expert, counts: str = "now", base: str = "", **values: str) -> dict[str, str]:
    """Values by the codes of the items: a_b="a3"."""
    pairs = {f"p{make.pair(expert.survey, *codes.split('_')).pk}": value for codes, value in values.items()}
    return {"counts": counts, "base": base, **pairs}


def base_of(page: str) -> str:
    found = re.search(r'name="base" value="([^"]*)"', page)
    assert found
    return found[1]


def upload(content: bytes, name: str = "form.pdf", kind: str = "application/pdf") -> dict[str, Any]:
    today = timezone.localdate().isoformat()
    return {"way": "mail", "received_on": today, "file": SimpleUploadedFile(name, content, kind)}


# --- files ---


@pytest.mark.parametrize(("content", "kind", "ending"), [
    (PDF, "application/pdf", ".pdf"), (PNG, "image/png", ".png"), (JPEG, "image/jpeg", ".jpg"),
])  # fmt: skip
def test_a_scan_is_known_by_its_bytes(content: bytes, kind: str, ending: str) -> None:
    scan = read_scan(content, "page 1.exe")
    assert (scan.name, scan.type, scan.hash) == (f"page 1{ending}", kind, hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<html><script>", b"GIF89a", b" %PDF-1.7", b"\xff\xd8"])
def test_what_is_no_scan_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="neither a PDF"):
        read_scan(content, "form.pdf")


def test_a_scan_has_at_most_five_megabytes() -> None:
    assert len(read_scan(PDF.ljust(LARGEST_SCAN, b"0"), "a.pdf").content) == LARGEST_SCAN
    with pytest.raises(Refused, match="more than 5 MB"):
        read_scan(PDF.ljust(LARGEST_SCAN + 1, b"0"), "a.pdf")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\form.pdf", "form.pdf"),
        ('a"; filename="x.html', "a; filename=x.pdf"),
        ("line\r\nSet-Cookie: a=b.pdf", "lineSet-Cookie a=b.pdf"),
        ("专家打分表.pdf", "专家打分表.pdf"),
        ("\u202egnp.exe", "gnp.pdf"),
        ("...", "scan.pdf"),
        ("", "scan.pdf"),
        ("x" * 500 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_hostile_names_become_plain_ones(name: str, kept: str) -> None:
    assert read_scan(PDF, name).name == kept


def test_a_scan_is_stored_and_only_downloaded(coordinator: Client) -> None:
    expert = make.expert()
    answer = coordinator.post(at("enter", expert), upload(PDF, "专家 表.pdf", "text/html"))
    transcript = Transcript.objects.get()
    assert answer.headers["Location"] == at("enter_transcript", expert, transcript.pk)
    assert transcript.file_hash == hashlib.sha256(PDF).hexdigest()
    got = coordinator.get(at("enter_scan", expert, transcript.pk))
    assert got.content == PDF
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert "no-store" in got.headers["Cache-Control"]
    event = AuditEvent.objects.get(action="transcript.entered")
    assert event.new["scan"] == transcript.file_hash


def test_without_a_scan_there_is_nothing_to_fetch(coordinator: Client) -> None:
    transcript = paper(make.expert())
    assert coordinator.get(at("enter_scan", transcript.expert, transcript.pk)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (upload(b"<html>"), "neither a PDF nor"),
        (upload(PDF.ljust(LARGEST_SCAN + 1, b"0")), "more than 5 MB"),
        (upload(b""), "The file is empty"),
        ({"way": "paper", "received_on": "2999-01-01"}, "lies ahead"),
        ({"way": "smoke", "received_on": "2026-01-01"}, "Select a valid choice"),
        ({"way": "paper"}, "required"),
    ],
    ids=range(6),
)
def test_what_cannot_be_is_said_and_nothing_is_stored(
    coordinator: Client, changes: dict[str, Any], sentence: str
) -> None:
    assert sentence in coordinator.post(at("enter", make.expert()), changes).content.decode()
    assert not Transcript.objects.exists()


def test_the_service_refuses_as_well() -> None:
    expert = make.expert()
    with pytest.raises(Refused, match="lies ahead"):
        paper(expert, received_on=timezone.localdate() + timedelta(days=1))
    survey_move(expert.survey, "closed", user=make.user())
    with pytest.raises(ClosedSurvey):
        paper(Expert.objects.get(pk=expert.pk))


# --- rows ---


def test_rows_stand_in_the_order_of_the_tree(coordinator: Client) -> None:
    expert = make.expert(make.survey(question_order="balanced"))
    page = coordinator.get(at("enter_section", expert, paper(expert).pk, "r")).content.decode()
    fields = re.findall(r'<fieldset class="q-scale" id="p(\d+)"', page)
    assert fields == [str(make.pair(expert.survey, a, b).pk) for a, b in (("a", "b"), ("a", "c"), ("b", "c"))]
    assert len(re.findall(r'<input type="radio" name="p\d+"', page)) == 3 * 18
    assert not Judgment.objects.exists()


def test_answers_count_at_once_and_say_who_keyed_them(coordinator: Client) -> None:
    expert = make.expert()
    transcript = paper(expert)
    place = at("enter_section", expert, transcript.pk, "r")
    answer = coordinator.post(place, sent(expert, a_b="a5", a_c="equal", b_c=""))
    assert answer.headers["Location"] == at("enter_section", expert, transcript.pk, "a")
    events = JudgmentEvent.objects.order_by("revision")
    assert [(event.more_important, event.strength) for event in events] == [("a", 5), ("equal", 1)]
    assert {(event.source, event.entered_by, event.view, event.transcript) for event in events} == {
        ("on_behalf", make.user(), "paper", transcript)
    }
    assert AuditEvent.objects.get(action="answers.entered").new == {"section": "r", "events": 2, "way": "paper"}
    assert chain_verify(Expert.objects.get(pk=expert.pk)) == []
    page = coordinator.get(place).content.decode()
    assert 'value="a5" checked' in page
    answer = coordinator.post(at("enter_section", expert, transcript.pk, "a"), sent(expert, a1_a2="b2"))
    assert answer.headers["Location"] == at("enter_transcript", expert, transcript.pk)


def test_saving_again_stores_only_what_differs(coordinator: Client) -> None:
    expert = make.expert()
    transcript = paper(expert, way="telephone")
    place = at("enter_section", expert, transcript.pk, "r")
    coordinator.post(place, sent(expert, a_b="a5", a_c="a3"))
    make.say(expert, "a", "b", "b", 7)  # the expert, meanwhile
    base = base_of(coordinator.get(place).content.decode())
    coordinator.post(place, sent(expert, base=base, a_b="a5", a_c="a4", b_c=""))
    assert JudgmentEvent.objects.filter(source="on_behalf").count() == 3
    assert Judgment.objects.get(comparison=make.pair(expert.survey)).more_important == "b"
    assert Judgment.objects.get(comparison=make.pair(expert.survey, "a", "c")).strength == 4
    assert JudgmentEvent.objects.filter(source="on_behalf")[0].view == ""


def test_a_blank_row_takes_back_what_was_keyed_in(coordinator: Client) -> None:
    expert = make.expert()
    transcript = paper(expert)
    place = at("enter_section", expert, transcript.pk, "r")
    coordinator.post(place, sent(expert, a_b="a5"))
    base = base_of(coordinator.get(place).content.decode())
    coordinator.post(place, sent(expert, base=base, a_b=""))
    assert not Judgment.objects.exists()
    assert JudgmentEvent.objects.count() == 2


def test_what_the_expert_said_on_the_form_is_not_shown_and_not_overrun(coordinator: Client) -> None:
    expert = make.expert()
    transcript = paper(expert)
    place = at("enter_section", expert, transcript.pk, "r")
    make.say(expert, "a", "b", "b", 8)
    page = coordinator.get(place).content.decode()
    assert "has an answer already" in page
    assert not re.search(r'value="b8" checked', page)
    stale = base_of(page)
    make.say(expert, "a", "b", "b", 6)
    page = coordinator.post(place, sent(expert, base=stale, a_b="a5"), follow=True).content.decode()
    assert "the expert is asked which one counts" in page
    assert Judgment.objects.get().strength == 6
    assert JudgmentEvent.objects.get(conflict=True).more_important == "a"


def test_nonsense_is_refused_whole(coordinator: Client) -> None:
    expert = make.expert()
    place = at("enter_section", expert, paper(expert).pk, "r")
    for payload in (
        sent(expert, a_b="a5", a_c="a11"),
        sent(expert, a_b="cannot_judge", a_c="a3"),
        sent(expert, base="x:1", a_b="a5"),
    ):
        answer = coordinator.post(place, payload)
        assert answer.status_code == 422
        assert b"Please look at these points" in answer.content
    assert not JudgmentEvent.objects.exists()
    assert 'value="a3" checked' in coordinator.post(place, sent(expert, a_c="a3", a_b="zz")).content.decode()


def test_cannot_judge_is_offered_where_it_may_be_said(coordinator: Client) -> None:
    expert = make.expert(make.survey(missing_allowed=True))
    place = at("enter_section", expert, paper(expert).pk, "r")
    assert 'value="cannot_judge"' in coordinator.get(place).content.decode()
    coordinator.post(place, sent(expert, a_b="cannot_judge"))
    assert Judgment.objects.get().more_important == "cannot_judge"


def test_a_reduced_plan_keeps_the_other_pairs_aside(coordinator: Client) -> None:
    edition = make.edition({"r": [f"i{number}" for number in range(7)]})
    expert = make.expert(make.survey(of=edition, question_plan="reduced"))
    page = coordinator.get(at("enter_section", expert, paper(expert).pk, "r")).content.decode()
    asked, beyond = page.split("<details>", 1)
    assert (asked.count('class="q-scale"'), beyond.count('class="q-scale"')) == (11, 10)


def test_a_section_that_is_not_asked_has_no_rows(coordinator: Client) -> None:
    expert = make.expert()
    sections_assign(expert, ["r"], user=make.user())
    transcript = paper(expert)
    assert coordinator.get(at("enter_section", expert, transcript.pk, "a")).status_code == 404
    assert coordinator.get(at("enter_section", expert, transcript.pk, "zz")).status_code == 404


# --- drafts ---


def test_as_drafts_nothing_counts_yet(coordinator: Client) -> None:
    expert = make.expert()
    transcript = paper(expert)
    place = at("enter_section", expert, transcript.pk, "r")
    coordinator.post(place, sent(expert, "draft", a_b="a5", a_c="a3"))
    assert not JudgmentEvent.objects.exists()
    draft = DraftAnswer.objects.get(comparison=make.pair(expert.survey))
    assert (draft.strength, draft.entered_by, draft.transcript) == (5, make.user(), transcript)
    page = coordinator.get(place).content.decode()
    assert 'value="a5" checked' in page
    assert re.search(r'name="counts" value="draft" checked', page)
    assert AuditEvent.objects.get(action="drafts.prepared").new["events"] == 2
    coordinator.post(place, sent(expert, "draft", a_b="", a_c="a3"))
    assert DraftAnswer.objects.count() == 1


def test_drafts_that_are_said_to_count_after_all_become_answers() -> None:
    expert = make.expert()
    transcript = paper(expert)
    pair = make.pair(expert.survey).pk
    assert transcript_draft(transcript, {pair: Answer("a", 5)}, user=make.user()) == 1
    assert len(transcript_record(transcript, {pair: Answer("a", 5)}, base={}, user=make.user())) == 1
    assert not DraftAnswer.objects.exists()


def test_a_blank_row_leaves_the_drafts_of_others_alone() -> None:
    expert = make.expert()
    first, second = paper(expert), paper(expert)
    pair = make.pair(expert.survey).pk
    transcript_draft(first, {pair: Answer("a", 5)}, user=make.user())
    assert transcript_draft(second, {pair: Answer("", None)}, user=make.user()) == 0
    assert DraftAnswer.objects.get().transcript == first


# --- handing in ---


def test_handing_in_on_behalf(coordinator: Client) -> None:
    expert = make.expert()
    transcript = paper(expert)
    place = at("enter_transcript", expert, transcript.pk)
    assert "when all are there" in coordinator.get(place).content.decode()
    coordinator.post(at("enter_hand_in", expert, transcript.pk))
    assert not Submission.objects.exists()
    coordinator.post(at("enter_section", expert, transcript.pk, "r"), sent(expert, a_b="a5", a_c="a5", b_c="equal"))
    coordinator.post(at("enter_section", expert, transcript.pk, "a"), sent(expert, a1_a2="b2"))
    coordinator.post(at("enter_hand_in", expert, transcript.pk), {"reason": "Read to me."})
    submission = Submission.objects.get()
    assert (submission.submitted_by, submission.reason) == (make.user(), "Read to me.")
    assert Job.objects.filter(kind="submission", subject=submission.pk).exists()
    assert "Handed in" in coordinator.get(place).content.decode()


def test_a_closed_survey_takes_nothing_and_shows_what_was(coordinator: Client) -> None:
    expert = make.expert()
    transcript = paper(expert, note="copy 2")
    survey_move(expert.survey, "closed", user=make.user())
    assert "open it before keying" in coordinator.get(at("enter", expert)).content.decode()
    assert "copy 2" in coordinator.get(at("expert", expert)).content.decode()
    answer = coordinator.post(at("enter_section", expert, transcript.pk, "r"), sent(expert, a_b="a5"))
    assert answer.status_code == 422
    assert not JudgmentEvent.objects.exists()


def test_late_answers_are_taken_on_the_experts_page(coordinator: Client) -> None:
    expert = make.expert()
    survey_move(expert.survey, "closed", user=make.user())
    late_keep(expert, make.pair(expert.survey).pk, Answer("b", 9), uuid.uuid4())
    assert "open the survey again" in coordinator.get(at("expert", expert)).content.decode()
    progress = coordinator.get(reverse("surveys:survey", args=[expert.survey_id])).content.decode()
    assert "1 answer came after" in progress
    page = coordinator.post(at("late_take", expert), follow=True).content.decode()
    assert "takes no answers now" in page
    survey_move(expert.survey, "open", user=make.user())
    page = coordinator.post(at("late_take", expert), follow=True).content.decode()
    assert "1 late answer was taken" in page
    assert Judgment.objects.get().strength == 9
