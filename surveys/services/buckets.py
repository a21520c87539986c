"""Limits of tries that all processes share: token buckets, one row each, taken from in one statement.

A bucket holds `burst` tries and gets one back after `every`. Its row keeps the moment at which it will be full, so that
nothing has to fill it. Tries that turn out to be right are given back: who makes no mistakes meets no limit. Names and
addresses become keyed hashes, and rows of buckets that are full again are removed.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.db import transaction
from django.db.models import BigIntegerField, F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.errors import TooMany
from surveys.models import Bucket

log = logging.getLogger(__name__)

KNOWN_PLACE = timedelta(days=30)
_SIGN_IN = _("Too many attempts to sign in. Please wait %(seconds)d seconds, then try once more.")
_CODES = _(
    "Too many wrong codes came in. Please wait %(seconds)d seconds, or open your personal link: it always works."
)
_LINKS = _(
    "Too many links that open nothing came in. Please wait %(seconds)d seconds. A whole personal link always works."
)


@dataclass(frozen=True)
class Limit:
    """So many tries at once, and one more each `every`; the sentence for whoever has to wait."""

    name: str
    burst: int
    every: timedelta
    sentence: str | Promise


SIGN_INS_OF_A_PLACE = Limit("sign-ins of a place", 20, timedelta(seconds=3), _SIGN_IN)
SIGN_INS_OF_AN_ACCOUNT_AT_A_PLACE = Limit("sign-ins of an account at a place", 10, timedelta(minutes=1), _SIGN_IN)
SIGN_INS_OF_AN_ACCOUNT = Limit("sign-ins of an account", 20, timedelta(seconds=30), _SIGN_IN)
WRONG_CODES_OF_A_PLACE = Limit("device codes of a place", 10, timedelta(seconds=6), _CODES)
WRONG_CODES_OF_A_SURVEY = Limit("device codes of a survey", 30, timedelta(seconds=2), _CODES)
WRONG_LINKS_OF_A_PLACE = Limit("links of a place", 30, timedelta(seconds=2), _LINKS)
WRONG_TOKENS_OF_A_PLACE = Limit(
    "tokens of a place", 30, timedelta(seconds=2),
    _("Too many tokens that are not valid came in. Wait %(seconds)d seconds. A valid token always works."),
)  # fmt: skip
PUBLIC_FILES_OF_A_PLACE = Limit(
    "public files of a place", 120, timedelta(seconds=2),
    _("So many files were asked for at once that they have to be made one after the other. Please wait %(seconds)d seconds."),  # noqa: E501
)  # fmt: skip
BEGINNINGS_OF_A_PLACE = Limit(
    "beginnings of a place by an open link", 60, timedelta(seconds=2),
    _("Very many people are beginning from this network. Please try again in %(seconds)d seconds."),
)  # fmt: skip
BEGINNINGS_OF_A_LINK = Limit(
    "beginnings by an open link", 600, timedelta(milliseconds=50),
    _("Very many people are beginning at this moment. Please try again in %(seconds)d seconds."),
)  # fmt: skip
MAILINGS_OF_A_SURVEY = Limit(
    "mailings of a survey", 30, timedelta(minutes=10),
    _("So many letters were sent at short intervals that the next ones have to wait %(seconds)d seconds."),
)  # fmt: skip


def take(limit: Limit, *who: object) -> None:
    """One try. Raises TooMany where there is none left; that alone writes nothing, so that a rush costs little."""
    key, now = _key(limit, who), _now()
    every, latest = _milliseconds(limit.every), now + (limit.burst - 1) * _milliseconds(limit.every)
    full_at = Bucket.objects.filter(key=key).values_list("full_at", flat=True).first()
    if full_at is None or full_at <= latest:
        with transaction.atomic():
            if full_at is None:
                Bucket.objects.bulk_create([Bucket(key=key, full_at=now)], ignore_conflicts=True)
            since = Greatest(F("full_at"), Value(now, BigIntegerField()))
            if Bucket.objects.filter(key=key, full_at__lte=latest).update(full_at=since + every):
                return
    log.warning("Too many %s.", limit.name)
    seconds = max(1, ceil(((full_at or latest) - latest) / 1000))
    raise TooMany(str(limit.sentence) % {"seconds": seconds}, seconds)


def give_back(limit: Limit, *who: object) -> None:
    """The try was right: it does not count."""
    Bucket.objects.filter(key=_key(limit, who)).update(full_at=F("full_at") - _milliseconds(limit.every))


def sign_in_try(name: str, address: str) -> None:
    """Before a password is looked at. Raises TooMany.

    Many wrong passwords from everywhere make an account wait, but not where its owner signed in of late: nobody is
    locked out of a desk of their own by strangers.
    """
    place = place_of(address)
    take(SIGN_INS_OF_A_PLACE, place)
    take(SIGN_INS_OF_AN_ACCOUNT_AT_A_PLACE, name, place)
    if not _is_known(name, place):
        take(SIGN_INS_OF_AN_ACCOUNT, name)


@transaction.atomic
def sign_in_done(name: str, address: str) -> None:
    """The password was right: the tries are forgotten, and the place is known."""
    place = place_of(address)
    give_back(SIGN_INS_OF_A_PLACE, place)
    gone = (_key(SIGN_INS_OF_AN_ACCOUNT_AT_A_PLACE, (name, place)),)
    Bucket.objects.filter(key__in=gone).delete()
    if not _is_known(name, place):
        give_back(SIGN_INS_OF_AN_ACCOUNT, name)
    until = _now() + _milliseconds(KNOWN_PLACE)
    Bucket.objects.update_or_create(key=_known(name, place), defaults={"full_at": until})


def place_of(address: str) -> str:
    """Whose tries count together: an address; of IPv6 the network, of which each home has a whole one."""
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(told, ipaddress.IPv6Address):
        return str(told.ipv4_mapped or ipaddress.ip_network((told, 64), strict=False))
    return str(told)


def buckets_forget() -> int:
    """Remove the rows that say nothing any more. How many."""
    old = Bucket.objects.filter(full_at__lt=_now())
    return old.delete()[0] if old.exists() else 0


def _is_known(name: str, place: str) -> bool:
    return Bucket.objects.filter(key=_known(name, place), full_at__gt=_now()).exists()


def _known(name: str, place: str) -> str:
    return _hash("a place that an account knows", (name, place))


def _key(limit: Limit, who: Iterable[object]) -> str:
    return _hash(limit.name, who)


def _hash(kind: str, who: Iterable[object]) -> str:
    told = "\n".join([kind, *map(str, who)])
    return salted_hmac("surveys.buckets", told, algorithm="sha256").hexdigest()


def _now() -> int:
    return int(timezone.now().timestamp() * 1000)


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
