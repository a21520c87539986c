"""No request makes the site stumble: any address, method, visitor, value and header ends in an answer that is meant."""

import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoDbBlocker

from surveys.services.tokens import token_create
from tests.reliability.requests import EVIL, MARK, Maker, Request
from tests.reliability.rows import SEED, record, size
from tests.support.everybody import Everybody, everybody, recorded
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

TRIED = size(1_000, 50_000)  # on each database
USED = 'UPDATE "surveys_apitoken" SET "last_used_at"'  # what a token's page shows; no act of its program
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


@pytest.fixture(scope="module")
def everyone(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Everybody]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield everybody()
        transaction.set_rollback(True)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Without the lines of a thousand refusals."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def asked(everyone: Everybody, request: Request) -> tuple[Any, list[str]]:
    client = Client(raise_request_exception=False)
    client.cookies.load(everyone.cookies[request.visitor])
    send: Any = client.post if request.method == "POST" else partial(client.generic, request.method)
    sent: Any = [request.path]
    if isinstance(request.content, bytes):
        send, sent = partial(client.generic, request.method), [request.path, request.content, request.kind]
    elif request.method == "POST":
        sent = [request.path, request.content]
    with recorded() as written:
        response = send(*sent, **request.extra)
        if response.streaming:
            b"".join(response)
    return response, [sql for sql in written if USED not in sql]


def wrong(request: Request, response: Any, written: list[str]) -> str:
    """What is wrong with an answer, "" where nothing is."""
    if response.status_code >= 500 and response.status_code != 503:
        return f"{response.status_code} {getattr(response, 'exc_info', None)!r}"
    if written and request.method in SAFE:
        return f"written by {request.method}: {written[0]}"
    if 300 <= response.status_code < 400 and leads_away(response):
        return f"leads to {response.headers['Location']}"
    if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
        page = response.content.decode("utf-8", "replace")
        if MARK in page or "Traceback (most recent" in page:
            return "shows what was sent, as it was sent"
        if EVIL in response.headers.get("Set-Cookie", ""):
            return "keeps another host"
    return ""


def leads_away(response: HttpResponse) -> bool:
    """A browser takes a backslash for a slash, and leaves blanks and tabs out."""
    location = response.headers["Location"].replace("\\", "/").translate(dict.fromkeys(range(0x21)))
    parts = urlsplit(location)
    return parts.scheme not in ("", "http", "https") or parts.netloc not in ("", "testserver", "localhost", "127.0.0.1")


@pytest.mark.usefixtures("quiet", "signed_in_lately")
def test_no_request_makes_the_site_stumble(everyone: Everybody) -> None:
    tokens = {
        scope: token_create(make.user("the-owner"), name="fuzz", scope=scope, days=1) for scope in ("read", "write")
    }
    seed = SEED + (connection.vendor == "postgresql")
    maker, began = Maker(everyone, tokens, seed), time.monotonic()
    ends: Counter[int] = Counter()
    bad: list[str] = []
    slowest = (0.0, "")
    for _number in range(TRIED):
        with transaction.atomic():  # what a door is tried with may have to be made first
            request = maker.request()
            asked_at = time.monotonic()
            response, written = asked(everyone, request)
            slowest = max(slowest, (time.monotonic() - asked_at, str(request)[:200]))
            transaction.set_rollback(True)
        ends[response.status_code] += 1
        fault = wrong(request, response, written)
        if fault:
            bad.append(f"{fault}\n    {request}")
    took = time.monotonic() - began
    note = f"{connection.vendor}; {dict(sorted(ends.items()))}; slowest {slowest[0]:.2f} s"
    record("fuzzed requests", TRIED, len(bad), took, seed, note)
    if os.environ.get("QUANHENG_SAY"):
        print(slowest)  # noqa: T201
    assert not bad, "\n".join(bad[:20])
    assert ends[200] > TRIED / 20, "hardly any request came in"
    assert ends[302] > TRIED / 100
