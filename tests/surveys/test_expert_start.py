"""The personal link: opening it changes nothing; beginning swaps it for a cookie of this survey's pages alone."""

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surveys.models import AuditEvent, Consent, ConsentText, Expert, ExpertSession, InvitationLink, Survey
from surveys.services.panel import invitation_revoke, link_mint
from surveys.services.surveys import survey_move
from tests.support.everybody import recorded
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

COOKIE = "quanheng_expert_{}"


@pytest.fixture
def expert() -> Expert:
    named = ("purpose", "inviter", "privacy")
    texts: dict[str, Any] = {name: {"zh-hans": f"中文{name}", "en": f"the {name}"} for name in named}
    contact = {"en": "Ms Li, li@example.org"}
    closes_at = timezone.now() + timedelta(days=2)
    survey = make.survey(**texts, contact=contact, closes_at=closes_at)
    return make.expert(survey, name="Prof. Chen", language="en")


def link(expert: Expert) -> str:
    return link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)


def address(token: str) -> str:
    return reverse("surveys:start", args=[token])


def begin(client: Client, token: str, **sent: str) -> Any:
    return client.post(address(token), {"consent": "on"} | sent)


def notice_on(page: Any) -> str:
    """The hash of the privacy notice that the page shows."""
    found = re.search(r'name="notice" value="(\w+)"', page.content.decode())
    return found[1] if found else ""


def test_it_says_who_asks_why_whom_how_much_and_until_when(client: Client, expert: Expert) -> None:
    text = client.get(address(link(expert))).content.decode()
    for said in ("the inviter", "the purpose", "the privacy", "Prof. Chen", "Ms Li", "<dd>4</dd>", "Asia/Shanghai"):
        assert said in text
    assert "<small>about</small> 1</dd>" in text  # four questions of ten seconds
    assert str(timezone.localtime(expert.survey.closes_at).date()) in text


def test_opening_it_changes_nothing(client: Client, expert: Expert) -> None:
    token = link(expert)
    acts = AuditEvent.objects.count()
    with recorded() as written:
        client.get(address(token))
        client.head(address(token))
        client.get(address(token), headers={"sec-purpose": "prefetch"})
    assert not written
    assert not ExpertSession.objects.exists()
    assert AuditEvent.objects.count() == acts
    assert InvitationLink.objects.get().first_used_at is None
    assert Expert.objects.get().started_at is None
    assert COOKIE.format(expert.survey_id) not in client.cookies


def test_beginning_swaps_it_for_a_cookie_and_a_clean_address(client: Client, expert: Expert) -> None:
    token = link(expert)
    response = begin(client, token)
    assert response["Location"] == f"/answer/{expert.survey_id}/pairs/1/#question"
    cookie = response.cookies[COOKIE.format(expert.survey_id)]
    assert cookie["path"] == f"/answer/{expert.survey_id}/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"]  # this site speaks http
    assert cookie["max-age"] == 30 * 24 * 60 * 60
    assert cookie.value != token


def test_the_cookie_is_for_https_alone_where_the_site_is(client: Client, expert: Expert, settings: object) -> None:
    settings.SESSION_COOKIE_SECURE = True  # type: ignore[attr-defined]
    response = begin(client, link(expert))
    assert response.cookies["__Secure-" + COOKIE.format(expert.survey_id)]["secure"]


def test_the_token_stands_on_no_other_page(client: Client, expert: Expert) -> None:
    token = link(expert)
    page = client.post(address(token), {"consent": "on"}, follow=True)
    make.answer_all(expert)
    pages = [page.content.decode()]
    pages.append(client.post(reverse("surveys:elsewhere", args=[expert.survey_id])).content.decode())
    for name in ("contents", "review", "practice", "preferences", "elsewhere"):
        pages.append(client.get(reverse(f"surveys:{name}", args=[expert.survey_id])).content.decode())
    pages.append(client.get(reverse("surveys:pair", args=[expert.survey_id, 1])).content.decode())
    assert not any(token in text for text in pages)


def test_several_links_and_several_devices_live_side_by_side(expert: Expert) -> None:
    for token in (link(expert), link(expert)):
        device = Client()
        assert begin(device, token).status_code == 302
        assert begin(Client(), token).status_code == 302
    assert ExpertSession.objects.filter(ended_at=None).count() == 4


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_and_a_revoked_link_look_alike(client: Client, expert: Expert, method: str) -> None:
    token = link(expert)
    invitation_revoke(expert, user=None)
    wrong, revoked = (getattr(client, method)(address(code)) for code in ("x" * 43, token))
    assert wrong.status_code == revoked.status_code == 404
    texts = [page.content.decode().replace(code, "") for page, code in ((wrong, "x" * 43), (revoked, token))]
    without_keys = [text.split("csrfmiddlewaretoken")[0] for text in texts]
    assert without_keys[0] == without_keys[1]
    assert "ask the person who invited you" in texts[0] or "邀请" in texts[0]
    assert "Chen" not in texts[1]
    assert not client.cookies.get(COOKIE.format(expert.survey_id))


