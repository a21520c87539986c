"""The chain of the answers by the open link: each hash is taken over the answer and the hash before it.

A million answers are looked through in seconds, so whoever computes from them looks first. The head stands in every
result: who changes an answer afterwards, and every hash behind it, has another head than the result names.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import ConsentText, OpenAnswer, OpenLink

AT_ONCE = 4_000
"""Answers that are read at a time: what a process holds of them at any moment, however many there are."""

FIXED = struct.Struct(">16sIIH?")

Row = tuple[int, bytes, int, int, bool, int, str]
"""number, answers, minute, took, insisted, notice, hash"""
COLUMNS = ("number", "answers", "minute", "took", "insisted", "notice_id", "hash")


@dataclass(frozen=True)
class Said:
    """What a respondent says, as it enters the chain."""

    number: int
    answers: bytes
    minute: int
    took: int
    insisted: bool
    notice_hash: str


def answer_hash(survey_key: bytes, said: Said, previous: str) -> str:
    """One link of the chain: what came before, what is said, when, how long it took, and to which notice it agreed."""
    fixed = FIXED.pack(survey_key, said.number, said.minute, said.took, said.insisted)
    link = bytes.fromhex(previous) + fixed + bytes.fromhex(said.notice_hash) + said.answers
    return hashlib.sha256(link).hexdigest()


def answers_checked(link: OpenLink, first: int, count: int, head: str = "") -> Iterator[list[Row]]:
    """The answers after number `first`, some thousands at a time, each held against its hash; Refused where one fails.

    With a `head` the last of them must have it.
    """
    previous = hash_at(link, first)
    notices = dict(ConsentText.objects.values_list("pk", "text_hash"))
    for start in range(first, first + count, AT_ONCE):
        rows = _rows(link, start, min(AT_ONCE, first + count - start))
        previous = _follow(link.survey.key.bytes, rows, start, previous, notices)
        yield rows
    if head and previous != head:
        raise Refused(
            _("The answers by the open link do not lead to the hash that was noted at answer %(number)d.")
            % {"number": first + count}
        )


def hash_at(link: OpenLink, number: int) -> str:
    """The hash of an answer; empty before the first. Refused where it is missing."""
    if not number:
        return ""
    found = OpenAnswer.objects.filter(link=link, number=number).values_list("hash", flat=True).first()
    if found is None:
        raise Refused(_missing(number))
    return found


def chain_problems(link: OpenLink) -> list[str]:
    """What is wrong with all answers, from the first to the head; nothing is mended."""
    link = OpenLink.objects.select_related("survey").get(pk=link.pk)
    try:
        for _rows_of_some in answers_checked(link, 0, link.count, link.head):
            pass
    except Refused as refused:
        return [str(refused)]
    if OpenAnswer.objects.filter(link=link, number__gt=link.count).exists():
        return [
            _("There are answers behind the last one that was counted, number %(number)d.") % {"number": link.count}
        ]
    return []


def _rows(link: OpenLink, start: int, count: int) -> list[Row]:
    chosen = OpenAnswer.objects.filter(link_id=link.pk, number__gt=start, number__lte=start + count)
    return list(chosen.order_by("number").values_list(*COLUMNS))


def _follow(key: bytes, rows: list[Row], start: int, previous: str, notices: Mapping[int, str]) -> str:
    """Every hash, in order; the last one."""
    sha, pack, bits = hashlib.sha256, FIXED.pack, {pk: bytes.fromhex(text) for pk, text in notices.items()}
    before = bytes.fromhex(previous)
    for expected, (number, answers, minute, took, insisted, notice, stored) in enumerate(rows, start + 1):
        if number != expected:
            raise Refused(_missing(expected))
        digest = sha(before + pack(key, number, minute, took, insisted) + bits[notice] + answers)
        if digest.hexdigest() != stored:
            raise Refused(
                _(
                    "Answer %(number)d by the open link is not the one that its hash was taken over: it was changed "
                    "behind the program. Compare with a backup."
                )
                % {"number": number}
            )
        before = digest.digest()
    return before.hex()


def _missing(number: int) -> str:
    return _("Answer %(number)d by the open link is missing. Compare with a backup.") % {"number": number}
