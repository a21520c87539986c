"""A workbook that comes back: what is taken, what must be mended, and whose it is."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.utils import translation
from openpyxl import Workbook

from surveys import sheet
from surveys.files.questionnaire import AnswerRow, Asked, read_answers
from surveys.files.records import Limits
from surveys.scale import LEVELS
from tests.support.files import english, said, saved, tree, workbook  # noqa: F401

KEY = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
INDICATORS = """code,parent,name,name_en
r,,根,Root
1.1,r,甲,A
1.2,r,乙,B
1.3,r,丙,C
1.3.1,1.3,同名,Same
1.3.2,1.3,同名,Same
"""
TREE = tree(INDICATORS)
ASKED = Asked(KEY, "E7", TREE, missing_allowed=True)
HEADINGS = ["Pair", "Section", "Left item", "Right item", "Which is more important", "How much more important"]
AB, AC, BC = "r|1.1|1.2", "r|1.1|1.3", "r|1.2|1.3"
EMPTY = [[AB, "Root", "A", "B", None, None], [AC, "Root", "A", "C", None, None], [BC, "Root", "C", "B", None, None]]


def filled(
    *answers: tuple[Any, Any],
    rows: Sequence[Sequence[Any]] = EMPTY,
    stamp: str = sheet.stamp(KEY, "E7"),
    change: Callable[[Workbook], None] | None = None,
    headings: Sequence[Any] = HEADINGS,
) -> bytes:
    """The workbook with these answers in its rows."""
    book = Workbook()
    book.active.title = "Read me"
    book.active["C1"] = stamp
    page = book.create_sheet("Fill in here")
    page.append(list(headings))
    for place, row in enumerate(rows):
        page.append([*row[:4], *(answers[place] if place < len(answers) else row[4:])])
    if change:
        change(book)
    return saved(book)


def read(content: bytes, asked: Asked = ASKED) -> list[AnswerRow]:
    return read_answers(content, "f.xlsx", asked)


def answers(content: bytes, asked: Asked = ASKED) -> list[tuple[str, str, str, int | None]]:
    return [(row.item_a, row.item_b, row.more_important, row.strength) for row in read(content, asked)]


def problems(content: bytes, asked: Asked = ASKED) -> list[str]:
    return said(lambda: read(content, asked))


# --- what is taken ---


def test_left_and_right_become_the_items_of_the_pair() -> None:
    found = read(filled(("Left", 3), ("Right", 5), ("Left", 7)))
    assert found == [
        AnswerRow(2, "1.1", "1.2", "a", 3, swapped=False),
        AnswerRow(3, "1.1", "1.3", "b", 5, swapped=False),
        AnswerRow(4, "1.2", "1.3", "b", 7, swapped=True),  # C stands on the left
    ]


def test_a_blank_row_is_not_answered_and_never_equal() -> None:
    assert answers(filled(("Left", 3))) == [("1.1", "1.2", "a", 3)]
    assert answers(filled()) == []


def test_equal_and_cannot_judge_need_no_strength() -> None:
    assert answers(filled(("Equally important", None), ("Cannot judge", None), ("Equally important", 1))) == [
        ("1.1", "1.2", "equal", 1),
        ("1.1", "1.3", "cannot_judge", None),
        ("1.2", "1.3", "equal", 1),
    ]


@pytest.mark.parametrize(
    "much",
    [5, 5.0, "5", "５", "5 clearly more important", "５　Clearly more important", "clearly more important", "5."],
)
def test_a_strength_is_a_number_or_its_word(much: Any) -> None:
    assert answers(filled(("Left", much))) == [("1.1", "1.2", "a", 5)]


@pytest.mark.parametrize("level", range(2, 10))
@pytest.mark.parametrize("tag", ["zh-hans", "en"])
def test_every_offered_word_is_taken_in_every_language(level: int, tag: str) -> None:
    with translation.override(tag):
        word, left = sheet.strength_label(level), str(sheet.SIDES["left"])
    assert answers(filled((left, word))) == [("1.1", "1.2", "a", level)]


def test_headings_and_names_may_be_of_another_language() -> None:
    with translation.override("zh-hans"):
        headings = [str(word) for word in sheet.COLUMNS.values()]
    rows = [[AB, "根", "乙", "甲", "Left", 4]]
    assert answers(filled(rows=rows, headings=headings)) == [("1.1", "1.2", "b", 4)]


def test_items_with_one_name_are_told_apart_by_their_codes() -> None:
    rows = [["1.3|1.3.1|1.3.2", "C", "Same (1.3.2)", "Same (1.3.1)", "Left", 4]]
    assert answers(filled(rows=rows)) == [("1.3.1", "1.3.2", "b", 4)]
    [sentence] = problems(filled(rows=[["1.3|1.3.1|1.3.2", "C", "Same", "Same", "Left", 4]]))
    assert "names other items" in sentence


def test_rows_and_columns_may_be_in_any_order() -> None:
    rows = [[BC, "Root", "C", "B", "Right", 2], [AB, "Root", "A", "B", "Left", 3]]
    assert answers(filled(rows=rows)) == [("1.2", "1.3", "a", 2), ("1.1", "1.2", "a", 3)]
    turned = [row[::-1] for row in rows]

    def turn(book: Workbook) -> None:
        page = book.worksheets[1]
        page.delete_rows(2, 9)
        for row in turned:
            page.append(row)

    assert answers(filled(headings=HEADINGS[::-1], change=turn)) == [("1.2", "1.3", "a", 2), ("1.1", "1.2", "a", 3)]


def test_the_sheets_may_be_moved() -> None:
    def move(book: Workbook) -> None:
        book.move_sheet("Read me", 1)

    assert answers(filled(("Left", 3), change=move)) == [("1.1", "1.2", "a", 3)]


# --- what must be mended ---


@pytest.mark.parametrize(
    ("which", "much", "cell", "sentence"),
    [
        ("Left", None, "F2", "the row says which, but not how much; choose how much, from 2 to 9, or clear the row"),
        (None, 5, "E2", "the row says how much, but not which; choose which is more important, or clear the row"),
        (None, 1, "E2", "the row says how much, but not which"),
        ("Both", 5, "E2", "“Both” is not one of the answers; choose one of: Left, Right, Equally important, Cannot"),
        ("Left", 1, "F2", "strength 1 says that neither is more important"),
        ("Left", 10, "F2", "the strength “10” is not a whole number from 2 to 9; write one of 2, 3"),
        ("Left", 2.5, "F2", "the strength “2.5” is not a whole number"),
        ("Left", -3, "F2", "the strength “-3” is not a whole number"),
        ("Left", "5 strongly more important", "F2", "the strength “5 strongly more important” is not"),
        ("Equally important", 5, "F2", "“Equally important” and “5” do not go together"),
        ("Cannot judge", 2, "F2", "“Cannot judge” and “2” do not go together"),
        ("=1+1", 5, "E2", "the cell holds a formula"),
        ("Left", True, "F2", "the cell holds a truth value"),
    ],
)
def test_what_is_half_or_unclear_is_named_with_its_cell(which: Any, much: Any, cell: str, sentence: str) -> None:
    [found] = problems(filled((which, much)))
    assert found.startswith("f.xlsx: sheet “Fill in here”, row 2, column ")
    assert cell in found
    assert sentence in found


def test_cannot_judge_is_no_answer_where_the_survey_asks_for_one() -> None:
    strict = Asked(KEY, "E7", TREE, missing_allowed=False)
    [found] = problems(filled(("Cannot judge", None)), strict)
    assert "choose one of: Left, Right, Equally important" in found
    assert found.endswith("Equally important")


def test_everything_is_said_at_once_and_in_the_order_of_the_rows() -> None:
    found = problems(filled(("Left", None), ("=A1", 3), (None, 3)))
    assert [f"row {number}" in sentence for number, sentence in enumerate(found, start=2)] == [True, True, True]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["r|1.1|9", "Root", "A", "B", "Left", 3], "“r|1.1|9” is not a pair of this survey"),
        (["r|1.2|1.1", "Root", "A", "B", None, None], "“r|1.2|1.1” is not a pair of this survey"),
        ([None, "Root", "A", "B", "Left", 3], "the row has lost the code of its pair"),
        ([AB, "Root", "A", "B", None, None], "the pair r|1.1|1.2 stands in row 2 already; keep one row for each pair"),
        ([AB, "Root", "A", "B", "Left", 3], "the pair r|1.1|1.2 stands in row 2 already"),
    ],
)
def test_a_strange_or_double_pair_is_named(row: list[Any], sentence: str) -> None:
    [found] = problems(filled(rows=[*EMPTY, row]))
    assert sentence in found
    assert "row 5" in found


@pytest.mark.parametrize("names", [("A", "C"), ("B", "B"), ("X", "B"), (None, "B"), ("C", "A")])
def test_a_row_whose_names_are_not_those_of_its_pair_is_named(names: tuple[Any, Any]) -> None:
    [found] = problems(filled(rows=[[AB, "Root", *names, "Left", 3]]))
    assert "compares “A” and “B”, but the row names other items" in found


def test_a_lost_column_or_sheet_is_named() -> None:
    headings = [*HEADINGS[:4], "Which", HEADINGS[5]]
    found = problems(filled(headings=headings))
    assert "the column “Which” is not known here" in found[0]
    assert "the column “Which is more important” is missing" in found[1]

    def rename(book: Workbook) -> None:
        book.worksheets[1].title = "Mine"

    [sentence] = problems(filled(change=rename))
    assert sentence == "f.xlsx: the sheet “Fill in here” is missing; download the workbook again and fill in that one"


# --- whose it is ---


def test_a_workbook_of_another_expert_is_refused() -> None:
    content = filled(("Left", 3), stamp=sheet.stamp(KEY, "E8"))
    [found] = problems(content)
    assert "E8" not in found
    assert "the workbook of another expert" in found
    [told] = problems(content, Asked(KEY, "E7", TREE, missing_allowed=True, tells=True))
    assert "this is the workbook of E8, not of E7" in told


def test_a_workbook_of_another_survey_is_refused() -> None:
    other = "00000000-4f89-41d3-9a0c-0305e82c3301"
    [found] = problems(filled(("Left", 3), stamp=sheet.stamp(other, "E7")))
    assert "the workbook of another survey" in found


@pytest.mark.parametrize("code", ["E/7", "E=7", "专家 7", "quanheng-questionnaire/1/x"])
def test_a_stamp_holds_any_code(code: str) -> None:
    asked = Asked(KEY, code, TREE, missing_allowed=True)
    assert answers(filled(("Left", 3), stamp=sheet.stamp(KEY, code)), asked) == [("1.1", "1.2", "a", 3)]


def test_a_workbook_without_a_stamp_is_no_questionnaire() -> None:
    [found] = problems(filled(("Left", 3), stamp=""))
    assert found == "f.xlsx: the workbook no longer says whose it is; download the workbook again and fill in that one"
    [found] = problems(workbook([["a", "b"], ["x", "y"]]))
    assert "neither the workbook of the questionnaire nor a table of judgments" in found


# --- a table of judgments ---

PLAIN = "expert,parent,item_a,item_b,more_important,strength\n"


def plain(*lines: str, asked: Asked = ASKED) -> list[AnswerRow]:
    return read_answers((PLAIN + "\n".join(lines)).encode(), "f.csv", asked)


def test_a_table_of_judgments_of_this_expert_is_taken() -> None:
    assert plain("E7,r,1.2,1.1,a,3", "E7,r,1.1,1.3,equal,1") == [
        AnswerRow(2, "1.1", "1.2", "b", 3),
        AnswerRow(3, "1.1", "1.3", "equal", 1),
    ]
    rows: list[list[Any]] = [[*PLAIN.strip().split(",")], ["E7", "r", "1.1", "1.2", "a", 3]]
    assert answers(workbook(rows)) == [("1.1", "1.2", "a", 3)]


def test_rows_of_other_experts_are_named_once_each() -> None:
    found = said(lambda: plain("E7,r,1.1,1.2,a,3", "E8,r,1.1,1.2,a,3", "E8,r,1.1,1.3,a,3", "E9,r,1.1,1.2,a,3"))
    assert [sentence.split(": ", 1)[1] for sentence in found] == [
        "row 3, column expert: the row is of the expert E8; leave only the rows of E7",
        "row 5, column expert: the row is of the expert E9; leave only the rows of E7",
    ]


def test_a_table_may_not_say_what_the_survey_does_not_allow() -> None:
    strict = Asked(KEY, "E7", TREE, missing_allowed=False)
    [found] = said(lambda: plain("E7,r,1.1,1.2,cannot_judge,", asked=strict))
    assert "this survey asks for an answer to every pair" in found


# --- hostile files ---


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 3_000_000)
    limits = Limits(inflated=1024 * 1024)
    [found] = said(lambda: read_answers(stream.getvalue(), "f.xlsx", ASKED, limits))
    assert "unpacks to more than 1 MB" in found


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"%PDF-1.7", b"\xd0\xcf\x11\xe0" * 20, b"\0" * 900])
def test_what_is_no_table_is_refused_in_a_sentence(content: bytes) -> None:
    assert len(problems(content)) == 1


def test_an_entity_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(filled())) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            start = b'<!DOCTYPE x [<!ENTITY a "b">]>' if name == "xl/workbook.xml" else b""
            new.writestr(name, start + old.read(name))
    [found] = problems(stream.getvalue())
    assert "document type definition" in found


def test_more_rows_than_a_questionnaire_has_are_refused() -> None:
    limits = Limits(rows=2)
    [found] = said(lambda: read_answers(filled(), "f.xlsx", ASKED, limits))
    assert "more than 2 rows" in found


def test_every_word_means_one_thing() -> None:
    """In no language may two answers, levels or columns be called the same."""
    assert len(sheet.strengths_by_word()) >= len(LEVELS)
    for words in (sheet.SIDES, sheet.COLUMNS):
        for tag in ("zh-hans", "en"):
            with translation.override(tag):
                assert len({sheet.key_of(str(word)) for word in words.values()}) == len(words)
