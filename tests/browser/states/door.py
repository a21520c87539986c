"""Before the questions and beside them: the start page, the practice, other devices, preferences."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from surveys.models import ExpertSession
from surveys.services.devices import code_mint
from surveys.services.surveys import survey_move
from tests.browser.states.visit import Visit, state
from tests.surveys import factories as make


@state("start")
def start_fresh(visit: Visit) -> None:
    visit.invited().at_the_door().press(".q-consent summary")


@state("start")
def start_without_the_consent(visit: Visit) -> None:
    visit.invited().at_the_door()
    with visit.page.expect_navigation():
        visit.page.locator(".q-begin").evaluate("form => form.submit()")
    visit.page.locator(".q-consent-open").wait_for()


@state("start", "pair", "start")
def start_agreed(visit: Visit) -> None:
    visit.invited().at_the_door().press("#consent").press(".q-begin .btn-primary")
    visit.page.wait_for_url("**/pairs/**")
    visit.say("a", "b").at_the_door()


@state("text_size", "start")
def start_in_large_type(visit: Visit) -> None:
    visit.invited().at_the_door().press("[name=size][value=larger]")
    visit.page.locator(".q-text-larger .q-invite").wait_for()


@state("start")
def start_of_a_draft(visit: Visit) -> None:
    visit.invited("draft").at_the_door()


@state("start")
def start_when_closed(visit: Visit) -> None:
    visit.invited("closed").at_the_door()


@state("start")
def start_after_the_deadline(visit: Visit) -> None:
    visit.invited(closes_at=timezone.now() - timedelta(hours=1)).at_the_door()


@state("start")
def start_when_closed_for_who_handed_in(visit: Visit) -> None:
    visit.invited().hands_in()
    survey_move(visit.expert.survey, "closed", user=make.user())
    visit.at_the_door()


@state("start")
def start_unknown(visit: Visit) -> None:
    visit.page.goto(visit.site + reverse("surveys:start", args=["nothing"]))


@state("practice")
def practice_first(visit: Visit) -> None:
    visit.begun().at("practice").press("label[for=side-a]")


@state("practice")
def practice_half(visit: Visit) -> None:
    visit.begun().at("practice", query="?pair=1&strength=3")


@state("practice")
def practice_answered(visit: Visit) -> None:
    visit.begun().at("practice").press("label[for=side-b]").press(".q-strength-7")
    visit.page.locator("#worked").wait_for()


@state("practice")
def practice_second_answered(visit: Visit) -> None:
    visit.begun().at("practice", query="?pair=2").press(".q-equal")
    visit.page.locator("#worked").wait_for()


@state("elsewhere")
def elsewhere(visit: Visit) -> None:
    visit.begun().at("elsewhere")


@state("elsewhere")
def elsewhere_with_a_code(visit: Visit) -> None:
    visit.begun().at("elsewhere").press(".q-make .btn-primary")
    visit.page.locator(".q-code-shown").wait_for()


@state("elsewhere")
def elsewhere_with_a_code_for_an_assistant(visit: Visit) -> None:
    visit.begun().signed_in(assistant=True).signed_in().at("elsewhere").press("[name=for]")
    visit.page.locator(".q-code-shown").wait_for()


@state("end_others", "elsewhere")
def elsewhere_others_signed_out(visit: Visit) -> None:
    visit.begun().signed_in().at("elsewhere").press(".btn-danger")
    visit.page.locator(".q-messages").wait_for()


@state("join")
def join(visit: Visit) -> None:
    visit.begun().at("join", code_mint(ExpertSession.objects.latest("pk")))


@state("join")
def join_refused(visit: Visit) -> None:
    visit.begun().at("join", "2345-6789").press("main .btn-primary")
    visit.page.locator(".q-errors").wait_for()


@state("contents")
def no_session(visit: Visit) -> None:
    visit.invited().at("contents")


@state("pair")
def no_session_with_a_carried_answer(visit: Visit) -> None:
    visit.begun().at("pair", 1)
    ExpertSession.objects.update(ended_at=timezone.now())
    with visit.page.expect_navigation():
        visit.page.evaluate(
            """() => {
                const form = document.querySelector("[data-card]");
                form.querySelector("#side-a").checked = true;
                form.insertAdjacentHTML("beforeend", '<input type="hidden" name="strength" value="3">');
                form.submit();
            }"""
        )
    visit.page.locator("[name=more_important]").wait_for(state="attached")


@state("resume")
def resume(visit: Visit) -> None:
    visit.invited().at("resume")


@state("resume")
def resume_refused(visit: Visit) -> None:
    visit.invited().at("resume")
    visit.page.locator("[name=key]").fill("nothing of the kind")
    visit.press("main .btn-primary").page.locator(".q-errors").wait_for()


@state("preferences")
def preferences(visit: Visit) -> None:
    visit.begun().at("preferences")


@state("contents", "leave")
def left(visit: Visit) -> None:
    visit.begun().at("contents").press('form[action$="/leave/"] button')
    visit.page.wait_for_url("**/leave/")
