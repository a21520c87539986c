"""The card of one pair, the rows of many, and the contents."""

from django.conf import settings

from surveys.models import RevisionRequest, Section
from surveys.services.drafts import draft_record
from surveys.services.judgments import Answer
from surveys.services.revisions import revision_request
from surveys.services.sections import section_decline
from surveys.services.surveys import survey_move
from tests.browser.states.visit import Visit, state
from tests.surveys import factories as make


@state("pair")
def pair_fresh(visit: Visit) -> None:
    visit.begun().at("pair", 1)


@state("pair")
def pair_with_a_side_chosen(visit: Visit) -> None:
    visit.begun().at("pair", 1).press("label[for=side-a]").page.locator(".q-strength-9").wait_for()


@state("save", "pair")
def pair_after_an_answer(visit: Visit) -> None:
    """The next card, with the last answer as a line below it."""
    visit.begun().at("pair", 1).press("label[for=side-a]").press(".q-strength-4")
    visit.page.locator("[data-position='2']").wait_for()
    visit.page.locator("[data-saved]:not(.q-saved-waiting)").wait_for()


@state("pair")
def pair_answered(visit: Visit) -> None:
    visit.begun().say("a", "b", "b", 5).say("a", "c", "equal", 1).at("pair", 1)


@state("pair")
def pair_that_cannot_be_judged(visit: Visit) -> None:
    visit.begun().say("a", "b", "cannot_judge", None).at("pair", 1)


@state("pair")
def pair_with_a_definition(visit: Visit) -> None:
    visit.begun().at("pair", 1).press(".q-item-a summary").press(".q-item-b summary")


@state("pair")
def pair_with_a_circle(visit: Visit) -> None:
    visit.begun().say("b1", "b2", "a", 5).say("b2", "b3", "a", 5).at("pair", visit.pair("b1", "b3").position)
    visit.press("label[for=side-b]").press(".q-strength-5").page.locator("[data-circle]").wait_for()


@state("pair")
def pair_without_a_connection(visit: Visit) -> None:
    visit.begun().at("pair", 1).page.context.set_offline(True)
    visit.press(".q-equal").page.locator("[data-waiting]").wait_for()
    visit.page.locator("[data-position='2']").wait_for()


@state("pair")
def pair_in_conflict(visit: Visit) -> None:
    make.say(visit.begun().expert, "a", "b", "a", 5)
    make.say(visit.expert, "a", "b", "b", 7, base_revision=0)
    visit.at("pair", 1).page.locator("#question[data-disputed]").wait_for()


@state("undo", "pair")
def pair_after_undo(visit: Visit) -> None:
    visit.begun().say("a", "b").at("pair", 2).press("[data-undo] button")
    visit.page.locator("[data-position='1']").wait_for()


@state("pair")
def pair_with_the_menu_open(visit: Visit) -> None:
    visit.begun().at("pair", 1).press(".q-menu summary").page.locator(".q-menu-body").wait_for()


@state("pair")
def pair_refused(visit: Visit) -> None:
    """The page was open for so long that its token is void; the answer is on it."""
    visit.begun().at("pair", 1).page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    with visit.page.expect_navigation():
        visit.page.evaluate(
            """() => {
                const form = document.querySelector("[data-card]");
                form.querySelector("#side-b").checked = true;
                form.insertAdjacentHTML("beforeend", '<input type="hidden" name="strength" value="9">');
                form.submit();
            }"""
        )
    visit.page.locator(".q-errors button").wait_for()


@state("pair")
def pair_after_hasty_answers(visit: Visit) -> None:
    visit.begun().at("pair", visit.pair("b1", "b2").position)
    for position in range(visit.pair("b1", "b2").position, visit.pair("b1", "b2").position + 5):
        visit.press(f"[data-position='{position}'] .q-equal")
    visit.page.locator("[data-pace]").wait_for()


@state("pair")
def pair_looked_at_again(visit: Visit) -> None:
    """From a hint, with the way back to it."""
    visit.begun().says_all(tense=True).at("pair", 1, query="?because=hint")


@state("rows")
def rows_fresh(visit: Visit) -> None:
    visit.begun().at("rows", visit.node("b").pk)


@state("save", "rows")
def rows_chosen(visit: Visit) -> None:
    visit.begun().at("rows", visit.node("r").pk).press("input[value=a7]")
    visit.page.locator("[data-saved]:not(.q-saved-waiting)").wait_for()


@state("pair", "rows")
def rows_preferred(visit: Visit) -> None:
    """Whoever likes rows better is led to them from every pair."""
    visit.begun().reads(view="row", size="large").at("pair", 1)
    visit.page.locator("[data-rows-form]").wait_for()


@state("rows")
def rows_second_page(visit: Visit) -> None:
    visit.begun().at("rows", visit.node("b").pk, query="?page=2")


@state("rows")
def rows_not_stored(visit: Visit) -> None:
    visit.begun().at("rows", visit.node("r").pk).page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    visit.page.locator("input[value=b3]").first.evaluate("radio => { radio.checked = true; }")
    visit.send("?page=1").page.locator(".q-errors").wait_for()


@state("contents")
def contents_fresh(visit: Visit) -> None:
    visit.begun().at("contents")


@state("contents")
def contents_begun(visit: Visit) -> None:
    visit.begun(synthetic=True).say("a", "b").say("a1", "a2").at("contents")


@state("contents")
def contents_complete(visit: Visit) -> None:
    visit.begun().says_all(tense=True).at("contents")


@state("pair", "section", "contents")
def contents_with_a_declined_section(visit: Visit) -> None:
    visit.begun().at("pair", 1).press(".q-chip-out")
    visit.page.wait_for_url("**/answer/*/")


@state("contents")
def contents_with_nothing_asked(visit: Visit) -> None:
    for section in Section.objects.filter(expert=visit.begun().expert):
        section_decline(section, declined=True)
    visit.at("contents")


@state("contents")
def contents_with_a_request(visit: Visit) -> None:
    asked(visit.begun().hands_in())
    visit.at("contents")


@state("contents")
def contents_with_drafts(visit: Visit) -> None:
    draft_record(visit.begun().expert, visit.pair().pk, Answer("b", 9))
    visit.at("contents")


@state("contents")
def contents_disputed(visit: Visit) -> None:
    make.say(visit.begun().expert, "a", "b", "a", 5)
    make.say(visit.expert, "a", "b", "b", 7, base_revision=0)
    visit.at("contents")


@state("contents")
def contents_closed(visit: Visit) -> None:
    visit.begun().say("a", "b")
    survey_move(visit.expert.survey, "closed", user=make.user())
    visit.at("contents")


@state("contents")
def contents_changed_since(visit: Visit) -> None:
    visit.begun().hands_in().say("a", "b", "b", 5).at("contents")


def asked(visit: Visit) -> RevisionRequest:
    """The coordinator wants two pairs of the first section looked at again."""
    pairs = [visit.pair().pk, visit.pair("b", "c").pk]
    note = "请再看这两处，谢谢。Thank you."
    return revision_request(visit.expert, visit.node("r"), pairs, note=note, user=make.user())
