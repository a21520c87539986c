"""Addresses of the service itself, of accounts, and of other programs."""

from typing import Any

import pyotp

from surveys.forms.second_factor import seed_signed
from surveys.services.second_factor import secret_of, seed_new
from tests.support.api_doors import API_DOORS, ApiDoor
from tests.support.doors.door import ACCOUNT, ANYBODY, TOKEN, Door
from tests.support.doors.estate import fields
from tests.support.everybody import Estate


def by_token(door: ApiDoor) -> Door:
    """Cookies open nothing there."""
    return Door(get=TOKEN, post=TOKEN, args=lambda at: [door.place(at)], writes=False)


def phone(_at: Estate) -> dict[str, Any]:
    """A phone that has scanned the picture, and the code that it shows."""
    seed = seed_new()
    return {"seed": seed_signed(seed), "code": pyotp.TOTP(secret_of(seed)).now()}


DOORS: dict[str, Door] = {
    "healthz": Door(get=ANYBODY, post=ANYBODY, writes=False),
    "readyz": Door(get=ANYBODY),
    "metrics": Door(get=TOKEN),
    "surveys:status": Door(get=ACCOUNT),
    "set_language": Door(get=ANYBODY, post=ANYBODY, payload=fields(language="en"), writes=False),
    "login": Door(get=ANYBODY, post=ANYBODY, payload=fields(username="x", password="y"), writes=False),
    "sign_in_code": Door(get=ANYBODY, post=ANYBODY, writes=False),
    "sign_in_set_up": Door(get=ANYBODY, post=ANYBODY, writes=False),
    "signed_in": Door(get=ACCOUNT, post=ACCOUNT, writes=False),  # there is no other session to end
    "second_factor": Door(get=ACCOUNT),
    "second_factor_set_up": Door(get=ACCOUNT, post=ACCOUNT, payload=phone),
    "second_factor_codes": Door(post=ACCOUNT, writes=False),  # there is no factor to have codes
    "second_factor_off": Door(get=ACCOUNT, post=ACCOUNT, writes=False),
    "logout": Door(post=ANYBODY, writes=False),
    "password_change": Door(
        get=ACCOUNT, post=ACCOUNT,
        payload=fields(old_password="a long password", new_password1="another-long-1", new_password2="another-long-1"),
    ),
    "password_choose": Door(get=ANYBODY, post=ANYBODY, args=lambda _at: [["MQ", "set-password"]], writes=False),
    "surveys:front": Door(get=ANYBODY),
    "surveys:demo_answer": Door(post=ANYBODY),
    # other programs; with a token: tests/test_api_access.py
    "surveys:api": Door(get=ANYBODY),
    "surveys:api_description": Door(get=ANYBODY),
    "surveys:tokens": Door(
        get=ACCOUNT, post=ACCOUNT, payload=fields(name="Report", scope="read", days="30")
    ),
    "surveys:token_revoke": Door(post=ACCOUNT, args=lambda _at: [[1]], writes=False),
    **{door.name: by_token(door) for door in API_DOORS},
}  # fmt: skip
