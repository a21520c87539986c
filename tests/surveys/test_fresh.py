"""Before something that cannot be taken back, whoever signed in long ago says again who they are."""

import time
from typing import Any

import pyotp
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from surveys.models import ApiToken, Membership, Survey, WeightSet
from surveys.services.second_factor import factor_set, secret_of, seed_new
from surveys.services.surveys import member_add
from surveys.signing_in import FRESH_SECONDS, SHOWN_AT
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

SAID = {"proof-sent": "1", "proof-carried": "1"}


def signed_in(name: str, survey: Survey, role: str) -> Client:
    """A session of somebody with this role who signed in ten minutes ago."""
    member_add(survey, member=make.user(name), role=role, user=None)
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user(name))
    age(client)
    return client


def age(client: Client, seconds: int = FRESH_SECONDS) -> None:
    session = client.session
    session[SHOWN_AT] -= seconds
    session.save()


def proposed() -> tuple[WeightSet, Survey]:
    weight_set = make.weight_set("proposed")
    assert weight_set.survey
    return weight_set, weight_set.survey


def carried(page: Any) -> dict[str, str]:
    return dict(page.context["carried"])


def test_approving_and_locking_ask_and_lose_nothing_that_was_typed() -> None:
    weight_set, survey = proposed()
    client = signed_in("approver", survey, Membership.Role.APPROVER)
    args = [weight_set.survey_id, weight_set.number]
    stranger = Client()
    stranger.force_login(make.user("stranger"))
    age(stranger)
    typed = {"approve-reason": "Seen & checked.", "approve-seen_hash": weight_set.content_hash}
    at = reverse("surveys:weight_set_approve", args=args)
    assert stranger.post(at, typed).status_code == 404  # whoever may not learns no more from being asked
    page = client.post(at, typed)
    assert (page.status_code, carried(page)) == (403, typed)
    text = page.content.decode()
    assert "Approve the weight set W1" in text and 'value="Seen &amp; checked."' in text
    wrong = client.post(at, {**typed, **SAID, "proof-password": "no"})
    assert (wrong.status_code, carried(wrong)) == (422, typed)
    assert state_of(weight_set) == "proposed"
    client.post(at, {**typed, **SAID, "proof-password": "a long password"})
    assert state_of(weight_set) == "approved"
    weight_set.refresh_from_db()
    assert weight_set.approval == "Seen & checked."

    age(client)
    at = reverse("surveys:weight_set_lock", args=args)
    assert (client.post(at).status_code, state_of(weight_set)) == (403, "approved")
    client.post(at, {**SAID, "proof-password": "a long password"})
    assert state_of(weight_set) == "locked"


def state_of(weight_set: WeightSet) -> str:
    return WeightSet.objects.get(pk=weight_set.pk).state


def test_a_file_cannot_wait_so_it_is_chosen_once_more() -> None:
    weight_set, survey = proposed()
    client = signed_in("approver", survey, Membership.Role.APPROVER)
    args = [weight_set.survey_id, weight_set.number]
    at = reverse("surveys:sheet_approve", args=args)

    def sheet() -> dict[str, Any]:
        scan = SimpleUploadedFile("sheet.pdf", b"%PDF-1.7 signed")
        return {"sheet-file": scan, "sheet-printed": weight_set.content_hash[:12], "sheet-note": "Signed."}

    page = client.post(at, sheet())
    assert "choose it once more" in page.content.decode()
    back = client.post(at, {"proof-sent": "1", "proof-password": "a long password"})
    assert back.headers["Location"] == reverse("surveys:weight_set", args=args) + "#paper"
    assert state_of(weight_set) == "proposed"
    client.post(at, sheet())
    assert state_of(weight_set) == "approved"


