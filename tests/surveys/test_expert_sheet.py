"""Excel and paper for the expert: taken out, filled in, looked at, stored; and nothing overwritten unseen."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from surveys.models import Expert, ExpertSession, InvitationLink, Judgment, JudgmentEvent, Survey
from surveys.scale import LEVELS
from surveys.selectors.questionnaire import way_of
from surveys.services.chain import chain_verify
from surveys.services.panel import link_mint
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]

LARGE = {
    "r": [f"n{number}" for number in range(14)],
    **{f"n{n}": [f"n{n}.{leaf}" for leaf in range(4)] for n in range(14)},
}
"""A matrix of 14 and fourteen of 4: 175 pairs."""

Fill = Callable[[str, str, str], tuple[str | None, Any]]
"""Pair id, left and right item → which and how much."""


def device(expert: Expert, **headers: str) -> Client:
    client = Client(headers={"accept-language": "en", **headers})
    token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
    client.post(reverse("surveys:start", args=[token]), {"consent": "on"})
    client.cookies["django_language"] = "en"
    return client


def url(name: str, expert: Expert) -> str:
    return reverse(f"surveys:{name}", args=[expert.survey_id])


def filled(client: Client, expert: Expert, fill: Fill) -> bytes:
    """The workbook that the page hands out, filled in as a person would."""
    response = client.get(url("sheet_download", expert))
    assert response.status_code == 200
    book = load_workbook(io.BytesIO(response.content))
    page = book.worksheets[1]
    for row in range(2, page.max_row + 1):
        pair, left, right = (str(page.cell(row, column).value) for column in (1, 3, 4))
        which, much = fill(pair, left, right)
        page.cell(row, 5).value, page.cell(row, 6).value = which, much
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def upload(client: Client, expert: Expert, content: bytes, name: str = "f.xlsx") -> Any:
    return client.post(url("sheet", expert), {"file": SimpleUploadedFile(name, content)})


def payload(response: Any) -> str:
    found = re.search(r'name="changes" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def confirm(client: Client, expert: Expert, preview: Any) -> str:
    return client.post(url("sheet", expert), {"changes": payload(preview)}, follow=True).content.decode()


def current(expert: Expert) -> dict[str, tuple[str, int | None]]:
    rows = Judgment.objects.filter(expert=expert).select_related("comparison__item_a", "comparison__item_b")
    return {
        f"{row.comparison.item_a.code} {row.comparison.item_b.code}": (row.more_important, row.strength) for row in rows
    }


def left(_pair: str, _left: str, _right: str) -> tuple[str, Any]:
    return "Left", 3


def only(wanted: str, which: str | None, much: Any) -> Fill:
    """This answer to this pair, and nothing to the others."""
    return lambda pair, _left, _right: (which, much) if pair == wanted else (None, None)


# --- there and back ---


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_whole_questionnaire_goes_there_and_back(language: str) -> None:
    survey = make.survey(of=make.edition(LARGE), question_order="balanced", missing_allowed=True)
    expert = make.expert(survey)
    client = device(expert)
    client.cookies["django_language"] = language
    book = load_workbook(io.BytesIO(client.get(url("sheet_download", expert)).content))
    sides = [cell.value for cell in book.worksheets[0]["B"]]
    words = dict(
        zip(["left", "right", "equal", "cannot_judge"], sides[sides.index(label(book, 1)) - 6 :], strict=False)
    )
    expected: dict[str, tuple[str, int | None]] = {}

    def fill(pair: str, left: str, _right: str) -> tuple[str, Any]:
        number, (_node, a, b) = len(expected), pair.split("|")
        says = ["left", "right", "equal", "cannot_judge"][number % 4]
        level = 2 + number % 8
        on_left = "a" if left.endswith(f" {a}") else "b"
        other = "b" if on_left == "a" else "a"
        expected[f"{a} {b}"] = {
            "left": (on_left, level), "right": (other, level), "equal": ("equal", 1), "cannot_judge": (says, None),
        }[says]  # fmt: skip
        much = [level, str(level), label(book, level), None][number % 3] if says in ("left", "right") else None
        return words[says], much

    preview = upload(client, expert, filled(client, expert, fill))
    assert preview.status_code == 200
    assert not JudgmentEvent.objects.exists()
    confirm(client, expert, preview)
    assert len(expected) == 175
    assert current(expert) == expected
    assert chain_verify(expert) == []
    assert {place.swapped for place in way_of(expert).places} == {True, False}


def label(book: Any, level: int) -> Any:
    """How the workbook's own language writes a level."""
    texts = [str(cell.value) for cell in book.worksheets[0]["B"]]
    return next(text for text in texts if text.startswith(f"{level} "))


