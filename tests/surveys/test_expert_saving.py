"""The endpoint of the queue: every answer may come twice, late or out of order, and gets to hear what became of it."""

import uuid
from itertools import combinations, pairwise
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ahp
from surveys.models import Comparison, Expert, ExpertSession, Judgment, JudgmentEvent, LateAnswer, Survey
from surveys.services.chain import chain_verify
from surveys.services.judgments import Answer, judgment_record
from surveys.services.judgments_many import judgments_record_many
from surveys.services.panel import session_end
from surveys.services.surveys import survey_move
from surveys.views.expert.session import cookie_name
from tests.support.everybody import session_token
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

JSON = {"accept": "application/json", "accept-language": "en"}
WIDE = {"r": ["a", "b", "c", "d", "e", "f"]}
ITEMS = WIDE["r"]


@pytest.fixture
def expert() -> Expert:
    return make.expert(make.survey(gate="none"), name="Prof. Chen", language="en")


def device(expert: Expert, **options: Any) -> Client:
    """A script on a device of the expert's."""
    client = Client(headers=JSON, **options)
    client.cookies[cookie_name(expert.survey_id)] = session_token(expert)
    return client


def entry(expert: Expert, a: str = "a", b: str = "b", **changes: Any) -> dict[str, Any]:
    """What the queue keeps of one answer."""
    usual = {"more_important": "a", "strength": 3, "base_revision": 0, "client_key": str(uuid.uuid4()), "view": "card"}
    return {"comparison": make.pair(expert.survey, a, b).pk, **usual, **changes}


def save(client: Client, expert: Expert, sent: dict[str, Any]) -> HttpResponse:
    return client.post(reverse("surveys:save", args=[expert.survey_id]), sent)  # type: ignore[return-value]


def said(expert: Expert) -> list[tuple[str, int | None]]:
    return list(
        JudgmentEvent.objects.filter(expert=expert).order_by("revision").values_list("more_important", "strength")
    )


# --- what is replied ---


def test_what_is_stored_is_told_with_its_number_and_time(expert: Expert) -> None:
    response = save(device(expert), expert, entry(expert))
    assert response.status_code == 200
    reply = response.json()  # type: ignore[attr-defined]
    assert reply["revision"] == 1
    assert len(reply["saved"]) == 5
    assert "no-store" in response["Cache-Control"]
    assert said(expert) == [("a", 3)]


def test_a_twin_gets_the_same_reply_and_is_one_event(expert: Expert) -> None:
    client, sent = device(expert), entry(expert)
    replies = [save(client, expert, sent) for _time in range(3)]
    assert {(reply.status_code, reply.content) for reply in replies} == {(200, replies[0].content)}
    assert said(expert) == [("a", 3)]
    assert chain_verify(expert) == []


def test_a_key_with_another_answer_is_refused(expert: Expert) -> None:
    client, sent = device(expert), entry(expert)
    save(client, expert, sent)
    for change in ({"strength": 5}, {"comparison": make.pair(expert.survey, "a", "c").pk}):
        response = save(client, expert, sent | change)
        assert response.status_code == 422
        assert "key of another" in response.json()["error"]  # type: ignore[attr-defined]
    assert said(expert) == [("a", 3)]


def test_the_key_of_another_expert_is_refused(expert: Expert) -> None:
    colleague = make.expert(expert.survey, "E2")
    sent = entry(expert)
    save(device(expert), expert, sent)
    assert save(device(colleague), colleague, sent).status_code == 422
    assert said(colleague) == []


def test_two_devices_that_differ_get_a_question_and_the_page_that_asks_it(expert: Expert) -> None:
    one, other = device(expert), device(expert)
    save(one, expert, entry(expert))
    sent = entry(expert, more_important="b", strength=7)
    for _time in range(2):  # the same question for the twin
        response = save(other, expert, sent)
        assert response.status_code == 409
        reply = response.json()  # type: ignore[attr-defined]
        assert "another device" in reply["error"]
        assert reply["url"] == reverse("surveys:pair", args=[expert.survey_id, 1])
    assert said(expert) == [("a", 3), ("b", 7)]
    assert Judgment.objects.get().strength == 3


