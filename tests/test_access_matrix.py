"""Who may open which address and who may not: every address of the site, for every kind of visitor.

An address that is not in the table (tests/support/doors/) fails the test. A refused request and a GET write nothing,
whoever asks.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from surveys.access import DECIDES
from surveys.models import Comparison, Expert, InvitationLink, Judgment, JudgmentEvent, Survey
from surveys.selectors.demo import READY
from surveys.selectors.links import session_of
from surveys.selectors.verification import stored_problems
from surveys.services.panel import invitation_revoke, link_mint, session_end
from surveys.tokens import new_token
from surveys.views.expert.session import cookie_name
from tests.reliability.rows import record
from tests.support.doors import ADDRESSES, DOORS, SESSION, TOKEN, Door, allowed, answer, expected
from tests.support.everybody import (
    MEMBERS,
    STRANGERS,
    VISITORS,
    Estate,
    Everybody,
    address,
    ask,
    everybody,
    outcome,
    session_token,
)
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

OTHER_METHODS = ("PUT", "PATCH", "DELETE")
ANSWER_ALL = {"healthz", "set_language", "login"}  # have something to show for every method, and do nothing
POSTS = [name for name, door in DOORS.items() if door.post]
every_address = pytest.mark.parametrize("name", ADDRESSES)
every_post = pytest.mark.parametrize("name", POSTS)


@pytest.fixture(scope="module")
def all_of_them(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Everybody]:
    """Made once, in a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield everybody()
        transaction.set_rollback(True)


# --- the matrix ---


def test_the_table_has_every_address_and_no_other() -> None:
    assert set(DOORS) == set(ADDRESSES)


@pytest.mark.rotates(14)
@every_address
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_may_and_who_may_not(name: str, method: str, all_of_them: Everybody) -> None:
    door, here = DOORS[name], all_of_them.here
    who, began = door.asked(method), time.monotonic()
    asked, wrote, wrong = 0, False, []
    for args in door.args(here):
        for visitor in VISITORS:
            payload = door.payload(here) if method == "POST" else None
            response, written = ask(all_of_them, visitor, method, address(name, args), payload)
            found, where = outcome(response), f"{method} {address(name, args)} by {visitor}"
            if found not in (closed(door, method, visitor) if who is None else {expected(who, visitor)}):
                wrong.append(f"{where}: {found}")
            if written and not (method == "POST" and found == "ok"):
                wrong.append(f"{where} wrote {written}")
            asked, wrote = asked + 1, wrote or bool(written)
    record(
        "address, method, visitor, own and other", asked, len(wrong), time.monotonic() - began, note=connection.vendor
    )
    assert not wrong, "\n".join(wrong)
    assert wrote == (method == "POST" and who is not None and door.writes), "the payload is not what it should be"


def closed(door: Door, method: str, visitor: str) -> set[str]:
    """What may be answered where a method is not taken. Whoever may come in by the other one is told so, others learn
    nothing.
    """
    other = door.asked("POST" if method == "GET" else "GET")
    assert other is not None
    return {"405"} if expected(other, visitor) == "ok" else {"405", "login", "403", "404"}


@pytest.mark.one_database
@every_address
def test_no_other_method_does_anything(name: str, all_of_them: Everybody) -> None:
    for args in DOORS[name].args(all_of_them.here)[:1]:
        for method in OTHER_METHODS:
            for visitor in ("anonymous", "expert", "owner"):
                response, written = ask(all_of_them, visitor, method, address(name, args))
                assert outcome(response) != "ok" or name in ANSWER_ALL, (method, name, visitor)
                assert not written, (method, name, visitor)


@pytest.mark.one_database
@every_post
def test_a_post_from_another_site_is_refused(name: str, all_of_them: Everybody) -> None:
    """Even with the cookies of whoever may: the token is missing."""
    door, here = DOORS[name], all_of_them.here
    assert door.post
    for visitor in allowed(door.post):
        path = address(name, door.args(here)[0])
        response, written = ask(all_of_them, visitor, "POST", path, door.payload(here), enforce_csrf_checks=True)
        assert (response.status_code, written) == (403, []), visitor


# --- a locked weight set ---