def test_roles_are_given_and_taken_by_whoever_said_who_they_are() -> None:
    survey = make.survey()
    make.user("sun")
    client = signed_in("owner", survey, Membership.Role.OWNER)
    at = reverse("surveys:members", args=[survey.pk])
    given = {"username": "sun", "role": "approver"}
    assert client.get(at).status_code == 200
    assert client.post(at, given).status_code == 403
    assert not survey.memberships.filter(user__username="sun").exists()
    client.post(at, {**given, **SAID, "proof-password": "a long password"})
    role = survey.memberships.get(user__username="sun")
    age(client)
    posts: list[tuple[str, list[int], dict[str, str]]] = [
        ("member_remove", [role.pk], {}),
        ("colleague_invite", [], {"colleague-username": "x", "colleague-name": "X", "colleague-role": "owner"}),
    ]
    for name, args, payload in posts:
        assert client.post(reverse(f"surveys:{name}", args=[survey.pk, *args]), payload).status_code == 403, name
    assert list(survey.memberships.filter(user__username__in=["sun", "x"])) == [role]


def test_with_a_second_factor_the_code_is_asked_for_too() -> None:
    user, seed = make.user("owner"), seed_new()
    phone = pyotp.TOTP(secret_of(seed))
    codes = factor_set(user, seed, phone.now())
    client = signed_in("owner", make.survey(), Membership.Role.OWNER)
    at = reverse("second_factor_codes")
    assert "proof-code" in client.post(at).content.decode()
    assert client.post(at, {**SAID, "proof-password": "a long password"}).status_code == 422
    assert client.post(at, {**SAID, "proof-password": "no", "proof-code": codes[0]}).status_code == 422
    shown = client.post(at, {**SAID, "proof-password": "a long password", "proof-code": codes[0]})
    assert len(shown.context["codes"]) == 10  # the wrong password has used up no code


def test_a_token_is_made_by_whoever_said_who_they_are() -> None:
    client = signed_in("owner", make.survey(), Membership.Role.OWNER)
    at, wanted = reverse("surveys:tokens"), {"name": "desk", "scope": "read", "days": "30"}
    page = client.post(at, wanted)
    assert (page.status_code, ApiToken.objects.count()) == (403, 0)
    made = client.post(at, {**carried(page), **SAID, "proof-password": "a long password"})
    assert made.context["made"] and ApiToken.objects.get().name == "desk"


def test_a_page_that_was_only_asked_for_is_shown_afterwards() -> None:
    client = signed_in("owner", make.survey(), Membership.Role.OWNER)
    at = reverse("second_factor_set_up")
    assert client.get(at).status_code == 403
    answer = client.post(at, {"proof-sent": "1", "proof-password": "a long password"})
    assert answer.headers["Location"] == at
    assert client.get(at).status_code == 200


def test_the_page_speaks_chinese() -> None:
    client = signed_in("owner", make.survey(), Membership.Role.OWNER)
    page = client.get(reverse("second_factor_set_up"), headers={"accept-language": "zh-hans"}).content.decode()
    assert "请再次确认身份" in page and "设置两步验证" in page


def test_a_desk_that_was_left_is_signed_out_and_one_in_use_after_eight_hours(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.IDLE_MINUTES, now = 30, [1_800_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    client, at = Client(headers={"accept-language": "en"}), reverse("surveys:tokens")
    client.force_login(make.user())

    def status_after(minutes: int) -> int:
        now[0] += 60 * minutes
        return client.get(at).status_code

    assert [status_after(29) for _time in range(3)] == [200] * 3
    assert status_after(31) == 302
    assert "nothing was done here for 30 minutes" in client.get(reverse("login")).content.decode()
    client.force_login(make.user())
    assert [status_after(29) for _time in range(18)] == [200] * 16 + [302] * 2
    settings.IDLE_MINUTES = 0
    client.force_login(make.user())
    assert status_after(400) == 200


def test_one_sees_where_one_is_signed_in_and_ends_it_elsewhere() -> None:
    here, there, colleague = (Client(headers={"accept-language": "en"}) for _each in range(3))
    for client, name in ((here, "owner"), (there, "owner"), (colleague, "viewer")):
        client.force_login(make.user(name))
    at = reverse("signed_in")
    assert [each.here for each in here.get(at).context["sessions"]] == [True, False]
    age(here)
    assert here.post(at).status_code == 403 and there.get(at).status_code == 200  # first it asks who that is
    age(here, -FRESH_SECONDS)
    assert "signed out on 1 other device" in here.post(at, follow=True).content.decode()
    assert [client.get(at).status_code for client in (here, there, colleague)] == [200, 302, 200]
