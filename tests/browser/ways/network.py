"""The network goes away, and comes back."""

from random import Random

from playwright.sync_api import Route

from tests.browser.ways.requests import Handler, drop, drop_reply, hold
from tests.browser.ways.scene import Scene, way


@way
def the_network_is_gone_before_the_tap(scene: Scene) -> None:
    tab = scene.tab()
    with tab.offline():
        tab.answer("a", 5)
        assert tab.waiting() == 1
        assert tab.bar_counts(1)
        assert not tab.says_saved()
    scene.calm()
    assert tab.says_saved()


@way
def the_network_goes_at_the_moment_of_the_tap(scene: Scene) -> None:
    tab = scene.tab()
    tab.tap("b", 3)
    with tab.offline():
        tab.wait(200)


@way
def the_network_goes_while_the_answer_is_on_its_way(scene: Scene) -> None:
    tab = scene.tab()
    held: list[Route] = []
    tab.during(hold(held))
    tab.tap("a", 9)
    tab.wait(50)
    assert not tab.says_saved()
    with tab.offline():
        drop(held[0])
        tab.wait(100)
        assert tab.waiting() == 1


@way
def the_network_goes_after_the_commit_and_before_the_reply(scene: Scene) -> None:
    tab = scene.tab()
    held: list[Route] = []
    tab.during(hold(held))
    tab.tap("a", 2)
    tab.wait(50)
    held[0].fetch()
    with tab.offline():
        held[0].abort("internetdisconnected")
        tab.wait(100)
        assert tab.waiting() == 1
        assert not tab.says_saved()


@way
def the_network_is_cut_at_another_instant_of_each_answer(scene: Scene) -> None:
    tab = scene.tab()
    for number, instant in enumerate((0, 10, 25, 60, 120)):
        tab.tap("ab"[number % 2], 2 + number)
        tab.wait(instant)
        with tab.offline():
            tab.moved(number + 1)


@way
def the_network_flaps_at_every_other_answer(scene: Scene) -> None:
    tab = scene.tab()
    for number in range(5):
        tab.page.context.set_offline(number % 2 == 0)
        tab.answer("a", 3 + number)
    tab.page.context.set_offline(False)


@way
def a_whole_section_is_answered_offline(scene: Scene) -> None:
    tab = scene.tab()
    with tab.offline():
        for number in range(5):
            tab.answer("a", 2 + number)
        tab.tap("equal")  # the review of the section is computed by the server: the next section comes first
        tab.page.locator("#question[data-position='7']").wait_for()
        tab.answer("b", 4)
        assert tab.waiting() == 7
        assert tab.bar_counts(7)


@way
def the_tab_is_closed_offline_and_opened_again_online(scene: Scene) -> None:
    tab = scene.tab()
    device = tab.page.context
    with tab.offline():
        tab.answer("a", 7)
        tab.answer("equal")
        tab.page.close()
    again = scene.tab(device, scene.address("contents"))
    again.settle()


@way
def twenty_answers_come_fast_over_a_slow_line(scene: Scene) -> None:
    scene.expert = scene.wide
    tab = scene.tab(scene.device(quick={"card.js": {"SHOWN": 40}}))
    chance = Random(20)

    def slow(route: Route) -> None:
        tab.wait(chance.uniform(0, 150))
        route.continue_()

    tab.page.route("**/save/", slow)
    for number in range(20):
        if number % 5 == 4:
            tab.show(chance.randint(1, 3))
        here = tab.position()
        keys = ["1"] if number % 3 == 0 else ["ab"[number % 2], str(2 + number % 8)]
        tab.hear("equal" if keys == ["1"] else keys[0], int(keys[-1]))
        for key in keys:
            tab.page.keyboard.press(key)
        tab.moved(here)


@way
def requests_and_replies_are_lost_by_the_dice(scene: Scene) -> None:
    tab = scene.tab()
    chance = Random(5)

    def dice(route: Route) -> None:
        handlers: list[Handler] = [drop, drop_reply, Route.continue_, Route.continue_]
        chance.choice(handlers)(route)

    tab.page.route("**/save/", dice)
    for number in range(5):
        tab.answer("ab"[number % 2], 3 + number)