@pytest.mark.parametrize("name", [name for name in POSTS if "weights/<number:number>/" in ADDRESSES[name]])
def test_nobody_changes_a_locked_weight_set(name: str, all_of_them: Everybody) -> None:
    locked = all_of_them.here.sets["locked"]
    reasons = {f"{form}-reason": "Because." for form in ("propose", "approve", "return")}
    payload = {
        **DOORS[name].payload(all_of_them.here),
        **reasons,
        "approve-seen_hash": locked.content_hash,
        "adopt-decimals": "0",
    }
    rest = DOORS[name].args(all_of_them.here)[0][2:]
    for visitor in MEMBERS:
        path = address(name, [all_of_them.here.decided.pk, locked.number, *rest])
        response, written = ask(all_of_them, visitor, "POST", path, payload)
        assert outcome(response) in ("ok", "403", "422")
        assert not written, (visitor, written)
    assert stored_problems(locked) == []


# --- what belongs to another survey ---


def test_what_belongs_to_another_survey_is_not_found_under_ones_own(all_of_them: Everybody) -> None:
    """The owner here puts the number of a thing elsewhere behind the address of the own survey."""
    here, elsewhere = all_of_them.here, all_of_them.elsewhere
    unit = elsewhere.data.units.all()[0]
    strange: list[tuple[str, list[Any]]] = [
        ("scoring:data_set", [here.decided.pk, elsewhere.data.pk]),
        ("scoring:unit", [here.decided.pk, here.run.number, unit.pk]),
        *((f"surveys:{name}", [here.asking.pk, elsewhere.expert.code]) for name in ("expert", "link_show")),
        *(
            (f"surveys:expert_{name}", [here.asking.pk, elsewhere.expert.code])
            for name in ("revoke", "renew", "weight", "sections")
        ),
        *((f"surveys:{name}", [here.asking.pk, elsewhere.expert.code]) for name in ("enter", "late_take")),
        *strange_transcripts(here, elsewhere),
        ("surveys:expert_reminders", [here.asking.pk, elsewhere.expert.code]),
        *((f"surveys:letter_{name}", [here.asking.pk, elsewhere.letter.pk]) for name in ("returned", "address")),
        ("surveys:matrix", [here.asking.pk, elsewhere.expert.code, "r"]),
        *((name, [job.pk]) for name in ("surveys:job_status", "surveys:job_retry") for job in elsewhere.jobs),
        ("surveys:edition", [elsewhere.draft_edition.pk]),
        ("surveys:edition_freeze", [elsewhere.draft_edition.pk]),
        # a survey of the same people, but not the one that the weight set or the run belongs to
        *((name, [here.asking.pk, *rest]) for name, rest in own_numbers(here)),
    ]
    for name, args in strange:
        door = DOORS[name]
        method = "GET" if door.get else "POST"
        who = "approver" if (door.get or door.post) == DECIDES else "owner"
        response, written = ask(all_of_them, who, method, address(name, args), door.payload(here))
        assert (response.status_code, written) == (404, []), (name, args)


def strange_transcripts(here: Estate, elsewhere: Estate) -> list[tuple[str, list[Any]]]:
    """The paper of an expert elsewhere behind one's own expert; and one's own behind a colleague in the survey."""
    foreign, own = (estate.expert.transcripts.order_by("pk")[0].pk for estate in (elsewhere, here))
    colleague = make.expert(here.asking, "C7")
    places = [[here.asking.pk, here.expert.code, foreign], [here.asking.pk, colleague.code, own]]
    names = ("enter_transcript", "enter_hand_in", "enter_scan")
    return [
        *((f"surveys:{name}", place) for name in names for place in places),
        *(("surveys:enter_section", [*place, "r"]) for place in places),
    ]


def own_numbers(here: Estate) -> list[tuple[str, list[Any]]]:
    """Every address of a weight set or a run, without its survey."""
    numbered = [
        name for name, route in ADDRESSES.items() if "<number:number>/" in route and TOKEN not in DOORS[name].asked_of
    ]
    return [(name, args[1:]) for name in numbered for args in DOORS[name].args(here)]


