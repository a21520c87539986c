"""The same thing sent several times at the same moment has one effect: answers, submissions, jobs, letters."""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from surveys.models import AuditEvent, Expert, Job, Judgment, JudgmentEvent, Letter, NodeResult, Submission
from surveys.services.chain import chain_verify
from surveys.tasks import perform
from surveys.views.expert.session import cookie_name
from tests.reliability.rows import SEED, record, size
from tests.support.everybody import session_token
from tests.support.mailbox import Mailbox, mail_server
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 3
PAIRS = list(make.PAIRS)


@pytest.fixture
def box(settings: Settings) -> Iterator[Mailbox]:
    with mail_server(settings) as opened:
        yield opened


def at_once(call: Callable[[], Any]) -> list[Any]:
    found = make.in_threads(*[call] * AT_ONCE)
    assert not [each for each in found if isinstance(each, Exception)], found
    return found


def told(name: str, tried: int, bad: int, began: float) -> None:
    record(name, tried, bad, time.monotonic() - began, SEED, f"{connection.vendor}, {AT_ONCE} at once")


def posted(expert: Expert, name: str, sent: dict[str, Any], token: str) -> Callable[[], tuple[int, bytes]]:
    """One press of the button, in a browser of its own."""

    def press() -> tuple[int, bytes]:
        client = Client(headers={"accept": "application/json"})
        client.cookies[cookie_name(expert.survey_id)] = token
        response = client.post(reverse(f"surveys:{name}", args=[expert.survey_id]), sent)
        return response.status_code, response.content if response.status_code == 200 else b""

    return press


def test_an_answer_sent_several_times_at_once_is_one_event() -> None:
    expert, rounds, began = make.expert(make.survey(gate="none")), size(60, 1_600), time.monotonic()
    token, pairs = session_token(expert), [make.pair(expert.survey, *pair).pk for pair in PAIRS]
    bad = 0
    for number in range(rounds):
        seen = Judgment.objects.filter(expert=expert, comparison=pairs[number % 4]).first()
        sent = {
            "comparison": pairs[number % 4], "more_important": "ab"[number // 4 % 2], "strength": 2 + number % 8,
            "base_revision": seen.revision if seen else 0, "client_key": str(uuid.uuid4()), "view": "card",
        }  # fmt: skip
        replies = at_once(posted(expert, "save", sent, token))
        bad += replies[0][0] != 200 or len(set(replies)) != 1
        bad += JudgmentEvent.objects.filter(expert=expert).count() != number + 1
    told("twin answers", rounds * AT_ONCE, bad, began)
    assert bad == 0
    assert chain_verify(expert) == []


def test_a_submission_sent_several_times_at_once_is_one_and_its_job_has_one_effect() -> None:
    survey, rounds, began = make.survey(gate="none"), size(30, 850), time.monotonic()
    bad = 0
    for number in range(rounds):
        expert = make.expert(survey, f"T{number}")
        make.answer_all(expert)
        replies = at_once(posted(expert, "submit", {}, session_token(expert)))
        bad += {status for status, _content in replies} != {302}
        submission = Submission.objects.get(expert=expert)
        job = Job.objects.get(kind="submission", subject=submission.pk)
        at_once(lambda job=job: perform(job.pk))  # type: ignore[misc]
        job.refresh_from_db()
        bad += (job.state, job.attempts) != (Job.State.DONE, 1)
        bad += NodeResult.objects.filter(submission=submission).count() != len(make.TREE)
    told("twin submissions", rounds * AT_ONCE, bad, began)
    told("jobs delivered three times", rounds * AT_ONCE, bad, began)
    assert bad == 0
    assert AuditEvent.objects.filter(action="answers.submitted").count() == rounds


def test_a_mailing_delivered_several_times_at_once_is_one_letter_each(box: Mailbox) -> None:
    rounds, began, letters = size(6, 160), time.monotonic(), 0
    for number in range(rounds):
        survey = make.survey(contact={"en": "Ms Li"}, inviter={"en": "The office"})  # each may send thirty mailings
        codes = [f"L{number}x{place}" for place in range(8)]
        for code in codes:
            make.expert(survey, code, name=code, email=f"{code.lower()}@example.org", language="en")
        make.mailing(survey, codes=codes)
        job = Job.objects.filter(kind="mailing").latest("pk")
        at_once(lambda job=job: perform(job.pk))  # type: ignore[misc]
        letters += len(codes)
    bad = abs(len(box.recipients) - letters) + len(box.recipients) - len(set(box.recipients))
    told("letters of mailings delivered three times", letters * AT_ONCE, bad, began)
    assert bad == 0
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.SENT}
