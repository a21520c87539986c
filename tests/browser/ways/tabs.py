"""Tabs are closed, reloaded, left, and opened twice."""

from contextlib import suppress

from playwright.sync_api import Error, Route, expect

from tests.browser.ways.requests import SAVE, drop, hold, reply_with
from tests.browser.ways.scene import Scene, way
from tests.surveys import factories as make

LATER = reply_with(503, "{}")


@way
def the_tab_is_closed_with_answers_waiting(scene: Scene) -> None:
    tab = scene.tab()
    device = tab.page.context
    device.route(SAVE, drop)
    tab.answer("a", 5)
    tab.answer("b", 2)
    tab.page.close()
    device.unroute(SAVE)
    scene.tab(device)


@way
def the_tab_is_closed_at_the_moment_of_the_tap(scene: Scene) -> None:
    tab = scene.tab()
    device = tab.page.context
    tab.tap("a", 5)
    tab.page.close()
    scene.tab(device, scene.address("contents"))


@way
def the_tab_crashes(scene: Scene) -> None:
    tab = scene.tab()
    device = tab.page.context
    device.route(SAVE, drop)
    tab.answer("a", 5)
    tab.tap("b", 2)
    with suppress(Error):
        tab.page.goto("chrome://crash", timeout=2_000)
    tab.page.close()
    device.unroute(SAVE)
    scene.tab(device)


@way
def the_page_is_reloaded_at_the_moment_of_the_tap(scene: Scene) -> None:
    tab = scene.tab()
    tab.tap("a", 5)
    tab.page.reload()
    scene.calm()


@way
def the_page_is_reloaded_while_the_answer_is_on_its_way(scene: Scene) -> None:
    """The page comes back before the answer is stored: it must show it all the same."""
    tab = scene.tab()
    held: list[Route] = []
    tab.during(hold(held), hold(held))
    tab.tap("a", 5)
    tab.page.reload()
    expect(tab.page.locator("[name=strength][aria-pressed=true]")).to_have_attribute("value", "5")
    assert tab.page.locator("[data-count]").inner_text() == "1/6"
    assert not tab.says_saved()
    held[-1].continue_()
    scene.calm()


@way
def back_is_pressed_at_the_moment_of_the_tap(scene: Scene) -> None:
    tab = scene.tab()
    tab.answer("a", 3)
    tab.tap("a", 5)
    tab.page.go_back()
    tab.wait(450)
    tab.verify()


@way
def the_history_is_walked_back_and_forth(scene: Scene) -> None:
    tab = scene.tab()
    for strength in (3, 4, 5):
        tab.answer("a", strength)
    for step in (tab.page.go_back, tab.page.go_back, tab.page.go_forward, tab.page.go_back):
        step()
    assert tab.position() == 2
    tab.answer("b", 7)
    tab.verify()


@way
def the_browser_kept_the_page_and_shows_it_again(scene: Scene) -> None:
    tab = scene.tab()
    other = scene.tab(tab.page.context)
    other.answer("b", 9)
    other.settle()
    with tab.page.expect_navigation():
        tab.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    tab.verify()


@way
def the_contents_are_opened_with_answers_waiting(scene: Scene) -> None:
    tab = scene.tab()
    tab.during(LATER)
    tab.answer("a", 5)
    tab.page.get_by_role("link", name="Contents").click()
    tab.page.wait_for_url("**/answer/*/")


@way
def the_language_is_switched_with_answers_waiting(scene: Scene) -> None:
    tab = scene.tab()
    tab.during(LATER, LATER)
    tab.answer("a", 5)
    tab.tap("b", 5)
    with tab.page.expect_navigation():
        tab.page.locator(".q-language button[value=zh-hans]").click()
    expect(tab.page.locator("html")).to_have_attribute("lang", "zh-hans")
    assert "/pairs/2/" in tab.page.url or "/pairs/3/" in tab.page.url  # where the person was
    scene.calm()


@way
def two_tabs_answer_different_pairs_in_turn(scene: Scene) -> None:
    one = scene.tab()
    other = scene.tab(one.page.context, scene.address("pair", 4))
    for strength in (3, 4):
        one.tap("a", strength)
        other.tap("b", strength)
        one.moved(strength - 2)
        other.moved(strength + 1)


@way
def two_tabs_answer_the_same_pair_one_after_the_other(scene: Scene) -> None:
    """On one device what was said last counts; nobody is asked."""
    one = scene.tab()
    other = scene.tab(one.page.context)
    one.answer("a", 3)
    one.settle()
    other.answer("b", 7)
    other.settle()
    assert scene.conflicts == 0


@way
def two_tabs_answer_the_same_pair_while_nothing_gets_through(scene: Scene) -> None:
    one = scene.tab()
    other = scene.tab(one.page.context)
    with one.offline():
        one.answer("a", 3)
        other.answer("b", 7)
        one.show(1)
        one.answer("equal")
        other.show(1)
        other.answer("a", 9)
    scene.calm()
    assert scene.conflicts == 0


@way
def twin_tabs_send_the_same_queue_at_once(scene: Scene) -> None:
    one = scene.tab()
    scene.tab(one.page.context)
    scene.tab(one.page.context, scene.address("contents"))
    with one.offline():
        for strength in (3, 4, 5):
            one.answer("a", strength)
        one.show(1)
        one.answer("b", 8)


@way
def a_slow_twin_reports_an_answer_that_was_changed_meanwhile(scene: Scene) -> None:
    """The reply to the first sending comes last of all: it is news of yesterday."""
    one = scene.tab()
    other = scene.tab(one.page.context)
    held: list[Route] = []
    other.page.route(SAVE, hold(held))
    with one.offline():
        one.answer("a", 3)
        other.page.evaluate("window.dispatchEvent(new Event('online'))")
        other.wait(150)
    one.settle()
    one.show(1)
    one.answer("b", 6)
    one.settle()
    for route in held:
        with suppress(Error):
            route.continue_()
    one.wait(200)
    assert one.page.evaluate("window.quanheng.data.said") == other.page.evaluate("window.quanheng.data.said")


@way
def the_device_is_left_in_another_tab_with_answers_waiting(scene: Scene) -> None:
    one = scene.tab()
    device = one.page.context
    other = scene.tab(device, scene.address("contents"))
    device.route(SAVE, LATER)
    one.answer("a", 3)
    other.page.locator('form[action$="/leave/"]').evaluate("form => form.submit()")
    other.page.wait_for_url("**/leave/")
    device.unroute(SAVE)
    one.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(one.page.locator("[data-waiting]")).to_contain_text("signed out")
    assert not one.says_saved()
    scene.open_again(device)


@way
def the_answers_are_handed_in_while_the_newest_one_waits(scene: Scene) -> None:
    """The button waits with it: what is handed in has everything that was said."""
    make.answer_all(scene.expert)
    scene.given += [(position, "a", 3) for position in range(1, 10)]
    tab = scene.tab()
    device = tab.page.context
    device.route(SAVE, LATER)
    tab.tap("b", 5)
    tab.page.goto(scene.address("review"))
    button = tab.page.locator("form[action$='/submit/'] button[type=submit]")
    expect(button).to_be_disabled()
    device.unroute(SAVE)
    tab.settle()
    button.click()
    tab.page.wait_for_url("**/receipt/")
    newest = scene.events.latest("revision")
    assert (newest.strength, scene.expert.submissions.get().revision) == (5, newest.revision)
