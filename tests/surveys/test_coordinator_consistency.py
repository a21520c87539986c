"""The consistency report: marks and filters in the grid; a matrix told whole; first answers; the workbook."""

import html
import io
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

import ahp
from surveys import scale
from surveys.models import Expert, Indicator, JudgmentEvent, RevisionRequest, Section, Survey
from surveys.selectors.careless import signs_of
from surveys.selectors.first_answers import first_answers, first_page, weights_moved
from surveys.selectors.grid import Cell, consistency_grid
from surveys.selectors.panel_now import panel_now
from surveys.selectors.revisions import requests_of, waiting_pairs
from surveys.selectors.stories import story_of
from surveys.selectors.trees import tree_of
from surveys.services.decisions import decision_accept, decision_exclude
from surveys.services.judgments import Shown
from surveys.services.keeping import judgment_keep
from surveys.services.panels import panel_result_request
from surveys.services.revisions import revision_request
from surveys.services.submissions import submission_create
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]

CIRCLE = {("a", "b"): ("a", 5), ("b", "c"): ("a", 5), ("a", "c"): ("b", 5), ("a1", "a2"): ("a", 3)}
CALM = {("a", "b"): ("a", 2), ("b", "c"): ("a", 2), ("a", "c"): ("a", 4), ("a1", "a2"): ("a", 3)}
Answers = Mapping[tuple[str, str], tuple[str, int | None]]
WIDE = {"r": [f"n{number}" for number in range(5)]}


def answered(survey: Survey, code: str, answers: Answers, **shown: Any) -> Expert:
    expert = make.expert(survey, code, name=f"Prof. {code}", language="en")
    for (a, b), (more, strength) in answers.items():
        make.say(expert, a, b, more, strength, shown=Shown(**shown))
    submission_create(expert)
    return expert


@pytest.fixture
def survey() -> Survey:
    """Two calm experts, one who runs in a circle, and one who has not submitted."""
    made = make.survey()
    for code in ("E1", "E2"):
        answered(made, code, CALM)
    answered(made, "E3", CIRCLE)
    make.expert(made, "E4")
    make.work_off()
    return made


def who(survey: Survey, code: str = "E3") -> Expert:
    return survey.experts.select_related("survey__edition").get(code=code)


def at(survey: Survey, code: str = "r") -> Indicator:
    return Indicator.objects.get(edition=survey.edition, code=code)


def client(name: str = "coordinator") -> Client:
    signed_in = Client(headers={"accept-language": "en"})
    signed_in.force_login(make.user(name))
    return signed_in


def page(name: str, *args: Any, query: str = "") -> str:
    return html.unescape(client().get(reverse(f"surveys:{name}", args=args) + query).content.decode())


def cell(survey: Survey, code: str = "E3") -> Cell:
    """Of the root, which stands first."""
    grid = consistency_grid(survey, tree_of(survey.edition), None)
    return next(row.cells[0] for row in grid.rows if row.expert.code == code)


# --- the grid ---


def test_a_failing_matrix_needs_a_look_until_something_is_decided(survey: Survey) -> None:
    assert [cell(survey, code).needs_look for code in ("E1", "E3", "E4")] == [False, True, False]
    decision_accept(who(survey), at(survey), reason="It holds.", user=make.user())
    assert (cell(survey).accepted, cell(survey).needs_look) == (True, False)
    make.say(who(survey), "a", "b", "a", 6)
    submission_create(who(survey))
    make.work_off()
    assert (cell(survey).accepted, cell(survey).needs_look) == (False, True)  # other answers are not accepted by it
    decision_exclude(who(survey), None, reason="At random.", user=make.user())
    assert (cell(survey).excluded, cell(survey).needs_look) == (True, False)


