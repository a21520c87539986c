"""Roles given and taken away, accounts for colleagues, passwords by a link that works once."""

import re
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from surveys.errors import Refused
from surveys.models import AuditEvent, Membership, Survey
from surveys.selectors.members import ABILITIES
from surveys.services.members import member_remove, roles_given_by
from surveys.services.surveys import member_add
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
LINK = re.compile(r"http[^\s<\"]+/password/choose/[^\s<\"]+")


def client_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def coordinator_of(survey: Survey) -> User:
    member = make.user("second")
    member_add(survey, member=member, role="coordinator", user=None)
    return member


def test_a_coordinator_gives_no_role_that_signs_or_owns() -> None:
    survey = make.survey()
    client = client_of(coordinator_of(survey))
    make.user("third")
    at = reverse("surveys:members", args=[survey.pk])
    for role, given in (("approver", False), ("owner", False), ("analyst", True)):
        client.post(at, {"username": "third", "role": role})
        assert Membership.objects.filter(survey=survey, user__username="third", role=role).exists() is given
    assert roles_given_by(frozenset({"viewer", "approver"})) == ()


def test_a_coordinator_takes_no_role_of_an_owner() -> None:
    survey = make.survey()
    client = client_of(coordinator_of(survey))
    owners = survey.memberships.get(role="owner")
    assert client.post(reverse("surveys:member_remove", args=[survey.pk, owners.pk])).status_code == 403
    assert survey.memberships.filter(role="owner").exists()


def test_the_last_owner_with_a_live_account_stays() -> None:
    survey = make.survey()
    owner = survey.memberships.get(role="owner")
    with pytest.raises(Refused, match="needs an owner"):
        member_remove(owner, user=None)
    second = member_add(survey, member=make.user("second"), role="owner", user=None)
    User.objects.filter(username="second").update(is_active=False)
    with pytest.raises(Refused, match="needs an owner"):
        member_remove(owner, user=None)
    User.objects.filter(username="second").update(is_active=True)
    member_remove(owner, user=make.user(), reason="Left the project.")
    assert list(survey.memberships.filter(role="owner")) == [second]
    event = survey.audit_events.get(action="member.removed")
    assert (event.old, event.reason) == ({"role": "owner"}, "Left the project.")


def test_who_gives_up_running_a_survey_is_led_out_of_its_members() -> None:
    survey = make.survey()
    second = coordinator_of(survey)
    membership = survey.memberships.get(user=second)
    answer = client_of(second).post(reverse("surveys:member_remove", args=[survey.pk, membership.pk]))
    assert answer.headers["Location"] == reverse("surveys:survey_list")


def invited(owner: Client, survey: Survey) -> str:
    given = {"colleague-username": "zhao", "colleague-name": "Zhao", "colleague-role": "analyst"}
    page = owner.post(reverse("surveys:colleague_invite", args=[survey.pk]), given)
    assert "no-store" in page.headers["Cache-Control"]
    found = LINK.search(page.content.decode())
    assert found
    return found[0]


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def test_a_colleague_gets_an_account_a_role_and_a_link_that_works_once() -> None:
    survey = make.survey()
    link = path_of(invited(client_of(make.user()), survey))
    colleague = User.objects.get(username="zhao")
    assert not colleague.has_usable_password()
    assert survey.memberships.get(user=colleague).role == "analyst"
    visitor = Client(headers={"accept-language": "en"})
    form = visitor.get(link, follow=True)
    at = form.redirect_chain[-1][0]
    assert link.rstrip("/").rsplit("/", 1)[-1] not in at
    weak = visitor.post(at, {"new_password1": "short", "new_password2": "short"}).content.decode()
    assert "too short" in weak
    visitor.post(at, {"new_password1": "weigh-it-well-9", "new_password2": "weigh-it-well-9"})
    assert Client().login(username="zhao", password="weigh-it-well-9")
    assert "opens nothing any more" in Client(headers={"accept-language": "en"}).get(link, follow=True).content.decode()
    acts = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"account.made", "account.link_made", "account.password_set"} <= acts


def test_nothing_of_a_link_is_stored() -> None:
    token = invited(client_of(make.user()), make.survey()).rstrip("/").rsplit("/", 1)[-1]
    assert not [event for event in AuditEvent.objects.all() if token in f"{event.subject}{event.new}{event.old}"]


def test_an_owner_makes_no_link_for_an_account_that_has_a_password() -> None:
    survey = make.survey()
    member = coordinator_of(survey)
    owner = client_of(make.user())
    page = owner.post(reverse("surveys:colleague_link", args=[survey.pk, member.pk]), follow=True).content.decode()
    assert "has a password already" in page
    assert not LINK.search(page)
    outsider = make.user("outsider")
    assert owner.post(reverse("surveys:colleague_link", args=[survey.pk, outsider.pk])).status_code == 404


def test_a_name_that_is_taken_is_said_whatever_its_case() -> None:
    survey = make.survey()
    given = {"colleague-username": "COORDINATOR", "colleague-name": "X", "colleague-role": "viewer"}
    answer = client_of(make.user()).post(reverse("surveys:colleague_invite", args=[survey.pk]), given)
    assert answer.status_code == 422
    assert "already: give it a role instead" in answer.content.decode()


def test_a_password_is_changed_by_whoever_knows_it() -> None:
    client = client_of(make.user())
    at = reverse("password_change")
    new = {"new_password1": "weigh-it-well-9", "new_password2": "weigh-it-well-9"}
    assert client.post(at, {"old_password": "no", **new}).status_code == 200
    assert make.user().check_password("a long password")
    assert client.post(at, {"old_password": "a long password", **new}).status_code == 302
    assert User.objects.get(username="coordinator").check_password("weigh-it-well-9")


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("account", *arguments, stdout=out)
    return out.getvalue()


def test_the_first_account_comes_from_the_command_line() -> None:
    found = LINK.search(told("sun", "--full-name", "Sun"))
    assert found
    assert User.objects.get(username="sun").first_name == "Sun"
    assert Client().get(path_of(found[0])).status_code == 302
    assert LINK.search(told("sun"))
    assert User.objects.filter(username="sun").count() == 1


def test_a_deactivated_account_signs_in_no_more() -> None:
    make.user("sun")
    told("sun", "--deactivate")
    assert not Client().login(username="sun", password="a long password")
    with pytest.raises(CommandError, match="deactivated"):
        told("sun")
    told("sun", "--activate")
    assert Client().login(username="sun", password="a long password")
    for wrong in (["nobody", "--activate"], ["a name with / and spaces"]):
        with pytest.raises(CommandError):
            told(*wrong)


def test_every_role_is_in_the_table_of_what_it_may_do() -> None:
    assert {role for _what, who in ABILITIES for role in who} == set(Membership.Role.values)
