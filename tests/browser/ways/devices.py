"""Two devices, sessions that end, tokens that are void, clocks and disks that are not what they should be."""

from playwright.sync_api import expect

from surveys.models import ExpertSession
from surveys.services.panel import session_end
from tests.browser.ways.scene import Scene, way
from tests.support import journey
from tests.surveys import factories as make

ASKED = "differently on another device"


@way
def two_devices_answer_the_same_pair_differently(scene: Scene) -> None:
    one, other = scene.tab(), scene.tab()
    one.answer("a", 3)
    one.settle()
    other.tap("b", 7)
    expect(other.page.locator("[data-waiting]")).to_contain_text(ASKED)
    assert not other.says_saved()
    scene.disputed[1] = ("a", 3)


@way
def the_choice_between_two_devices_is_made(scene: Scene) -> None:
    one, other = scene.tab(), scene.tab()
    one.answer("a", 3)
    one.settle()
    other.tap("b", 7)
    other.page.locator("[data-waiting-link]").click()
    other.page.wait_for_url("**/pairs/1/*")
    other.page.get_by_role("button", name="Take this one").click()
    other.hear("b", 7, 1)
    other.page.wait_for_url("**/pairs/2/*")
    scene.asked.add(1)
    one.page.goto(scene.address("pair", 2))


@way
def two_devices_say_the_same(scene: Scene) -> None:
    one, other = scene.tab(), scene.tab()
    one.answer("a", 3)
    one.settle()
    other.answer("a", 3)
    other.settle()
    assert other.bar() == ""
    assert scene.conflicts == 0


@way
def a_device_was_offline_while_another_answered(scene: Scene) -> None:
    away, home = scene.tab(), scene.tab()
    with away.offline():
        away.answer("b", 9)
        away.answer("b", 8)
        home.answer("a", 2)
        home.settle()
    away.settle()
    assert ASKED in away.bar()
    scene.disputed[1] = ("a", 2)


@way
def a_device_was_offline_and_changed_its_mind_while_another_answered(scene: Scene) -> None:
    away, home = scene.tab(), scene.tab()
    with away.offline():
        away.answer("b", 9)
        away.show(1)
        away.answer("b", 5)
        home.answer("a", 2)
        home.settle()
    away.settle()
    assert ASKED in away.bar()
    assert scene.conflicts == 2
    scene.disputed[1] = ("a", 2)


# --- sessions and tokens ---


@way
def the_session_ended_while_the_page_was_open(scene: Scene) -> None:
    tab = scene.tab()
    session_end(ExpertSession.objects.get(expert=scene.expert))
    tab.answer("a", 5)
    tab.answer("b", 5)
    assert "signed out" in tab.bar()
    assert tab.bar_counts(2)
    assert not tab.says_saved()
    scene.open_again(tab.page.context)
    tab.page.goto(scene.address("contents"))


@way
def the_cookie_was_deleted_while_the_page_was_open(scene: Scene) -> None:
    tab = scene.tab()
    tab.answer("a", 4)
    tab.settle()
    tab.page.context.clear_cookies()
    tab.answer("a", 5)
    assert tab.bar_counts(1)
    tab.page.locator("[data-waiting-link]").click()
    expect(tab.page.locator("main form")).to_be_visible()  # it asks for the link or a code
    scene.open_again(tab.page.context)
    tab.page.goto(scene.address("contents"))


@way
def the_session_ended_and_the_page_stays_open(scene: Scene) -> None:
    """The link is opened in another tab; this one goes on by itself."""
    tab = scene.tab()
    session_end(ExpertSession.objects.get(expert=scene.expert))
    tab.answer("a", 5)
    scene.open_again(tab.page.context)
    tab.answer("a", 6)
    scene.calm()
    assert tab.bar() == ""
    assert tab.says_saved()


@way
def the_token_against_forgery_was_deleted(scene: Scene) -> None:
    tab = scene.tab()
    tab.page.context.clear_cookies(name="quanheng_csrf")
    tab.answer("a", 5)
    tab.answer("a", 6)
    assert tab.bar() == ""


@way
def staff_signs_in_in_another_tab_and_the_token_is_another(scene: Scene) -> None:
    tab = scene.tab()
    make.user()
    other = tab.page.context.new_page()
    journey.sign_in(other, scene.site, "coordinator", "a long password")
    tab.answer("a", 5)
    tab.settle()
    other.context.clear_cookies(name="quanheng_session")
    journey.sign_in(other, scene.site, "coordinator", "a long password")
    tab.answer("a", 6)
    tab.settle()
    assert tab.bar() == ""


@way
def the_token_is_void_and_an_answer_is_taken_back_by_the_form(scene: Scene) -> None:
    """After a reload the page has nothing to undo by itself: the form is sent, and again with a token that is good."""
    tab = scene.tab()
    tab.answer("a", 5)
    tab.settle()
    tab.page.reload()
    tab.page.context.clear_cookies(name="quanheng_csrf")
    tab.page.locator("[data-undo] button").click()
    expect(tab.page.locator(".q-errors")).to_be_visible()
    assert tab.page.locator("[data-count]").inner_text() == "1/6"
    tab.undo()
    expect(tab.page.locator("[data-count]")).to_have_text("0/6")


# --- clocks and disks ---


@way
def the_clock_of_the_device_is_set_back_between_two_answers(scene: Scene) -> None:
    tab = scene.tab()
    with tab.offline():
        tab.answer("a", 5)
        tab.page.evaluate("() => { const now = Date.now; Date.now = () => now() - 3600000; }")
        tab.show(1)
        tab.answer("b", 3)


@way
def the_clock_of_the_device_is_years_wrong(scene: Scene) -> None:
    tab = scene.tab(scene.device("const now = Date.now; Date.now = () => now() - 1.7e12;"))
    tab.answer("a", 5)
    with tab.offline():
        tab.answer("a", 6)


@way
def the_disk_of_the_device_is_full(scene: Scene) -> None:
    tab = scene.tab(
        scene.device("Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') };")
    )
    tab.tap("a", 5)
    assert "cannot keep answers" in tab.bar()
    tab.moved(1)
    with tab.offline():
        tab.answer("a", 6)
        tab.answer("b", 6)
        assert tab.waiting() == 2


@way
def the_browser_keeps_nothing_at_all(scene: Scene) -> None:
    no = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('', 'SecurityError') }});"
    tab = scene.tab(scene.device(no))
    with tab.offline():
        tab.answer("a", 6)
        tab.show(1)
        tab.answer("equal")
        assert tab.waiting() == 2
    scene.calm()
    assert tab.says_saved()


@way
def the_page_is_left_while_the_browser_keeps_nothing(scene: Scene) -> None:
    """The browser asks before it throws the answers away."""
    no = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('', 'SecurityError') }});"
    tab = scene.tab(scene.device(no))
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append("asked")
        dialog.dismiss()  # type: ignore[attr-defined]

    tab.page.on("dialog", stay)
    with tab.offline():
        tab.answer("a", 6)
        tab.page.close(run_before_unload=True)
        tab.wait(200)
    assert asked