def test_only_those_that_need_a_look_and_the_worst_first(survey: Survey) -> None:
    tree = tree_of(survey.edition)
    grid = consistency_grid(survey, tree, None, only="look")
    assert [row.expert.code for row in grid.rows] == ["E3"]
    assert (grid.invited, grid.submitted, grid.failing, grid.looks) == (4, 3, 1, 1)
    assert consistency_grid(survey, tree, None, order="worst").rows[0].expert.code == "E3"
    assert "E1" not in page("consistency", survey.pk, query="?only=look").split("<tbody>")[1].split("</tbody>")[0]


def test_waiting_pairs_are_those_of_the_requests_themselves(survey: Survey) -> None:
    expert, pairs = who(survey), [make.pair(survey, *pair) for pair in (("a", "b"), ("b", "c"), ("a", "c"))]
    request = revision_request(expert, pairs[0].node, [pair.pk for pair in pairs], note="Please.", user=None)

    def both() -> tuple[int, int]:
        return waiting_pairs(survey).get((expert.pk, pairs[0].node_id), 0), requests_of(expert)[0].open_pairs

    assert both() == (3, 3)
    make.say(expert, "a", "b", "a", 3)
    assert both() == (2, 2)
    newest = JudgmentEvent.objects.filter(expert=expert, comparison=pairs[1]).order_by("-revision")[0]
    judgment_keep(expert, pairs[1].pk, revision=newest.revision, reason="I meant it.", request=request)
    assert both() == (1, 1)
    assert cell(survey).asked == 1
    RevisionRequest.objects.update(withdrawn_at=survey.created_at)
    assert waiting_pairs(survey) == {}


@pytest.mark.parametrize(
    ("ratio", "text"), [("0.0421", "0.04"), ("0.0996", "0.0996"), ("0.1004", "0.10"), ("0.2004", "0.2004"), ("", "")]
)
def test_a_rounded_ratio_never_prints_another_verdict(ratio: str, text: str) -> None:
    found = Cell(Indicator(), ratio, scale.consistency_level(ratio))
    assert found.text == text


def test_agreement_is_that_of_those_who_count(survey: Survey) -> None:
    tree = tree_of(survey.edition)

    def share() -> float | None:
        return consistency_grid(survey, tree, None).agreements[0].share

    own = [ahp.priorities(ahp.matrix_from_pairs("abc", _ratios(said))) for said in (CALM, CALM, CIRCLE)]
    assert share() == pytest.approx(ahp.consensus(own).goepel.s_star)
    decision_exclude(who(survey), at(survey), reason="At random.", user=make.user())
    assert share() == pytest.approx(1.0)
    Expert.objects.filter(code="E2").update(weight=0)
    assert share() is None


def _ratios(said: dict[tuple[str, str], tuple[str, int]]) -> dict[tuple[str, str], float]:
    return {pair: scale.ratio_of(*answer) for pair, answer in said.items() if pair[0] in "abc" and pair != ("a1", "a2")}


def test_the_page_marks_what_is_decided_and_asked(survey: Survey) -> None:
    panel_result_request(survey, user=None)
    make.work_off()
    decision_exclude(who(survey, "E1"), at(survey), reason="A slip.", user=make.user())
    shown = page("consistency", survey.pk)
    assert "3 of 4 experts have submitted." in shown
    assert "compute it again" in shown
    assert "Ask again 1" in shown
    assert "E1: the answers at “Indicator r” are left out" in shown
    revision_request(who(survey), at(survey), [make.pair(survey).pk], note="Please.", user=None)
    shown = page("consistency", survey.pk)
    assert "asked to look again" in shown
    assert "Ask again" not in shown


def test_the_grid_asks_as_many_questions_for_many_experts_as_for_few(survey: Survey) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client().get(reverse("surveys:consistency", args=[survey.pk])).status_code == 200
        return len([query for query in seen.captured_queries if "django_session" not in query["sql"]])

    panel_result_request(survey, user=None)
    make.work_off()
    queries()  # what a process keeps of a frozen edition is read once
    few = queries()
    for number in range(5, 9):
        answered(survey, f"E{number}", CIRCLE)
    make.work_off()
    assert queries() == few


