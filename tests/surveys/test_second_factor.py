"""Signing in by two factors: what opens, how often, and what does not go round it.

The phone is written here once more, from RFC 6238 and not from the product's library.
"""

import base64
import hmac
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import Settings

from surveys.errors import Refused
from surveys.forms.second_factor import SEED_LIFE, seed_in, seed_signed
from surveys.models import AuditEvent, RecoveryCode, SecondFactor
from surveys.services import second_factor as service
from surveys.services.members import password_link_make
from surveys.signing_in import HALF, HALF_SECONDS
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

PASSWORD = "a long password"
HALF_MINUTE = timedelta(seconds=30)


def code_at(secret: bytes, seconds: float, digits: int = 6) -> str:
    mac = hmac.digest(secret, int(seconds // 30).to_bytes(8, "big"), "sha1")
    at = mac[-1] & 15
    return str((int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF) % 10**digits).zfill(digits)


class Clock:
    """What the service takes for now: it stands still until it is moved."""

    def __init__(self) -> None:
        self.at = timezone.now()

    def now(self) -> datetime:
        return self.at

    def on(self, by: timedelta = HALF_MINUTE) -> None:
        self.at += by


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    stands = Clock()
    monkeypatch.setattr(service, "timezone", SimpleNamespace(now=stands.now))
    with translation.override("en"):
        yield stands


class Phone:
    """It has scanned the picture of one account."""

    def __init__(self, user: User, clock: Clock) -> None:
        self.clock, self.seed = clock, service.seed_new()
        said = parse_qs(urlsplit(service.phone_uri(user, self.seed)).query)
        assert said["issuer"] == ["Quanheng"]
        self.secret = base64.b32decode(said["secret"][0])

    def code(self, steps: int = 0) -> str:
        return code_at(self.secret, (self.clock.at + steps * HALF_MINUTE).timestamp())


def set_up(user: User, clock: Clock) -> tuple[Phone, list[str]]:
    """An account with a second factor; its first code is used up."""
    phone = Phone(user, clock)
    codes = service.factor_set(user, phone.seed, phone.code())
    clock.on()
    return phone, codes


def password_given(user: User, to: str = "") -> tuple[Client, HttpResponse]:
    client = Client(headers={"accept-language": "en"})
    sent = {"username": user.username, "password": PASSWORD, "next": to}
    return client, client.post(reverse("login"), sent)  # type: ignore[return-value]


def opens(client: Client) -> bool:
    return client.get(reverse("surveys:survey_list")).status_code == 200


def acts() -> list[str]:
    found = AuditEvent.objects.filter(action__startswith="second_factor").order_by("pk")
    return [action.removeprefix("second_factor.") for action in found.values_list("action", flat=True)]


def test_the_phone_of_these_tests_is_that_of_the_rfc() -> None:
    """Appendix B of RFC 6238."""
    published = {59: "94287082", 1111111109: "07081804", 20000000000: "65353130"}
    assert {at: code_at(b"12345678901234567890", at, 8) for at in published} == published


def test_the_password_alone_opens_nothing_and_each_code_opens_once(clock: Clock) -> None:
    user = make.user()
    phone, _codes = set_up(user, clock)
    to = reverse("surveys:people")
    client, answer = password_given(user, to)
    assert answer.headers["Location"] == reverse("sign_in_code")
    assert not opens(client)
    page = client.post(reverse("sign_in_code"), {"code": phone.code(5)})
    assert (page.status_code, opens(client)) == (422, False)
    assert "This code does not fit" in page.content.decode()
    spaced = f" {phone.code()[:3]} {phone.code()[3:]}"
    assert client.post(reverse("sign_in_code"), {"code": spaced}).headers["Location"] == to
    assert opens(client)

    again, _answer = password_given(user)
    for seen in (phone.code(), phone.code(-1)):
        page = again.post(reverse("sign_in_code"), {"code": seen})
        assert "used already" in page.content.decode()
    assert not opens(again)
    assert acts() == ["set", "failed"]


def test_the_clocks_may_differ_by_half_a_minute_and_no_more(clock: Clock) -> None:
    user = make.user()
    phone, _codes = set_up(user, clock)
    clock.on(10 * HALF_MINUTE)
    for steps in (-2, 2):
        with pytest.raises(Refused, match="does not fit"):
            service.code_take(user, phone.code(steps))
    for steps in (-1, 0, 1):
        service.code_take(user, phone.code(steps))


def test_a_recovery_code_opens_once_however_it_is_typed(clock: Clock) -> None:
    user = make.user()
    _phone, codes = set_up(user, clock)
    assert len(set(codes)) == 10
    service.code_take(user, f"  {codes[0].lower().replace('-', ' ')}")
    with pytest.raises(Refused, match="nor a recovery code"):
        service.code_take(user, codes[0])
    fresh = service.codes_renew(user)
    with pytest.raises(Refused):
        service.code_take(user, codes[1])
    service.code_take(user, fresh[9])
    assert acts() == ["set", "recovered", "failed", "codes", "recovered"]


def test_nobody_guesses_long_and_nobody_is_locked_out_for_long(clock: Clock) -> None:
    user = make.user()
    phone, codes = set_up(user, clock)
    wrong = next(code for code in ("123456", "654321") if code not in {phone.code(step) for step in range(-9, 9)})
    for _try in range(service.TRIES):
        with pytest.raises(Refused, match="does not fit"):
            service.code_take(user, wrong)
    with pytest.raises(Refused, match="wait 120 seconds"):
        service.code_take(user, phone.code())
    service.code_take(user, codes[0])  # cannot be guessed, so it is never made to wait
    clock.on(service.TRY)
    service.code_take(user, phone.code())
    clock.on()
    with pytest.raises(Refused, match="does not fit"):  # the right one has wiped the slate
        service.code_take(user, wrong)


@pytest.mark.parametrize("change", ["time", "password", "deactivated"])
def test_half_a_sign_in_ends(change: str, clock: Clock) -> None:
    user = make.user()
    phone, _codes = set_up(user, clock)
    client, _answer = password_given(user)
    if change == "time":
        session = client.session
        session[HALF] = {**session[HALF], "at": int(time.time()) - HALF_SECONDS}
        session.save()
    elif change == "password":
        user.set_password("another long one")
        user.save()
    else:
        User.objects.update(is_active=False)
    answer = client.post(reverse("sign_in_code"), {"code": phone.code()})
    assert answer.headers["Location"] == reverse("login")
    assert not opens(client)


def test_a_link_to_choose_a_password_does_not_go_round_the_phone(clock: Clock) -> None:
    user = make.user()
    phone, _codes = set_up(user, clock)
    client = Client()
    opened = client.get(reverse("password_choose", args=password_link_make(user, user=None)))
    new = {"new_password1": PASSWORD + "2", "new_password2": PASSWORD + "2"}
    assert client.post(opened.headers["Location"], new).headers["Location"] == reverse("login")
    assert not opens(client)
    answer = client.post(reverse("login"), {"username": user.username, "password": PASSWORD + "2"})
    assert answer.headers["Location"] == reverse("sign_in_code")
    assert client.post(reverse("sign_in_code"), {"code": phone.code()}).status_code == 302
    assert opens(client)


# --- one's own account ---


def seed_on(page: Any) -> str:
    """The seed that the page would send back, read from the picture's form."""
    return str(page.context["seed"])


def test_a_phone_is_set_up_by_its_first_code_and_replaced_by_another(clock: Clock) -> None:
    user = make.user()
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    elsewhere, colleague = Client(), Client()
    elsewhere.force_login(user)
    colleague.force_login(make.user("colleague"))
    at, codes = reverse("second_factor_set_up"), set()
    for told in ("set", "replaced"):
        page = client.get(at)
        assert not SecondFactor.objects.filter(user=user).exists() or told == "replaced"
        seed = seed_in(seed_on(page))
        assert service.secret_of(seed)[:4] in page.content.decode()
        wrong = client.post(at, {"seed": seed_on(page), "code": "000 00"})
        assert (wrong.status_code, seed_in(seed_on(wrong))) == (422, seed)  # the picture is the one that was scanned
        shown = client.post(
            at,
            {"seed": seed_on(page), "code": code_at(base64.b32decode(service.secret_of(seed)), clock.at.timestamp())},
        )
        assert shown.headers["Cache-Control"].startswith("max-age=0")
        codes |= set(shown.context["codes"])
        assert acts()[-1] == told
    assert len(codes) == 20
    assert RecoveryCode.objects.count() == 10
    assert (opens(client), opens(elsewhere), opens(colleague)) == (True, False, True)
    assert "10 of 10" in client.get(reverse("second_factor")).content.decode()


def test_the_picture_of_a_page_is_good_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    text = seed_signed("abc")
    assert (seed_in(text), seed_in(text + "x"), seed_in("")) == ("abc", "", "")
    later = time.time() + SEED_LIFE + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert seed_in(text) == ""


def test_switching_off_wants_password_and_code(clock: Clock, settings: Settings) -> None:
    user = make.user()
    phone, _codes = set_up(user, clock)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    at = reverse("second_factor_off")
    wrong = client.post(at, {"proof-password": "no", "proof-code": phone.code()})
    assert (wrong.status_code, "not your password" in wrong.content.decode()) == (422, True)
    assert client.post(at, {"proof-password": PASSWORD, "proof-code": "000000"}).status_code == 422
    right = {"proof-password": PASSWORD, "proof-code": phone.code()}
    settings.REQUIRE_SECOND_FACTOR = True
    client.post(at, right)
    assert SecondFactor.objects.exists()
    settings.REQUIRE_SECOND_FACTOR = False
    client.post(at, right)
    assert not SecondFactor.objects.exists()
    assert acts()[-1] == "removed"


def test_where_it_is_required_nobody_is_signed_in_before_it_is_set_up(clock: Clock, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    to = reverse("surveys:people")
    client, answer = password_given(make.user(), to)
    at = reverse("sign_in_set_up")
    assert answer.headers["Location"] == at
    seed = seed_in(seed_on(client.get(at)))
    assert not opens(client)
    code = code_at(base64.b32decode(service.secret_of(seed)), clock.at.timestamp())
    shown = client.post(at, {"seed": seed_signed(seed), "code": code})
    assert f'href="{to}"' in shown.content.decode()
    assert opens(client)
    assert password_given(make.user())[1].headers["Location"] == reverse("sign_in_code")


# --- the installation ---


def test_a_lost_phone_is_taken_away_from_the_command_line(clock: Clock) -> None:
    user = make.user()
    set_up(user, clock)
    call_command("account", user.username, "--reset-second-factor", stdout=StringIO())
    assert opens(password_given(user)[0])
    assert acts() == ["set", "reset"]
    for name in (user.username, "nobody"):
        with pytest.raises(CommandError, match="second factor"):
            call_command("account", name, "--reset-second-factor", stdout=StringIO())


def test_an_account_is_signed_out_from_the_command_line() -> None:
    client = Client()
    client.force_login(make.user())
    out = StringIO()
    call_command("account", make.user().username, "--sign-out", stdout=out)
    assert ("ended: 1." in out.getvalue(), opens(client)) == (True, False)


def test_the_database_alone_makes_no_codes_and_another_key_is_told(clock: Clock, settings: Settings) -> None:
    user = make.user()
    phone, codes = set_up(user, clock)
    stored = str([*SecondFactor.objects.values(), *RecoveryCode.objects.values()])
    secrets = [phone.secret.hex(), service.secret_of(phone.seed), *codes, *(code.replace("-", "") for code in codes)]
    assert not [secret for secret in secrets if secret in stored]
    settings.SECRET_KEY = "another key of the installation"
    with pytest.raises(Refused, match="key of this installation was changed"):
        service.code_take(user, phone.code())
    service.code_take(user, codes[0])
