"""The expert's page of prepared answers, and the pages of an assistant's device."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from surveys.models import DraftAnswer, Expert, ExpertSession, InvitationLink, Judgment, JudgmentEvent
from surveys.selectors.links import link_of
from surveys.services.drafts import draft_record
from surveys.services.judgments import Answer
from surveys.services.panel import link_mint, session_open
from surveys.services.sections import sections_assign
from surveys.services.surveys import survey_move
from surveys.views.expert.session import cookie_name
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

STRONG = Answer("b", 9)


def device(expert: Expert, *, assistant: bool = False) -> Client:
    link = link_of(link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None))
    assert link
    token = session_open(link)
    ExpertSession.objects.filter(expert=expert).update(assistant=assistant)
    client = Client(headers={"accept-language": "en"})
    client.cookies.load({cookie_name(expert.survey_id): token, "django_language": "en"})
    return client


def at(name: str, expert: Expert, *rest: object) -> str:
    return reverse(f"surveys:{name}", args=[expert.survey_id, *rest])


def number(expert: Expert, a: str = "a", b: str = "b") -> int:
    return make.pair(expert.survey, a, b).pk


def ticks(page: str) -> list[str]:
    return re.findall(r'<input class="form-check-input" type="checkbox" name="chosen" value="([^"]*)">', page)


# --- confirming ---


def test_prepared_answers_stand_beside_ones_own_and_nothing_is_ticked() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 3)
    draft_record(expert, number(expert), STRONG)
    draft_record(expert, number(expert, "a1", "a2"), STRONG, user=make.user())
    page = device(expert).get(at("drafts", expert)).content.decode()
    assert ticks(page) == [f"{number(expert)}:b9:1", f"{number(expert, 'a1', 'a2')}:b9:0"]
    assert "Indicator a is slightly more important than Indicator b (3)" in page
    assert "differs" in page
    assert "prepared by an assistant" in page
    assert "keyed in by coordinator" in page
    assert page.count("btn-primary") == 1


def test_the_ticked_ones_become_answers() -> None:
    expert = make.expert()
    for b in ("b", "c"):
        draft_record(expert, number(expert, "a", b), STRONG)
    client = device(expert)
    chosen = ticks(client.get(at("drafts", expert)).content.decode())[:1]
    page = client.post(at("drafts", expert), {"chosen": chosen}, follow=True).content.decode()
    assert "1 answer is now yours" in page
    assert [judgment.comparison_id for judgment in Judgment.objects.all()] == [number(expert)]
    assert DraftAnswer.objects.count() == 1


def test_a_section_is_confirmed_by_a_form_of_its_own() -> None:
    expert = make.expert()
    for a, b in (("a", "b"), ("a", "c"), ("a1", "a2")):
        draft_record(expert, number(expert, a, b), STRONG)
    client = device(expert)
    page = client.get(at("drafts", expert)).content.decode()
    whole = re.search(r'<form method="post" id="all-\d+">(.*?)</form>', page, re.S)
    assert whole
    chosen = re.findall(r'name="chosen" value="([^"]*)"', whole[1])
    client.post(at("drafts", expert), {"chosen": chosen})
    assert Judgment.objects.count() == 2
    first = page.split('<form method="post">', 1)[1]
    submits = re.findall(r"<button[^>]*type=\"submit\"[^>]*>", first)
    assert 'form="all-' in submits[0] and "form=" not in submits[2]  # Enter on a tick sends the ticked ones


def test_nothing_ticked_changes_nothing_and_discarding_counts_nothing() -> None:
    expert = make.expert()
    draft_record(expert, number(expert), STRONG)
    client = device(expert)
    assert "No answer was ticked" in client.post(at("drafts", expert), follow=True).content.decode()
    assert (
        "Something was missing" in client.post(at("drafts", expert), {"chosen": "1:b9"}, follow=True).content.decode()
    )
    assert DraftAnswer.objects.count() == 1
    sent = {"chosen": f"{number(expert)}:b9:0", "discard": "1"}
    page = client.post(at("drafts", expert), sent, follow=True).content.decode()
    assert "1 prepared answer was discarded" in page
    assert "No prepared answers are waiting" in page
    assert not JudgmentEvent.objects.exists()


def test_what_changed_meanwhile_is_said() -> None:
    expert = make.expert()
    draft_record(expert, number(expert), Answer("a", 2))
    page = device(expert).post(at("drafts", expert), {"chosen": f"{number(expert)}:b9:0"}, follow=True)
    assert "was changed since you opened the page" in page.content.decode()
    assert not JudgmentEvent.objects.exists()


def test_a_closed_survey_keeps_drafts_and_takes_none() -> None:
    expert = make.expert()
    draft_record(expert, number(expert), STRONG)
    client = device(expert)
    survey_move(expert.survey, "closed", user=make.user())
    page = client.post(at("drafts", expert), {"chosen": f"{number(expert)}:b9:0"}, follow=True).content.decode()
    assert "cannot be confirmed any more" in page
    assert "Confirm the ticked" not in page
    assert (DraftAnswer.objects.count(), JudgmentEvent.objects.count()) == (1, 0)


# --- preparing ---


def test_an_assistant_prepares_and_nothing_counts() -> None:
    expert = make.expert(name="Prof. Chen", language="en")
    client = device(expert, assistant=True)
    page = client.get(at("prepare", expert)).content.decode()
    assert "None of them counts before Prof. Chen confirms it" in page
    place = at("prepare_section", expert, "r")
    assert client.get(place).content.decode().count('class="q-scale"') == 3
    answer = client.post(place, {f"p{number(expert)}": "b9", f"p{number(expert, 'a', 'c')}": ""})
    assert answer.headers["Location"] == at("prepare_section", expert, "a")
    draft = DraftAnswer.objects.get()
    assert (draft.more_important, draft.strength, draft.entered_by) == ("b", 9, None)
    assert not JudgmentEvent.objects.exists()
    assert 'value="b9" checked' in client.get(place).content.decode()
    assert "1 of 3 prepared" in client.get(at("prepare", expert)).content.decode()
    client.post(place, {f"p{number(expert)}": ""})
    assert not DraftAnswer.objects.exists()


def test_an_assistant_sees_no_answer_of_the_expert_or_of_an_account() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 7)
    draft_record(expert, number(expert, "a", "c"), STRONG, user=make.user())
    client = device(expert, assistant=True)
    page = client.get(at("prepare_section", expert, "r")).content.decode()
    assert re.findall(r'value="([^"]*)" checked', page) == ["", "", ""]
    assert "the expert has answered" in page
    assert "prepared elsewhere" in page
    client.post(at("prepare_section", expert, "r"), {f"p{number(expert, 'a', 'c')}": ""})
    assert DraftAnswer.objects.get().entered_by == make.user()


def test_everything_else_is_closed_to_an_assistant() -> None:
    expert = make.expert()
    draft_record(expert, number(expert), STRONG)
    client = device(expert, assistant=True)
    for name in ("contents", "review", "submit", "receipt", "drafts"):
        assert client.get(at(name, expert)).status_code == 403, name
    assert client.post(at("drafts", expert), {"chosen": f"{number(expert)}:b9:0"}).status_code == 403
    assert client.post(at("submit", expert)).status_code == 403
    assert not JudgmentEvent.objects.exists()


def test_the_experts_own_device_is_sent_to_the_contents() -> None:
    expert = make.expert()
    client = device(expert)
    for place in (at("prepare", expert), at("prepare_section", expert, "r")):
        assert client.get(place).headers["Location"] == at("contents", expert)
    client.post(at("prepare_section", expert, "r"), {f"p{number(expert)}": "b9"})
    assert not DraftAnswer.objects.exists()


def test_nonsense_and_sections_that_are_not_asked() -> None:
    expert = make.expert()
    sections_assign(expert, ["r"], user=make.user())
    client = device(expert, assistant=True)
    assert client.get(at("prepare_section", expert, "a")).status_code == 404
    assert client.post(at("prepare_section", expert, "r"), {f"p{number(expert)}": "z9"}).status_code == 422
    survey_move(expert.survey, "closed", user=make.user())
    answer = client.post(at("prepare_section", expert, "r"), {f"p{number(expert)}": "b9"})
    assert answer.status_code == 422
    assert b"takes no answers now" in answer.content
    assert not DraftAnswer.objects.exists()
