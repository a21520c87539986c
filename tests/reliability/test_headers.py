"""What every answer bears, so that a browser does no more with it than was meant."""

from dataclasses import replace
from runpy import run_path
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from scoring.figures.files import TYPES
from surveys.models import OpenLink
from surveys.views.expert.session import cookie_name
from surveys.views.respondent import door
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.mark.parametrize("address", ["/healthz", "/login/", "/no-such-page/", "/api/v1/surveys/", "/p/nothing/"])
def test_every_answer_bears_its_headers(client: Client, address: str) -> None:
    headers = client.get(address).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy  # so that the default holds: no inline script, no other host
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin"


def test_what_a_session_sees_is_kept_by_no_cache(client: Client) -> None:
    survey = make.survey()
    assert "Cache-Control" not in client.get("/api/").headers
    client.force_login(survey.memberships.get(role="owner").user)
    for address in ("/", f"/surveys/{survey.pk}/", "/api/", "/no-such-page/"):
        assert "no-store" in client.get(address).headers["Cache-Control"], address
    assert "public" in client.get("/p/nothing/").headers["Cache-Control"]


def test_text_says_its_encoding(client: Client) -> None:
    for address in ("/healthz", "/login/"):
        assert "charset=utf-8" in client.get(address).headers["Content-Type"]
    assert not [kind for kind, told in TYPES.items() if kind in ("svg", "csv") and "charset=utf-8" not in told]


def test_trace_is_answered_with_nothing(client: Client) -> None:
    for address in ("/healthz", "/login/", "/i18n/setlang/", "/no-such-page/"):
        response = client.generic("TRACE", address, headers={"X-Secret": "what-a-proxy-added"})
        assert b"what-a-proxy-added" not in response.content, address


def test_cookies_of_sessions_are_for_the_server_alone() -> None:
    assert configured.SESSION_COOKIE_HTTPONLY and configured.SESSION_COOKIE_SAMESITE == "Lax"


def test_a_program_is_not_led_to_https_but_told(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/login/").status_code == 301
    refused = client.get("/api/v1/surveys/", headers={"Authorization": "Bearer qh_x", "accept-language": "en"})
    assert refused.status_code == 403 and "revoke it" in refused.json()["detail"]
    assert client.get("/api/v1/surveys/", secure=True).status_code == 401


def test_no_password_is_made_of_what_anybody_would_try_first(settings: Any) -> None:
    settings.SITE = replace(settings.SITE, host="ranks.example.org")
    for password in ("Quanheng2026!", "权衡权衡密码2026", "Admin-quanheng-1", "Ranks.Example1"):
        with pytest.raises(ValidationError):
            validate_password(password)
    for password in ("a ranking of nine rivers", "ahp is a way to weigh", "8f2kq0ztw1"):
        validate_password(password)


def test_over_https_cookies_have_names_that_browsers_hold_to(settings: Any) -> None:
    settings.SITE, settings.SESSION_COOKIE_SECURE = replace(settings.SITE, scheme="https"), True
    assert run_path("surveys/notes.py")["NoteCookies"].cookie_name.startswith("__Host-")
    assert run_path("surveys/views/expert/reading.py")["COOKIE"].startswith("__Secure-")
    assert cookie_name(7) == "__Secure-quanheng_expert_7"
    assert door.cookie_name(OpenLink(pk=7)) == "__Secure-quanheng_open_7"
