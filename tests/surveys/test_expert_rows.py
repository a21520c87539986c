"""The page of rows: as many pages as the paper has, and a whole section without a script."""

import re
import uuid
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from surveys.models import Comparison, Expert, Indicator, Judgment, JudgmentEvent, LateAnswer, Survey
from surveys.services.chain import chain_verify
from surveys.services.surveys import survey_move
from surveys.views.expert.session import cookie_name
from tests.support.everybody import session_token
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.rotates(10)]


def expert_of(items: int = 3, **settings: Any) -> Expert:
    """An expert who is asked about so many items in one section."""
    tree = {"r": [f"c{number:02}" for number in range(items)]}
    survey = make.survey(of=make.edition(tree), gate="none", **settings)
    return make.expert(survey, name="Prof. Chen", language="en")


def device(expert: Expert, **options: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **options)
    client.cookies[cookie_name(expert.survey_id)] = session_token(expert)
    return client


def address(expert: Expert, page: int | str = "") -> str:
    node = Indicator.objects.get(edition=expert.survey.edition, code="r")
    return reverse("surveys:rows", args=[expert.survey_id, node.pk]) + (f"?page={page}" if page else "")


def hidden(response: Any) -> dict[str, str]:
    form = response.content.decode().split("data-rows-form")[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form))


def checked(response: Any) -> dict[str, str]:
    return dict(re.findall(r'name="(pair-\d+)"[^>]* value="([^"]*)" checked', response.content.decode()))


def shown_pairs(response: Any) -> list[int]:
    return [int(pair) for pair in re.findall(r'<fieldset class="q-scale" id="pair-(\d+)"', response.content.decode())]


def get(client: Client, expert: Expert, page: int | str = "") -> HttpResponse:
    return client.get(address(expert, page))  # type: ignore[return-value]


def send(client: Client, expert: Expert, page: int, cells: dict[int, str]) -> HttpResponse:
    """Press the button below the rows."""
    fields = hidden(get(client, expert, page))
    said = {f"pair-{pair}": cell for pair, cell in cells.items()}
    return client.post(address(expert, page), fields | said)  # type: ignore[return-value]


def current(expert: Expert) -> dict[int, tuple[str, int | None]]:
    rows = Judgment.objects.filter(expert=expert)
    return {row.comparison_id: (row.more_important, row.strength) for row in rows}


def pairs(expert: Expert) -> list[int]:
    rows = Comparison.objects.filter(node__edition=expert.survey.edition).order_by("position")
    return list(rows.values_list("pk", flat=True))


# --- the pages ---


@pytest.mark.parametrize(
    ("items", "pages"),
    [(2, [1]), (3, [3]), (5, [10]), (6, [8, 7]), (7, [11, 10]), (9, [12, 12, 12]), (11, [11] * 5), (4, [6])],
)
def test_pages_are_as_equal_as_can_be(items: int, pages: list[int]) -> None:
    expert = expert_of(items)
    client = device(expert)
    found = [shown_pairs(get(client, expert, page)) for page in range(1, len(pages) + 1)]
    assert [len(page) for page in found] == pages
    assert [pair for page in found for pair in page] == pairs(expert)
    assert ("Page 1 of" in get(client, expert).content.decode()) == (len(pages) > 1)


@pytest.mark.parametrize("wanted", ["0", "9", "x", "-1", "²", "99999999999999999999"])
def test_a_page_that_is_not_there_is_the_first_with_an_open_pair(wanted: str) -> None:
    expert = expert_of(7)
    client = device(expert)
    assert shown_pairs(get(client, expert, wanted)) == pairs(expert)[:11]
    send(client, expert, 1, dict.fromkeys(pairs(expert)[:11], "a3"))
    assert shown_pairs(get(client, expert, wanted)) == pairs(expert)[11:]


def test_a_reduced_plan_shows_the_pairs_that_are_asked_and_what_else_was_answered() -> None:
    expert = expert_of(7, question_plan="reduced", full_up_to=2, question_order="balanced")
    client = device(expert)
    shown = shown_pairs(get(client, expert))
    assert len(shown) == 11
    beyond = next(pair for pair in pairs(expert) if pair not in shown)
    position = Comparison.objects.get(pk=beyond).position
    answer = {
        "comparison": beyond,
        "client_key": uuid.uuid4(),
        "base_revision": 0,
        "more_important": "a",
        "strength": 5,
    }
    client.post(reverse("surveys:pair", args=[expert.survey_id, position]), answer)
    assert len(shown_pairs(get(client, expert))) == 12


def test_a_section_of_somebody_elses_is_not_found() -> None:
    expert, other = expert_of(3), make.expert(make.survey(of=make.edition(label="2.0")))
    node = Indicator.objects.get(edition=other.survey.edition, code="r")
    assert device(expert).get(reverse("surveys:rows", args=[expert.survey_id, node.pk])).status_code == 404


