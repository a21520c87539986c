"""Who may use which operation of the API: every one, with the token of every kind of account, here and elsewhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from surveys.api.operations import OPERATIONS
from surveys.services.tokens import token_create
from tests.support.api_doors import API_DOORS, EVERYBODY, ApiDoor
from tests.support.doors import ADDRESSES
from tests.support.everybody import ACCOUNTS, STRANGERS, Estate, Everybody, everybody
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

every_door = pytest.mark.parametrize("door", API_DOORS, ids=lambda door: f"{door.method} {door.name}")


@pytest.fixture(scope="module")
def all_of_them(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Everybody]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield everybody()
        transaction.set_rollback(True)


@pytest.fixture
def tokens(all_of_them: Everybody) -> dict[str, dict[str, str]]:
    """Account → scope → token."""
    return {
        name: {
            scope: token_create(make.user(f"the-{name}"), name="test", scope=scope, days=1)
            for scope in ("read", "write")
        }
        for name in ACCOUNTS
    }


def ask(door: ApiDoor, at: Estate, token: str = "") -> Any:
    path = reverse(door.name, args=door.place(at))
    sent: dict[str, Any] = {"data": door.body(at), "content_type": "application/json"} if door.body else {}
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return getattr(Client(), door.method.lower())(path, headers=headers, **sent)


def test_the_table_has_every_operation_and_no_other() -> None:
    declared = {(each.method, each.name) for each in OPERATIONS}
    assert {(door.method, door.operation or door.name.partition(":")[2]) for door in API_DOORS} == declared
    assert {door.name for door in API_DOORS} <= set(ADDRESSES)


@every_door
@pytest.mark.rotates(14)
def test_who_may_and_who_may_not(door: ApiDoor, all_of_them: Everybody, tokens: dict[str, dict[str, str]]) -> None:
    for name in ACCOUNTS:
        scope = "write" if door.writes else "read"
        found = ask(door, all_of_them.here, tokens[name][scope]).status_code
        if door.who == EVERYBODY or name in door.who:
            assert found in (200, 201, 202), name
        else:
            assert found == (404 if name in STRANGERS else 403), name


@every_door
def test_a_token_that_reads_does_not_write(
    door: ApiDoor, all_of_them: Everybody, tokens: dict[str, dict[str, str]]
) -> None:
    found = ask(door, all_of_them.here, tokens["owner"]["read"]).status_code
    assert found == (403 if door.writes else 200)


@every_door
@pytest.mark.parametrize("token", ["", "qh_nothing", "x" * 5000, "qh_é"])
def test_nothing_without_a_token(door: ApiDoor, token: str, all_of_them: Everybody) -> None:
    response = ask(door, all_of_them.here, token)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.headers["Content-Type"] == "application/problem+json"


@every_door
def test_a_cookie_is_no_token(door: ApiDoor, all_of_them: Everybody) -> None:
    client = all_of_them.client("owner")
    path = reverse(door.name, args=door.place(all_of_them.here))
    assert client.generic(door.method, path, b"{}", content_type="application/json").status_code == 401


@every_door
def test_what_belongs_to_another_survey_is_not_found(
    door: ApiDoor, all_of_them: Everybody, tokens: dict[str, dict[str, str]]
) -> None:
    if door.who != EVERYBODY:
        response = ask(door, all_of_them.elsewhere, tokens["owner"]["write"])
        assert response.status_code == 404


def test_lists_hold_nothing_of_others(all_of_them: Everybody, tokens: dict[str, dict[str, str]]) -> None:
    here, theirs = ApiDoor("surveys:api_surveys"), {survey.pk for survey in all_of_them.elsewhere.surveys}
    own = ask(here, all_of_them.here, tokens["viewer"]["read"])
    assert {each["id"] for each in own.json()} == {survey.pk for survey in all_of_them.here.surveys}
    strangers = ask(here, all_of_them.here, tokens["stranger"]["read"])
    assert strangers.json() == []
    neighbours = ask(here, all_of_them.here, tokens["neighbour"]["read"])
    assert {each["id"] for each in neighbours.json()} == theirs