def test_how_each_pair_was_shown_is_kept() -> None:
    survey = make.survey(question_order="balanced")
    expert = make.expert(survey)
    client = device(expert)
    confirm(client, expert, upload(client, expert, filled(client, expert, left)))
    shown = {
        place.comparison.pk: (number, place.swapped) for number, place in enumerate(way_of(expert).places, start=1)
    }
    for event in JudgmentEvent.objects.filter(expert=expert):
        assert (event.place, event.swapped) == shown[event.comparison_id]
        assert (event.view, event.source, event.entered_by) == ("sheet", "import", None)
        assert event.more_important == ("b" if event.swapped else "a")


def test_the_preview_tells_new_changed_same_and_kept() -> None:
    expert = make.expert()
    for b, strength in (("b", 3), ("c", 5)):
        make.say(expert, "a", b, "a", strength)
    make.say(expert, "b", "c", "equal", 1)
    client = device(expert)
    says = {"r|a|b": ("Left", 3), "r|a|c": ("Right", 7), "a|a1|a2": ("Equally important", None)}
    response = upload(client, expert, filled(client, expert, lambda pair, *_names: says.get(pair, (None, None))))
    preview = response.context["preview"]
    assert (len(preview.new), len(preview.changed), preview.same, preview.kept) == (1, 1, 1, 1)
    assert (preview.answered, preview.total, preview.complete) == (4, 4, True)
    text = response.content.decode()
    assert "Indicator a is clearly more important than Indicator c (5)" in text
    assert "Indicator c is strongly more important than Indicator a (7)" in text
    assert "1 answer given before is not in the file" in text
    assert JudgmentEvent.objects.filter(expert=expert).count() == 3
    assert "2 answers were stored" in confirm(client, expert, response)
    assert current(expert) == {"a b": ("a", 3), "a c": ("b", 7), "b c": ("equal", 1), "a1 a2": ("equal", 1)}


def test_the_workbook_as_it_was_handed_out_changes_nothing() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "b", 8)
    client = device(expert)
    response = upload(client, expert, client.get(url("sheet_download", expert)).content)
    assert "Nothing would change" in response.content.decode()
    assert "Store these answers" not in response.content.decode()


def test_the_same_file_twice_is_stored_once() -> None:
    expert = make.expert()
    client = device(expert)
    preview = upload(client, expert, filled(client, expert, left))
    for _time in range(2):
        confirm(client, expert, preview)
    assert JudgmentEvent.objects.filter(expert=expert).count() == 4


def test_an_answer_changed_after_the_preview_is_not_overwritten() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 3)
    client = device(expert)
    preview = upload(client, expert, filled(client, expert, lambda *_row: ("Right", 9)))
    make.say(expert, "a", "b", "a", 5)
    make.say(expert, "a", "c", "a", 4)
    text = confirm(client, expert, preview)
    assert "2 answers were stored" in text
    assert "2 answers had been changed elsewhere meanwhile and were not overwritten" in text
    assert "Answered differently on two devices" in text
    assert current(expert) == {"a b": ("a", 5), "a c": ("a", 4), "b c": ("b", 9), "a1 a2": ("b", 9)}


