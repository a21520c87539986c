"""The practice: the real card on pairs that do not matter. Nothing is stored, every page can be left."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from surveys.models import Expert, InvitationLink, JudgmentEvent
from surveys.services.panel import link_mint
from surveys.services.surveys import survey_move
from tests.support.everybody import recorded
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def expert() -> Expert:
    return make.expert(make.survey(), name="Prof. Chen", language="en")


@pytest.fixture
def phone(expert: Expert) -> Client:
    """A device that began with “Practise first”."""
    client = Client()
    token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
    client.post(reverse("surveys:start", args=[token]), {"consent": "on", "to": "practice"})
    return client


def practice(client: Client, expert: Expert, **said: Any) -> str:
    page = client.get(reverse("surveys:practice", args=[expert.survey_id]), said)
    assert page.status_code == 200
    return page.content.decode()


def test_two_pairs_and_on_to_the_first_question(phone: Client, expert: Expert) -> None:
    first_question = f'href="{reverse("surveys:pair", args=[expert.survey_id, 1])}#question"'
    with recorded() as written:
        opened = practice(phone, expert)
        first = practice(phone, expert, pair=1, more_important="a", strength=5)
        second = practice(phone, expert, pair=2)
        last = practice(phone, expert, pair=2, more_important="b", strength=4)
    assert not written
    assert not JudgmentEvent.objects.exists()
    assert "Apple" in opened
    assert "btn-primary" not in opened
    assert "Apple is clearly more important than Pear (5)" in first
    assert "?pair=2#question" in first
    assert "Cycling" in second
    assert "Cycling is between slightly and clearly more important than Walking (4)" in last
    assert re.search(rf"btn-primary\" {first_question}", last)
    for page in (opened, first, second, last):  # it can be left on each of them
        assert f'btn-link" {first_question}' in page
        assert page.count("<h1") == 1


def test_an_answer_is_explained_by_worked_sentences(phone: Client, expert: Expert) -> None:
    text = practice(phone, expert, pair=1, more_important="b", strength=8)
    said = re.findall(r"Pear is [a-z ]+ more important than Apple \((\d)\)", text.split("<dl>")[1])
    assert said == ["3", "5", "8", "9"]
    assert text.count("your answer") == 1
    assert 'value="8" aria-pressed="true"' in text
    assert 'value="b" id="side-b" required checked' in text


def test_equal_is_one_tap(phone: Client, expert: Expert) -> None:
    text = practice(phone, expert, pair=1, strength=1)
    assert "Apple and Pear are equally important (1)" in text
    assert 'name="strength" value="1" formnovalidate aria-pressed="true"' in text


@pytest.mark.parametrize("half", [{"strength": 5}, {"more_important": "a"}])
def test_half_an_answer_is_asked_for_whole(phone: Client, expert: Expert, half: dict[str, Any]) -> None:
    text = practice(phone, expert, pair=1, **half)
    assert 'role="status">First choose which is more important' in text
    assert "q-worked" not in text


@pytest.mark.parametrize("nonsense", [{"pair": 9}, {"pair": "x"}, {"strength": 12, "more_important": "c"}])
def test_nonsense_is_the_first_pair(phone: Client, expert: Expert, nonsense: dict[str, Any]) -> None:
    text = practice(phone, expert, **nonsense)
    assert "Practice 1 of 2" in text
    assert "q-worked" not in text


def test_after_the_end_it_leads_to_the_contents(phone: Client, expert: Expert) -> None:
    survey_move(expert.survey, "closed", user=None)
    text = practice(phone, expert, pair=2, strength=1)
    assert f'btn-primary" href="{reverse("surveys:contents", args=[expert.survey_id])}"' in text
    assert "/pairs/" not in text.split("<main")[1]
