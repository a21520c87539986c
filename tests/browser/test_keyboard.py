"""The whole survey by keyboard alone, from the personal link to the receipt: with the keys of the page, and with those
of the browser where no script runs. Wherever Tab stops, the focus can be seen. What is counted: test_form_goals.py.
"""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from surveys.models import Expert, InvitationLink, Judgment, JudgmentEvent, Submission
from surveys.services.panel import link_mint
from tests.browser.conftest import Watch
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

MOST_STOPS = 60
# Where the focus is can be seen: it has a ring, nothing lies over it, and it is on the screen.
UNSEEN = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return ''; // behind the last stop: the browser's own bar
    const side = [...one.classList].find(name => /^q-side-[ab]$/.test(name));
    const shown = side ? document.querySelector('.' + side.replace('side', 'item')) : one;
    const style = getComputedStyle(shown), box = shown.getClientRects()[0];
    const name = `${shown.tagName}.${shown.className} ${shown.textContent.trim().slice(0, 30)}`;
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return `no ring: ${name}`;
    if (!box || box.top < 0 || box.bottom > innerHeight) return `off the screen: ${name}`;
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return top && (shown.contains(top) || top.contains(shown)) ? '' : `covered: ${name}`;
}"""


class Keyboard:
    """Presses keys and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0
        page.emulate_media(reduced_motion="reduce")  # what is tabbed to is scrolled to at once

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def to(self, selector: str) -> None:
        """Tab until the focus is there; every stop on the way must be seen."""
        for _stop in range(MOST_STOPS):
            self.press("Tab")
            unseen = self.page.evaluate(UNSEEN)
            assert not unseen, (self.page.url, unseen)
            if self.has(selector):
                return
        raise AssertionError(f"Tab never reaches {selector} on {self.page.url}")

    def every_stop(self) -> None:
        """From the first to the last and round again: each is seen, and none holds the focus for good."""
        for stops in range(2 * MOST_STOPS):
            self.press("Tab")
            unseen = self.page.evaluate(UNSEEN)
            assert not unseen, (self.page.url, unseen)
            if self.has("body"):
                assert stops > 3
                return
        raise AssertionError(f"Tab goes round and round on {self.page.url}")

    def has(self, selector: str) -> bool:
        return bool(self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector))

    def enter(self, selector: str) -> None:
        self.to(selector)
        self.press("Enter")

    def begin(self, link: str) -> None:
        self.page.goto(link)
        self.to("#consent")
        self.press("Space")
        self.enter("main .btn-primary")
        self.on_pair(1)

    def on_pair(self, position: int) -> None:
        """The pair is there, and has the focus: on its question, or on the part of the page that holds it."""
        expect(self.page.locator("#question")).to_have_attribute("data-position", str(position))
        self.until("document.activeElement.matches('[data-question], #question')")

    def until(self, script: str) -> None:
        """Playwright's own waiting evaluates a string in the page, which our content policy refuses."""
        for _round in range(100):
            if self.page.evaluate(script):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(script)

    def saved(self) -> None:
        self.until("!window.quanheng.waiting().length")

    def hand_in(self) -> None:
        self.page.wait_for_url("**/answer/*/review/")
        self.enter('form[action$="/submit/"] .btn-primary')
        self.page.wait_for_url("**/receipt/")
        expect(self.page.locator(".q-receipt-code")).to_be_visible()
        assert Submission.objects.count() == 1


@pytest.fixture
def expert() -> Expert:
    return make.expert(make.survey(), name="Prof. Chen", language="en")


@pytest.fixture
def link(expert: Expert, live_server: LiveServer) -> str:
    return link_to(expert, live_server)


def link_to(expert: Expert, live_server: LiveServer) -> str:
    token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
    return live_server.url + reverse("surveys:start", args=[token])


@pytest.fixture
def keys(page: Page) -> Keyboard:
    return Keyboard(page)


