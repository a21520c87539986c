"""Letters leave through a real SMTP server, each at most once, whatever the server does."""

import logging
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django.fixtures import Settings

from surveys.letter_words import Words, written
from surveys.mail import message_for
from surveys.models import InvitationLink, Job, Letter, Mailing, Survey
from surveys.selectors.links import link_of
from surveys.services import deliveries
from surveys.services.panel import invitation_revoke
from surveys.services.surveys import survey_move
from surveys.tasks import enqueue, perform
from tests.support.mailbox import Mailbox, mail_server
from tests.support.worker import Worker
from tests.surveys import factories as make

State = Letter.State


@pytest.fixture
def box(settings: Settings) -> Iterator[Mailbox]:
    with mail_server(settings) as opened:
        yield opened


def panel(count: int = 3) -> Survey:
    survey = make.survey(contact={"en": "Ms Li"}, inviter={"en": "The office"})
    for number in range(1, count + 1):
        make.expert(survey, f"E{number}", name=f"陈{number}", email=f"e{number}@example.org", language="zh-hans")
    return survey


def delivered(mailing: Mailing, *, turns: int = 1) -> Job:
    """The job after so many turns of the worker's own task, each as soon as it is due."""
    for _turn in range(turns):
        Job.objects.filter(kind="mailing", subject=mailing.pk).update(run_after=timezone.now())
        Letter.objects.filter(mailing=mailing).exclude(try_after=None).update(try_after=timezone.now())
        perform(Job.objects.get(kind="mailing", subject=mailing.pk).pk)
    return Job.objects.get(kind="mailing", subject=mailing.pk)


def states(mailing: Mailing) -> list[str]:
    return list(mailing.letters.order_by("pk").values_list("state", flat=True))


def token_in(text: str) -> str:
    return next(line for line in text.splitlines() if "/i/" in line).split("/i/")[1].strip("/ ")


@pytest.mark.django_db
def test_a_letter_arrives_with_a_link_that_opens(box: Mailbox, settings: Settings) -> None:
    mailing = make.mailing(panel(2))
    job = delivered(mailing)
    assert (states(mailing), job.state) == (["sent", "sent"], Job.State.DONE)
    assert box.recipients == ["e1@example.org", "e2@example.org"]
    letter, mail, text = mailing.letters.order_by("pk")[0], box.mails[0], box.texts()[0]
    link = link_of(token_in(text))
    assert link and link == letter.link
    assert (link.channel, link.invitation.expert) == (InvitationLink.Channel.MAIL, letter.expert)
    assert (mail["Message-ID"], mail["From"]) == (letter.message_id, settings.MAIL_FROM)
    assert (mail["To"], mail["Reply-To"]) == ("陈1 <e1@example.org>", "coordinator@example.org")
    assert "陈1" in text and "4" in text and "The office" in text
    assert settings.SITE_URL in text
    html = mail.get_body(("html",))
    assert html and f'<a href="{settings.SITE_URL}i/{token_in(text)}/">' in html.get_content()


