"""The personal link: opening it changes nothing; beginning swaps it for a cookie of this survey's pages alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surveys.models import AuditEvent, Expert, ExpertSession, InvitationLink, Survey
from surveys.services.panel import invitation_revoke, link_mint
from surveys.services.surveys import survey_move
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


def test_it_says_who_asks_why_whom_how_much_and_until_when(client: Client, expert: Expert) -> None:
    text = client.get(address(link(expert))).content.decode()
    for said in ("the inviter", "the purpose", "the privacy", "Prof. Chen", "Ms Li", "4 comparisons", "Asia/Shanghai"):
        assert said in text
    assert "about 1 minute;" in text  # four questions of ten seconds
    assert str(timezone.localtime(expert.survey.closes_at).date()) in text


def test_opening_it_changes_nothing(client: Client, expert: Expert) -> None:
    token = link(expert)
    acts = AuditEvent.objects.count()
    for _time in range(3):
        client.get(address(token))
        client.head(address(token))
        client.get(address(token), headers={"sec-purpose": "prefetch"})
    assert not ExpertSession.objects.exists()
    assert AuditEvent.objects.count() == acts
    assert InvitationLink.objects.get().first_used_at is None
    assert Expert.objects.get().started_at is None
    assert COOKIE.format(expert.survey_id) not in client.cookies


def test_beginning_swaps_it_for_a_cookie_and_a_clean_address(client: Client, expert: Expert) -> None:
    token = link(expert)
    response = client.post(address(token))
    assert response["Location"] == f"/answer/{expert.survey_id}/"
    cookie = response.cookies[COOKIE.format(expert.survey_id)]
    assert cookie["path"] == f"/answer/{expert.survey_id}/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"]  # this site speaks http
    assert cookie["max-age"] == 30 * 24 * 60 * 60
    assert cookie.value != token


def test_the_cookie_is_for_https_alone_where_the_site_is(client: Client, expert: Expert, settings: object) -> None:
    settings.SESSION_COOKIE_SECURE = True  # type: ignore[attr-defined]
    response = client.post(address(link(expert)))
    assert response.cookies[COOKIE.format(expert.survey_id)]["secure"]


def test_the_token_stands_on_no_other_page(client: Client, expert: Expert) -> None:
    token = link(expert)
    page = client.post(address(token), follow=True)
    make.answer_all(expert)
    pages = [page.content.decode()]
    for name in ("contents", "review"):
        pages.append(client.get(reverse(f"surveys:{name}", args=[expert.survey_id])).content.decode())
    pages.append(client.get(reverse("surveys:pair", args=[expert.survey_id, 1])).content.decode())
    assert not any(token in text for text in pages)


def test_several_links_and_several_devices_live_side_by_side(expert: Expert) -> None:
    for token in (link(expert), link(expert)):
        device = Client()
        assert device.post(address(token), follow=True).status_code == 200
        assert Client().post(address(token), follow=True).status_code == 200
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
    client.post(address(link(expert)))
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
    client.post(address(token))
    assert client.get(reverse("surveys:receipt", args=[expert.survey_id])).status_code == 200


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