@pytest.fixture
def plain_keys(browser: Browser, watch: Watch) -> Iterator[Keyboard]:
    """Where no script runs."""
    context = browser.new_context(java_script_enabled=False)
    context.on("page", watch.follow)
    yield Keyboard(context.new_page())
    context.close()


def said() -> list[tuple[str, int | None]]:
    return list(Judgment.objects.order_by("comparison__position").values_list("more_important", "strength"))


def test_the_keys_of_the_page(keys: Keyboard, link: str) -> None:
    keys.begin(link)
    keys.presses = 0
    for position, pressed in enumerate((["a", "3"], ["a", "9"], ["b", "2"]), start=1):
        keys.on_pair(position)
        keys.press(*pressed)
    keys.page.wait_for_url("**/sections/*/review/")
    keys.page.evaluate("document.activeElement.blur()")
    before = keys.presses
    keys.enter(".q-toolbar .btn-primary")
    keys.on_pair(4)
    tabs = keys.presses - before
    keys.press("1")
    assert keys.presses - tabs <= 2 * 4
    keys.page.wait_for_url("**/answer/*/review/")
    assert said() == [("a", 3), ("a", 9), ("b", 2), ("equal", 1)]
    if keys.page.locator("[name=reason]").count():
        keys.to("[name=reason]")
        keys.page.keyboard.type("They are 1 and 5 to me.")
    keys.hand_in()


def test_the_keys_of_the_browser_where_no_script_runs(plain_keys: Keyboard, link: str) -> None:
    keys = plain_keys
    keys.begin(link)
    for position in (1, 2, 3, 4):
        keys.on_pair(position)
        keys.to(".q-side")
        keys.press("ArrowDown")  # side b
        keys.press("Enter")  # says nothing yet
        assert JudgmentEvent.objects.count() == position - 1
        keys.enter(".q-strength-3" if position == 2 else ".q-strength-2")
        if position == 3:
            keys.page.wait_for_url("**/sections/*/review/")
            keys.enter(".q-toolbar .btn-primary")
    keys.page.wait_for_url("**/answer/*/review/")
    assert said() == [("b", 2), ("b", 3), ("b", 2), ("b", 2)]
    keys.hand_in()