@pytest.mark.django_db
def test_no_token_stands_in_the_database_the_logs_or_the_audit(box: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    survey = panel(2)
    delivered(make.mailing(survey))
    tokens = [token_in(text) for text in box.texts()]
    assert len(set(tokens)) == 2
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        stored = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  names of our own tables
            stored.append(str(cursor.fetchall()))
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # that is the server's own
    everything = "".join([*stored, *ours])
    assert not [token for token in tokens if token in everything]
    assert "e1@example.org" in everything


@pytest.mark.django_db
def test_one_refused_recipient_stops_nobody_else(box: Mailbox) -> None:
    box.refuse["e2@example.org"] = "550 5.1.1 No such user here"
    mailing = make.mailing(panel(3))
    job = delivered(mailing)
    assert (states(mailing), job.state) == (["sent", "bounced", "sent"], Job.State.DONE)
    refused = mailing.letters.get(state=State.BOUNCED)
    assert refused.error == "550 5.1.1 No such user here"
    assert refused.bounced_at and refused.link and refused.link.revoked_at  # nobody holds it


@pytest.mark.django_db
def test_one_bad_letter_in_a_hundred_stops_no_other(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "TURN_LETTERS", 100)
    monkeypatch.setattr(deliveries, "TURN_SECONDS", 60)
    mailing = make.mailing(panel(100))
    Letter.objects.filter(pk=mailing.letters.order_by("pk")[50].pk).update(address="bad\r\nBcc: x@example.org")
    delivered(mailing)
    assert len(box.mails) == 99
    assert states(mailing).count("failed") == 1
    assert not any(mail["Bcc"] for mail in box.mails)


@pytest.mark.django_db
def test_a_letter_that_is_put_off_is_tried_again_later_and_later(box: Mailbox) -> None:
    box.put_off["e1@example.org"] = "451 4.7.1 Greylisted, try again"
    mailing = make.mailing(panel(2))
    job = delivered(mailing)
    assert (states(mailing), job.state) == (["waiting", "sent"], Job.State.WAITING)
    waits = job.run_after - timezone.now()
    assert timedelta(seconds=30) < waits <= deliveries.DELAYS[0]
    job = delivered(mailing)
    assert job.run_after - timezone.now() > deliveries.DELAYS[0]
    assert mailing.letters.order_by("pk")[0].attempts == 2
    del box.put_off["e1@example.org"]
    job = delivered(mailing)
    assert (states(mailing), job.state) == (["sent", "sent"], Job.State.DONE)
    assert sorted(box.recipients) == ["e1@example.org", "e2@example.org"]
    mails = {mail["Message-ID"] for mail in box.mails}
    assert len(mails) == 2
    living = InvitationLink.objects.filter(invitation__expert__code="E1", revoked_at=None)
    assert living.count() == 1  # those of the tries in vain are dead


@pytest.mark.django_db
def test_a_letter_that_is_put_off_for_ever_is_given_up(box: Mailbox) -> None:
    box.put_off["e1@example.org"] = "451 4.7.1 Greylisted, try again"
    mailing = make.mailing(panel(1))
    job = delivered(mailing, turns=len(deliveries.DELAYS) + 1)
    assert (states(mailing), job.state) == (["failed"], Job.State.DONE)
    assert box.said["e1@example.org"] == len(deliveries.DELAYS) + 1


@pytest.mark.django_db
def test_when_the_server_dies_over_a_letter_nobody_sends_it_again(box: Mailbox) -> None:
    box.dies_over = {"e1@example.org"}
    mailing = make.mailing(panel(2))
    job = delivered(mailing)
    assert (states(mailing), job.state) == (["unknown", "waiting"], Job.State.WAITING)
    job = delivered(mailing, turns=2)
    assert (states(mailing), job.state) == (["unknown", "sent"], Job.State.DONE)
    assert box.recipients == ["e1@example.org", "e2@example.org"]
    assert mailing.letters.get(state=State.UNKNOWN).link.revoked_at is None  # type: ignore[union-attr]


@pytest.mark.django_db
def test_a_worker_that_died_between_asking_and_hearing_leaves_a_letter_unknown(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing = make.mailing(panel(2))

    class Killed(BaseException):
        """kill -9: nothing after it runs."""

    def killed(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr("surveys.mail.Post.send", killed)
    with pytest.raises(Killed):
        perform(Job.objects.get(kind="mailing").pk)
    monkeypatch.undo()
    assert states(mailing) == ["sending", "waiting"]
    Job.objects.filter(kind="mailing").update(lease_until=timezone.now() - timedelta(seconds=1))
    job = delivered(mailing)
    assert (states(mailing), job.state) == (["unknown", "sent"], Job.State.DONE)
    assert box.recipients == ["e2@example.org"]


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", ["frozen", "away", "421"])
def test_a_server_that_cannot_now_is_asked_later_about_all(box: Mailbox, settings: Settings, trouble: str) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    port = box.port
    if trouble == "frozen":
        box.frozen = True
    elif trouble == "away":
        settings.MAIL_SERVER = type(settings.MAIL_SERVER)("127.0.0.1", 9, "", "", use_ssl=False, use_tls=False)
    else:
        box.put_off["e1@example.org"] = "421 4.3.2 Closing"
    mailing = make.mailing(panel(3))
    job = delivered(mailing)
    assert (states(mailing), job.state) == (["waiting"] * 3, Job.State.WAITING)
    assert job.run_after > timezone.now() + timedelta(seconds=30)
    assert mailing.letters.order_by("pk")[0].error
    box.frozen, box.put_off = False, {}
    settings.EMAIL_TIMEOUT = 5
    settings.MAIL_SERVER = type(settings.MAIL_SERVER)("127.0.0.1", port, "", "", use_ssl=False, use_tls=False)
    job = delivered(mailing)
    assert (states(mailing), job.state) == (["sent"] * 3, Job.State.DONE)
    assert sorted(box.recipients) == ["e1@example.org", "e2@example.org", "e3@example.org"]


@pytest.mark.django_db
def test_a_text_that_is_refused_is_no_fault_of_the_address(box: Mailbox) -> None:
    box.refuse_text = "554 5.7.1 Looks like spam: http://localhost/i/secret-token/ is not wanted"
    mailing = make.mailing(panel(1))
    delivered(mailing)
    letter = mailing.letters.get()
    assert letter.state == State.FAILED
    assert letter.error == "554 5.7.1 Looks like spam: http://localhost/i/[token]/ is not wanted"


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.django_db
def test_a_refused_login_is_told_to_the_administrator_and_not_tried_again(settings: Settings) -> None:
    with mail_server(settings, asks_login=True, user="office", password="wrong") as box:
        mailing = make.mailing(panel(2))
        job = delivered(mailing)
        assert (states(mailing), job.state) == (["failed", "failed"], Job.State.DONE)
        assert "535" in mailing.letters.all()[0].error and "wrong" not in mailing.letters.all()[0].error
        assert not box.mails
    with mail_server(settings, asks_login=True, user="office", password="right") as box:
        again = make.mailing(mailing.survey, "invitation", ["E1", "E2"])
        delivered(again)
        assert states(again) == ["sent", "sent"]


@pytest.mark.django_db
def test_starttls_is_used_and_its_certificate_is_looked_at(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(settings, tls=tmp_path) as box:
        stranger = make.mailing(panel(1))
        delivered(stranger)
        assert states(stranger) == ["failed"]
        assert "certificate" in stranger.letters.get().error
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        trusted = make.mailing(stranger.survey, "invitation", ["E1"])
        delivered(trusted)
        assert states(trusted) == ["sent"]
        assert len(box.mails) == 1


@pytest.mark.django_db
def test_a_server_without_starttls_gets_no_letter_in_the_clear(box: Mailbox, settings: Settings) -> None:
    settings.MAIL_SERVER = type(settings.MAIL_SERVER)("127.0.0.1", box.port, "", "", use_ssl=False, use_tls=True)
    mailing = make.mailing(panel(1))
    delivered(mailing)
    assert states(mailing) == ["failed"]
    assert not box.mails


@pytest.mark.django_db
def test_what_changed_between_the_button_and_the_letter_counts(box: Mailbox) -> None:
    survey = panel(3)
    mailing = make.mailing(survey)
    one, two, _three = survey.experts.order_by("pk")
    invitation_revoke(one, user=None)
    make.submitted(two)
    delivered(mailing)
    assert states(mailing) == ["failed", "failed", "sent"]
    thanks = make.mailing(survey, "thanks")
    survey_move(survey, Survey.State.CLOSED, user=make.user())
    delivered(thanks)
    assert states(thanks) == ["sent"]  # thanks are never out of season


@pytest.mark.django_db
def test_a_survey_that_closed_meanwhile_invites_nobody(box: Mailbox) -> None:
    survey = panel(1)
    mailing = make.mailing(survey)
    survey_move(survey, Survey.State.CLOSED, user=make.user())
    delivered(mailing)
    assert states(mailing) == ["failed"]
    assert not box.mails


@pytest.mark.django_db
def test_a_large_mailing_goes_out_in_turns_and_lets_others_through(box: Mailbox) -> None:
    mailing = make.mailing(panel(deliveries.TURN_LETTERS + 5))
    job = delivered(mailing)
    assert states(mailing).count("sent") == deliveries.TURN_LETTERS
    assert (job.state, job.attempts) == (Job.State.WAITING, 0)
    assert job.run_after <= timezone.now()  # at the end of the queue, behind whatever came meanwhile
    assert delivered(mailing).state == Job.State.DONE
    assert len(set(box.recipients)) == len(box.recipients) == deliveries.TURN_LETTERS + 5


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_three_deliveries_of_one_job_at_once_send_one_mail_each(box: Mailbox) -> None:
    mailing = make.mailing(panel(4))
    job = Job.objects.get(kind="mailing")
    make.in_threads(*[lambda: perform(job.pk)] * 3)
    delivered(mailing)
    assert sorted(box.recipients) == [f"e{number}@example.org" for number in range(1, 5)]
    assert states(mailing) == ["sent"] * 4


@pytest.mark.slow
def test_a_real_worker_sends(start_worker: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(settings) as box:
        monkeypatch.setenv("MAIL_URL", f"smtp://127.0.0.1:{box.port}")
        monkeypatch.setenv("MAIL_FROM", "Weights office <weights@example.org>")
        worker: Worker = start_worker()
        mailing = make.mailing(panel(3))
        enqueue(Job.objects.get(kind="mailing", subject=mailing.pk))  # as the coordinator's door does
        until = timezone.now() + timedelta(seconds=60)
        while set(states(mailing)) != {"sent"} and timezone.now() < until:
            assert worker.is_alive()
            time.sleep(0.1)
        assert states(mailing) == ["sent"] * 3
        assert sorted(box.recipients) == ["e1@example.org", "e2@example.org", "e3@example.org"]
        assert not [text for text in box.texts() if token_in(text) in worker.output()]


class Headers(TestCase):
    """Whatever a name or a title holds, a letter has the headers that it should have and no other."""

    @hypothesis_settings(max_examples=200)
    @given(name=st.text(max_size=60), title=st.text(max_size=60))
    def test_no_name_adds_a_header(self, name: str, title: str) -> None:
        words = Words({"en": "About {title} for {name}"}, {"en": "Dear {name}\n{url}"})
        text = written(words, {"name": name, "title": title, "url": "https://example.org/i/x/"}, "en")
        message = message_for(text, name=name, address="e@example.org", message_id=f"<{uuid.uuid4()}@example.org>")
        headers = message.message().items()
        assert {header.lower() for header, _value in headers} == {
            "content-type", "mime-version", "subject", "from", "to", "date", "message-id"
        }  # fmt: skip
        assert message.recipients() == [message.to[0]]
        assert not [value for _header, value in headers if "\n" in value.replace("\n ", "").replace("\n\t", "")]
