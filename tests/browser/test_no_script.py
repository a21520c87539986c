"""The whole questionnaire without a script, by keyboard alone: through cards, and through the page of rows."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from surveys.models import Expert, Judgment, JudgmentEvent, Submission
from surveys.services.chain import chain_verify
from surveys.views.expert.session import cookie_name, cookie_path
from tests.browser.conftest import Watch
from tests.support import journey as step
from tests.support.everybody import session_token
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

TREE = {"r": ["a", "b", "c", "d"], "a": ["a1", "a2"], "b": ["b1", "b2", "b3"]}
"""Six pairs, one, and three."""


@pytest.fixture
def expert() -> Expert:
    return make.expert(make.survey(of=make.edition(TREE), gate="none"), name="Prof. Chen", language="en")


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, expert: Expert, watch: Watch) -> Iterator[Page]:
    """A desk on which no script runs, and no hand lies on the mouse."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    context.on("page", watch.follow)
    address = live_server.url + cookie_path(expert.survey_id)
    cookie = {"name": cookie_name(expert.survey_id), "value": session_token(expert), "url": address}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()
    assert not watch.faults, watch.faults


def follow(page: Page, selector: str) -> None:
    """Tab to it, and Enter."""
    here = page.url
    step.tab_to(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != here)


def said() -> list[tuple[str, int | None]]:
    return list(Judgment.objects.order_by("comparison__position").values_list("more_important", "strength"))


def hand_in(page: Page) -> None:
    page.wait_for_url("**/review/")
    step.tab_to(page, 'form[action$="/submit/"] button')
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt/")
    assert Submission.objects.get().receipt[:4] in page.locator(".q-receipt-code").inner_text()


def test_cards_by_keyboard_alone(page: Page, expert: Expert) -> None:
    follow(page, "main .q-head a.btn-primary")
    meant: list[tuple[str, int | None]] = []
    for number in range(10):
        page.wait_for_url(f"**/pairs/{number + 1}/**")
        if number % 3 == 0:
            meant.append(("equal", 1))
            follow(page, ".q-equal")
        else:
            side = "ab"[number % 2]
            meant.append((side, 2 + number % 8))
            step.tab_to(page, ".q-side")
            page.keyboard.press("ArrowDown")  # B; and up again to A
            if side == "a":
                page.keyboard.press("ArrowUp")
            page.keyboard.press("Enter")  # sends nothing
            expect(page.locator(f".q-side[value={side}]")).to_be_checked()
            assert JudgmentEvent.objects.count() == number
            follow(page, f".q-strength-{2 + number % 8}")
        assert JudgmentEvent.objects.count() == number + 1
        if step.SECTION_REVIEW.search(page.url):
            follow(page, step.ONWARDS)
    assert said() == meant
    assert chain_verify(expert) == []
    hand_in(page)


def test_rows_by_keyboard_alone(page: Page, expert: Expert) -> None:
    """Tab from row to row, arrows within one, and the button below: one page for each section."""
    follow(page, "main .q-head a.btn-primary")
    meant: list[tuple[str, int | None]] = []
    for section, pairs in enumerate((6, 1, 3)):
        if section == 0:  # from now on the sections come on rows
            follow(page, "[data-rows]")
        assert "/rows/" in page.url
        for row in range(pairs):
            step.tab_to(page, ".q-scale input[type=radio]")
            if section == 0 and row == 0:
                page.keyboard.press("Space")
                meant.append(("a", 9))  # Tab comes to the first of seventeen
                continue
            for _press in range(row + 2):
                page.keyboard.press("ArrowRight")
            meant.append(("a", 9 - row - 2))
        assert JudgmentEvent.objects.count() == len(meant) - pairs  # arrows send nothing
        follow(page, "[data-rows-form] button[type=submit]")
        if step.SECTION_REVIEW.search(page.url):
            follow(page, step.ONWARDS)
    assert said() == meant
    assert {event.view for event in JudgmentEvent.objects.all()} == {"row"}
    assert chain_verify(expert) == []
    hand_in(page)


def test_undo_back_and_a_void_token_by_keyboard_alone(page: Page, expert: Expert, watch: Watch) -> None:
    """What scripts make quick works without them: undo, the pair before, and an answer on a page that was too old."""
    follow(page, "main .q-head a.btn-primary")
    follow(page, ".q-equal")
    step.tab_to(page, "[data-undo] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pairs/1/**")
    assert said() == []
    follow(page, ".q-equal")
    follow(page, "[data-back]")
    page.wait_for_url("**/pairs/1/**")
    page.context.clear_cookies(name="quanheng_csrf")
    step.tab_to(page, ".q-side")
    page.keyboard.press("Space")
    step.tab_to(page, ".q-strength-7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Save this answer")).to_be_visible()
    assert said() == [("equal", 1)]
    step.tab_to(page, ".q-errors button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pairs/2/**")
    assert said() == [("a", 7)]
    assert chain_verify(expert) == []
    watch.faults.clear()  # the browser notes the 403 as an error