def test_arrows_move_and_never_answer(keys: Keyboard, link: str) -> None:
    keys.begin(link)
    keys.to(".q-side")
    here = keys.page.url
    keys.press("ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "ArrowDown")
    keys.page.wait_for_timeout(600)  # longer than an answer is shown
    assert keys.page.url == here
    assert not JudgmentEvent.objects.exists()


def test_arrows_on_a_row_save_only_when_it_is_left(keys: Keyboard, link: str) -> None:
    keys.begin(link)
    keys.enter("[data-rows]")
    keys.page.wait_for_url("**/rows/**")
    keys.to("input[type=radio]")
    keys.press("Space", "ArrowRight", "ArrowRight")
    keys.page.wait_for_timeout(300)
    assert not JudgmentEvent.objects.exists()
    keys.press("Enter")
    keys.saved()
    assert said() == [("a", 7)]
    assert JudgmentEvent.objects.count() == 1
    keys.press("b", "5", "Enter")  # on the second row now
    keys.saved()
    assert said() == [("a", 7), ("b", 5)]


def test_keys_answer_only_inside_the_question(keys: Keyboard, link: str) -> None:
    keys.begin(link)
    keys.page.evaluate("document.activeElement.blur()")
    keys.to(".q-top-tools a")
    keys.press("1", "a", "5", "u")
    for chord in ("Control+1", "Alt+1", "Shift+Alt+a"):
        keys.page.locator("#question").focus()
        keys.press(chord)
    keys.page.wait_for_timeout(600)
    assert not JudgmentEvent.objects.exists()
    keys.page.locator("#question").focus()
    keys.press("1")
    keys.on_pair(2)


def test_digits_in_a_text_are_text(keys: Keyboard, expert: Expert, link: str) -> None:
    keys.begin(link)
    keys.page.evaluate("document.getElementById('question').insertAdjacentHTML('beforeend', '<textarea></textarea>')")
    keys.to("#question textarea")
    keys.page.keyboard.type("a5 b1 u")
    assert keys.page.locator("#question textarea").input_value() == "a5 b1 u"
    assert not JudgmentEvent.objects.exists()
    make.answer_all(expert)
    given = JudgmentEvent.objects.count()
    keys.page.goto(keys.page.url.partition("/pairs/")[0] + "/review/")
    keys.to("[name=remark]")
    keys.page.keyboard.type("1 a9")
    assert keys.page.locator("[name=remark]").input_value() == "1 a9"
    assert JudgmentEvent.objects.count() == given


def test_the_keys_can_be_switched_off(keys: Keyboard, link: str) -> None:
    keys.begin(link)
    keys.enter(".q-menu summary")
    keys.enter('.q-menu-body a[href*="/preferences/"]')
    keys.page.wait_for_url("**/preferences/**")
    keys.to("[name=keys]")
    keys.press("ArrowDown")
    keys.enter("main .btn-primary")
    keys.page.wait_for_url("**/pairs/1/**")
    expect(keys.page.locator(".q-keys")).to_have_count(0)
    keys.to(".q-side")
    keys.press("a", "5", "1")
    assert not keys.page.locator(".q-side:checked").count()
    keys.enter("[data-rows]")
    keys.page.wait_for_url("**/rows/**")
    keys.to("input[type=radio]")
    keys.press("a", "5", "1")
    keys.page.goto(keys.page.url.partition("/sections/")[0] + "/practice/")
    keys.to(".q-side")
    keys.press("a", "5", "1")
    assert not keys.page.locator("[type=radio]:checked").count()
    assert keys.page.url.endswith("/practice/")
    assert not JudgmentEvent.objects.exists()


def test_the_next_pair_waits_where_it_is_to_wait(keys: Keyboard, link: str) -> None:
    """Without advancing by itself the card stays, and the focus goes to the way onwards."""
    keys.begin(link)
    keys.page.context.add_cookies([{"name": "quanheng_reading", "value": "advance=off", "url": keys.page.url}])
    keys.page.reload()
    keys.page.locator("#question").focus()
    keys.press("a", "5")
    keys.until("document.activeElement.matches('[data-forward]')")
    keys.page.wait_for_timeout(600)
    keys.press("Enter")
    keys.on_pair(2)
    assert said() == [("a", 5)]


def test_u_takes_the_last_answer_back(keys: Keyboard, link: str) -> None:
    keys.begin(link)
    keys.press("a", "5")
    keys.on_pair(2)
    keys.press("u")
    keys.on_pair(1)
    keys.saved()
    assert said() == []


def test_a_circle_hides_no_focus(keys: Keyboard, live_server: LiveServer) -> None:
    """The note comes while one types; whatever is tabbed to afterwards stays in sight."""
    expert = make.expert(make.survey(of=make.edition({"r": ["a", "b", "c", "d"]})), name="Prof. Chen", language="en")
    keys.page.set_viewport_size({"width": 390, "height": 700})
    keys.begin(link_to(expert, live_server))
    make.say(expert, "a", "b", "a", 5)
    make.say(expert, "b", "c", "a", 5)
    keys.page.goto(keys.page.url.replace("/pairs/1/", "/pairs/2/"))
    keys.press("b", "3")
    keys.page.locator("[data-circle]").wait_for()
    keys.on_pair(3)
    keys.every_stop()


@pytest.mark.parametrize("way", ["", "sheet/", "elsewhere/", "preferences/", "practice/", "drafts/", "review/"])
def test_every_stop_of_a_page_is_seen(keys: Keyboard, link: str, way: str) -> None:
    keys.begin(link)
    keys.page.set_viewport_size({"width": 390, "height": 600})
    keys.page.goto(keys.page.url.partition("/pairs/")[0] + f"/{way}")
    keys.every_stop()
