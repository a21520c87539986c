"""From the invitation to the last answer, with wrong turns and a breakdown on the way: no token stands in sight.

Searched for every raw token: what is logged, as people and as machines read it; letters to others; pages, addresses and
cookies' names; every row of every table.
"""

import io
import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from config.logs import DiscreetFormatter, JsonFormatter, WithRequest
from surveys.models import Expert, Job
from surveys.selectors.links import session_of
from surveys.services.devices import code_mint
from surveys.services.members import colleague_invite, password_link_make
from surveys.services.tokens import token_create
from surveys.tasks import perform
from surveys.views.expert.session import cookie_name
from tests.reliability.rows import SEED, record
from tests.support.mailbox import Mailbox, mail_server
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings: Settings) -> Iterator[Mailbox]:
    with mail_server(settings) as opened:
        yield opened


@contextmanager
def logged() -> Iterator[list[io.StringIO]]:
    """Every line of every logger, however low, in both of the product's formats."""
    root, streams = logging.getLogger(), [io.StringIO(), io.StringIO()]
    handlers = [logging.StreamHandler(stream) for stream in streams]
    usual = root.level
    asked = {
        name: logging.getLogger(name).level for name in ("django", "django.request", "surveys", "surveys.requests")
    }
    for handler, formatter in zip(handlers, (DiscreetFormatter("%(message)s"), JsonFormatter()), strict=True):
        handler.setFormatter(formatter)
        handler.addFilter(WithRequest())
        handler.addFilter(lambda line: line.name != "mail.log")  # the tests' own mail server repeats what it hears
        root.addHandler(handler)
    for name in ("", *asked):
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield streams
    finally:
        for handler in handlers:
            root.removeHandler(handler)
        root.setLevel(usual)
        for name, level in asked.items():
            logging.getLogger(name).setLevel(level)


class Seen:
    """What came back to browsers: pages, addresses they were sent to, without what a page was asked to show."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, response: Any) -> Any:
        head = {name: value for name, value in response.headers.items() if name != "Set-Cookie"}
        self.texts.append(f"{head} {response.content.decode('utf-8', 'replace')}")
        return response


def wrong_turns(client: Client, token: str, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that is cut short, one with something behind it, the link of a page that breaks down, a page not found."""
    for path in (
        f"/i/{token}x/",
        f"/i/{token}/more/",
        f"/i/{token}/?next=/i/{token}/",
        f"/surveys/?next=%2Fi%2F{token}%2F",
    ):
        client.get(path)
    with monkeypatch.context() as patch:

        def broken(*_args: object, **_kwargs: object) -> None:
            raise RuntimeError(f"broken at http://testserver/i/{token}/")

        patch.setattr("surveys.views.expert.start.speak_to", broken)
        for method in (client.get, client.post):
            response = seen.add(method(f"/i/{token}/", headers={"referer": f"http://testserver/i/{token}/"}))
            assert response.status_code == 500


def answered(client: Client, expert: Expert, token: str, seen: Seen) -> None:
    """Begin, answer, look around; the browser names the link as where it comes from, as an old one would."""
    came_from = {"referer": f"http://testserver/i/{token}/"}
    seen.add(client.post(f"/i/{token}/", {"consent": "on"}, headers=came_from))
    sent = {
        "comparison": make.pair(expert.survey).pk, "more_important": "a", "strength": 3,
        "base_revision": 0, "client_key": str(uuid.uuid4()), "view": "card",
    }  # fmt: skip
    saved = seen.add(client.post(reverse("surveys:save", args=[expert.survey_id]), sent, headers=came_from))
    assert saved.status_code == 200
    for name in ("contents", "review", "elsewhere"):
        seen.add(client.get(reverse(f"surveys:{name}", args=[expert.survey_id]), headers=came_from))


def other_tokens(expert: Expert, cookie: str) -> dict[str, str]:
    """A program's, a colleague's link to choose a password, a code for another device: each used, and misspelt."""
    client, user = Client(raise_request_exception=False), make.user()
    program = token_create(user, name="script", scope="read", days=1)
    for path in ("/api/v1/surveys/", "/api/v1/nothing/", f"/api/v1/surveys/?token={program}"):
        client.get(path, headers={"authorization": f"Bearer {program}"})
    colleague = colleague_invite(expert.survey, username="new", name="New", role="viewer", user=user)
    place, password = password_link_make(colleague, user=user)
    for end in ("/", "x/", "/?x=1"):
        client.get(f"/password/choose/{place}/{password}{end}")
    session = session_of(cookie, expert.survey_id)
    assert session
    code = code_mint(session)
    for end in ("", "x"):
        client.get(reverse("surveys:join", args=[expert.survey_id, code + end]))
    return {"program": program, "password": password, "device": code, "cookie": cookie}


def rows() -> str:
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  names of our own tables
            found.append(str(cursor.fetchall()))
    return "".join(found)


def test_no_token_is_seen_by_whoever_should_not(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    began, seen = time.monotonic(), Seen()
    survey = make.survey(gate="none", contact={"en": "Ms Li"}, inviter={"en": "The office"})
    experts = [make.expert(survey, f"E{n}", name=f"N{n}", email=f"e{n}@example.org", language="en") for n in (1, 2)]
    with logged() as streams:
        make.mailing(survey)
        perform(Job.objects.get(kind="mailing").pk)
        letters = {to: str(mail) for to, mail in zip(box.recipients, box.mails, strict=True)}
        plain = dict(zip(box.recipients, box.texts(), strict=True))
        tokens = {to: text.split("/i/")[1].split("/")[0] for to, text in plain.items()}
        client, token = Client(raise_request_exception=False), tokens["e1@example.org"]
        wrong_turns(client, token, seen, monkeypatch)
        answered(client, experts[0], token, seen)
        raw = {**tokens, **other_tokens(experts[0], client.cookies[cookie_name(survey.pk)].value)}
    logs = [stream.getvalue() for stream in streams]
    assert all("broken at" in log and "[token]" in log for log in logs), "the breakdown is in the log, and masked"
    places = {
        **{f"log {place}": log for place, log in enumerate(logs)},
        **{f"letter to {to}": letter.replace(tokens[to], "") for to, letter in letters.items()},
        **{f"page {place}": text for place, text in enumerate(seen.texts)},
        "database": rows(),
    }
    bad = [(name, place) for name, secret in raw.items() for place, text in places.items() if secret in text]
    record("tokens in logs, letters, pages, rows", len(raw) * len(places), len(bad), time.monotonic() - began, SEED)
    assert not bad
