"""Codes that open the questionnaire on another device, and the devices that are signed in."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import DeviceCode, Expert, ExpertSession
from surveys.selectors.links import session_of
from surveys.services.buckets import (
    WRONG_CODES_OF_A_PLACE,
    WRONG_CODES_OF_A_SURVEY,
    give_back,
    place_of,
    take,
)
from surveys.services.panel import session_open
from surveys.tokens import token_hash

CODE_LIFE = timedelta(minutes=10)
CODE_LENGTH = 8
ALPHABET = "23456789ACDEFGHJKMNPQRTVWXY"
"""Without what one takes for something else: 0 O, 1 I L, 5 S, 8 B, 2 Z, U V."""
LOOK_ALIKES = str.maketrans("SBZU", "582V")


@transaction.atomic
def code_mint(session: ExpertSession, *, assistant: bool = False) -> str:
    """A fresh one-time code, made on this device. The expert's codes from before, and not used, are dead from now on.

    The device that uses it hangs on the same link as this one: revoking the link ends both.
    """
    codes_end(session.expert)
    code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
    DeviceCode.objects.create(
        expert=session.expert,
        link=session.link,
        code_hash=token_hash(code),
        assistant=assistant,
        expires_at=timezone.now() + CODE_LIFE,
    )
    return code


def codes_end(expert: Expert) -> None:
    now = timezone.now()
    DeviceCode.objects.filter(expert=expert, used_at=None, expires_at__gt=now).update(expires_at=now)


def code_read(typed: str) -> str:
    """A code as it is stored, from one that was typed: small letters, full-width digits, dashes, blanks."""
    letters = "".join(letter for letter in unicodedata.normalize("NFKC", typed).upper() if letter.isalnum())
    return letters.translate(LOOK_ALIKES)


def code_use(survey_id: int, code: str, *, device: str, address: str) -> tuple[str, ExpertSession]:
    """Swap the code for a session: its cookie token, and the session. Raises Refused; TooMany after many wrong codes.

    `device` is a secret of the page that was pressed: pressed twice, it gets the same session twice.
    """
    code = code_read(code)
    token = hashlib.sha256(f"{device}:{code}".encode()).hexdigest()
    opened = session_of(token, survey_id)
    if opened is None:
        refusal = _swap(_known_code(survey_id, code, place_of(address)), token)
        opened = session_of(token, survey_id)
        if opened is None:  # without a refusal the link was revoked at this very moment
            raise Refused(refusal or _unknown())
    return token, opened


def _known_code(survey_id: int, code: str, place: str) -> DeviceCode:
    """A code that was good once is no guess, and does not count as one."""
    take(WRONG_CODES_OF_A_PLACE, survey_id, place)
    take(WRONG_CODES_OF_A_SURVEY, survey_id)
    codes = DeviceCode.objects.select_related("link__invitation__expert__survey").filter(link__isnull=False)
    live = codes.filter(link__revoked_at=None, expert__invitation__revoked_at=None, expert__survey_id=survey_id)
    found = live.filter(code_hash=token_hash(code)).first()
    if found is None:
        raise Refused(_unknown())
    give_back(WRONG_CODES_OF_A_PLACE, survey_id, place)
    give_back(WRONG_CODES_OF_A_SURVEY, survey_id)
    return found


@transaction.atomic
def _swap(found: DeviceCode, token: str) -> str:
    """Whoever marks the code first has it; whoever comes later gets the reason."""
    now = timezone.now()
    mine = DeviceCode.objects.filter(pk=found.pk, used_at=None, expires_at__gt=now)
    if found.link is None or not mine.update(used_at=now):
        found.refresh_from_db(fields=["used_at"])
        if found.used_at:
            return _("This code was used already: each one opens one device.")
        return _("This code is no longer good: its ten minutes are over, or a newer one was made.")
    session_open(found.link, token=token, assistant=found.assistant)
    return ""


def _unknown() -> str:
    return _("This code is not known here. Please compare it with the other device, character by character.")


def devices_end(expert: Expert, *, but: ExpertSession, device: int | None = None) -> int:
    """Sign out the other devices of this expert, or one of them; codes under way are dead too. How many were ended."""
    with transaction.atomic():
        codes_end(expert)
        others = ExpertSession.objects.filter(expert=expert, ended_at=None).exclude(pk=but.pk)
        if device is not None:
            others = others.filter(pk=device)
        return others.update(ended_at=timezone.now())