def test_revoking_ends_what_was_opened(client: Client, expert: Expert) -> None:
    begin(client, link(expert))
    assert client.get(reverse("surveys:contents", args=[expert.survey_id])).status_code == 200
    invitation_revoke(expert, user=None)
    assert client.get(reverse("surveys:contents", args=[expert.survey_id])).status_code == 403


def test_a_draft_is_not_open_yet(client: Client) -> None:
    survey = make.survey("draft", contact={"en": "Ms Li"})
    token = link(make.expert(survey, name="Chen", language="en"))
    page = client.get(address(token))
    assert page.status_code == 200
    assert "not been opened yet" in page.content.decode()
    assert "Ms Li" in page.content.decode()
    client.post(address(token))
    assert not ExpertSession.objects.exists()


def test_a_closed_survey_says_so_and_whom_to_ask(client: Client, expert: Expert) -> None:
    token = link(expert)
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    text = client.get(address(token)).content.decode()
    assert "This survey is closed" in text
    assert "Ms Li" in text
    client.post(address(token))
    assert not ExpertSession.objects.exists()


def test_after_the_deadline_it_is_closed_too(client: Client, expert: Expert) -> None:
    token = link(expert)
    Survey.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    assert "This survey is closed" in client.get(address(token)).content.decode()


def test_who_submitted_may_still_see_the_receipt(client: Client, expert: Expert) -> None:
    make.submitted(expert)
    token = link(expert)
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    assert "See your receipt" in client.get(address(token)).content.decode()
    assert client.post(address(token))["Location"] == reverse("surveys:receipt", args=[expert.survey_id])
    assert client.get(reverse("surveys:receipt", args=[expert.survey_id])).status_code == 200
    assert not Consent.objects.exists()  # to read one's own nothing has to be agreed to


def test_the_page_speaks_the_experts_language_until_the_reader_chooses(client: Client) -> None:
    survey = make.survey()
    english = link(make.expert(survey, "E1", name="Smith", language="en"))
    page = client.get(address(english), headers={"accept-language": "zh-CN"})
    assert '<html lang="en"' in page.content.decode()
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    assert '<html lang="zh-hans"' in client.get(address(english)).content.decode()


def test_nothing_is_kept_by_caches_or_found_by_search_engines(client: Client, expert: Expert) -> None:
    page = client.get(address(link(expert)))
    assert "no-store" in page["Cache-Control"]
    assert 'name="robots" content="noindex"' in page.content.decode()


# --- the first minute ---


def test_from_the_link_to_the_first_stored_answer_in_four_taps(client: Client, expert: Expert) -> None:
    """Consent, begin, side, strength: the consent and the side are ticked on the page, so two requests."""
    page = begin(client, link(expert))
    card = client.get(page["Location"].partition("#")[0])
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', card.content.decode()))
    client.post(page["Location"].partition("#")[0], fields | {"more_important": "a", "strength": "5"})
    assert expert.judgments.count() == 1


def test_whoever_comes_back_goes_on_at_the_first_open_pair(client: Client, expert: Expert) -> None:
    token = link(expert)
    begin(Client(), token)
    make.say(expert, "a", "b")
    text = client.get(address(token)).content.decode()
    assert "1<small>/4</small>" in text
    assert ">Continue</button>" in text
    assert client.post(address(token))["Location"].endswith("/pairs/2/#question")


def test_with_nothing_open_the_contents_come_first(client: Client, expert: Expert) -> None:
    make.answer_all(expert)
    assert begin(client, link(expert))["Location"] == reverse("surveys:contents", args=[expert.survey_id])


def test_the_practice_is_an_offer_until_something_was_answered(client: Client, expert: Expert) -> None:
    token = link(expert)
    assert "Practise first" in client.get(address(token)).content.decode()
    assert begin(client, token, to="practice")["Location"].endswith("/practice/#question")
    make.say(expert, "a", "b")
    assert "Practise first" not in client.get(address(token)).content.decode()


# --- the consent ---


