"""The chain of the answers through the open link: each hash is taken over the hash before it and the record.

A million answers are looked through in seconds, so whoever computes from them looks first. The head stands in every
result: who changes an answer afterwards, and every hash behind it, has another head than the result names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import OpenAnswer, OpenLink

AT_ONCE = 20_000
"""Answers that are read at a time: what a process holds of them at any moment, however many there are."""


def beginning(link: OpenLink) -> bytes:
    """What stands before the first answer: the survey, so that no chain can be passed off as another's."""
    return hashlib.sha256(link.survey.key.bytes).digest()


def linked(previous: bytes, record: bytes) -> bytes:
    """The hash of an answer."""
    return hashlib.sha256(previous + record).digest()


def records_checked(link: OpenLink, first: int, count: int, head: str = "") -> Iterator[Sequence[bytes]]:
    """The records after number `first`, some thousands at a time, held against the hash at the end of each time;
    Refused, with the answer named, where one fails. With a `head` the last of them must have it.
    """
    previous, sha = hash_at(link, first), hashlib.sha256
    for start in range(first, first + count, AT_ONCE):
        wanted = min(AT_ONCE, first + count - start)
        records = _records(link, start, wanted)
        before = previous
        for record in records:
            previous = sha(previous + record).digest()
        if len(records) < wanted or previous != hash_at(link, start + wanted):
            raise Refused(_first_problem(link, start, wanted, before))
        yield records
    if head and previous.hex() != head:
        raise Refused(
            _("The answers through the open link do not lead to the hash that was noted at answer %(number)d.")
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


def _records(link: OpenLink, start: int, count: int) -> list[bytes]:
    """As the database gives them: to make rows of thousands takes as long as to hash them."""
    chosen = OpenAnswer.objects.filter(link_id=link.pk, number__gt=start, number__lte=start + count)
    query = chosen.order_by("number").values_list("record").query
    with connection.cursor() as cursor:
        cursor.execute(*query.sql_with_params())
        return [record for (record,) in cursor.fetchall()]


def _first_problem(link: OpenLink, start: int, count: int, previous: bytes) -> str:
    """The slow way, which knows the place."""
    chosen = OpenAnswer.objects.filter(link_id=link.pk, number__gt=start, number__lte=start + count)
    rows = {number: rest for number, *rest in chosen.values_list("number", "record", "hash")}
    for number in range(start + 1, start + count + 1):
        if number not in rows:
            return _missing(number)
        record, stored = map(bytes, rows[number])
        previous = linked(previous, record)
        if previous != stored:
            return _changed(number)
    return _changed(start + count)


def _changed(number: int) -> str:
    return _(
        "Answer %(number)d through the open link is not the one that its hash was taken over: it was changed behind "
        "the program. Compare with a backup."
    ) % {"number": number}


def _missing(number: int) -> str:
    return _("Answer %(number)d through the open link is missing. Compare with a backup.") % {"number": number}