def test_two_devices_that_agree_are_not_asked(expert: Expert) -> None:
    save(device(expert), expert, entry(expert))
    assert save(device(expert), expert, entry(expert)).status_code == 200


@pytest.mark.parametrize("ended", ["state", "deadline"])
def test_what_comes_too_late_is_kept_apart(expert: Expert, ended: str) -> None:
    client, sent = device(expert), entry(expert)
    if ended == "state":
        survey_move(expert.survey, Survey.State.CLOSED, user=None)
    else:
        Survey.objects.update(closes_at="2020-01-01T00:00:00Z")
    for _time in range(2):
        response = save(client, expert, sent)
        assert response.status_code == 410
        assert "kept apart" in response.json()["error"]  # type: ignore[attr-defined]
    late = LateAnswer.objects.get()
    assert (late.more_important, late.strength, str(late.client_key)) == ("a", 3, sent["client_key"])
    assert said(expert) == []


def test_what_was_stored_in_time_is_told_so_after_the_end(expert: Expert) -> None:
    client, sent = device(expert), entry(expert)
    first = save(client, expert, sent)
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    assert save(client, expert, sent).content == first.content
    assert not LateAnswer.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        *[{"strength": 10}, {"strength": ""}, {"more_important": "c"}, {"more_important": "cannot_judge"}],
        *[{"comparison": 0}, {"comparison": 10**9}, {"client_key": "1"}, {"base_revision": -1}, {"swapped": "2"}],
        *[{"view": "mirror"}, {"place": 0}, {"place": 40000}, {"milliseconds": -5}, {"cause": "boredom"}],
    ],
)
def test_what_cannot_be_is_told_and_leaves_no_trace(expert: Expert, wrong: dict[str, Any]) -> None:
    response = save(device(expert), expert, entry(expert) | wrong)
    assert response.status_code == 422
    assert response.json()["error"]  # type: ignore[attr-defined]
    assert said(expert) == []


def test_a_pair_of_another_survey_cannot_be(expert: Expert) -> None:
    other = make.expert(make.survey(of=make.edition(label="2.0")))
    assert save(device(expert), expert, entry(other)).status_code == 422
    assert said(expert) == said(other) == []


def test_who_is_signed_out_is_told_in_a_script_s_words(expert: Expert) -> None:
    ended = device(expert)
    session_end(ExpertSession.objects.get())
    for client in (ended, Client(headers=JSON)):
        response = save(client, expert, entry(expert))
        assert response.status_code == 401
        assert "answers are safe" in response.json()["error"]  # type: ignore[attr-defined]
    assert said(expert) == []


def test_a_void_token_is_answered_with_a_fresh_one_that_works(expert: Expert) -> None:
    client, sent = device(expert, enforce_csrf_checks=True), entry(expert)
    refused = save(client, expert, sent)
    assert refused.status_code == 403
    assert said(expert) == []
    token = refused.json()["csrf"]  # type: ignore[attr-defined]
    address = reverse("surveys:save", args=[expert.survey_id])
    assert client.post(address, sent, headers={"X-CSRFToken": token}).status_code == 200
    assert said(expert) == [("a", 3)]


def test_only_post_saves(expert: Expert) -> None:
    assert device(expert).get(reverse("surveys:save", args=[expert.survey_id])).status_code == 405


# --- what is stored beside the answer ---


def test_how_the_pair_was_shown_is_kept(expert: Expert) -> None:
    shown = {"view": "row", "place": 2, "swapped": "1", "milliseconds": 4321, "cause": "circle"}
    save(device(expert), expert, entry(expert) | shown)
    event = JudgmentEvent.objects.get()
    kept = (event.view, event.place, event.swapped, event.milliseconds, event.cause)
    assert kept == ("row", 2, True, 4321, "circle")
    assert event.source == "form"


def test_what_the_queue_does_not_know_is_left_open(expert: Expert) -> None:
    save(device(expert), expert, entry(expert))
    event = JudgmentEvent.objects.get()
    assert (event.view, event.place, event.swapped, event.milliseconds, event.cause) == ("card", None, None, None, "")


