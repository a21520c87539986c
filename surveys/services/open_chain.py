"""The chain of the answers by the open link: each hash is taken over the hash before it and the record.

A million answers are looked through in seconds, so whoever computes from them looks first. The head stands in every
result: who changes an answer afterwards, and every hash behind it, has another head than the result names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import OpenAnswer, OpenLink

AT_ONCE = 4_000
"""Answers that are read at a time: what a process holds of them at any moment, however many there are."""


Row = tuple[int, Any, Any]
"""Number, record and hash; bytes, in whatever the database wraps them."""


def beginning(link: OpenLink) -> bytes:
    """What stands before the first answer: the survey, so that no chain can be passed off as another's."""
    return hashlib.sha256(link.survey.key.bytes).digest()


def linked(previous: bytes, record: bytes) -> bytes:
    """The hash of an answer."""
    return hashlib.sha256(previous + record).digest()


def records_checked(link: OpenLink, first: int, count: int, head: str = "") -> Iterator[Sequence[bytes]]:
    """The records after number `first`, some thousands at a time, each held against its hash; Refused where one fails.

    With a `head` the last of them must have it.
    """
    previous = hash_at(link, first)
    for start in range(first, first + count, AT_ONCE):
        rows = _rows(link, start, min(AT_ONCE, first + count - start))
        previous = _follow(rows, previous)
        yield [record for _number, record, _hash in rows]
    if head and previous.hex() != head:
        raise Refused(
            _("The answers by the open link do not lead to the hash that was noted at answer %(number)d.")
            % {"number": first + count}
        )


def hash_at(link: OpenLink, number: int) -> bytes:
    """The hash of an answer. Refused where it is missing."""
    if not number:
        return beginning(link)
    found = OpenAnswer.objects.filter(link=link, number=number).values_list("hash", flat=True).first()
    if found is None:
        raise Refused(_missing(number))
    return bytes(found)


def chain_problems(link: OpenLink) -> list[str]:
    """What is wrong with all answers, from the first to the head; nothing is mended."""
    link = OpenLink.objects.select_related("survey").get(pk=link.pk)
    try:
        for _records in records_checked(link, 0, link.count, link.head):
            pass
    except Refused as refused:
        return [str(refused)]
    if OpenAnswer.objects.filter(link=link, number__gt=link.count).exists():
        return [
            _("There are answers behind the last one that was counted, number %(number)d.") % {"number": link.count}
        ]
    return []


def _rows(link: OpenLink, start: int, count: int) -> list[Row]:
    """So many, or Refused where one is missing."""
    chosen = OpenAnswer.objects.filter(link_id=link.pk, number__gt=start, number__lte=start + count)
    rows: list[Row] = list(chosen.order_by("number").values_list("number", "record", "hash"))
    wanted = range(start + 1, start + count + 1)
    if len(rows) < count:
        there = {number for number, *_rest in rows}
        raise Refused(_missing(next(number for number in wanted if number not in there)))
    return rows


def _follow(rows: Sequence[Row], previous: bytes) -> bytes:
    """Every hash, in order; the last one. The number stands in the record too: no row can take another's place."""
    sha = hashlib.sha256
    for number, record, stored in rows:
        previous = sha(previous + record).digest()
        if previous != stored or record[:4] != number.to_bytes(4, "big"):
            raise Refused(_changed(number))
    return previous


def _changed(number: int) -> str:
    return _(
        "Answer %(number)d by the open link is not the one that its hash was taken over: it was changed behind the "
        "program. Compare with a backup."
    ) % {"number": number}


def _missing(number: int) -> str:
    return _("Answer %(number)d by the open link is missing. Compare with a backup.") % {"number": number}