def test_a_page_of_rows_takes_as_many_queries_for_eleven_items_as_for_three(
    django_assert_max_num_queries: Any,
) -> None:
    for items in (3, 11):
        expert = expert_of(items)
        client = device(expert)
        get(client, expert)
        with django_assert_max_num_queries(6):
            get(client, expert)


# --- saving ---


def test_a_page_is_stored_as_it_was_shown() -> None:
    expert = expert_of(3)
    first, second, third = pairs(expert)
    send(device(expert), expert, 1, {first: "a9", second: "equal", third: "b2"})
    assert current(expert) == {first: ("a", 9), second: ("equal", 1), third: ("b", 2)}
    events = JudgmentEvent.objects.filter(expert=expert)
    assert {(event.view, event.source, event.swapped) for event in events} == {("row", "form", False)}
    assert [event.place for event in events] == [1, 2, 3]
    assert chain_verify(expert) == []


def test_swapped_sides_say_what_the_pair_calls_them() -> None:
    """The value of a cell names the item, whichever side it stands on."""
    expert = expert_of(7, question_order="balanced")
    client = device(expert)
    page = get(client, expert, 1)
    told: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="radio" name="(pair-\d+)"[^>]* value="([^"]*)"', page.content.decode()):
        told.setdefault(name, []).append(value)
    left = {int(name.removeprefix("pair-")): values[0] for name, values in told.items()}
    assert set(left.values()) == {"a9", "b9"}  # some stand the other way round
    send(client, expert, 1, left)
    assert current(expert) == {pair: (cell[0], 9) for pair, cell in left.items()}
    swapped = JudgmentEvent.objects.filter(expert=expert).values_list("comparison_id", "swapped")
    assert dict(swapped) == {pair: cell == "b9" for pair, cell in left.items()}


def test_blank_rows_say_nothing_and_old_answers_are_not_said_again() -> None:
    expert = expert_of(3)
    client, (first, second, _third) = device(expert), pairs(expert)
    send(client, expert, 1, {first: "a3"})
    assert checked(get(client, expert)) == {f"pair-{first}": "a3"}
    send(client, expert, 1, {first: "a3", second: "b4"})
    assert JudgmentEvent.objects.count() == 2


def test_the_same_page_sent_twice_is_one_answer_each() -> None:
    expert = expert_of(3)
    client, (first, *_rest) = device(expert), pairs(expert)
    fields = hidden(get(client, expert)) | {f"pair-{first}": "a3"}
    one, two = client.post(address(expert), fields), client.post(address(expert), fields)
    assert one["Location"] == two["Location"]
    assert JudgmentEvent.objects.count() == 1


def test_two_devices_that_differ_are_asked_and_nothing_is_overwritten() -> None:
    expert = expert_of(3)
    one, other, (first, second, _third) = device(expert), device(expert), pairs(expert)
    old = hidden(get(other, expert))
    send(one, expert, 1, {first: "a3"})
    response = other.post(address(expert), old | {f"pair-{first}": "b7", f"pair-{second}": "a2"})
    assert response["Location"] == reverse("surveys:contents", args=[expert.survey_id])
    assert "please choose" in other.get(response["Location"]).content.decode()
    assert current(expert) == {first: ("a", 3), second: ("a", 2)}
    assert JudgmentEvent.objects.get(conflict=True).strength == 7


@pytest.mark.parametrize("forged", ["a1", "a10", "c3", "9", "cannot_judge", "a3' OR 1=1", "open"])
def test_a_value_that_no_row_has_stores_nothing_and_keeps_what_was_chosen(forged: str) -> None:
    expert = expert_of(3)
    client, (first, second, _third) = device(expert), pairs(expert)
    response = send(client, expert, 1, {first: "a3", second: forged})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert checked(response).get(f"pair-{first}") == "a3"
    assert not JudgmentEvent.objects.exists()


@pytest.mark.parametrize("seen", ["", "-1", "x", "²"])
def test_a_forged_revision_stores_nothing(seen: str) -> None:
    expert = expert_of(3)
    client, (first, *_rest) = device(expert), pairs(expert)
    fields = hidden(get(client, expert)) | {f"pair-{first}": "a3", f"seen-{first}": seen}
    assert client.post(address(expert), fields).status_code == 422
    assert not JudgmentEvent.objects.exists()


def test_a_pair_of_another_page_or_survey_is_not_read() -> None:
    expert, other = expert_of(7), expert_of(3)
    client = device(expert)
    foreign, far = pairs(other)[0], pairs(expert)[15]
    fields = hidden(get(client, expert, 1)) | {f"pair-{foreign}": "a3", f"seen-{foreign}": "0", f"pair-{far}": "a3"}
    client.post(address(expert, 1), fields | {f"seen-{far}": "0"})
    assert not JudgmentEvent.objects.exists()


def test_cannot_judge_is_offered_where_the_survey_allows_it() -> None:
    strict, lenient = expert_of(3), expert_of(3, missing_allowed=True)
    assert (
        "cannot_judge"
        not in get(device(strict), strict).content.decode().split("data-rows-form")[1].split("</form>")[0]
    )
    client, (first, *_rest) = device(lenient), pairs(lenient)
    send(client, lenient, 1, {first: "cannot_judge"})
    assert current(lenient) == {first: ("cannot_judge", None)}
    assert checked(get(client, lenient)) == {f"pair-{first}": "cannot_judge"}


