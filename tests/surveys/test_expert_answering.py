"""Answering: each POST is one answer, stored before the next page; nothing is preselected, doubled or lost."""

import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from surveys.models import Expert, InvitationLink, Judgment, JudgmentEvent, Survey
from surveys.services.panel import link_mint
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.rotates(10)]


@pytest.fixture
def expert() -> Expert:
    return make.expert(make.survey(), name="Prof. Chen", language="en")


def device(expert: Expert, **options: Any) -> Client:
    """A browser in which the expert has begun."""
    client = Client(**options)
    token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
    page = client.get(reverse("surveys:start", args=[token]))
    client.post(
        reverse("surveys:start", args=[token]),
        {"csrfmiddlewaretoken": hidden(page.content.decode()).get("csrfmiddlewaretoken", ""), "consent": "on"},
    )
    return client


def address(expert: Expert, position: int = 1) -> str:
    return reverse("surveys:pair", args=[expert.survey_id, position])


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of the page's last form, which is the row's or the card's: they are the same."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))


def fields(client: Client, expert: Expert, position: int = 1) -> dict[str, str]:
    return hidden(client.get(address(expert, position)).content.decode())


def answer(client: Client, expert: Expert, position: int = 1, **said: Any) -> Any:
    return client.post(address(expert, position), fields(client, expert, position) | (said or a(3)))


def a(strength: int) -> dict[str, Any]:
    return {"more_important": "a", "strength": strength}


def stored() -> list[tuple[str, int | None]]:
    return list(JudgmentEvent.objects.order_by("revision").values_list("more_important", "strength"))


def test_nothing_is_preselected(expert: Expert) -> None:
    text = device(expert).get(address(expert)).content.decode()
    assert " checked" not in text
    assert 'aria-pressed="true">' not in text.split("q-compare")[1]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *[(a(5), ("a", 5)), ({"more_important": "b", "strength": 9}, ("b", 9)), ({"strength": 1}, ("equal", 1))],
        *[({"cell": "a9"}, ("a", 9)), ({"cell": "equal"}, ("equal", 1)), ({"cell": "b2"}, ("b", 2))],
    ],
)
def test_an_answer_is_stored_and_leads_on(expert: Expert, said: dict[str, Any], meant: tuple[str, int]) -> None:
    client = device(expert)
    response = answer(client, expert, **said)
    assert stored() == [meant]
    assert response["Location"] == address(expert, 2) + "#question"


def test_the_next_page_tells_what_was_saved(expert: Expert) -> None:
    client = device(expert)
    text = client.get(answer(client, expert, **a(3))["Location"]).content.decode()
    assert "Saved " in text
    assert "Indicator a is slightly more important than Indicator b (3)" in text
    assert f'href="{address(expert, 1)}#question"' in text
    assert "1/3" in text
    assert "1/4 in all" in text


def test_an_answered_pair_shows_its_answer(expert: Expert) -> None:
    client = device(expert)
    answer(client, expert, **a(5))
    text = client.get(address(expert)).content.decode()
    assert len(re.findall(r'value="a" id="side-a" required checked', text)) == 1
    assert re.search(r'value="5" aria-pressed="true"', text)


def test_it_leads_to_the_next_open_pair_and_then_to_the_review_of_the_section(expert: Expert) -> None:
    client = device(expert)
    answer(client, expert, 2)
    assert answer(client, expert, 1)["Location"].startswith(address(expert, 3))
    assert answer(client, expert, 3)["Location"] == reverse(
        "surveys:section_review", args=[expert.survey_id, make.pair(expert.survey).node_id]
    )


def test_one_pair_alone_has_nothing_to_look_at(expert: Expert) -> None:
    client = device(expert)
    for position in (1, 2, 3):
        answer(client, expert, position)
    assert answer(client, expert, 4)["Location"] == reverse("surveys:review", args=[expert.survey_id])


def test_sent_twice_it_is_one_answer_and_one_way_on(expert: Expert) -> None:
    client = device(expert)
    sent = fields(client, expert) | a(3)
    first, second = client.post(address(expert), sent), client.post(address(expert), sent)
    assert first["Location"] == second["Location"]
    assert stored() == [("a", 3)]


