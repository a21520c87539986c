"""CSV of every kind that a spreadsheet saves, and what is no CSV."""

import pytest

from surveys.files.records import Limits
from surveys.files.tables import read_table
from tests.support.files import english, said, table  # noqa: F401

PAIR = (("code", "name"), ("1.10", "算力"))


def cells(content: bytes) -> tuple[tuple[str, ...], ...]:
    found = read_table(content, "f.csv")
    return found.header, *(row.cells for row in found.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_it_reads_each_encoding_and_separator(encoding: str, separator: str, newline: str) -> None:
    text = f"code{separator}name{newline}1.10{separator}算力{newline}"
    assert cells(text.encode(encoding)) == PAIR


@pytest.mark.parametrize("name", ["专家一", "专家", "权重"])
def test_a_short_text_in_gb18030_is_not_taken_for_damaged_utf_8(name: str) -> None:
    """Many characters of GB18030 pass for a letter of two bytes in UTF-8."""
    assert cells(f"unit,expert\n1.1,{name}\n".encode("gb18030"))[1] == ("1.1", name)


def test_it_keeps_the_row_numbers_of_the_spreadsheet() -> None:
    found = table('code,name\n\n1,"two\nlines"\n,\n2,b\n')
    assert [(row.number, row.cells[0]) for row in found.rows] == [(3, "1"), (5, "2")]


def test_it_takes_the_separator_that_a_spreadsheet_declares() -> None:
    assert cells("sep=;\ncode;name\n1.10;算力\n".encode()) == PAIR


def test_it_decides_the_separator_by_the_heading_and_not_by_a_comma_in_a_cell() -> None:
    assert cells(b"unit;a;b\nx;1,5;2,5\n")[1] == ("x", "1,5", "2,5")


def test_it_leaves_out_blank_cells_at_the_end_and_brings_text_to_one_form() -> None:
    assert cells("code,name,,\n1, e\u0301 \u3000,,\n".encode()) == (("code", "name"), ("1", "é"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "f.csv: the file is empty; choose the file that holds the table"),
        (b"\xef\xbb\xbf \r\n,,\r\n", "f.csv: the file is empty; choose the file that holds the table"),
        (b"code,name\n", "f.csv: row 1: there is a heading but no row below it; add the rows"),
        (b"%PDF-1.7 x", "f.csv: the file is a PDF document, not a table; save the table as “CSV UTF-8” or as .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1", "an old .xls workbook or one with a password, not a table"),
        (b"<!DOCTYPE html><html>", "a web page or XML, not a table"),
        (b"PK\x03\x04 no workbook", "an archive or a document, not a table"),
        (b"\x89PNG\r\n", "a picture, not a table"),
        ("code,name\n1,a\n".encode("utf-16"), "f.csv: the file is encoded in UTF-16; save it as “CSV UTF-8”"),
        (b"a,b\n\0\0\0\0\0\0,1\n", "f.csv: the file is not text"),
        (b"caf\xe9,b\n\xff\xff,1\n", "the text is encoded neither in UTF-8 nor in GB18030"),
        ("名称,值\n算力算力".encode() + b"\xe7\xae\n", "row 2: the UTF-8 text is damaged at this row: byte 0xE7"),
        (
            b"a,b\n1,\x002\n",
            "row 2, column b: the cell holds the unseen character U+0000; delete it and type the text again",
        ),
        ("a,b\n1\u200b,2\n".encode(), "row 2, column a: the cell holds the unseen character U+200B"),
        (b'a,b\n1,"x\n2,y\n', "row 2: a quotation mark is opened and never closed"),
        (b'a,b\n1,"x"y\n', "row 2: a quotation mark stands in the middle of a cell"),
        (
            b"a,b\n1,2,3\n",
            "row 2: the row has 3 cells, the heading has 2; put a text that holds the separator in quotes",
        ),
        (b"a,b\n1\n", "row 2: the row has 1 cells, the heading has 2; add the cells that are missing, blank ones too"),
        (b"a,b,a\n1,2,3\n", "row 1, column a: the heading “a” comes 2 times; keep one of these columns"),
        (b"a,,b\n1,2,3\n", "row 1: column 2 has no heading; give it a heading or remove it"),
    ],
)
def test_it_says_what_is_wrong_with_a_file(content: bytes, sentence: str) -> None:
    (found,) = said(lambda: read_table(content, "f.csv"))
    assert sentence in found


def test_it_says_all_at_once() -> None:
    assert len(said(lambda: table("a,a,b\n1,2\n1,2,3,4\n1,\x01,3\n"))) == 4


def test_it_holds_to_its_limits() -> None:
    tight = Limits(content=100, rows=2, columns=2)
    assert "more than 0 MB" in said(lambda: read_table(b"a,b\n" + b"1,2\n" * 50, "f", limits=tight))[0]
    assert "more than 2 rows" in said(lambda: read_table(b"a,b\n" + b"1,2\n" * 3, "f", limits=tight))[0]
    assert "more than 2 columns" in said(lambda: read_table(b"a,b,c\n1,2,3\n", "f", limits=tight))[0]
    assert "100000 characters" in said(lambda: read_table(b"a,b\n1," + b"x" * 200_000, "f"))[0]


def test_it_knows_no_sheets_in_a_csv_file() -> None:
    assert "a CSV file has no sheet “x”" in said(lambda: read_table(b"a\n1\n", "f", sheet="x"))[0]