def test_what_the_file_repeats_is_not_said_again_over_something_newer() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 3)
    client = device(expert)
    preview = upload(client, expert, filled(client, expert, left))
    make.say(expert, "a", "b", "b", 9)
    assert "3 answers were stored" in confirm(client, expert, preview)
    assert current(expert)["a b"] == ("b", 9)
    assert not JudgmentEvent.objects.filter(conflict=True).exists()


def test_a_table_of_judgments_is_taken_too() -> None:
    expert = make.expert()
    client = device(expert)
    content = b"expert,parent,item_a,item_b,more_important,strength\nE1,r,b,a,a,3\n"
    confirm(client, expert, upload(client, expert, content, "f.csv"))
    [event] = JudgmentEvent.objects.filter(expert=expert)
    assert (event.more_important, event.strength, event.view, event.place, event.swapped) == (
        "b",
        3,
        "sheet",
        None,
        None,
    )


# --- what is refused ---


def test_problems_are_all_named_with_sheet_and_cell_and_nothing_is_stored() -> None:
    expert = make.expert()
    client = device(expert)
    says = {"r|a|b": ("Left", None), "r|a|c": (None, 5)}
    response = upload(client, expert, filled(client, expert, lambda pair, *_names: says.get(pair, (None, None))))
    text = response.content.decode()
    assert response.status_code == 422
    assert "sheet “Fill in here”, row 2, column How much more important (F2)" in text
    assert "sheet “Fill in here”, row 3, column Which is more important (E3)" in text
    assert 'name="changes"' not in text
    assert not JudgmentEvent.objects.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7 x", b"a,b\n1,2\n", b"\xd0\xcf\x11\xe0 xls"])
def test_a_file_that_is_no_questionnaire_is_refused_in_a_sentence(content: bytes) -> None:
    expert = make.expert()
    response = upload(device(expert), expert, content)
    assert response.status_code == 422
    assert "invalid-feedback" in response.content.decode()


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    expert = make.expert()
    response = upload(device(expert), expert, b"x" * (5 * 1024 * 1024 + 1))
    assert "the file has more than 5 MB" in response.content.decode()


def test_the_workbook_of_a_colleague_is_refused_and_tells_nothing_of_them() -> None:
    survey = make.survey()
    mine, other = make.expert(survey, "E1"), make.expert(survey, "SECRET")
    content = filled(device(other), other, left)
    text = upload(device(mine), mine, content).content.decode()
    assert "the workbook of another expert" in text
    assert "SECRET" not in text


def test_a_preview_serves_only_the_expert_whose_it_is() -> None:
    survey = make.survey()
    mine, other = make.expert(survey, "E1"), make.expert(survey, "E2")
    client = device(mine)
    preview = upload(client, mine, filled(client, mine, left))
    assert "The preview has expired" in confirm(device(other), other, preview)
    tampered = client.post(url("sheet", mine), {"changes": payload(preview)[:-1] + "x"}, follow=True)
    assert "The preview has expired" in tampered.content.decode()
    assert not JudgmentEvent.objects.exists()


def test_a_closed_survey_stores_nothing_and_still_hands_the_answers_out() -> None:
    expert = make.expert()
    client = device(expert)
    content = filled(client, expert, left)
    preview = upload(client, expert, content)
    make.submitted(expert, "b", 2)
    survey_move(expert.survey, Survey.State.CLOSED, user=make.user())
    assert "takes no answers now" in confirm(client, expert, preview)
    assert client.post(url("sheet", expert), {}).status_code == 302
    page = client.get(url("sheet", expert)).content.decode()
    assert 'type="file"' not in page
    assert client.get(url("sheet_download", expert)).status_code == 200
    assert set(current(expert).values()) == {("b", 2)}


def test_whoever_prepares_answers_may_not_bring_a_file() -> None:
    expert = make.expert()
    client = device(expert)
    content = filled(client, expert, left)
    ExpertSession.objects.update(assistant=True)
    assert 'type="file"' not in client.get(url("sheet", expert)).content.decode()
    assert upload(client, expert, content).status_code == 403
    assert not JudgmentEvent.objects.exists()


