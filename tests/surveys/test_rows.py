"""The row of seventeen: what it says, what it escapes, what it costs."""

import re
import time

import pytest
from django.utils import translation

from surveys.rows import ROW, scale_row, value_of, value_says

A, B = {"en": "Bandwidth", "zh-hans": "带宽"}, {"zh-hans": "时延"}
RADIO = re.compile(r'<input type="radio" name="([^"]*)"(?: aria-label="([^"]*)")? value="([^"]*)"( checked)?>')


def radios(row: str) -> list[tuple[str, ...]]:
    return RADIO.findall(row)


def test_the_seventeen_stand_from_nine_to_nine(english: None) -> None:
    row = radios(scale_row("p7", A, B))
    assert [value for _name, _spoken, value, _checked in row] == list(ROW)
    assert {name for name, *_rest in row} == {"p7"}
    assert not any(checked for *_rest, checked in row)
    assert [spoken for _name, spoken, *_rest in row][::8] == [
        "A is extremely more important than B (9)",
        "A and B are equally important (1)",
        "B is extremely more important than A (9)",
    ]


def test_swapped_sides_take_their_values_along(english: None) -> None:
    row = radios(scale_row("p7", B, A, swapped=True, chosen="b9"))
    assert [value for _name, _spoken, value, _checked in row] == list(ROW[::-1])
    assert row[0][1:] == ("A is extremely more important than B (9)", "b9", " checked")
    assert sum(bool(checked) for *_rest, checked in row) == 1


@pytest.mark.parametrize("chosen", [*ROW, "cannot_judge", ""])
def test_one_is_chosen(chosen: str) -> None:
    row = radios(scale_row("p7", A, B, chosen=chosen, others=[("cannot_judge", "Cannot judge"), ("", "Blank")]))
    assert [value for _name, _spoken, value, checked in row if checked] == [chosen]
    assert len(row) == 19


def test_a_value_that_is_not_offered_is_not_chosen() -> None:
    assert " checked" not in scale_row("p7", A, B, chosen='a3" onclick="x')


def test_names_are_told_in_the_readers_language_and_marked() -> None:
    with translation.override("en"):
        row = scale_row("p7", A, B, number="3.")
    assert '<span class="q-scale-left" lang="en" aria-hidden="true">Bandwidth</span>' in row
    assert '<span class="q-scale-right" lang="zh-hans" aria-hidden="true">时延</span>' in row
    with translation.override("zh-hans"):
        assert '<span class="q-scale-left" lang="zh-hans" aria-hidden="true">带宽</span>' in scale_row("p7", A, B)


def test_hostile_names_stay_names() -> None:
    left, right = {"en": '<<right>>"><script>x</script>&amp;'}, {"en": "<<left>><<note>>'"}
    row = scale_row("p7", left, right, note="<b>", others=[("x", "<i>")])
    for tag in ("<script", "<b>", "<i>", "<<"):
        assert tag not in row
    assert row.count("&lt;&lt;right&gt;&gt;&quot;&gt;&lt;script&gt;x&lt;/script&gt;&amp;amp;") == 2
    assert len(radios(row)) == 18


def test_values_of_answers() -> None:
    values = [*ROW, "cannot_judge", ""]
    assert [value_of(*value_says(value)) for value in values] == values
    assert (value_says("a9"), value_says("equal"), value_says("b2")) == (("a", 9), ("equal", 1), ("b", 2))


def test_fifty_five_rows_are_drawn_in_no_time() -> None:
    """The template engine takes some 150 ms for as many cells; here 10 ms are plenty on a slow machine."""
    scale_row("p1", A, B)
    began = time.process_time()
    page = "".join(scale_row(f"p{row}", A, B, number=row, chosen="a3") for row in range(55))
    assert time.process_time() - began < 0.05
    assert len(radios(page)) == 55 * 17
