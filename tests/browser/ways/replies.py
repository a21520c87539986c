"""The server answers late, wrongly, in halves, or somebody answers in its place."""

import time
from contextlib import suppress
from random import Random

from playwright.sync_api import Error, Route

from tests.browser.ways.requests import drop, drop_reply, reply_with
from tests.browser.ways.scene import Scene, way

PAGE = "<!doctype html><title>Welcome to our Wi-Fi</title><p>Please sign in."


@way
def the_request_is_dropped_on_its_way(scene: Scene) -> None:
    tab = scene.tab()
    tab.during(drop)
    tab.answer("a", 5)
    assert scene.events.count() == 0
    assert not tab.says_saved()


@way
def the_reply_is_dropped_after_the_commit(scene: Scene) -> None:
    tab = scene.tab()
    sent = tab.during(drop_reply)
    tab.answer("b", 5)
    tab.until_stored(1)
    assert not tab.says_saved()
    scene.calm()
    assert len(sent) == 2
    assert tab.says_saved()


@way
def the_reply_is_dropped_again_and_again(scene: Scene) -> None:
    tab = scene.tab()
    sent = tab.during(drop_reply, drop_reply, drop_reply, drop_reply)
    tab.answer("a", 8)
    tab.answer("a", 2)
    scene.calm()
    assert len(sent) == 6


@way
def the_server_fails_with_500(scene: Scene) -> None:
    tab = scene.tab()
    tab.during(reply_with(500, '{"error": "x"}'))
    tab.answer("a", 5)
    assert not tab.says_saved()


@way
def a_proxy_answers_502_with_a_page_of_its_own(scene: Scene) -> None:
    tab = scene.tab()
    tab.during(reply_with(502, "<html>Bad gateway</html>", "text/html", stored=True))
    tab.answer("a", 5)
    assert not tab.says_saved()


@way
def the_server_is_being_restarted_and_says_503(scene: Scene) -> None:
    tab = scene.tab()
    tab.during(*[reply_with(503, "{}")] * 3)
    for strength in (3, 4, 5):
        tab.answer("b", strength)
    assert not tab.says_saved()


@way
def the_wifi_of_a_hotel_answers_with_its_own_page(scene: Scene) -> None:
    tab = scene.tab()
    tab.during(reply_with(200, PAGE, "text/html"))
    tab.answer("a", 4)
    assert not tab.says_saved()


@way
def the_wifi_of_a_hotel_sends_elsewhere(scene: Scene) -> None:
    tab = scene.tab()
    tab.during(lambda route: route.fulfill(status=302, headers={"Location": f"{scene.site}/login/"}))
    tab.answer("a", 4)
    assert not tab.says_saved()


@way
def the_reply_is_cut_in_its_middle(scene: Scene) -> None:
    tab = scene.tab()
    tab.during(reply_with(200, '{"revision": 1, "sav', stored=True))
    tab.answer("a", 6)
    assert not tab.says_saved()


@way
def the_reply_is_empty(scene: Scene) -> None:
    tab = scene.tab()
    tab.during(reply_with(200, "", stored=False))
    tab.answer("a", 6)
    assert not tab.says_saved()


@way
def something_else_answers_200_and_means_nothing(scene: Scene) -> None:
    """A proxy that answers JSON has stored nothing."""
    tab = scene.tab()
    tab.during(reply_with(200, "{}"), reply_with(200, "null"), reply_with(403, "null"), reply_with(409, "[]"))
    tab.answer("a", 6)
    assert scene.events.count() == 0
    assert not tab.says_saved()
    scene.calm()
    tab.answer("a", 7)


IMPATIENT = {"queue.js": {"PATIENCE": 200, "FIRST_PAUSE": 50}, "card.js": {"SHOWN": 100}}


@way
def the_server_is_slower_than_the_patience_of_the_page(scene: Scene) -> None:
    tab = scene.tab(scene.device(quick=IMPATIENT))

    def slow(route: Route) -> None:
        time.sleep(0.3)
        with suppress(Error):  # nobody waits for it any more
            route.fulfill(response=route.fetch())

    sent = tab.during(slow, slow)
    tab.answer("a", 5)
    scene.calm()
    assert len(sent) >= 2


@way
def replies_come_late_and_out_of_order(scene: Scene) -> None:
    """Half of them after the page has asked again: later answers overtake earlier ones' twins."""
    tab, chance = scene.tab(scene.device(quick=IMPATIENT)), Random(13)

    def late(route: Route) -> None:
        reply = route.fetch()
        time.sleep(chance.uniform(0, 0.35))
        with suppress(Error):
            route.fulfill(response=reply)

    tab.during(*[late] * 6)
    for strength in (3, 6, 9):
        tab.show(1)
        tab.answer("ab"[strength % 2], strength)
