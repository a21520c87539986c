"""Steps that people take through the pages, by what the pages are made of and not by their words: the same in every
language.
"""

import re

from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
SECTION_REVIEW = re.compile(r"/sections/\d+/review/")
ONWARDS = "main a.btn-primary.ms-auto"  # on the review of a section
WORK = 30_000  # milliseconds that a worker may take on a busy machine


def speak(page: Page, language: str) -> None:
    """The switch on every page."""
    with page.expect_navigation():
        page.locator(f".q-language button[value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def sign_in(page: Page, site: str, username: str, password: str) -> None:
    page.goto(f"{site}/login/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{site}/surveys/")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def fits(page: Page) -> None:
    """Nothing stands out of the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def send(page: Page, action: str) -> None:
    """Press the button of the form with this end of its address."""
    page.locator(f'form[action$="{action}"] button[type=submit]').first.click()


# --- the expert ---


def begin(page: Page, link: str) -> None:
    """Open the personal link, agree where that is asked, and begin or go on: at the first open pair."""
    page.goto(link)
    if page.locator("#consent").count():
        page.locator("#consent").check()
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/answer/**")


def to_contents(page: Page) -> None:
    page.goto(page.url.partition("/pairs/")[0] + "/")


def to_next_pair(page: Page) -> None:
    """The first open pair, where the expert is not there already."""
    if "/pairs/" not in page.url:
        page.locator("main .q-head a.btn-primary").click()
    page.wait_for_url("**/pairs/**")


def answer(page: Page, side: str, strength: int) -> None:
    """Two taps; the next page shows that the answer was stored."""
    here = page.url
    page.locator(f"label[for=side-{side}]").click()
    page.locator(f".q-strength-{strength}").click()
    page.wait_for_url(lambda url: url != here)


def onwards(page: Page) -> None:
    """From the review of a section to what comes next."""
    page.wait_for_url(SECTION_REVIEW)
    page.locator(ONWARDS).click()
    page.wait_for_url(lambda url: not SECTION_REVIEW.search(url))


def leave(page: Page) -> None:
    page.locator('a[href*="/answer/"]', has_not=page.locator("[href*=pairs]")).first.click()
    page.wait_for_url("**/answer/*/")
    send(page, "/leave/")
    page.wait_for_url("**/leave/")


def hand_in(page: Page) -> None:
    """From the review to the weights that the worker computed."""
    page.wait_for_url("**/review/")
    send(page, "/submit/")
    page.wait_for_url("**/receipt/")
    expect(page.locator(".q-receipt-code")).to_be_visible()
    expect(page.locator("table.q-own")).to_be_visible(timeout=WORK)


# --- figures ---


def chart_is_drawn(page: Page) -> None:
    """The first figure shows one picture, that for the window's width, with its bars; the numbers are folded away."""
    figure = page.locator(".q-figure").first
    expect(figure.locator(".q-drawing svg:visible")).to_have_count(1, timeout=WORK)
    assert figure.locator(".q-drawing svg:visible").locator("rect, path").count() >= 3
    expect(figure.locator("table")).to_be_hidden()
