"""The coordinator's pages about letters: what they show, what they send, and what they never say."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from surveys.models import AuditEvent, Expert, InvitationLink, Letter, LetterText, Mailing, Survey
from surveys.selectors.links import link_of
from surveys.services.revisions import revision_request
from tests.surveys import factories as make
from tests.surveys.test_files_returned import report

pytestmark = [pytest.mark.django_db, pytest.mark.rotates(10)]

TOKEN = re.compile(r"/i/([^/\s\"<]+)/")


@pytest.fixture
def survey() -> Survey:
    made = make.survey()
    for code in ("E1", "E2", "E3"):
        make.expert(made, code, name=f"Name {code}", email=f"{code.lower()}@example.org", language="en")
    return made


@pytest.fixture
def li(client: Client, survey: Survey) -> Client:
    client.force_login(make.user())
    client.cookies.load({"quanheng_language": "en"})
    return client


@pytest.fixture
def at(survey: Survey) -> Callable[..., str]:
    return lambda name, *rest: reverse(f"surveys:{name}", args=[survey.pk, *rest])


def html(response: Any) -> str:
    return str(response.content.decode())


def sending_in(page: str) -> str:
    found = re.search(r'name="sending" value="([^"]+)"', page)
    assert found
    return found[1]


def test_two_clicks_from_the_progress_page_to_reminders_that_left(li: Client, survey: Survey, at: Any) -> None:
    Expert.objects.filter(code="E1").update(started_at=timezone.now())
    Expert.objects.filter(code="E2").update(started_at=timezone.now())
    progress = html(li.get(at("survey")))
    shown = at("letters_send") + "?kind=reminder"
    assert f'href="{shown}"' in progress and "Remind 3 unfinished experts" in progress
    page = html(li.get(shown))  # the first click
    assert "2 experts get this letter" in page and "e1@example.org" in page and "Send 2 letters" in page
    assert "E3" in page and "not invited yet" in page
    assert not Mailing.objects.exists()
    assert "/i/sample/" in page
    response = li.post(at("letters_send"), {"sending": sending_in(page)}, follow=True)  # the second
    assert "2 letters are on their way" in html(response)
    assert list(Letter.objects.values_list("expert__code", "state")) == [("E1", "waiting"), ("E2", "waiting")]


def test_the_button_pressed_twice_or_after_going_back_sends_once(li: Client, at: Any) -> None:
    page = html(li.get(at("letters_send") + "?kind=invitation"))
    for _press in range(2):
        response = li.post(at("letters_send"), {"sending": sending_in(page)}, follow=True)
    assert "Nothing was sent twice" in html(response)
    assert Mailing.objects.count() == 1


@pytest.mark.parametrize("forged", ["", "x", "eyJraW5kIjoidGhhbmtzIn0:abc"])
def test_what_was_not_shown_is_not_sent(li: Client, at: Any, forged: str) -> None:
    response = li.post(at("letters_send"), {"sending": forged}, follow=True)
    assert "preview has expired" in html(response)
    assert not Mailing.objects.exists()


def test_a_page_of_one_survey_sends_nothing_in_another(li: Client, at: Any) -> None:
    page = html(li.get(at("letters_send") + "?kind=invitation"))
    other = make.survey()
    li.post(reverse("surveys:letters_send", args=[other.pk]), {"sending": sending_in(page)})
    assert not Mailing.objects.exists()


@pytest.mark.parametrize("query", ["kind=spam", "kind=invitation&only=nobody"])
def test_no_such_letter(li: Client, at: Any, query: str) -> None:
    assert li.get(at("letters_send") + "?" + query).status_code == 404


def test_the_host_of_a_request_never_stands_in_a_letter(li: Client, at: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    page = html(
        li.post(at("letters_copy"), {"kind": "invitation", "way": "page"}, headers={"host": "evil.example.net"})
    )
    assert f"{settings.SITE_URL}i/" in page
    assert "evil.example.net/i/" not in page


def test_without_a_mail_server_the_pages_say_so_and_offer_copies(li: Client, at: Any, settings: Any) -> None:
    settings.MAIL_SERVER = None
    for address in (at("letters"), at("letters_new"), at("letters_send") + "?kind=invitation"):
        page = html(li.get(address))
        assert "No mail server is set" in page
        assert "Send 3 letters" not in page
    assert "Copy or print instead" in page


def test_letters_to_copy_carry_living_links_and_the_log_says_so(li: Client, at: Any) -> None:
    page = html(li.post(at("letters_copy"), {"kind": "invitation", "way": "page", "only": ["E1", "E3"]}))
    tokens = list(dict.fromkeys(TOKEN.findall(page)))
    links = [link_of(token) for token in tokens]
    assert [link.invitation.expert.code for link in links if link] == ["E1", "E3"]
    assert all(link and link.channel == InvitationLink.Channel.SHOWN for link in links)
    assert AuditEvent.objects.get(action="letters.copied").new == {"kind": "invitation", "letters": 2}
    assert not AuditEvent.objects.filter(new__icontains=tokens[0]).exists()


def test_letters_to_copy_as_files_open_safely(li: Client, survey: Survey, at: Any) -> None:
    make.expert(survey, "X1", name="=1+1", email="x1@example.org", language="en")
    response = li.post(at("letters_copy"), {"kind": "invitation", "way": "xlsx"})
    book = load_workbook(BytesIO(response.content))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type == "s" for cell in cells)
    assert len(book.worksheets[0]["A"]) == 5 and "=1+1" in [cell.value for cell in cells]
    text = li.post(at("letters_copy"), {"kind": "invitation", "way": "csv"}).content.decode("utf-8-sig")
    assert "'=1+1" in text and len(set(TOKEN.findall(text))) == 4


def test_cards_have_a_code_for_each_expert(li: Client, survey: Survey, at: Any) -> None:
    make.expert(survey, "N1")  # without an address: a card is made all the same
    page = html(li.post(at("letters_copy"), {"kind": "invitation", "way": "cards"}))
    assert page.count('class="q-qr"') == 4
    assert InvitationLink.objects.filter(channel=InvitationLink.Channel.PRINTED).count() == 4


def test_a_link_is_shown_with_its_code_and_with_words_for_a_chat(li: Client, at: Any) -> None:
    page = html(li.post(at("link_show", "E1")))
    assert "q-qr" in page and "Name E1, hello!" in page
    assert len(set(TOKEN.findall(page))) == 1


def test_words_are_looked_at_before_they_are_kept(li: Client, at: Any) -> None:
    mine = {"subject_en": "Hello {name}", "body_en": "Here it is: {url}", "subject_zh_hans": "", "body_zh_hans": ""}
    page = html(li.post(at("letter_words", "invitation"), {**mine, "preview": "1", "for": "E2"}))
    assert "Hello Name E2" in page and "not kept yet" in page
    assert not LetterText.objects.exists()
    li.post(at("letter_words", "invitation"), mine)
    assert LetterText.objects.get().subject == {"en": "Hello {name}"}
    assert "own words" in html(li.get(at("letters")))
    li.post(at("letter_words_usual", "invitation"))
    assert not LetterText.objects.exists()


def test_words_with_an_unknown_variable_are_refused_by_its_name(li: Client, at: Any) -> None:
    response = li.post(at("letter_words", "invitation"), {"subject_en": "Hello {nam}", "body_en": "x {url}"})
    assert response.status_code == 422
    assert "There is no variable {nam}" in html(response)
    assert not LetterText.objects.exists()


def test_a_trial_that_cannot_leave_says_what_the_server_said(li: Client, at: Any) -> None:
    page = html(li.post(at("letter_trial", "invitation"), {"for": "E1"}, follow=True))
    assert "did not take the letter" in page and "refused" in page


def test_a_returned_mail_finds_its_letter_and_its_address_is_corrected(li: Client, survey: Survey, at: Any) -> None:
    mailing = make.mailing(survey, "invitation", ["E1", "E2"])
    letter, other = mailing.letters.order_by("pk")
    message_id = f"<letter.{letter.pk}.{mailing.key.hex}@localhost>"
    Letter.objects.filter(pk=letter.pk).update(state="sent", sent_at=timezone.now(), message_id=message_id)
    files = [
        SimpleUploadedFile("a.eml", report(message_id=message_id)),
        SimpleUploadedFile("b.eml", b"From: x@example.org\nSubject: Thanks\n\nThanks"),
    ]
    page = html(li.post(at("letters_returned"), {"returned": files}))
    assert "1 letter came back" in page and "b.eml" in page and "names none of our letters" in page
    letter.refresh_from_db()
    other.refresh_from_db()
    assert (letter.state, letter.error, other.state) == ("bounced", "550 5.1.1 No such user", "waiting")
    response = li.post(at("letter_address", letter.pk), {"email": "right@example.org"}, follow=True)
    assert "right@example.org" in html(response) and "Send 1 letter<" in html(response)
    assert AuditEvent.objects.get(action="person.address").old == {"address": "e1@example.org"}


def test_the_log_shows_what_became_of_each_letter(li: Client, survey: Survey, at: Any) -> None:
    mailing = make.mailing(survey)
    sent, failed, _waiting = mailing.letters.order_by("pk")
    Letter.objects.filter(pk=sent.pk).update(state="sent", sent_at=timezone.now())
    Letter.objects.filter(pk=failed.pk).update(state="unknown", error="timed out")
    everything = html(li.get(at("letters")))
    assert "1 letter was perhaps sent" in everything and "timed out" in everything
    only = html(li.get(at("letters") + "?state=sent"))
    assert "e1@example.org" in only and "e2@example.org" not in only
    assert li.get(at("letters") + "?mailing=99999999999999999999&page=x").status_code == 200
    li.post(at("letter_returned", sent.pk), {"words": "they rang"})
    sent.refresh_from_db()
    assert (sent.state, sent.error) == ("bounced", "they rang")
    assert "they rang" in html(li.get(at("expert", "E1")))


def test_a_request_to_look_again_may_be_followed_by_a_letter(li: Client, survey: Survey, at: Any) -> None:
    expert = survey.experts.get(code="E1")
    make.submitted(expert)
    pair = make.pair(survey)
    revision_request(expert, pair.node, [pair.pk], note="Please.", user=make.user())
    link = at("letters_send") + "?kind=revision&amp;only=E1"
    assert link in html(li.get(at("expert", "E1")))
    page = html(li.get(link.replace("&amp;", "&")))
    assert "Please look again at 1 comparisons in “Indicator r”" in page and "Send 1 letter<" in page


def test_automatic_reminders_are_set_and_paused(li: Client, survey: Survey, at: Any) -> None:
    assert li.post(at("reminders"), {"reminders": "on", "days": "soon"}).status_code == 422
    li.post(at("reminders"), {"reminders": "on", "days": "4，8"})
    survey.refresh_from_db()
    assert (survey.reminders, survey.reminder_days) == (True, [4, 8])
    li.post(at("expert_reminders", "E1"), {"paused": "1"})
    assert "Reminders paused" in html(li.get(at("expert", "E1")))


def test_pages_of_five_hundred_experts_take_few_queries(li: Client, at: Any) -> None:
    survey = make.survey(of=make.edition({"r": ["a", "b", "c"]}, label="9"))
    for number in range(500):
        make.expert(survey, f"P{number}", name=f"N{number}", email=f"p{number}@example.org")
    Expert.objects.filter(survey=survey).update(started_at=timezone.now())
    make.mailing(survey, "reminder")
    Letter.objects.update(state="sent", sent_at=timezone.now() - timedelta(days=4))
    for kind in ("invitation", "reminder", "revision", "thanks"):
        for name in ("letters_send", "letters_copy"):
            assert queries(li, reverse(f"surveys:{name}", args=[survey.pk]) + f"?kind={kind}") <= 20
    assert queries(li, reverse("surveys:letters", args=[survey.pk])) <= 20
    assert queries(li, reverse("surveys:letter_words", args=[survey.pk, "revision"])) <= 20


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)
