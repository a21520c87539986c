"""Limits of tries: whoever guesses waits, whoever knows comes in, and nothing says who it was."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surveys.errors import TooMany
from surveys.models import Bucket, InvitationLink
from surveys.services import buckets
from surveys.services.buckets import Limit, buckets_forget, give_back, place_of, take
from surveys.services.panel import link_mint
from surveys.services.tokens import token_create
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

THREE = Limit("three", 3, timedelta(seconds=10), "Wait %(seconds)d seconds.")
Pass = Callable[[float], None]


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Pass:
    """A clock that goes on only when it is told to, by so many seconds."""
    now = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: now[0])

    def go_on(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    return go_on


def tries(count: int, who: str = "me") -> list[int]:
    """How long each has to wait; 0: not at all."""
    found = []
    for _time in range(count):
        try:
            take(THREE, who)
            found.append(0)
        except TooMany as refused:
            assert str(refused) == f"Wait {refused.seconds} seconds."
            found.append(refused.seconds)
    return found


def test_it_holds_so_many_and_gets_one_back_after_a_while(passes: Pass) -> None:
    assert tries(5) == [0, 0, 0, 10, 10]
    assert tries(1, "somebody else") == [0]
    passes(9)
    assert tries(1) == [1]
    passes(1)
    assert tries(2) == [0, 10]
    give_back(THREE, "me")
    assert tries(2) == [0, 10]
    passes(1000)
    assert tries(4) == [0, 0, 0, 10]  # no more than it holds, however long nobody came


def test_what_is_full_again_is_removed_and_what_was_kept_names_nobody(passes: Pass) -> None:
    tries(1, "li@192.0.2.7")
    assert "li" not in Bucket.objects.get().key and len(Bucket.objects.get().key) == 64
    assert buckets_forget() == 0
    passes(10.1)
    assert buckets_forget() == 1 and buckets_forget() == 0


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_than_it_holds() -> None:
    outcomes: list[Any] = make.in_threads(*[partial(take, THREE, "all of us")] * 8)
    assert sum(each is None for each in outcomes) == 3
    assert all(isinstance(each, TooMany) for each in outcomes if each is not None)


@pytest.mark.one_database
def test_a_home_with_many_addresses_is_one_place() -> None:
    assert place_of("2001:db8:1:2:3::4") == place_of("2001:db8:1:2::9") != place_of("2001:db8:1:3::4")
    assert place_of("::ffff:192.0.2.1") == place_of("192.0.2.1") != place_of("192.0.2.2")
    assert place_of("") == "" and place_of("not an address") == "not an address"


# --- signing in ---


def sign_in(name: str, password: str, address: str) -> Any:
    return Client(REMOTE_ADDR=address, headers={"accept-language": "en"}).post(
        reverse("login"), {"username": name, "password": password}
    )


def statuses(count: int, name: str, address: Callable[[int], str]) -> list[int]:
    return [sign_in(name, "wrong", address(time)).status_code for time in range(count)]


@pytest.mark.one_database
def test_guessing_from_everywhere_locks_nobody_out_of_their_own_desk(passes: Pass) -> None:
    user = make.user("li")
    user.set_password("right")
    user.save()
    for _day in range(12):  # no mistakes, no limit
        assert sign_in("li", "right", "198.51.100.1").status_code == 302
    assert statuses(21, "li", "192.0.2.{}".format) == [200] * 20 + [429]
    assert sign_in("li", "right", "198.51.100.1").status_code == 302
    refused = sign_in("li", "right", "203.0.113.5")
    assert refused.status_code == 429 and refused["Retry-After"] == "30"
    assert "Please wait 30 seconds" in refused.content.decode()
    passes(30)
    assert sign_in("li", "right", "203.0.113.5").status_code == 302


@pytest.mark.one_database
def test_one_place_guesses_neither_one_account_nor_many() -> None:
    assert statuses(11, "li", lambda _time: "192.0.2.1") == [200] * 10 + [429]
    assert [sign_in(f"name-{time}", "wrong", "192.0.2.2").status_code for time in range(21)] == [200] * 20 + [429]
    lent = Client(REMOTE_ADDR="192.0.2.2").post(
        "/login/", {"username": "x", "password": "y"}, HTTP_X_FORWARDED_FOR="::1"
    )
    assert lent.status_code == 429  # what a visitor says of its address is not believed


# --- the other doors ---


@pytest.mark.one_database
def test_links_and_tokens_that_open_nothing_make_wait_and_those_that_open_never_do() -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    link = link_mint(make.expert(), channel=InvitationLink.Channel.SHOWN, user=None)
    links = [client.get(f"/i/{'x' * 40}{time}/").status_code for time in range(31)]
    assert links == [404] * 30 + [429]
    assert client.get(reverse("surveys:start", args=[link])).status_code == 200
    ask = partial(client.get, "/api/v1/surveys/")
    answers = [ask(headers={"Authorization": "Bearer qh_wrong"}) for _time in range(31)]
    assert [each.status_code for each in answers] == [401] * 30 + [429]
    assert answers[-1]["Retry-After"] in ("1", "2") and answers[-1]["Content-Type"] == "application/problem+json"
    token = token_create(make.user(), name="robot", scope="read", days=1)
    assert ask(headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.one_database
def test_the_sweep_removes_old_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    from surveys import tasks

    removed: list[bool] = []
    monkeypatch.setattr(tasks, "buckets_forget", lambda: removed.append(True))
    tasks.remind()
    assert removed == [True]


@pytest.mark.one_database
def test_every_limit_has_a_name_of_its_own_and_says_how_long() -> None:
    limits = [each for each in vars(buckets).values() if isinstance(each, Limit)]
    assert len({each.name for each in limits}) == len(limits) == 11
    assert all("%(seconds)d" in str(each.sentence) for each in limits)