def test_another_answer_from_an_old_page_is_offered_and_not_lost(expert: Expert) -> None:
    client = device(expert)
    sent = fields(client, expert)
    client.post(address(expert), sent | a(3))
    response = client.post(address(expert), sent | a(7))
    assert response.status_code == 409
    assert "Indicator a is strongly more important than Indicator b (7)" in response.content.decode()
    client.post(address(expert), hidden(response.content.decode()) | a(7))
    assert stored() == [("a", 3), ("a", 7)]


@pytest.mark.parametrize(
    "said",
    [
        *[{"strength": 5}, {"more_important": "a"}, {"more_important": "a", "strength": 10}, {"cell": "a1"}],
        *[{"more_important": "c", "strength": 3}, {"more_important": "a", "strength": "1.5"}, {"cell": "x"}],
        *[{"client_key": "1", **a(3)}, {"base_revision": "-1", **a(3)}, {"comparison": "", **a(3)}],
    ],
)
def test_half_an_answer_gets_a_sentence(expert: Expert, said: dict[str, Any]) -> None:
    response = answer(device(expert), expert, **said)
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not stored()


def test_a_pair_of_another_survey_is_refused(expert: Expert) -> None:
    client = device(expert)
    other = make.survey(of=make.edition(label="2.0"))
    sent = fields(client, expert) | {"comparison": make.pair(other).pk} | a(3)
    response = client.post(address(expert), sent)
    assert response.status_code == 409
    assert "not part of the survey" in response.content.decode()
    assert not stored()


def test_an_unknown_pair_is_not_found(expert: Expert) -> None:
    assert device(expert).get(address(expert, 99)).status_code == 404


def test_two_devices_that_differ_are_asked(expert: Expert) -> None:
    one, other = device(expert), device(expert)
    seen = fields(one, expert), fields(other, expert)
    one.post(address(expert), seen[0] | a(3))
    response = other.post(address(expert), seen[1] | {"more_important": "b", "strength": 7})
    assert response["Location"] == address(expert) + "#question"
    text = other.get(response["Location"]).content.decode()
    assert "Indicator a is slightly more important than Indicator b (3)" in text
    assert "Indicator b is strongly more important than Indicator a (7)" in text
    assert Judgment.objects.get().strength == 3
    assert "two devices" in other.get(reverse("surveys:contents", args=[expert.survey_id])).content.decode()


@pytest.mark.parametrize(("side", "strength"), [("a", 3), ("b", 7)])
def test_the_choice_between_two_devices_counts(expert: Expert, side: str, strength: int) -> None:
    one, other = device(expert), device(expert)
    seen = fields(one, expert), fields(other, expert)
    one.post(address(expert), seen[0] | a(3))
    other.post(address(expert), seen[1] | {"more_important": "b", "strength": 7})
    answer(other, expert, more_important=side, strength=strength)
    current = Judgment.objects.get()
    assert (current.more_important, current.strength) == (side, strength)
    assert JudgmentEvent.objects.count() == 3
    assert "two devices" not in other.get(reverse("surveys:contents", args=[expert.survey_id])).content.decode()


def test_a_survey_that_closed_meanwhile_says_so(expert: Expert) -> None:
    client = device(expert)
    answer(client, expert)
    sent = fields(client, expert, 2) | a(3)
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    page = client.post(address(expert, 2), sent, follow=True)
    assert "takes no answers now" in page.content.decode()
    assert stored() == [("a", 3)]
    assert client.get(address(expert, 2))["Location"] == reverse("surveys:contents", args=[expert.survey_id])


def test_an_answer_repeated_after_the_close_is_still_acknowledged(expert: Expert) -> None:
    client = device(expert)
    sent = fields(client, expert) | a(3)
    first = client.post(address(expert), sent)
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    assert client.post(address(expert), sent)["Location"] == first["Location"]


def test_a_void_token_does_not_lose_the_answer(expert: Expert) -> None:
    client = device(expert, enforce_csrf_checks=True)
    sent = fields(client, expert) | a(7)
    del client.cookies["quanheng_csrf"]  # another tab signed in, say
    response = client.post(address(expert), sent)
    assert response.status_code == 403
    assert not stored()
    again = hidden(response.content.decode()) | a(7)
    assert "Indicator a is strongly more important than Indicator b (7)" in response.content.decode()
    assert client.post(address(expert), again).status_code == 302
    assert stored() == [("a", 7)]