def test_from_the_grid_all_of_one_expert_are_asked_about_in_two_clicks(survey: Survey) -> None:
    address = reverse("surveys:ask_about_all", args=[survey.pk, "E3"])
    assert address in page("consistency", survey.pk)
    shown = client().get(address)
    form = shown.context["form"]
    sent = {"pairs": form["pairs"].value(), "note": form["note"].value()}
    assert sent["pairs"]
    assert client().post(address, sent).status_code == 302
    [request] = RevisionRequest.objects.all()
    assert (request.expert, request.node, request.note) == (who(survey), at(survey), sent["note"])
    assert "Nothing to ask about" in page("ask_about_all", survey.pk, "E3")
    assert client().post(address, sent).status_code == 422
    assert client().get(reverse("surveys:ask_about_all", args=[survey.pk, "E4"])).status_code == 302


# --- the matrix ---


def test_a_matrix_is_told_whole(survey: Survey) -> None:
    shown = page("matrix", survey.pk, "E3", "r")
    for part in ("GCI", "1 circle among the answers", "Pair by pair", "Accept with a reason…", "Leave out here…"):
        assert part in shown
    context = client().get(reverse("surveys:matrix", args=[survey.pk, "E3", "r"])).context
    matrix = ahp.matrix_from_pairs("abc", _ratios(CIRCLE))
    found = ahp.consistency(matrix)
    measures = context["page"].measures
    assert (measures.geometric, measures.geometric_limit) == (found.geometric_index, found.geometric_threshold)
    assert measures.circles == [
        "A circle: Indicator a over Indicator b, Indicator b over Indicator c, Indicator c over Indicator a."
    ]
    noted = {cell.note for row in context["page"].rows for cell in row.cells if cell.kind == "q-flagged"}
    assert noted == {pair.number for pair in context["pairs"] if pair.hint} != set()


def test_every_version_is_told_with_its_cause(survey: Survey) -> None:
    expert = who(survey)
    make.say(expert, "a", "c", "a", 3, shown=Shown(view="card", place=2, milliseconds=4321, cause="hint"))
    submission = submission_create(expert)[0]
    make.say(expert, "a", "c", "a", 9)  # not handed in
    Section.objects.create(
        expert=expert, node=at(survey), pairs=[[make.pair(survey).pk, 0]], planned=1, familiarity="well"
    )
    story = story_of(submission, at(survey))
    told = {(pair.comparison.item_a.code, pair.comparison.item_b.code): pair for pair in story.pairs}
    versions = told["a", "c"].versions
    assert [version.text for version in versions] == ["1/5", "3"]
    assert [(version.changed, version.cause) for version in versions] == [(False, ""), (True, "After a hint")]
    assert (told["a", "c"].seconds, told["a", "c"].shown, told["a", "c"].answers) == (4.321, "Card", 2)
    assert [version.changed for version in told["a", "b"].versions] == [False, False]
    assert story.familiarity == "I know it well"
    shown = page("matrix", survey.pk, "E3", "r")
    assert "After a hint" in shown
    assert "I know it well" in shown


def test_the_panel_says_how_many_answered_each_pair() -> None:
    asked = make.survey(missing_allowed=True)
    answered(asked, "E1", CALM)
    answered(asked, "E2", {**CALM, ("a", "c"): ("cannot_judge", None)})
    panel_result_request(asked, user=None)
    make.work_off()
    shown = page("matrix", asked.pk, "panel", "r")
    assert "The fewest: “Indicator a” – “Indicator c” with 1 answer of 2 experts." in shown
    assert "At “Indicator r” a pair has 1 answers of 2 experts." in page("consistency", asked.pk)


# --- signs ---


def signs(expert: Expert) -> list[str]:
    return [sign.kind for sign in signs_of(expert.submissions.get())]


