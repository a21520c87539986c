"""What the answers mean: the review of a section, the final check, the receipt, a revision."""

from surveys.models import Job
from surveys.services.keeping import judgment_keep
from surveys.services.rounds import round_start
from surveys.services.sections import section_decline
from surveys.services.surveys import survey_move
from tests.browser.states.answering import asked
from tests.browser.states.visit import Visit, state
from tests.surveys import factories as make


@state("section_review")
def section_consistent(visit: Visit) -> None:
    visit.begun().says_all().at("section_review", visit.node("b").pk).press("#answers summary")


@state("section_review")
def section_with_hints(visit: Visit) -> None:
    visit.begun().says_all(tense=True).at("section_review", visit.node("r").pk)
    visit.page.locator(".q-hint").first.wait_for()


@state("section_review")
def section_with_the_reason_open(visit: Visit) -> None:
    visit.begun().says_all(tense=True).at("section_review", visit.node("r").pk).press(".q-keep summary")


@state("section_review")
def section_without_a_reason(visit: Visit) -> None:
    visit.begun().says_all(tense=True).at("section_review", visit.node("r").pk).send("/review/", ".q-keep form")
    visit.page.locator(".q-errors").wait_for()


@state("section_review")
def section_with_a_kept_answer(visit: Visit) -> None:
    visit.begun().says_all(tense=True).at("section_review", visit.node("r").pk).press(".q-keep summary")
    visit.page.locator(".q-keep [name=reason]").first.fill("我认为如此。")
    visit.press(".q-keep button").page.locator(".q-messages").wait_for()


@state("section_review")
def section_of_one_pair(visit: Visit) -> None:
    visit.begun().says_all().at("section_review", visit.node("a").pk)


@state("section_review")
def section_unfinished(visit: Visit) -> None:
    visit.begun().say("a", "b").at("section_review", visit.node("r").pk)


@state("section_review")
def section_of_a_reduced_plan(visit: Visit) -> None:
    """Complete, with pairs beyond the plan."""
    visit.begun(question_plan="reduced").says_all().at("section_review", visit.node("b").pk)


@state("section_review")
def section_skipped(visit: Visit) -> None:
    visit.begun()
    make.answer_all(visit.expert, "cannot_judge", None)
    visit.at("section_review", visit.node("r").pk)


@state("section_review")
def section_unconnected(visit: Visit) -> None:
    visit.begun().say("a", "b").say("a", "c", "cannot_judge", None).say("b", "c", "cannot_judge", None)
    visit.at("section_review", visit.node("r").pk)


@state("section_review")
def section_declined(visit: Visit) -> None:
    visit.begun().say("a", "b")
    section_decline(visit.expert.sections.get(node__code="r"), declined=True)
    visit.at("section_review", visit.node("r").pk)


@state("review")
def review_missing(visit: Visit) -> None:
    visit.begun().say("a", "b").at("review").press(".q-open summary")


@state("review")
def review_tense(visit: Visit) -> None:
    visit.begun().says_all(tense=True).at("review")


@state("review")
def review_complete(visit: Visit) -> None:
    visit.begun().says_all().at("review")


@state("review")
def review_barred(visit: Visit) -> None:
    visit.begun(gate="hard").says_all(tense=True).at("review")


@state("review")
def review_handed_in(visit: Visit) -> None:
    visit.begun().hands_in().at("review")


@state("review", "submit")
def submit_without_a_reason(visit: Visit) -> None:
    visit.begun().says_all(tense=True).at("review").send("/submit/").page.locator(".q-errors").wait_for()


@state("receipt_status", "receipt")
def receipt_waiting(visit: Visit) -> None:
    visit.begun().hands_in(computed=False)
    with visit.page.expect_request("**/receipt/status/"):
        visit.at("receipt")


@state("receipt")
def receipt_done(visit: Visit) -> None:
    visit.begun().hands_in().at("receipt")


@state("receipt")
def receipt_changed_since(visit: Visit) -> None:
    visit.begun().hands_in().say("a", "b", "b", 5).at("receipt")


@state("receipt")
def receipt_failed(visit: Visit) -> None:
    visit.begun().hands_in(computed=False)
    Job.objects.update(state=Job.State.FAILED, error="It broke.")
    visit.at("receipt")


@state("revision")
def revision_open(visit: Visit) -> None:
    visit.begun().hands_in().at("revision", asked(visit).pk).press(".q-keep summary")


@state("revision")
def revision_settled(visit: Visit) -> None:
    request = asked(visit.begun().hands_in())
    kept = visit.pair("b", "c")
    revision = visit.expert.judgments.get(comparison=kept).revision
    judgment_keep(visit.expert, kept.pk, revision=revision, reason="我认为如此。", request=request)
    visit.say("a", "b", "b", 5).at("revision", request.pk)


@state("revision")
def revision_closed(visit: Visit) -> None:
    request = asked(visit.begun().hands_in())
    survey_move(visit.expert.survey, "closed", user=make.user())
    visit.at("revision", request.pk)


@state("revision")
def revision_of_a_round(visit: Visit) -> None:
    """With how the panel answered, without names."""
    visit.begun().hands_in()
    for number in range(1, 6):
        make.submitted(make.expert(visit.expert.survey, f"P{number}"), "ab"[number % 2], number + 2)
    make.work_off()
    pairs = [visit.pair("a", "b").pk, visit.pair("b", "c").pk]
    note = {
        "zh-hans": "专家组对以下几处的看法差别较大，请您再看一看。",
        "en": "The panel is divided on these. Please look again.",
    }
    made = round_start(visit.expert.survey, pairs, note=note, user=make.user())
    visit.at("revision", visit.expert.revision_requests.get(round=made).pk)
