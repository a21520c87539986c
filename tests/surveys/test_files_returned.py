"""Returned mail, as mail servers really write it: reports, plain notes, delays, replies, and rubbish."""

import uuid
from email.message import EmailMessage

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from surveys.files.returned import read_returned

ID = f"<letter.7.{uuid.UUID(int=7).hex}@example.org>"


REPORT = """From: MAILER-DAEMON@mx.example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="parts"

--parts
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not be delivered.

--parts
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; e1@example.org
Action: {action}
Status: 5.1.1
Diagnostic-Code: {said}

--parts
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: Invitation

Dear colleague

--parts--
"""


def report(action: str = "failed", said: str = "smtp; 550 5.1.1 No such user", message_id: str = ID) -> bytes:
    """As RFC 3464 has it."""
    return REPORT.format(action=action, said=said, message_id=message_id).encode()


def plain(sender: str, text: str, **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = sender, "系统退信"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def test_a_report_names_its_letter_and_what_the_server_said() -> None:
    [found], others = read_returned([("a.eml", report())])
    assert (found.message_id, found.words, found.file) == (ID, "550 5.1.1 No such user", "a.eml")
    assert others == []


def test_a_note_of_a_mail_system_that_quotes_the_letter_is_one_too() -> None:
    note = plain("Postmaster <postmaster@qq.example.org>", f"收件人不存在\n\nMessage-ID: {ID}\n")
    [found], others = read_returned([("a.eml", note)])
    assert found.message_id == ID and found.words.startswith("收件人不存在")
    assert others == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (report("delayed"), "tells of a delay"),
        (plain("Chen <chen@example.org>", f"Thank you!\n> {ID}"), "is a reply"),
        (plain("Chen <chen@example.org>", "On holiday", In_Reply_To=ID), "names none of our letters"),
        (report(message_id="<other@example.org>"), "names none of our letters"),
        (b"", "names none of our letters"),
        (b"\xff\xfe\x00rubbish", "names none of our letters"),
    ],
)
def test_what_is_no_returned_mail_changes_nothing_and_is_named(content: bytes, said: str) -> None:
    with override("en"):
        found, [problem] = read_returned([("a.eml", content)])
        assert found == []
        assert said in problem.advice
        assert problem.file == "a.eml"


def test_a_mailbox_holds_many_and_the_same_letter_counts_once() -> None:
    other = ID.replace("letter.7.", "letter.8.")
    parts = [report(), report(message_id=other), report()]
    box = b"\n".join(b"From MAILER-DAEMON Thu Nov 26 08:00:00 2026\n" + part for part in parts)
    found, others = read_returned([("returned.mbox", box)])
    assert [one.message_id for one in found] == [ID, other]
    assert others == []


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    found, others = read_returned([("x", content), ("y", report()[: len(content)] + content)])
    assert len(found) + len(others) >= 1


@given(st.integers(0, 1200), st.binary(max_size=8))
def test_no_broken_report_breaks_the_reader(at: int, noise: bytes) -> None:
    whole = report()
    found, others = read_returned([("x", whole[:at] + noise + whole[at + len(noise) :])])
    assert len(found) + len(others) == 1
