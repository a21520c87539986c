"""Every door that takes a file, against mutants of what it takes and files that nobody means well with."""

import csv
import io
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from surveys.files import confined
from tests.reliability.rows import SEED, SOAK, record, size
from tests.reliability.test_confined import document
from tests.support.doors import DOORS, allowed
from tests.support.everybody import Everybody, address, everybody
from tests.support.files import workbook
from tests.support.hostile import hostile, mutant

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("signed_in_lately")]

SLOWEST = 2.0  # seconds, judged in the long form
Target = tuple[str, str, dict[str, Any], str, str, bytes]
"""Visitor, address, payload, its field of the file, the file's name, a good file."""


@pytest.fixture(scope="module")
def everyone(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Everybody]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield everybody()
        transaction.set_rollback(True)


def targets(everyone: Everybody) -> list[Target]:
    """Every address whose form holds a file, with that file, and the same table as a workbook."""
    found: list[Target] = []
    for name, door in DOORS.items():
        if not door.post:
            continue
        payload = door.payload(everyone.here)
        for key, file in payload.items():
            if hasattr(file, "read"):
                visitor = allowed(door.post)[-1]
                path = address(name, door.args(everyone.here)[0])
                found += [(visitor, path, payload, key, *kind) for kind in kinds(str(file.name), file.read())]
    return found


def kinds(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if name.endswith(".csv"):
        yield "f.xlsx", workbook(list(csv.reader(io.StringIO(content.decode()))))
    if name.endswith(".docx") or content.startswith(b"PK"):
        yield name, document("{{图2}} {{句子:图2}}", "{{")


def sent(everyone: Everybody, target: Target, name: str, content: bytes) -> Any:
    visitor, path, payload, key, _name, _good = target
    client = Client(raise_request_exception=False)
    client.cookies.load(everyone.cookies[visitor])
    with transaction.atomic():
        response = client.post(path, {**payload, key: SimpleUploadedFile(name, content)})
        transaction.set_rollback(True)
    return response


@pytest.mark.parametrize(("in_reader", "tried"), [(True, size(60, 20_000)), (False, size(200, 100))])
def test_mutants_and_hostile_files_end_in_an_answer_that_is_meant(
    everyone: Everybody, request: pytest.FixtureRequest, in_reader: bool, tried: int
) -> None:
    """In the reader, as the site runs, and here. More of them meet the parsers: tests/surveys/test_hostile_files.py."""
    if in_reader:
        confined.start()
        request.addfinalizer(confined.stop)
    chance, began = random.Random(SEED), time.monotonic()
    doors = targets(everyone)
    assert len({path for _visitor, path, *_rest in doors}) >= 8
    enemies = [(name, content) for _what, name, content in hostile() if len(content) < 300_000]
    ends: Counter[int] = Counter()
    bad: list[str] = []
    slowest = 0.0
    for number in range(tried):
        target = doors[number % len(doors)]
        name, content = target[4], mutant(target[5], chance)
        if chance.random() < 0.05:
            name, content = chance.choice(enemies)
        asked_at = time.monotonic()
        response = sent(everyone, target, name, content)
        slowest = max(slowest, time.monotonic() - asked_at)
        ends[response.status_code] += 1
        if response.status_code >= 500:
            bad.append(f"{response.status_code} {response.exc_info!r} at {target[1]}: {name}, {content[:200]!r}")
    where = "in the reader" if in_reader else "in process"
    note = f"{where}; {len(doors)} kinds; {dict(sorted(ends.items()))}; slowest {slowest:.2f} s"
    record("mutated and hostile uploads", tried, len(bad), time.monotonic() - began, SEED, note)
    assert not bad, "\n".join(bad[:20])
    assert ends[200] + ends[302] > tried / 10
    if SOAK:
        assert slowest < SLOWEST


def test_a_good_file_comes_in_through_every_door(everyone: Everybody) -> None:
    """So that the mutants are of something that is read."""
    for target in targets(everyone):
        assert sent(everyone, target, target[4], target[5]).status_code in (200, 302, 422), target[1]