def test_signs_of_careless_answers() -> None:
    asked = make.survey(of=make.edition(WIDE))
    pairs = [(f"n{a}", f"n{b}") for a in range(5) for b in range(a + 1, 5)]
    quick = answered(asked, "Q", {(a, b): ("a", int(b[1]) - int(a[1]) + 1) for a, b in pairs}, milliseconds=900)
    assert signs(quick) == ["speed"]
    assert signs(answered(asked, "E", dict.fromkeys(pairs, ("equal", 1)))) == ["equal"]
    assert signs(answered(asked, "L", dict.fromkeys(pairs, ("a", 3)))) == ["line"]
    turned = {pair: ("ab"[place % 2], 9 - place % 4) for place, pair in enumerate(pairs)}
    assert "random" in signs(answered(asked, "R", turned))
    calm = answered(asked, "C", {(a, b): ("a", int(b[1]) - int(a[1]) + 1) for a, b in pairs}, milliseconds=9000)
    assert signs(calm) == []
    assert "very quick" in page("consistency", asked.pk)
    assert "Half of 10 answers took less than 0.9 seconds." in page("expert", asked.pk, "Q")


# --- first answers ---


def test_first_answers_against_final(survey: Survey) -> None:
    expert = who(survey)
    make.say(expert, "a", "c", "a", 3, shown=Shown(cause="hint"))  # from b 5 to a 3: six steps
    make.say(expert, "b", "c", "a", 7)
    make.say(expert, "b", "c", "a", 5)  # and back
    make.say(expert, "a1", "a2", "a", 4, shown=Shown(cause="request"))
    submission_create(expert)
    make.say(expert, "a", "b", "b", 9)  # not handed in
    make.work_off()
    panel = panel_now(survey)
    found = first_answers(panel)
    told = first_page(panel, found)
    row = told.rows[2]
    assert (row.expert, row.tested, row.passing_first) == (expert, 1, 0)
    assert dict(row.moved.causes) == {"hint": 1, "request": 1}
    assert sorted(row.moved.steps) == [1, 6]
    assert (told.changed, told.answers, told.mean_steps) == (2, 12, 3.5)
    assert [count for _label, count in told.causes] == [0, 0, 1, 1, 0]
    original = {pair: scale.ratio_of(*answer) for pair, answer in CIRCLE.items()}
    assert found.first[2].tolist() == [original[pair] for pair in (("a", "b"), ("a", "c"), ("b", "c"), ("a1", "a2"))]
    moved = weights_moved(panel.answering(found.first), panel, panel.questions.tree)
    assert sum(row.change for row in moved) == pytest.approx(0, abs=1e-12)
    assert abs(moved[0].change) == max(abs(row.change) for row in moved) > 0
    shown = page("first_answers", survey.pk)
    assert "After a hint" in shown
    assert "What that means for the ranks" in shown


def test_nobody_has_submitted_yet() -> None:
    empty = make.survey()
    make.expert(empty)
    for name in ("first_answers", "consistency"):
        assert "Nobody has submitted yet" in page(name, empty.pk)


# --- the workbook ---


def test_the_workbook_holds_the_report(survey: Survey) -> None:
    panel_result_request(survey, user=None)
    make.work_off()
    decision_exclude(who(survey), at(survey), reason="=1+1", user=make.user())
    answer = client().get(reverse("surveys:consistency_export", args=[survey.pk]))
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Report", "CR", "Matrices", "Panel", "Decisions", "Signs"]
    rows = list(book["CR"].values)
    assert [row[0] for row in rows[1:]] == ["E1", "E2", "E3", "E4", "Panel", "Agreement S*", "S* by chance"]
    stored = who(survey).submissions.get().results.get(node=at(survey))
    assert rows[3][1] == pytest.approx(float(stored.ratio), rel=1e-14)
    matrices = [row for row in book["Matrices"].values if row[0] == "E3" and row[1] == "r"]
    assert matrices[0][5] == pytest.approx(float(stored.lambda_max), rel=1e-14)
    assert matrices[0][-1] == "left out"
    reason = book["Decisions"]["F2"]
    assert (reason.value, reason.data_type) == ("=1+1", "s")
