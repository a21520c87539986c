"""Returned mail: which of our letters came back, and what the mail server said about it.

A returned mail is a `multipart/report` that carries the letter or its headers. Some servers send no report but put the
letter, or its Message-ID, into an ordinary mail: then the sender must be a mail system. A reply or an absence note only
names our letter among its references, and is not a returned mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from django.utils.translation import gettext as _

from surveys.files.problems import Problem

LARGEST, MOST_FILES, MOST_MAILS = 5 * 1024 * 1024, 200, 1000
LONGEST_WORDS = 400
OURS = re.compile(r"<letter\.[0-9]{1,18}\.[0-9a-f]{32}@[^<>\s]{1,255}>")
_MAIL_SYSTEM = re.compile(r"mailer-daemon|postmaster|mail delivery|<>", re.IGNORECASE)
_MBOX = re.compile(rb"(?:\A|\n\r?\n)From [^\n]*\n")


@dataclass(frozen=True)
class Returned:
    """One of our letters came back for good."""

    message_id: str
    words: str
    file: str


def read_returned(files: Sequence[tuple[str, bytes]]) -> tuple[list[Returned], list[Problem]]:
    """What came back, and what every other mail in these files is instead."""
    found: list[Returned] = []
    problems: list[Problem] = []
    for name, content in files:
        for number, mail in enumerate(_mails(content), start=1):
            if number > MOST_MAILS:
                problems.append(
                    Problem(name, _("more than %(most)d mails") % {"most": MOST_MAILS}, _("split the file"))
                )
                break
            read = _read(name, mail)
            found.append(read) if isinstance(read, Returned) else problems.append(read)
    return list({one.message_id: one for one in found}.values()), problems


def _mails(content: bytes) -> Iterator[bytes]:
    """One mail, or those of a mailbox."""
    if not content.startswith(b"From "):
        yield content
        return
    yield from (part for part in _MBOX.split(content) if part.strip())


def _read(file: str, content: bytes) -> Returned | Problem:
    try:
        message = message_from_bytes(content, policy=compat32)
        ours, report = _ours(message), _report(message)
        subject = _header(message, "Subject") or _("without a subject")
    except Exception:  # the standard parser meets whatever the world's mail servers write
        return Problem(file, _("cannot be read as a mail"), _("save the returned mail itself, as .eml"))
    return _judged(file, subject, ours, report, message)


def _judged(file: str, subject: str, ours: str, report: tuple[str, str] | None, message: Message) -> Returned | Problem:
    what = _("“%(subject)s”") % {"subject": subject[:80]}
    if not ours:
        where = _("names none of our letters; look for the address in the list and mark the letter as returned there")
        return Problem(file, what, where)
    if report is None:
        if not _MAIL_SYSTEM.search(_header(message, "From")) and not message["X-Failed-Recipients"]:
            return Problem(file, what, _("is a reply, or a note of absence, not a returned mail: nothing was changed"))
        return Returned(ours, " ".join(_text(message).split())[:LONGEST_WORDS], file)
    action, words = report
    if action not in ("failed", ""):
        return Problem(file, what, _("tells of a delay, not of a failure: the mail server goes on trying"))
    return Returned(ours, words[:LONGEST_WORDS], file)


def _ours(message: Message) -> str:
    """The Message-ID of our letter, out of the letter that is enclosed, or else out of the text."""
    for part in message.walk():
        if part is not message and OURS.fullmatch(_header(part, "Message-ID")):
            return _header(part, "Message-ID")
    for part in message.walk():
        if not part.is_multipart():
            named = OURS.search(_decoded(part))
            if named:
                return named[0]
    return ""


def _report(message: Message) -> tuple[str, str] | None:
    """What a delivery report says: its action, and the words of the server. None where there is no report."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list):
            blocks = [block for block in part.get_payload() if isinstance(block, Message)]
            told = next((block for block in blocks if block["Action"] or block["Status"]), None)
            if told is not None:
                said = _header(told, "Diagnostic-Code") or _header(told, "Status")
                return _header(told, "Action").lower(), re.sub(r"^[a-z0-9-]+\s*;\s*", "", said)
    return None


def _text(message: Message) -> str:
    return next((_decoded(part) for part in message.walk() if part.get_content_type() == "text/plain"), "")


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _header(message: Message, name: str) -> str:
    """On one line; what cannot be decoded is shown as it stands."""
    from email.header import decode_header, make_header

    raw = str(message[name] or "")
    try:
        return " ".join(str(make_header(decode_header(raw))).split())
    except (LookupError, ValueError):
        return " ".join(raw.split())