def test_nothing_is_ticked_and_without_a_tick_nothing_begins(client: Client, expert: Expert) -> None:
    token = link(expert)
    box = re.search(r'<input[^>]*id="consent"[^>]*>', client.get(address(token)).content.decode())
    assert box
    assert "checked" not in box[0]
    assert " required" in box[0]
    for sent in ({}, {"to": "practice"}):
        page = client.post(address(token), sent)
        assert page.status_code == 422
        assert "tick the box" in page.content.decode()
        assert "<details open>" in page.content.decode()
    assert not ExpertSession.objects.exists()
    assert not Consent.objects.exists()
    assert Expert.objects.get().started_at is None


def test_a_consent_is_kept_with_the_words_that_were_read(client: Client, expert: Expert) -> None:
    token = link(expert)
    begin(client, token, notice=notice_on(client.get(address(token))))
    consent = Consent.objects.get()
    assert (consent.expert, consent.text.text, consent.text.language) == (expert, "the privacy", "en")
    assert consent.text.text_hash == hashlib.sha256(b"the privacy").hexdigest()


def test_it_is_asked_once_in_whichever_language(client: Client, expert: Expert) -> None:
    token = link(expert)
    for _time in range(2):
        begin(Client(), token)
    assert Consent.objects.count() == ConsentText.objects.count() == 1
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    text = client.get(address(token)).content.decode()
    assert "中文privacy" in text
    assert 'id="consent"' not in text
    assert client.post(address(token)).status_code == 302


def test_a_changed_notice_is_asked_about_again(client: Client, expert: Expert) -> None:
    token = link(expert)
    shown = notice_on(client.get(address(token)))
    begin(Client(), token)
    Survey.objects.update(privacy={"en": "other words"})
    page = client.post(address(token), {"consent": "on", "notice": shown})
    assert page.status_code == 422
    assert "was changed while this page was open" in page.content.decode()
    assert "other words" in page.content.decode()
    begin(client, token, notice=notice_on(page))
    assert [each.text.text for each in Consent.objects.order_by("pk")] == ["the privacy", "other words"]


def test_two_experts_agree_to_one_text(client: Client, expert: Expert) -> None:
    for each in (expert, make.expert(expert.survey, "E2", name="Smith", language="en")):
        begin(Client(), link(each))
    assert (Consent.objects.count(), ConsentText.objects.count()) == (2, 1)


def test_without_words_of_the_coordinator_ours_say_what_the_law_asks_for(client: Client) -> None:
    survey = make.survey(inviter={"en": "The Office"}, contact={"en": "Ms Li, li@example.org"})
    token = link(make.expert(survey, name="Chen", language="en"))
    begin(client, token)
    text = Consent.objects.get().text.text
    parts = ("responsible: The Office", "What for:", "What is kept:", "How:", "How long:", "withdraw", "li@example.org")
    assert [part for part in parts if part not in text] == []
    assert all(line in client.get(address(token)).content.decode() for line in text.split("\n\n")[1:])


@pytest.mark.django_db(transaction=True)
def test_two_devices_that_agree_at_once_are_one_consent() -> None:
    expert = make.expert(make.survey(privacy={"en": "words"}), language="en")
    token = link(expert)
    outcomes = make.in_threads(*[lambda: begin(Client(), token).status_code] * 3)
    assert outcomes == [302] * 3
    assert (Consent.objects.count(), ConsentText.objects.count()) == (1, 1)


# --- reading ---


def test_the_text_size_is_a_cookie_and_changes_nothing_with_us(client: Client, expert: Expert) -> None:
    where = address(link(expert))
    with recorded() as written:
        response = client.post(reverse("surveys:text_size"), {"size": "larger", "next": where})
    assert (response["Location"], written) == (where, [])
    assert 'class="q-text-larger"' in client.get(where).content.decode()
    client.post(reverse("surveys:text_size"), {"size": "huge", "next": where})
    assert 'class="q-text-larger"' in client.get(where).content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_it_leads_to_no_other_site(client: Client, elsewhere: str) -> None:
    response = client.post(reverse("surveys:text_size"), {"size": "large", "next": elsewhere})
    assert response["Location"] == reverse("surveys:front")


# --- whom to ask ---


def test_a_survey_closed_before_its_deadline_does_not_say_that_the_deadline_was(client: Client, expert: Expert) -> None:
    token = link(expert)
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    text = client.get(address(token)).content.decode()
    assert "Its deadline was" not in text
    assert "What you answered before is safe." in text
    Survey.objects.update(closes_at=timezone.now() - timedelta(days=1))
    assert "Its deadline was" in client.get(address(token)).content.decode()