def test_a_page_that_was_open_for_days_counts_an_hour(expert: Expert) -> None:
    save(device(expert), expert, entry(expert, milliseconds=5 * 86_400_000))
    assert JudgmentEvent.objects.get().milliseconds == 3_600_000


def test_an_answer_is_taken_back_as_open_and_may_be_given_again(expert: Expert) -> None:
    """The queue says 0 of a pair that it knows to be open."""
    client = device(expert)
    save(client, expert, entry(expert))
    taken = entry(expert, more_important="open", base_revision=1)
    del taken["strength"]
    assert save(client, expert, taken).status_code == 200
    assert not Judgment.objects.exists()
    assert save(client, expert, entry(expert, strength=7)).status_code == 200
    assert said(expert) == [("a", 3), ("", None), ("a", 7)]
    assert not JudgmentEvent.objects.filter(conflict=True).exists()


# --- undo ---


def undo(client: Client, expert: Expert, **sent: Any) -> HttpResponse:
    return client.post(reverse("surveys:undo", args=[expert.survey_id]), sent)  # type: ignore[return-value]


def test_undo_restores_what_was_said_before(expert: Expert) -> None:
    make.say(expert, "a", "b", "b", 8)
    make.say(expert, "a", "b", "a", 3)
    response = undo(device(expert), expert)
    assert response["Location"].endswith("/pairs/1/#question")
    assert (Judgment.objects.get().more_important, Judgment.objects.get().strength) == ("b", 8)
    assert len(said(expert)) == 3


def test_undo_takes_a_first_answer_back(expert: Expert) -> None:
    make.say(expert, "a", "c")
    assert undo(device(expert), expert)["Location"].endswith("/pairs/2/#question")
    assert not Judgment.objects.exists()
    assert said(expert)[-1] == ("", None)


def test_undo_with_nothing_to_take_back_writes_nothing(expert: Expert) -> None:
    client = device(expert)
    undo(client, expert)
    assert said(expert) == []
    make.say(expert, "a", "b")
    for _time in range(2):
        undo(client, expert)
    assert said(expert) == [("a", 3), ("", None)]


def test_undo_pressed_twice_takes_one_answer_back(expert: Expert) -> None:
    """Without a script both presses arrive; the second one finds that its answer is gone."""
    make.say(expert, "a", "b", "b", 8)
    newest = make.say(expert, "a", "b", "a", 3).event.revision
    client = device(expert)
    for _press in range(2):
        undo(client, expert, newest=newest)
    assert said(expert) == [("b", 8), ("a", 3), ("b", 8)]


def test_undo_after_the_end_says_so(expert: Expert) -> None:
    make.say(expert, "a", "b")
    client = device(expert)
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    assert undo(client, expert)["Location"] == reverse("surveys:contents", args=[expert.survey_id])
    assert said(expert) == [("a", 3)]


# --- circles ---


@pytest.fixture
def wide() -> Expert:
    survey = make.survey(of=make.edition(WIDE), gate="none", missing_allowed=True)
    return make.expert(survey, name="Prof. Chen", language="en")


def test_a_circle_is_told_when_it_closes(wide: Expert) -> None:
    client = device(wide)
    for a, b, more in (("a", "b", "a"), ("b", "c", "a")):
        assert "circle" not in save(client, wide, entry(wide, a, b, more_important=more)).json()  # type: ignore[attr-defined]
    told = save(client, wide, entry(wide, "a", "c", more_important="b")).json()["circle"]  # type: ignore[attr-defined]
    assert all(f"Indicator {item}" in told for item in "abc")
    assert "Indicator d" not in told


def test_a_circle_is_told_at_most_once_in_ten_answers(wide: Expert) -> None:
    """Eighteen answers, of which every third one closes a circle."""
    client, told = device(wide), []
    for turn in range(6):
        for a, b, more in (("a", "b", "a"), ("b", "c", "a"), ("a", "c", "b")):
            sent = entry(wide, a, b, more_important=more, strength=2 + turn, base_revision=_revision(wide, a, b))
            if "circle" in save(client, wide, sent).json():  # type: ignore[attr-defined]
                told.append(len(said(wide)))
    assert told[0] == 3
    assert all(later - earlier >= 10 for earlier, later in pairwise(told))
    assert len(told) == 2


