"""The second factor of an account: a code of six digits from a phone, or one of ten recovery codes.

The phone's secret is derived from a random seed and the key of the installation (HMAC, as Django derives its own
keys): it is stored nowhere, and a change of that key ends it. Each code is taken once.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from datetime import datetime, timedelta

import pyotp
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from pyotp.exceptions import OTPVerificationError

from surveys.errors import Refused
from surveys.models import RecoveryCode, SecondFactor
from surveys.selectors.second_factor import codes_left
from surveys.services.audit import audit
from surveys.services.devices import ALPHABET, code_read
from surveys.services.looks import failed_code_note
from surveys.tokens import new_token, token_hash

ISSUER = "Quanheng"
DIGITS = 6
WINDOW = 1
"""Half minutes by which the phone's clock may differ from ours."""
RECOVERY_CODES, RECOVERY_LENGTH = 10, 24
"""Of 26 letters and digits: 112 bits, so that one round of SHA-256 is enough."""
TRY, TRIES = timedelta(minutes=2), 10
"""Ten wrong codes at once, then one in two minutes: who has the password guesses for years, and nobody waits long."""


def seed_new() -> str:
    return new_token()


def secret_of(seed: str) -> str:
    """160 bits in the letters that phones read."""
    derived = salted_hmac("surveys.second_factor", seed, algorithm="sha256").digest()
    return b32encode(derived[:20]).decode("ascii")


def phone_uri(user: User, seed: str) -> str:
    """What the QR code says to the phone."""
    return pyotp.TOTP(secret_of(seed)).provisioning_uri(name=user.get_username(), issuer_name=ISSUER)


@transaction.atomic
def factor_set(user: User, seed: str, typed: str) -> list[str]:
    """From now on the account asks for a code; an earlier factor ends. Answers the recovery codes, readable only now.

    The first code proves that the phone has the secret. Raises Refused.
    """
    User.objects.select_for_update().get(pk=user.pk)
    secret = secret_of(seed)
    step = _step(secret, code_read(typed))
    if step is None:
        raise Refused(_("This code does not fit. Take the newest one, and see that the clock of the phone is right."))
    had, _rows = SecondFactor.objects.filter(user=user).delete()
    factor = SecondFactor.objects.create(user=user, seed=seed, secret_print=token_hash(secret), last_step=step)
    audit("second_factor.replaced" if had else "second_factor.set", user.get_username(), user=user)
    return _codes_make(factor)


@transaction.atomic
def factor_remove(user: User) -> None:
    """The account signs in with its password alone again."""
    if SecondFactor.objects.filter(user=user).delete()[0]:
        audit("second_factor.removed", user.get_username(), user=user)


@transaction.atomic
def factor_reset(user: User) -> bool:
    """The same by whoever looks after the installation, for a phone that is lost."""
    removed, _rows = SecondFactor.objects.filter(user=user).delete()
    if removed:
        audit("second_factor.reset", user.get_username(), user=None)
    return bool(removed)


@transaction.atomic
def codes_renew(user: User) -> list[str]:
    """Ten new recovery codes; those from before open nothing any more. Raises Refused without a second factor."""
    factor = SecondFactor.objects.select_for_update().filter(user=user).first()
    if factor is None:
        raise Refused(_("This account has no second factor: set one up first."))
    factor.recovery_codes.all().delete()
    audit("second_factor.codes", user.get_username(), user=user)
    return _codes_make(factor)


def _codes_make(factor: SecondFactor) -> list[str]:
    letters = sorted(set(ALPHABET))
    made = ["".join(secrets.choice(letters) for _place in range(RECOVERY_LENGTH)) for _code in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, code_hash=token_hash(code)) for code in made)
    return ["-".join(code[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4)) for code in made]


def code_take(user: User, typed: str) -> None:
    """Take a code of this account, once. Raises Refused, after what was wrong has been counted and noted."""
    refusal = _take(user, code_read(typed))
    if refusal:
        raise Refused(refusal)


@transaction.atomic
def _take(user: User, code: str) -> str:
    """Why not; "" where the code was taken."""
    factor = SecondFactor.objects.select_for_update().filter(user=user).first()
    if factor is None:
        return _("The second factor of this account was switched off just now: sign in once more.")
    if len(code) == DIGITS and code.isascii() and code.isdigit():
        return _take_digits(factor, code)
    if factor.recovery_codes.filter(code_hash=token_hash(code), used_at=None).update(used_at=timezone.now()):
        audit("second_factor.recovered", user.get_username(), user=user, new={"codes_left": codes_left(factor)})
        return ""
    failed_code_note(user)
    return _(
        "This is neither a code of six digits nor a recovery code that is still good. Please compare it once more."
    )


def _take_digits(factor: SecondFactor, code: str) -> str:
    secret, now = secret_of(factor.seed), timezone.now()
    if token_hash(secret) != factor.secret_print:
        return _(
            "The key of this installation was changed, so the phone’s codes no longer fit. Use a recovery code, then "
            "set the phone up anew; or ask whoever looks after the installation."
        )
    spent = max(factor.spent_until or now, now) + TRY
    if spent > now + TRIES * TRY:
        return _wait(spent - now - TRIES * TRY)
    step = _step(secret, code)
    if step is None:
        _spend(factor, spent)
        return _("This code does not fit. Take the newest one, and see that the clock of the phone is right.")
    if step <= factor.last_step:
        return _("This code was used already: each one opens once. The phone shows the next one within half a minute.")
    factor.last_step, factor.spent_until = step, None
    factor.save(update_fields=["last_step", "spent_until"])
    return ""


def _wait(time_left: timedelta) -> str:
    seconds = max(1, round(time_left.total_seconds()))
    return _(
        "Too many wrong codes came for this account. Please wait %(seconds)d seconds, or use a recovery code: it is "
        "taken at once."
    ) % {"seconds": seconds}


def _spend(factor: SecondFactor, until: datetime) -> None:
    factor.spent_until = until
    factor.save(update_fields=["spent_until"])
    failed_code_note(factor.user)


def _step(secret: str, code: str) -> int | None:
    """The half minute that this code belongs to, where it is one of now."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=timezone.now(), valid_window=WINDOW)
    except OTPVerificationError:
        return None
