"""Fingers tap twice, keys are held down, input methods send keys of their own, and people change their minds."""

from playwright.sync_api import Route

from surveys.views.expert.reading import COOKIE
from tests.browser.ways.requests import hold
from tests.browser.ways.scene import Scene, way

REAL: dict[str, dict[str, int]] = {}


@way
def the_strength_is_tapped_twice(scene: Scene) -> None:
    tab = scene.tab(scene.device(quick=REAL))
    tab.page.locator("label[for=side-a]").click()
    tab.hear("a", 5)
    tab.page.locator(".q-strength-5").dblclick()
    tab.moved(1)
    assert tab.position() == 2


@way
def equal_is_tapped_three_times(scene: Scene) -> None:
    tab = scene.tab(scene.device(quick=REAL))
    tab.hear("equal", 1)
    tab.page.locator(".q-equal").click(click_count=3)
    tab.moved(1)
    tab.wait(450)
    assert tab.position() == 2


@way
def two_fingers_tap_two_strengths(scene: Scene) -> None:
    """The first one counts; the page shows which."""
    tab = scene.tab(scene.device(quick=REAL))
    tab.page.locator("label[for=side-a]").click()
    tab.hear("a", 5)
    tab.page.evaluate("['5', '7'].forEach(s => document.querySelector(`.q-strength-${s}`).click())")
    tab.moved(1)


@way
def a_tap_and_a_key_come_together(scene: Scene) -> None:
    tab = scene.tab(scene.device(quick=REAL))
    tab.page.keyboard.press("b")
    tab.tap("b", 3)
    tab.page.keyboard.press("3")
    tab.moved(1)
    tab.wait(450)
    assert tab.position() == 2


@way
def enter_on_a_side_sends_nothing(scene: Scene) -> None:
    tab = scene.tab(scene.device(quick=REAL))
    tab.page.locator("label[for=side-a]").click()
    for _press in range(3):
        tab.page.keyboard.press("Enter")
    tab.wait(450)
    assert tab.position() == 1
    assert tab.waiting() == 0


@way
def arrows_move_and_send_nothing(scene: Scene) -> None:
    tab = scene.tab(scene.device(quick=REAL))
    tab.page.locator("#side-a").focus()
    for key in ("ArrowDown", "ArrowUp", "ArrowRight", " "):
        tab.page.keyboard.press(key)
    tab.wait(450)
    assert tab.position() == 1


@way
def a_digit_is_held_down(scene: Scene) -> None:
    tab = scene.tab(scene.device(quick=REAL))
    tab.hear("equal", 1)
    for _repeat in range(4):
        tab.page.keyboard.down("1")
        tab.wait(150)
    tab.page.keyboard.up("1")
    tab.moved(1)
    assert tab.position() == 2


@way
def enter_is_held_down_on_equal(scene: Scene) -> None:
    tab = scene.tab(scene.device(quick=REAL))
    tab.hear("equal", 1)
    tab.page.locator(".q-equal").focus()
    for _repeat in range(5):
        tab.page.keyboard.down("Enter")
        tab.wait(150)
    tab.page.keyboard.up("Enter")
    assert tab.position() == 2


@way
def an_input_method_picks_its_candidates_with_digits_and_enter(scene: Scene) -> None:
    tab = scene.tab(scene.device(quick=REAL))
    tab.page.locator("label[for=side-a]").click()
    for key in ("1", "5", "Enter", "a"):
        tab.key(key, isComposing=True)
        tab.key(key, keyCode=229)
        tab.key("Process", keyCode=229)
    tab.wait(450)
    assert tab.position() == 1
    assert tab.waiting() == 0


@way
def digits_and_letters_come_in_full_width(scene: Scene) -> None:
    tab = scene.tab(scene.device(quick=REAL))
    tab.hear("b", 7)
    for key in ("Ｂ", "７"):
        tab.key(key)
    tab.moved(1)
    tab.hear("equal", 1)
    tab.key("１")
    tab.moved(2)


@way
def the_strength_is_tapped_twice_and_the_page_stays(scene: Scene) -> None:
    """Whoever wants to press "next" themselves taps no slower than others."""
    device = scene.device(quick=REAL)
    device.add_cookies([{"name": COOKIE, "value": "advance=off", "url": scene.site}])
    tab = scene.tab(device)
    tab.page.locator("label[for=side-a]").click()
    tab.hear("a", 5)
    tab.page.locator(".q-strength-5").dblclick()
    tab.wait(450)
    assert tab.position() == 1
    tab.tap("a", 7)  # said again, it is another answer
    tab.page.locator("[data-forward]").click()
    tab.moved(1)


# --- changing one's mind ---


@way
def an_answer_is_taken_back_offline(scene: Scene) -> None:
    tab = scene.tab()
    with tab.offline():
        tab.answer("a", 5)
        tab.undo()
        assert tab.position() == 1
        assert tab.waiting() == 2


@way
def an_answer_is_taken_back_while_it_is_on_its_way(scene: Scene) -> None:
    tab = scene.tab()
    held: list[Route] = []
    tab.during(hold(held))
    tab.answer("a", 5)
    tab.undo()
    held[0].continue_()


@way
def an_answer_is_taken_back_and_given_again(scene: Scene) -> None:
    tab = scene.tab()
    tab.answer("a", 5)
    tab.undo()
    tab.answer("b", 4)
    tab.show(1)
    tab.answer("b", 6)
    tab.undo("b", 4)
    tab.page.keyboard.press("u")
    tab.hear("", None, 1)
    tab.wait(100)


@way
def an_answer_is_changed_while_the_first_one_is_on_its_way(scene: Scene) -> None:
    tab = scene.tab()
    held: list[Route] = []
    tab.during(hold(held), hold(held))
    tab.answer("a", 5)
    tab.show(1)
    tab.answer("b", 2)
    held[0].continue_()  # the page hears of the first one: the second one is still what was said
    tab.settle_to(1)
    tab.show(1)
    assert tab.page.locator(".q-strength-2").get_attribute("aria-pressed") == "true"
    tab.show(2)
    while len(held) < 2:
        tab.wait(20)
    held[1].continue_()


@way
def an_answer_is_changed_five_times_while_the_server_is_slow(scene: Scene) -> None:
    tab = scene.tab()
    held: list[Route] = []
    tab.during(hold(held))
    for strength in (2, 4, 6, 8, 9):
        tab.show(1)
        tab.answer("ab"[strength % 2], strength)
    held[0].continue_()
    scene.calm()
    assert scene.events.count() == 5


@way
def undo_is_pressed_twice_on_the_form(scene: Scene) -> None:
    """A second press must not bring back what the first one took."""
    tab = scene.tab()
    tab.answer("a", 5)
    tab.show(1)
    tab.answer("b", 3)
    tab.settle()
    tab.page.reload()
    tab.hear("a", 5, 1)
    tab.page.locator("[data-undo] button").dblclick()
    tab.page.wait_for_url("**/pairs/1/*")
    tab.wait(200)