def _revision(expert: Expert, a: str, b: str) -> int:
    current = Judgment.objects.filter(expert=expert, comparison=make.pair(expert.survey, a, b)).first()
    return current.revision if current else 0


PAIRS = list(combinations(range(len(ITEMS)), 2))
WORDS = st.sampled_from([("a", 3), ("b", 3), ("equal", 1), ("cannot_judge", None), None])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(WORDS, min_size=len(PAIRS), max_size=len(PAIRS)),
    last=st.sampled_from(PAIRS),
    more=st.sampled_from("ab"),
)
def test_a_circle_is_found_exactly_where_the_method_finds_one(
    wide: Expert, words: list[tuple[str, int | None] | None], last: tuple[int, int], more: str
) -> None:
    """The query and the library agree, whatever was said before."""
    expert = make.expert(wide.survey, f"H{Expert.objects.count()}")
    keys = {(pair.item_a.code, pair.item_b.code): pair.pk for pair in _pairs(wide)}
    ratios: dict[tuple[str, str], float] = {}
    before: dict[int, Answer] = {}
    for pair, word in zip(PAIRS, words, strict=True):
        a, b = (ITEMS[item] for item in pair)
        if word is None or pair == last:
            continue
        before[keys[a, b]] = Answer(*word)
        if word[1]:
            ratios[a, b] = {"a": 3.0, "b": 1 / 3, "equal": 1.0}[word[0]]
    judgments_record_many(expert, before, base=None, source="form")
    a, b = (ITEMS[item] for item in last)
    third = judgment_record(expert, keys[a, b], Answer(more, 5), client_key=uuid.uuid4()).third
    ratios[a, b] = 5.0 if more == "a" else 1 / 5
    found = ahp.circular_triads(ahp.matrix_from_pairs(ITEMS, ratios))
    through = {frozenset(circle) for circle in found.circles if {a, b} <= set(circle)}
    assert (third is not None) == bool(through)
    if third is not None:
        code = {item.pk: item.code for pair in _pairs(wide) for item in (pair.item_a, pair.item_b)}[third]
        assert frozenset({a, b, code}) in through
    assert chain_verify(expert) == []


def _pairs(expert: Expert) -> list[Comparison]:
    return list(Comparison.objects.filter(node__edition=expert.survey.edition).select_related("item_a", "item_b"))


# --- what it costs ---


@pytest.mark.parametrize("kind", ["first", "again", "circle", "conflict", "twin"])
def test_one_transaction_of_at_most_four_statements(wide: Expert, kind: str) -> None:
    """Beside the look-up of the cookie: whether the survey is open, what is said, the event, the current answer."""
    client = device(wide)
    sent = entry(wide, "a", "c", more_important="b")
    make.say(wide, "a", "b", "a", 3)
    make.say(wide, "b", "c", "a", 3)
    if kind in ("again", "conflict"):
        make.say(wide, "a", "c", "a", 9)
        sent["base_revision"] = 3 if kind == "again" else 0
    if kind == "twin":
        save(client, wide, sent)
    if kind == "first":
        sent = entry(wide, "d", "e")
    save(client, wide, entry(wide, "e", "f"))  # structure and templates are warm
    with CaptureQueriesContext(connection) as queries:
        response = save(client, wide, sent)
    assert response.status_code == (409 if kind == "conflict" else 200)
    assert (b"circle" in response.content) == (kind in ("circle", "again"))
    work = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO"))]
    assert "surveys_expertsession" in work[0]
    assert len(work) - 1 <= 4, "\n".join(work)
    assert len(response.content) < 600


def test_a_tap_without_a_script_costs_the_same(wide: Expert) -> None:
    client = device(wide)
    address = reverse("surveys:pair", args=[wide.survey_id, 1])
    sent = entry(wide) | {"next_position": 2}
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.post(address, sent).status_code == 302
    work = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(work) - 1 <= 4, "\n".join(work)
