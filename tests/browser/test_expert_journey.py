"""An expert in a real browser: answers, leaves, resumes elsewhere, submits; with and without scripts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from surveys.models import Expert, InvitationLink, Judgment, JudgmentEvent, Submission
from surveys.services.panel import link_mint
from tests.browser.conftest import Watch
from tests.support import journey as step
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

PLACES = """() => [".q-item-a", ".q-item-b", ".q-strength-3", "[data-cannot]", "[data-forward]"].map(
    one => document.querySelector(one)).filter(Boolean)
    .map(one => Math.round(one.getBoundingClientRect().bottom + scrollY))"""


@pytest.fixture
def expert() -> Expert:
    return make.expert(make.survey(gate="none"), name="Prof. Chen", language="en")


@pytest.fixture
def link(expert: Expert, live_server: LiveServer) -> Callable[[], str]:
    """The address of a fresh personal link."""

    def minted() -> str:
        token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
        return live_server.url + reverse("surveys:start", args=[token])

    return minted


@pytest.fixture
def plain_page(browser: Browser, watch: Watch) -> Page:
    """A phone that runs no scripts."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.on("page", watch.follow)
    return context.new_page()


def begin(page: Page, address: str) -> None:
    """At the first open pair, in so many taps: agree, begin; whoever agreed before only goes on."""
    page.goto(address)
    if page.locator("#consent").count():
        page.locator("#consent").check()
    page.get_by_role("button", name=re.compile("Begin|Continue")).click()
    page.wait_for_url("**/pairs/**")


def answer(page: Page, side: str, strength: int) -> None:
    """Two taps, as an expert does."""
    here = page.url
    page.locator(f"label[for=side-{side}]").click()
    page.locator(f".q-strength-{strength}").click()
    page.wait_for_url(lambda url: url != here)


def on_to_the_next_section(page: Page) -> None:
    """From the review of the first one."""
    page.wait_for_url("**/sections/*/review/")
    page.locator(".q-toolbar .btn-primary").click()
    if "/rows/" in page.url:  # as the expert chose in the section before
        page.locator("[data-cards]").click()
    page.wait_for_url("**/pairs/4/**")


def said() -> list[tuple[str, int | None]]:
    return list(Judgment.objects.order_by("comparison__position").values_list("more_important", "strength"))


def finish(page: Page) -> None:
    """From the review to the weights on the receipt."""
    expect(page.get_by_role("heading", name="Final check")).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Received, thank you")).to_be_visible()
    assert Submission.objects.get().receipt[:4] in page.locator(".q-receipt-code").inner_text()
    make.work_off()
    expect(page.get_by_role("heading", name="Your weights")).to_be_visible(timeout=20_000)


def test_an_expert_answers_leaves_resumes_elsewhere_and_submits(
    page: Page, browser: Browser, link: Callable[[], str]
) -> None:
    begin(page, link())
    answer(page, "a", 3)
    answer(page, "b", 7)
    expect(page.locator(".q-saved")).to_contain_text("Saved")
    page.get_by_role("link", name="Contents").click()
    page.get_by_role("button", name="Leave this device").click()
    expect(page.get_by_role("heading", name="Your answers are saved")).to_be_visible()

    elsewhere = browser.new_context().new_page()
    begin(elsewhere, link())
    assert "/pairs/3/" in elsewhere.url
    elsewhere.get_by_role("button", name="Equally important").click()
    on_to_the_next_section(elsewhere)
    answer(elsewhere, "a", 2)
    assert said() == [("a", 3), ("b", 7), ("equal", 1), ("a", 2)]
    finish(elsewhere)


