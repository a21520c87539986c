"""How this device shows the questionnaire: text size, view, and how quick the keys are. Kept in a cookie of its own,
for a phone and an office computer want different things.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "__Secure-quanheng_reading" if settings.SITE.is_https else "quanheng_reading"
LIFE = 365 * 24 * 60 * 60
CHOICES = {
    "size": ("normal", "large", "larger"),
    "view": ("card", "row"),
    "advance": ("on", "off"),
    "keys": ("on", "off"),
}


@dataclass(frozen=True)
class Reading:
    """`advance`: after an answer the next pair comes by itself. `keys`: digits and letters answer."""

    size: str = "normal"
    view: str = "card"
    advance: str = "on"
    keys: str = "on"

    @property
    def html_class(self) -> str:
        return "" if self.size == "normal" else f"q-text-{self.size}"


def reading_of(request: HttpRequest) -> Reading:
    """What the cookie says; whatever it cannot say is as usual."""
    said = dict(parse_qsl(request.COOKIES.get(COOKIE, "")))
    return Reading(**{name: said[name] for name, known in CHOICES.items() if said.get(name) in known})


def remember_view(request: HttpRequest, response: HttpResponse, view: str) -> None:
    """Who asked for rows or for cards gets them from now on, on this device."""
    reading = reading_of(request)
    if reading.view != view:
        remember_reading(response, replace(reading, view=view))


def remember_reading(response: HttpResponse, reading: Reading) -> None:
    value = urlencode({field.name: getattr(reading, field.name) for field in fields(reading)})
    response.set_cookie(
        COOKIE,
        value,
        max_age=LIFE,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