# --- the page itself ---


def test_inside_wechat_the_way_out_is_told_in_both_languages() -> None:
    expert = make.expert()
    inside = device(expert, **{"user-agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"})
    page = inside.get(url("sheet", expert)).content.decode()
    assert "at the top right and choose" in page
    assert page.count("<h2 lang=") == 2
    assert "MicroMessenger" not in page
    assert "at the top right" not in device(expert).get(url("sheet", expert)).content.decode()


def test_the_file_is_handed_over_as_a_file() -> None:
    expert = make.expert(code="E 7/ä")
    response = device(expert).get(url("sheet_download", expert))
    assert response.headers["Content-Disposition"].startswith("attachment; filename")
    assert response.headers["Cache-Control"]
    assert "no-store" in response.headers["Cache-Control"]


def test_the_name_is_on_the_experts_own_copy() -> None:
    expert = make.expert(name="Prof. Chen")
    book = load_workbook(io.BytesIO(device(expert).get(url("sheet_download", expert)).content))
    assert "Prof. Chen" in [cell.value for cell in book.worksheets[0]["B"]]


# --- paper ---


def paper(client: Client, expert: Expert, query: str = "") -> str:
    return client.get(url("paper", expert) + query).content.decode()


def test_paper_keeps_the_order_of_the_tree_whatever_the_experts_own_order() -> None:
    expert = make.expert(make.survey(of=make.edition(LARGE), question_order="balanced"))
    numbers = [int(found) for found in re.findall(r"<tr><td>(\d+)</td>", paper(device(expert), expert))]
    assert numbers == list(range(1, 176))


def test_each_row_has_its_seventeen_boxes() -> None:
    expert = make.expert()
    text = paper(device(expert), expert)
    assert text.count("<td><i>") == 17 * 4
    row = re.search(r"<tr><td>1</td>.*?</tr>", text)
    assert row
    assert re.findall(r"<i>(\d)</i>", row[0]) == list("98765432123456789")
    assert "q-ticked" not in text
    assert str(LEVELS[9]) in text


@pytest.mark.parametrize(
    ("said", "strength", "place"), [("a", 9, 0), ("a", 2, 7), ("equal", 1, 8), ("b", 2, 9), ("b", 9, 16)]
)
def test_answers_are_ticked_where_one_asks_for_it(said: str, strength: int, place: int) -> None:
    expert = make.expert()
    make.say(expert, "a", "b", said, strength)
    client = device(expert)
    assert "q-ticked" not in paper(client, expert)
    row = re.search(r"<tr><td>1</td>.*?</tr>", paper(client, expert, "?filled=1"))
    assert row
    boxes = re.findall(r"<td><i.*?</td>", row[0])
    assert ["q-ticked" in box for box in boxes] == [at == place for at in range(17)]


def test_cannot_judge_has_a_box_of_its_own_where_it_is_allowed() -> None:
    expert = make.expert(make.survey(missing_allowed=True))
    make.say(expert, "a", "b", "cannot_judge", None)
    text = paper(device(expert), expert, "?filled=1")
    assert text.count("<td><i") == 18 * 4
    assert text.count("q-ticked") == 1


def test_names_on_paper_are_escaped_and_definitions_follow() -> None:
    expert = make.expert(make.survey(contact={"en": "<b>Li</b>"}))
    text = paper(device(expert), expert)
    assert "&lt;b&gt;Li&lt;/b&gt;" in text
    assert "Signature of the expert" in text


def test_a_large_form_takes_few_queries_and_little_weight() -> None:
    expert = make.expert(make.survey(of=make.edition(LARGE), question_order="balanced"))
    client = device(expert)
    paper(client, expert)
    with CaptureQueriesContext(connection) as captured:
        text = paper(client, expert)
    assert len(captured) <= 5
    assert len(text) < 120_000