def test_a_void_token_elsewhere_gets_the_usual_page(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("surveys:start", args=["x"])).status_code == 403


def test_an_answer_is_one_transaction_of_four_statements(expert: Expert) -> None:
    client = device(expert)
    sent = fields(client, expert) | a(3)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.post(address(expert), sent)
    work = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    assert "surveys_expertsession" in work[0]
    assert len(work) == 5, "\n".join(work)  # the cookie's look-up, and four


def test_a_page_takes_few_queries(expert: Expert) -> None:
    client = device(expert)
    answer(client, expert)
    with CaptureQueriesContext(connection) as queries:
        client.get(address(expert, 2))
    assert len(queries) == 4


def test_an_answer_is_small(expert: Expert) -> None:
    body = "&".join(f"{name}={value}" for name, value in (fields(device(expert), expert) | a(3)).items())
    assert len(body) < 1024


def test_contents_lead_to_the_first_open_pair(expert: Expert) -> None:
    client = device(expert)
    answer(client, expert, 1)
    text = client.get(reverse("surveys:contents", args=[expert.survey_id])).content.decode()
    assert f'class="btn btn-primary" href="{address(expert, 2)}#question"' in text
    assert "1 of 4 answered, about 1 min left" in text
    assert "Begun" in text
    assert "To do" in text


def test_leaving_ends_this_device_alone(expert: Expert) -> None:
    one, other = device(expert), device(expert)
    leave, contents = (reverse(f"surveys:{name}", args=[expert.survey_id]) for name in ("leave", "contents"))
    assert one.get(leave)["Location"] == contents
    assert "answers are saved" in one.post(leave).content.decode()
    assert one.get(contents).status_code == 403
    assert other.get(contents).status_code == 200


# --- strangers ---

PAGES = ["contents", "review", "submit", "receipt", "receipt_status", "leave"]
ENGLISH = {"accept-language": "en"}


def strangers(expert: Expert) -> dict[str, Client]:
    """Nobody, the coordinator, another expert of another survey, and a forged cookie."""
    coordinator, forger = Client(headers=ENGLISH), Client(headers=ENGLISH)
    coordinator.force_login(make.user())
    forger.cookies[f"quanheng_expert_{expert.survey_id}"] = str(uuid.uuid4())
    other = make.expert(make.survey(of=make.edition(label="9.0")), "E9")
    foreign = device(other, headers=ENGLISH)
    value = foreign.cookies[f"quanheng_expert_{other.survey_id}"].value
    foreign.cookies[f"quanheng_expert_{expert.survey_id}"] = value
    return {"nobody": Client(headers=ENGLISH), "coordinator": coordinator, "other expert": foreign, "forger": forger}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_needs_the_experts_own_cookie(expert: Expert, name: str) -> None:
    for who, client in strangers(expert).items():
        for method in (client.get, client.post):
            response = method(reverse(f"surveys:{name}", args=[expert.survey_id]))
            assert response.status_code in (403, 405), who
            assert "Chen" not in response.content.decode()
    nobody = Client(headers=ENGLISH).get(reverse(f"surveys:{name}", args=[expert.survey_id]))
    assert "answers are safe" in nobody.content.decode()


def test_a_pair_needs_the_experts_own_cookie(expert: Expert) -> None:
    sent = fields(device(expert), expert) | a(3)
    for client in strangers(expert).values():
        assert client.get(address(expert)).status_code == 403
        response = client.post(address(expert), sent)
        assert response.status_code == 403
        assert "not lost: it waits on this page" in response.content.decode()
    assert not stored()


def test_one_expert_cannot_answer_for_another(expert: Expert) -> None:
    colleague = make.expert(expert.survey, "E2", name="Colleague", language="en")
    answer(device(colleague), colleague)
    assert JudgmentEvent.objects.get().expert == colleague
    assert "Colleague" not in device(expert).get(address(expert)).content.decode()