def test_it_works_without_scripts(plain_page: Page, link: Callable[[], str]) -> None:
    begin(plain_page, link())
    plain_page.locator(".q-strength-5").click()  # the browser asks for the side first
    expect(plain_page).to_have_url(re.compile("/pairs/1/"))
    assert said() == []
    answer(plain_page, "a", 5)
    answer(plain_page, "b", 4)
    plain_page.get_by_text("Answer on rows").click()
    plain_page.locator(".q-scale").nth(2).locator("input[value=a7]").check()
    plain_page.get_by_role("button", name="Save").click()
    on_to_the_next_section(plain_page)
    plain_page.get_by_role("button", name="Equally important").click()
    assert said() == [("a", 5), ("b", 4), ("a", 7), ("equal", 1)]
    finish(plain_page)


def test_four_taps_from_the_link_to_the_first_stored_answer(page: Page, link: Callable[[], str]) -> None:
    page.goto(link())
    taps = ["#consent", "main .btn-primary", "label[for=side-a]", ".q-strength-5"]
    for tap in taps:
        page.locator(tap).click()
    page.wait_for_url("**/pairs/2/**")
    assert len(taps) <= 4
    assert said() == [("a", 5)]


def test_a_double_tap_is_one_answer(page: Page, link: Callable[[], str]) -> None:
    begin(page, link())
    page.locator("label[for=side-a]").click()
    page.locator(".q-strength-5").dblclick()
    page.wait_for_url("**/pairs/2/**")
    assert JudgmentEvent.objects.count() == 1


def test_going_back_shows_what_was_answered(page: Page, link: Callable[[], str]) -> None:
    begin(page, link())
    answer(page, "a", 5)
    page.go_back()
    expect(page.locator(".q-strength-5")).to_have_attribute("aria-pressed", "true")
    answer(page, "b", 3)
    assert said() == [("b", 3)]


def test_the_cookie_stays_on_the_answering_pages(page: Page, context: BrowserContext, link: Callable[[], str]) -> None:
    begin(page, link())
    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    mine = next(cookie for name, cookie in cookies.items() if name.startswith("quanheng_expert_"))
    assert mine["path"].startswith("/answer/")
    assert page.evaluate("document.cookie").find("quanheng_expert_") == -1


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways_and_targets_are_large(page: Page, link: Callable[[], str], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    begin(page, link())
    page.locator("label[for=side-a]").click()
    step.fits(page)
    for selector, least in ((".q-item label", 48), (".q-equal", 48), (".q-strength-3", 44), (".q-strength-4", 24)):
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        assert box["height"] >= least, selector


def test_the_card_fits_a_phone_and_nothing_on_it_moves(page: Page, link: Callable[[], str]) -> None:
    """Not when a side is chosen, not when the answer before is told, not when it is saved."""
    page.set_viewport_size({"width": 390, "height": 844})
    begin(page, link())
    where = [page.evaluate(PLACES)]
    page.locator("label[for=side-a]").click()
    where.append(page.evaluate(PLACES))
    page.locator(".q-strength-3").click()
    page.wait_for_url("**/pairs/2/**")
    expect(page.locator(".q-saved")).to_contain_text("Saved")
    where.append(page.evaluate(PLACES))
    assert where[0] == where[1] == where[2]
    assert where[0][-1] <= 844


def test_after_the_plan_one_may_go_on_pair_by_pair(page: Page, live_server: LiveServer) -> None:
    tree = {"r": ["a", "b", "c", "d", "e"]}
    plan: dict[str, Any] = {"question_plan": "reduced", "full_up_to": 3, "questions_per_item": 1, "gate": "none"}
    expert = make.expert(make.survey(of=make.edition(tree), **plan), name="Prof. Chen", language="en")
    token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
    begin(page, live_server.url + reverse("surveys:start", args=[token]))
    for _number in range(5):
        answer(page, "a", 3)
    page.wait_for_url(step.SECTION_REVIEW)
    page.get_by_role("link", name="Answer more pairs").click()
    answer(page, "b", 2)
    answer(page, "a", 2)  # the next pair came by itself
    expect(page.locator("#question")).to_be_visible()
    page.goto(page.url)  # stored, and the server would go on in the same way
    assert Judgment.objects.filter(expert=expert).count() == 7
