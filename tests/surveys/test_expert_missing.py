"""“Cannot judge” on the expert's form: where it is allowed, settled like an answer, told in calm words."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from surveys.models import Expert, Submission
from surveys.services.panel import link_mint
from tests.surveys import factories as make
from tests.surveys.test_expert_answering import address, answer, device, fields, stored

pytestmark = pytest.mark.django_db

OPEN: dict[str, Any] = {"more_important": "cannot_judge"}


@pytest.fixture
def expert() -> Expert:
    return make.expert(make.survey(missing_allowed=True), name="Prof. Chen", language="en")


def page(client: Client, name: str, expert: Expert) -> str:
    return client.get(reverse(f"surveys:{name}", args=[expert.survey_id])).content.decode()


def leave_open(client: Client, expert: Expert, *positions: int) -> None:
    for position in positions:
        answer(client, expert, position, **OPEN)


def test_it_is_offered_where_it_is_allowed_and_nowhere_else(expert: Expert) -> None:
    assert 'value="cannot_judge"' in device(expert).get(address(expert)).content.decode()
    other = make.expert(make.survey(of=expert.survey.edition), language="en")
    assert 'value="cannot_judge"' not in device(other).get(address(other)).content.decode()


def test_where_it_is_not_allowed_it_is_refused_with_a_sentence() -> None:
    other = make.expert(name="Prof. Chen", language="en")
    client = device(other)
    response = client.post(address(other), fields(client, other) | OPEN)
    assert (response.status_code, stored()) == (409, [])
    assert "asks for an answer to every pair" in response.content.decode()


def test_it_settles_the_pair_and_leads_on(expert: Expert) -> None:
    client = device(expert)
    response = answer(client, expert, **OPEN)
    assert response["Location"] == address(expert, 2) + "#question"
    assert stored() == [("cannot_judge", None)]
    assert "1/4 in all" in client.get(address(expert, 2)).content.decode()
    assert "data-left-open>" in client.get(address(expert)).content.decode()


def test_an_answer_may_still_be_given(expert: Expert) -> None:
    client = device(expert)
    answer(client, expert, **OPEN)
    answer(client, expert)
    assert stored() == [("cannot_judge", None), ("a", 3)]
    assert "data-left-open hidden>" in client.get(address(expert)).content.decode()


def test_two_devices_may_differ_about_it(expert: Expert) -> None:
    client = device(expert)
    before = fields(client, expert)
    answer(client, expert)
    client.post(address(expert), before | OPEN)
    text = client.get(address(expert)).content.decode()
    assert "Which answer should count?" in text
    assert '<button type="submit" class="btn btn-secondary" name="more_important" value="cannot_judge">' in text


def test_weights_of_the_rest_are_shown_and_handed_in(expert: Expert) -> None:
    client = device(expert)
    answer(client, expert, 1)
    answer(client, expert, 2)
    leave_open(client, expert, 3, 4)
    review = page(client, "review", expert)
    assert "1 pair left open" in review
    assert "Not testable" in review
    assert "You left this section open" in review
    client.post(reverse("surveys:submit", args=[expert.survey_id]))
    make.work_off()
    receipt = page(client, "receipt", expert)
    for words in ("1 pair left open", "Not testable", "You left this section open"):
        assert words in receipt
    assert " 0 %" not in receipt


def test_items_that_nothing_connects_are_named(expert: Expert) -> None:
    client = device(expert)
    answer(client, expert, 1)
    leave_open(client, expert, 2, 3, 4)
    assert "your answers do not connect all items" in page(client, "review", expert)
    node = make.pair(expert.survey).node_id
    section = client.get(reverse("surveys:section_review", args=[expert.survey_id, node])).content.decode()
    group = section.split("your answers do not connect all items")[1].split("</ul>")[0]
    assert group.count("<li>") == 2
    assert not Submission.objects.exists()
    client.post(reverse("surveys:submit", args=[expert.survey_id]))
    make.work_off()
    assert "your answers do not connect all items" in page(client, "receipt", expert)


def test_the_start_says_that_one_may_say_so(expert: Expert) -> None:
    client = Client()
    token = link_mint(expert, channel="shown", user=None)
    assert "Where you cannot judge a pair" in client.get(reverse("surveys:start", args=[token])).content.decode()