# --- what must not be lost ---


def test_a_page_that_comes_too_late_is_kept_apart() -> None:
    expert = expert_of(3)
    client, (first, second, third) = device(expert), pairs(expert)
    send(client, expert, 1, {first: "a3"})
    fields = hidden(get(client, expert)) | {f"pair-{first}": "a3", f"pair-{second}": "b4", f"pair-{third}": "equal"}
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    for _time in range(2):  # the same page again is the same answers
        page = client.post(address(expert), fields, follow=True).content.decode()
    assert "takes no answers now" in page
    assert "2 answers came after the end" in page
    late = LateAnswer.objects.order_by("comparison__position")
    assert [(one.comparison_id, one.more_important, one.strength) for one in late] == [
        (second, "b", 4),
        (third, "equal", 1),
    ]
    assert JudgmentEvent.objects.count() == 1
    assert get(client, expert)["Location"] == reverse("surveys:contents", args=[expert.survey_id])


def test_a_late_page_that_says_nothing_new_says_that_the_survey_is_closed() -> None:
    expert = expert_of(3)
    client, (first, *_rest) = device(expert), pairs(expert)
    send(client, expert, 1, {first: "a3"})
    fields = hidden(get(client, expert)) | {f"pair-{first}": "a3"}
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    page = client.post(address(expert), fields, follow=True).content.decode()
    assert "came after the end" not in page
    assert not LateAnswer.objects.exists()


def test_a_void_token_brings_the_page_back_with_everything_chosen() -> None:
    expert = expert_of(3)
    client, (first, second, _third) = device(expert, enforce_csrf_checks=True), pairs(expert)
    fields = hidden(get(client, expert)) | {f"pair-{first}": "a3", f"pair-{second}": "b8"}
    make.say(expert, "c00", "c01", "b", 9)  # another device, meanwhile
    del client.cookies["quanheng_csrf"]
    response = client.post(address(expert), fields)
    assert response.status_code == 403
    assert checked(response) == {f"pair-{first}": "a3", f"pair-{second}": "b8"}
    again = hidden(response) | checked(response)
    assert again[f"seen-{first}"] == "0"  # what the page had seen when it was filled in
    client.post(address(expert), again)
    assert current(expert) == {first: ("b", 9), second: ("b", 8)}
    assert JudgmentEvent.objects.get(conflict=True).comparison_id == first


# --- a whole section ---


@pytest.mark.parametrize(("items", "order"), [(5, "paper"), (9, "balanced"), (11, "balanced")])
def test_a_whole_section_without_a_script(items: int, order: str) -> None:
    """From the first page to the review, by the button alone."""
    expert = expert_of(items, question_order=order)
    client, where = device(expert), address(expert)
    pages = 0
    while "/rows/" in where:
        pages += 1
        page = client.get(where.partition("#")[0])
        assert page.status_code == 200
        here = shown_pairs(page)
        said = {f"pair-{pair}": ("a4", "equal", "b6")[pair % 3] for pair in here}
        action = re.search(r'action="([^"]*/rows/[^"]*)"', page.content.decode())
        assert action
        where = client.post(action[1], hidden(page) | said)["Location"]
    assert pages == {5: 1, 9: 3, 11: 5}[items]
    assert where.endswith("/review/")
    assert len(current(expert)) == items * (items - 1) // 2
    assert chain_verify(expert) == []


# --- rows or cards ---


def pair_address(expert: Expert, position: int = 1, query: str = "") -> str:
    return reverse("surveys:pair", args=[expert.survey_id, position]) + query


def test_who_asked_for_rows_gets_them_from_now_on_and_cards_again_when_asked() -> None:
    expert = expert_of(11)
    client = device(expert)
    assert client.get(pair_address(expert, 40)).status_code == 200
    get(client, expert)
    onwards = client.get(pair_address(expert, 40))
    assert onwards.headers["Location"] == f"{address(expert)}?pair=40#question"
    wanted = Comparison.objects.get(position=40, node__edition=expert.survey.edition).pk
    assert wanted in shown_pairs(client.get(onwards.headers["Location"]))
    assert client.get(pair_address(expert, 40, "?view=card")).status_code == 200
    assert client.get(pair_address(expert, 40)).status_code == 200


def test_a_hint_and_two_answers_that_differ_are_shown_as_a_card_all_the_same() -> None:
    expert = expert_of(3)
    client = device(expert)
    get(client, expert)
    assert client.get(pair_address(expert, 1, "?because=hint")).status_code == 200
    make.say(expert, "c00", "c01", "a", 3)
    make.say(expert, "c00", "c01", "b", 5, base_revision=0)
    assert client.get(pair_address(expert, 1)).status_code == 200
    assert client.get(pair_address(expert, 2)).status_code == 302
