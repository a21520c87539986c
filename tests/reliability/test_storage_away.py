"""The disk is full, the database is away: pages say so with 503, nothing is acknowledged that is not stored, and all
goes on when it is back.
"""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from surveys.models import JudgmentEvent
from surveys.views.expert.session import cookie_name
from surveys.views.failures import storage_away
from tests.support.everybody import session_token
from tests.surveys import factories as make
from tests.surveys.test_expert_saving import entry

ROOM = 100_000
"""Bytes of the write-ahead log: a few answers, then no more."""


@contextmanager
def nearly_full_disk() -> Iterator[None]:
    """No file of this process grows above `ROOM`; the log of writes begins empty."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database
def test_a_full_disk_acknowledges_nothing_that_is_not_stored() -> None:
    expert = make.expert(make.survey(gate="none"))
    script = Client(headers={"accept": "application/json"}, raise_request_exception=False)
    script.cookies[cookie_name(expert.survey_id)] = session_token(expert)
    address = reverse("surveys:save", args=[expert.survey_id])
    sent = [entry(expert, base_revision=number) for number in range(40)]
    with nearly_full_disk():
        found = [script.post(address, each) for each in sent]
    statuses = [response.status_code for response in found]
    assert set(statuses) == {200, 503}, "some are stored, then none"
    refused = found[statuses.index(503)]
    assert (refused.headers["Retry-After"], refused.json()) == ("10", {})
    acknowledged = {each["client_key"] for each, status in zip(sent, statuses, strict=True) if status == 200}
    assert {str(key) for key in JudgmentEvent.objects.values_list("client_key", flat=True)} == acknowledged
    again = [script.post(address, each).status_code for each in sent]
    assert set(again) == {200}, "the same keys once more, when there is room"
    assert JudgmentEvent.objects.filter(expert=expert).count() == len(sent)


@pytest.mark.django_db
@pytest.mark.one_database
def test_a_page_says_so_in_the_readers_language_without_the_database() -> None:
    def away(*_: Any) -> Any:
        raise OperationalError("away") from psycopg.OperationalError("connection refused")

    client = Client(headers={"accept-language": "zh-hans", "accept": "text/html"}, raise_request_exception=False)
    client.force_login(make.user())
    with connection.execute_wrapper(away):
        page = client.get(reverse("surveys:survey_list"))
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "10"
    assert "暂时无法保存" in page.content.decode()


def wrapped(outer: type[Exception], cause: Exception) -> Exception:
    error = outer("it failed")
    error.__cause__ = cause
    return error


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("it failed")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (wrapped(OperationalError, sqlite_error(sqlite3.SQLITE_FULL)), True),
        (wrapped(OperationalError, sqlite_error(sqlite3.SQLITE_IOERR_WRITE)), True),
        (wrapped(OperationalError, sqlite_error(sqlite3.SQLITE_ERROR)), False),  # no such table: a fault of ours
        (wrapped(OperationalError, psycopg.errors.AdminShutdown()), True),
        (wrapped(OperationalError, psycopg.errors.DiskFull()), True),
        (wrapped(InterfaceError, psycopg.InterfaceError("the connection is closed")), True),
        (wrapped(OperationalError, psycopg.errors.QueryCanceled()), False),  # too slow: a fault of ours
        (OSError(28, "No space left on device"), True),
        (OSError(2, "No such file"), False),
        (ValueError("a fault"), False),
    ],
)  # fmt: skip
def test_what_passes_is_told_from_what_is_our_fault(error: Exception, away: bool) -> None:
    assert storage_away(error) is away