@pytest.mark.parametrize("name", ["surveys:survey_list", "surveys:system_list", "surveys:survey_new", "scoring:home"])
def test_lists_hold_nothing_of_others(name: str, all_of_them: Everybody) -> None:
    here = all_of_them.here
    theirs = [f"/surveys/{survey.pk}/" for survey in here.surveys]
    editions = [f"/systems/{survey.edition_id}/" for survey in here.surveys]
    choices = [f'<option value="{survey.edition_id}"' for survey in here.surveys]
    for visitor in STRANGERS:
        page = all_of_them.client(visitor).get(reverse(name)).content.decode()
        assert not [part for part in (*theirs, *editions, *choices) if part in page], visitor
    page = all_of_them.client("viewer").get(reverse(name)).content.decode()
    assert [part for part in (*theirs, *editions, *choices) if part in page]


# --- experts ---


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_strangers_link_opens_nothing(method: str, all_of_them: Everybody) -> None:
    revoked = make.expert(all_of_them.here.asking, "R1")
    dead = link_mint(revoked, channel=InvitationLink.Channel.SHOWN, user=None)
    invitation_revoke(revoked, user=None)
    for token in (new_token(), dead, all_of_them.here.token[:-1], "x", "%00"):
        response, written = ask(all_of_them, "anonymous", method, f"/i/{token}/")
        assert (response.status_code, written) == (404, []), token
        assert not response.cookies.keys() & {cookie_name(survey.pk) for survey in all_of_them.here.surveys}


SESSION_DOORS = [name for name, door in DOORS.items() if SESSION in (door.get, door.post)]


@pytest.mark.rotates(14)
@pytest.mark.parametrize("name", SESSION_DOORS)
def test_a_dead_session_opens_nothing(name: str, all_of_them: Everybody) -> None:
    here = all_of_them.here
    left, revoked = make.expert(here.asking, "R2"), make.expert(here.asking, "R3")
    tokens = [session_token(left), session_token(revoked), "x"]
    session = session_of(tokens[0], here.asking.pk)
    assert session
    session_end(session)
    invitation_revoke(revoked, user=None)
    for token in tokens:
        visitor = Everybody(here, here, {"late": {cookie_name(here.asking.pk): token}})
        for method in ("GET", "POST"):
            path = address(name, DOORS[name].args(here)[0])
            response, written = ask(visitor, "late", method, path, DOORS[name].payload(here))
            assert response.status_code in (403, 405), method
            assert not written


def test_an_expert_sees_and_changes_only_their_own_answers(all_of_them: Everybody) -> None:
    here = all_of_them.here
    colleague = make.expert(here.asking, "C1")
    visitor = Everybody(here, here, {"colleague": {cookie_name(here.asking.pk): session_token(colleague)}})
    client = visitor.client("colleague")
    path = address("surveys:pair", [here.asking.pk, 1])
    before = list(Judgment.objects.filter(expert=here.expert).order_by("pk").values())
    assert 'aria-pressed="true"' not in main_of(client.get(path))
    assert client.post(path, {**answer(here), "base_revision": 0}).status_code == 302
    assert Judgment.objects.get(expert=colleague).strength == 3
    assert list(Judgment.objects.filter(expert=here.expert).order_by("pk").values()) == before


def main_of(response: Any) -> str:
    """The page without its frame."""
    return str(response.content.decode()).split("<main", 1)[1].split("</main>", 1)[0]


def test_a_pair_of_another_survey_takes_no_answer(all_of_them: Everybody) -> None:
    foreign = Comparison.objects.filter(node__edition=all_of_them.elsewhere.asking.edition)[0]
    payload = {**answer(all_of_them.here), "comparison": foreign.pk}
    path = address("surveys:pair", [all_of_them.here.asking.pk, 1])
    before = JudgmentEvent.objects.count()
    response = all_of_them.client("expert").post(path, payload)
    assert response.status_code == 409
    assert JudgmentEvent.objects.count() == before


def test_the_demos_door_opens_no_real_survey(all_of_them: Everybody) -> None:
    Survey.objects.filter(synthetic=True).update(synthetic=False)
    assert Expert.objects.filter(code=READY).exists()
    response, written = ask(all_of_them, "anonymous", "POST", reverse("surveys:demo_answer"))
    assert (response.status_code, written) == (404, [])
