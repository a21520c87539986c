"""XLSX: what a spreadsheet stores, shows and hides."""

import datetime
import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from surveys.files.records import Limits
from surveys.files.tables import code_problems, read_table
from tests.support.files import english, said, saved, workbook  # noqa: F401


def repacked(content: bytes, name: str, change: bytes) -> bytes:
    """The workbook with one part's declaration replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, change + old.read(entry) if entry == name else old.read(entry))
    return stream.getvalue()


def test_it_reads_text_and_numbers() -> None:
    found = read_table(workbook([["code", "value"], ["1.10", 3], ["北京", 0.5], [None, None], ["x", None]]), "f.xlsx")
    assert [(row.number, row.cells) for row in found.rows] == [(2, ("1.10", "3")), (3, ("北京", "0.5")), (5, ("x", ""))]


def test_it_reads_the_first_sheet_or_the_named_one() -> None:
    book = Workbook()
    book.active.append(["a"])
    book.active.append(["first"])
    other = book.create_sheet("二")
    other.append(["a"])
    other.append(["second"])
    content = saved(book)
    assert read_table(content, "f").rows[0].cells == ("first",)
    assert read_table(content, "f", sheet="二").rows[0].cells == ("second",)
    (sentence,) = said(lambda: read_table(content, "f", sheet="three"))
    assert sentence == "f: the workbook has no sheet “three”; choose one of its sheets: Sheet, 二"


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("=A1+1", "f: row 2, column B2: the cell holds a formula; copy the cells and paste them as values"),
        (
            datetime.datetime(2024, 1, 2),
            "f: row 2, column B2: the cell holds a date or a time; format the column as text",
        ),
        (True, "f: row 2, column B2: the cell holds a truth value; write a text or a number"),
        ("#N/A", "f: row 2, column B2: the cell holds the error #N/A; mend the cell or leave it blank"),
    ],
)
def test_it_refuses_what_is_neither_text_nor_number(cell: object, sentence: str) -> None:
    (found,) = said(lambda: read_table(workbook([["a", "b"], ["x", cell]]), "f"))
    assert sentence in found


def test_it_takes_a_text_that_begins_like_a_formula_for_a_text() -> None:
    book = Workbook()
    book.active.append(["a"])
    book.active.append(["x"])
    book.active["A2"].value = "=1"
    book.active["A2"].data_type = "s"
    assert read_table(saved(book), "f").rows[0].cells == ("=1",)


@pytest.mark.parametrize(
    ("value", "number_format", "shown"), [(1.1, "0.00", "1.10"), (7, "000", "007"), (1.25, "0.0", "1.2")]
)
def test_it_refuses_codes_that_do_not_print_back_the_same(value: float, number_format: str, shown: str) -> None:
    found = read_table(workbook([["code"], [value]], formats={"A2": number_format}), "f")
    (problem,) = code_problems(found, [0])
    assert str(problem) == (
        f"f: row 2, column code (A2): the cell shows {shown} but holds the number {value}; "
        "format the column as text and type the code again"
    )


def test_it_accepts_numeric_codes_that_do() -> None:
    found = read_table(workbook([["code"], [1.1], [12], [110000]]), "f")
    assert not list(code_problems(found, [0]))
    assert [row.cells[0] for row in found.rows] == ["1.1", "12", "110000"]


@pytest.mark.parametrize("text", ["2024-01-02", "1月2日", "2-Jan", "Jan-10", "1/2"])
def test_it_recognises_a_date_where_a_code_should_be(text: str) -> None:
    found = read_table(f"code\n{text}\n".encode(), "f")
    (problem,) = code_problems(found, [0])
    assert problem.what == f"“{text}” is a date where a code should be"


def test_it_shows_percentages_as_people_see_them() -> None:
    found = read_table(workbook([["a"], [0.125]], formats={"A2": "0.0%"}), "f")
    assert found.rows[0].cells == ("12.5%",)


def test_it_counts_what_an_archive_unpacks_to() -> None:
    content = workbook([["a"], ["x" * 30_000]])
    assert "unpacks to more than 0 MB" in said(lambda: read_table(content, "f", limits=Limits(inflated=20_000)))[0]


def test_it_refuses_a_document_type_definition() -> None:
    content = repacked(workbook([["a"], ["b"]]), "xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]>')
    assert "document type definition" in said(lambda: read_table(content, "f"))[0]


def test_it_refuses_a_cell_far_away_and_too_many_rows() -> None:
    book = Workbook()
    book.active.append(["a"])
    book.active["XFD2"] = "far"
    assert "there are cells beyond column 200" in said(lambda: read_table(saved(book), "f"))[0]
    book = Workbook()
    book.active.append(["a"])
    book.active["A900000"] = "far"
    assert "the sheet goes on beyond row 105000" in said(lambda: read_table(saved(book), "f"))[0]
    content = workbook([["a"], *[["x"]] * 9])
    assert "more than 5 rows" in said(lambda: read_table(content, "f", limits=Limits(rows=5)))[0]


def test_it_says_that_a_damaged_workbook_is_damaged() -> None:
    content = workbook([["a"], ["b"]])
    broken = (
        content[: content.index(b"xl/worksheets") + 60]
        + b"\xff" * 40
        + content[content.index(b"xl/worksheets") + 100 :]
    )
    assert "the workbook is damaged" in said(lambda: read_table(broken, "f"))[0]
    unreadable = repacked(content, "xl/workbook.xml", b"<<")
    assert "the workbook cannot be read" in said(lambda: read_table(unreadable, "f"))[0]


def test_every_truncation_is_refused_with_a_sentence() -> None:
    content = workbook([["a"], ["b"]])
    load_workbook(io.BytesIO(content))
    for length in range(10, len(content) - 1, 97):
        assert said(lambda length=length: read_table(content[:length], "f"))  # type: ignore[misc]
