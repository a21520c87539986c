"""The page of rows, and surveys that end while answers are given."""

import re

from django.utils import timezone
from playwright.sync_api import Route, expect

from surveys.models import Survey
from surveys.services.surveys import survey_move
from tests.browser.ways.requests import SAVE, drop_reply, hold, reply_with
from tests.browser.ways.scene import Scene, way


@way
def a_row_is_chosen_with_a_pointer(scene: Scene) -> None:
    tab = scene.rows()
    tab.choose(1, "a", 7)
    tab.choose(3, "equal")
    scene.calm()
    assert tab.says_saved()


@way
def a_row_is_chosen_with_the_keyboard_and_left(scene: Scene) -> None:
    tab = scene.rows()
    tab.cell(1, "equal").focus()
    for key in ("b", "5", "7"):  # changed before it is left: one answer
        tab.page.keyboard.press(key)
    assert tab.waiting() == 0
    tab.hear("b", 7, 1)
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("ArrowRight")
    tab.hear("b", 2, 3)
    tab.page.keyboard.press("Tab")
    scene.calm()


@way
def the_page_of_rows_is_closed_with_the_focus_in_a_row(scene: Scene) -> None:
    tab = scene.rows()
    device = tab.page.context
    tab.cell(2, "equal").focus()
    tab.page.keyboard.press("a")
    tab.page.keyboard.press("4")
    tab.hear("a", 4, 2)
    tab.page.close(run_before_unload=True)
    scene.rows(device)


@way
def the_page_of_rows_is_sent_offline(scene: Scene) -> None:
    tab = scene.rows()
    with tab.offline():
        tab.choose(1, "a", 5)
        tab.choose(2, "b", 5)
        tab.page.locator("[data-rows-form] button[type=submit]").click()
        tab.wait(200)
        assert tab.bar_counts(2)
    tab.on_rows(3)


@way
def a_row_is_changed_while_the_first_choice_is_on_its_way(scene: Scene) -> None:
    tab = scene.rows()
    held: list[Route] = []
    tab.during(hold(held), hold(held))
    tab.choose(1, "a", 5)
    tab.choose(1, "a", 6)
    held[0].continue_()
    tab.settle_to(1)
    tab.page.locator("[data-rows-form] button[type=submit]").focus()
    tab.page.keyboard.press("Enter")
    while len(held) < 2:
        tab.wait(20)
    held[1].continue_()
    tab.on_rows(2)


@way
def all_rows_are_sent_at_once_by_the_button(scene: Scene) -> None:
    tab = scene.rows()
    for position in range(1, 7):
        tab.choose(position, "ab"[position % 2], position + 1)
    tab.page.locator("[data-rows-form] button[type=submit]").dblclick()
    expect(tab.page).to_have_url(re.compile("/review/"))


@way
def a_row_differs_from_another_device_and_the_page_is_sent(scene: Scene) -> None:
    """The answer in dispute is not said a second time with the rest of the page."""
    tab, other = scene.rows(), scene.tab()
    other.answer("b", 8)
    other.settle()
    tab.choose(1, "a", 5)
    expect(tab.page.locator("[data-waiting]")).to_contain_text("another device")
    tab.choose(2, "a", 6)
    tab.page.locator("[data-rows-form] button[type=submit]").click()
    tab.on_rows(3)
    scene.disputed[1] = ("b", 8)


@way
def an_old_page_of_rows_is_closed_after_another_tab_answered(scene: Scene) -> None:
    """What stands on it was not said again."""
    rows = scene.rows()
    rows.choose(1, "a", 3)
    rows.settle()
    card = scene.tab(rows.page.context, f"{scene.address('pair', 1)}?view=card#question")
    card.answer("b", 6)
    card.settle()
    rows.wait(100)
    assert rows.cell(1, "b", 6).is_checked()
    rows.page.close(run_before_unload=True)
    card.wait(100)


