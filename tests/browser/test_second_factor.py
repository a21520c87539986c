"""Signing in by two factors, with a phone that counts codes: set up, kept out by a wrong code, in by one kept apart."""

import pyotp
import pytest
from django.conf import settings
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Watch
from tests.support import journey as step
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PASSWORD = "a long password"
PRESS = "main form button[type=submit]"


@pytest.mark.parametrize(
    ("language", "window"), [("zh-hans", step.PHONE), ("en", step.DESK)], ids=["phone, Chinese", "desk, English"]
)
def test_from_setting_it_up_to_signing_in_without_the_phone(
    page: Page, live_server: LiveServer, watch: Watch, language: str, window: ViewportSize
) -> None:
    make.user("coordinator")
    page.set_viewport_size(window)
    page.goto(f"{live_server.url}/login/")
    step.speak(page, language)
    step.sign_in(page, live_server.url, "coordinator", PASSWORD)
    codes = set_up(page, live_server.url)
    leave(page)
    ask_for_code(page, live_server.url)
    page.locator("input[name=code]").fill("000000")
    page.locator(PRESS).click()
    expect(page.locator("input[name=code][aria-invalid=true]")).to_be_visible()
    assert all("422" in fault for fault in watch.faults), watch.faults
    watch.faults.clear()
    page.locator("input[name=code]").fill(codes[0].lower())  # as one types it on a phone
    page.locator(PRESS).click()
    page.wait_for_url(f"{live_server.url}/surveys/")
    page.goto(f"{live_server.url}/account/second-factor/")
    expect(page.locator("main .q-facts .q-num")).to_contain_text("9")


def set_up(page: Page, site: str) -> list[str]:
    """The secret is read as somebody types it whose phone cannot scan; the recovery codes are what comes back."""
    page.goto(f"{site}/account/second-factor/")
    page.locator('main a[href$="/set-up/"]').click()
    expect(page.locator(".q-scan svg")).to_be_visible()
    step.fits(page)
    page.locator("main details summary").click()
    secret = page.locator(".q-secret").inner_text().replace(" ", "")
    page.locator("input[name=code]").fill(pyotp.TOTP(secret).now())
    page.locator(PRESS).click()
    listed = page.locator(".q-recovery code")
    expect(listed).to_have_count(10)
    step.fits(page)
    codes = listed.all_inner_texts()
    page.locator("main .q-actions a.btn-primary").click()
    page.wait_for_url("**/account/second-factor/")
    return codes


def leave(page: Page) -> None:
    """Another day: the browser knows nobody."""
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def ask_for_code(page: Page, site: str) -> None:
    page.goto(f"{site}/login/")
    page.locator("input[name=username]").fill("coordinator")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator(PRESS).click()
    page.wait_for_url("**/login/code/")
    step.fits(page)
