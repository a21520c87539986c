"""What we write is safe to open and reads back the same."""

from hypothesis import given
from hypothesis import strategies as st

from surveys.files.tables import read_table
from surveys.files.writing import cell_text, csv_bytes, safe_text
from tests.support.files import english  # noqa: F401


def test_texts_that_a_spreadsheet_would_compute_are_made_safe() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"):
        assert safe_text(text) == "'" + text
    assert safe_text("北京市") == "北京市"
    assert csv_bytes(["=x"], [["@y"]]) == "\ufeff'=x\r\n'@y\r\n".encode()


def test_numbers_are_not_texts() -> None:
    assert [cell_text(cell) for cell in (-1.5, -3, None, 1e-17)] == ["-1.5", "-3", "", "1e-17"]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_read_back_to_the_last_bit(values: list[float]) -> None:
    table = read_table(csv_bytes(["n"], [[value] for value in values]), "f")
    assert [float(row.cells[0]) for row in table.rows] == values