@way
def an_answer_was_taken_back_and_the_rows_are_opened_before_the_server_knows(scene: Scene) -> None:
    tab = scene.tab()
    device = tab.page.context
    tab.answer("a", 3)
    tab.settle()
    device.route(SAVE, reply_with(503, "{}"))
    tab.undo()
    tab.page.goto(scene.rows_address)
    tab.wait(100)
    assert not tab.cell(1, "a", 3).is_checked()
    device.unroute(SAVE)
    tab.settle()
    tab.page.goto(scene.address("contents"))


@way
def the_token_is_void_when_the_page_of_rows_is_sent(scene: Scene) -> None:
    tab = scene.rows()
    tab.page.context.clear_cookies(name="quanheng_csrf")
    tab.choose(1, "a", 5)
    tab.page.locator("[data-rows-form] button[type=submit]").click()
    tab.on_rows(2)


# --- the end ---


@way
def the_survey_is_closed_while_answers_wait(scene: Scene) -> None:
    tab = scene.tab()
    tab.answer("a", 5)
    tab.settle()
    with tab.offline():
        for more, strength in (("b", 4), ("a", 2)):
            tab.answer(more, strength)
            scene.late.append(scene.given.pop())
        survey_move(scene.expert.survey, Survey.State.CLOSED, user=None)
    scene.calm()
    assert "kept apart" in tab.bar()
    assert "takes no answers now" in tab.bar()


@way
def the_deadline_passes_while_a_pair_is_looked_at(scene: Scene) -> None:
    tab = scene.tab()
    Survey.objects.filter(pk=scene.expert.survey_id).update(closes_at=timezone.now())
    tab.tap("a", 5)
    scene.late.append(scene.given.pop())
    scene.calm()
    assert "kept apart" in tab.bar()
    assert not tab.says_saved()


@way
def the_reply_to_a_late_answer_is_lost(scene: Scene) -> None:
    tab = scene.tab()
    survey_move(scene.expert.survey, Survey.State.CLOSED, user=None)
    tab.during(drop_reply)
    tab.tap("a", 5)
    scene.late.append(scene.given.pop())


@way
def an_answer_was_stored_and_its_reply_comes_after_the_end(scene: Scene) -> None:
    """Sent again with its key, it is what it was: stored in time."""
    tab = scene.tab()
    tab.during(drop_reply)
    tab.answer("a", 5)
    tab.until_stored(1)
    survey_move(scene.expert.survey, Survey.State.CLOSED, user=None)
    scene.calm()
    assert tab.says_saved()


@way
def the_page_of_rows_is_sent_after_the_end(scene: Scene) -> None:
    """Without a script nothing was sent before: the rows come all at once, and too late."""
    tab = scene.tab(scene.device(java_script_enabled=False), scene.rows_address)
    tab.cell(1, "a", 5).check()
    tab.cell(2, "b", 3).check()
    survey_move(scene.expert.survey, Survey.State.CLOSED, user=None)
    tab.page.locator("[data-rows-form] button[type=submit]").click()
    tab.page.wait_for_url("**/answer/*/")
    assert "kept apart" in tab.page.locator("main").inner_text()
    scene.late += [(1, "a", 5), (2, "b", 3)]


@way
def the_token_is_void_and_there_is_no_script(scene: Scene) -> None:
    """Card and rows come back with what was said on them."""
    device = scene.device(java_script_enabled=False)
    tab = scene.tab(device)
    device.clear_cookies(name="quanheng_csrf")
    tab.page.locator("label[for=side-a]").click()
    tab.page.locator(".q-strength-5").click()
    tab.page.get_by_role("button", name="Save this answer").click()
    tab.hear("a", 5, 1)
    tab.page.goto(scene.rows_address)
    tab.cell(2, "b", 3).check()
    tab.cell(3, "equal").check()
    device.clear_cookies(name="quanheng_csrf")
    tab.page.locator("[data-rows-form] button[type=submit]").click()
    assert tab.cell(2, "b", 3).is_checked()
    tab.page.locator("[data-rows-form] button[type=submit]").click()
    tab.on_rows(4)
    tab.hear("b", 3, 2)
    tab.hear("equal", 1, 3)
