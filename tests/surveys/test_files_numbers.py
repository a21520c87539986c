"""Numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.files.numbers import DecimalSign, NumberError, decimal_sign, number_text
from tests.support.files import english  # noqa: F401


@pytest.mark.parametrize("text", ["0", "12.50", "-3", "+4", ".5", "5.", "1e5", "2.5E-3"])
def test_it_keeps_a_number_as_typed(text: str) -> None:
    assert number_text(text) == text


def test_it_reads_full_width_digits() -> None:
    assert number_text("－１２．５") == "-12.5"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_it_reads_every_number_that_a_program_writes(value: float) -> None:
    assert float(number_text(repr(value))) == value


@given(st.text(max_size=12))
def test_it_refuses_or_returns_a_finite_number(text: str) -> None:
    try:
        assert abs(float(number_text(text))) < float("inf")
    except NumberError as error:
        assert error.what and error.mend


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the cell is blank; fill in a number, or declare a rule for missing values"),
        ("-", "“-” stands where a number should be; write 0 if it is zero; leave the cell blank if it is missing"),
        ("N/A", "“N/A” says that there is no value; leave the cell blank and declare a rule for missing values"),
        ("12%", "“12%” has a percent sign; write the number alone, as 12.5, and put % in the unit of the indicator"),
        ("１２％", "has a percent sign"),
        ("1,234.5", "“1,234.5” has a thousands separator or a decimal comma; write the digits without separators"),
        ("1，234", "has a thousands separator"),
        ("1 234", "has a thousands separator"),
        ("inf", "“inf” is not a finite number; write an ordinary number"),
        ("-Infinity", "is not a finite number"),
        ("NaN", "is not a finite number"),
        ("1e400", "“1e400” is too large to compute with; check the exponent"),
        ("1e-400", "“1e-400” is too small to compute with"),
        ("1.2万", "“1.2万” has a word for its size; write the number out in the unit of the indicator"),
        ("10³", "“10³” is not a number"),
        ("1_000", "“1_000” is not a number"),
        ("١٢", "“١٢” is not a number"),
        ("about 5", "“about 5” is not a number; write digits, with a point as the decimal sign"),
    ],
)
def test_it_says_why_a_text_is_no_number(text: str, sentence: str) -> None:
    with pytest.raises(NumberError) as caught:
        number_text(text)
    assert sentence in str(caught.value)


def test_it_reads_decimal_commas_where_columns_are_not_separated_by_commas() -> None:
    sign = decimal_sign(["1,5", "2"], ";")
    assert sign is DecimalSign.COMMA
    assert number_text("1,5", sign) == "1.5"
    assert number_text("2", sign) == "2"


def test_it_refuses_two_decimal_signs_in_one_file() -> None:
    with pytest.raises(NumberError, match="other cells of this file have a decimal comma; use one decimal sign"):
        number_text("1.5", DecimalSign.COMMA)


def test_it_does_not_guess_whether_a_comma_groups_or_divides() -> None:
    sign = decimal_sign(["1,234", "56"], ";")
    with pytest.raises(NumberError, match=r"“1,234” may be 1\.234 or 1234"):
        number_text("1,234", sign)
    assert decimal_sign(["1,234", "0,5"], ";") is DecimalSign.COMMA


def test_a_comma_separated_file_has_decimal_points() -> None:
    assert decimal_sign(["1,5"], ",") is DecimalSign.POINT
