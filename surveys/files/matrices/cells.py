"""One cell of a matrix: a step of the scale, however somebody or a spreadsheet has written it."""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.files.grids import GridCell
from surveys.scale import answer_of

FRACTION = re.compile(r"(\d{1,2})\s*[/÷:∶⁄]\s*(\d{1,2})", re.ASCII)
NUMBER = re.compile(r"(?:\d{1,12}(?:[.,]\d{0,40})?|[.,]\d{1,40})(%?)", re.ASCII)
DIAGONAL = {"", "1", "1.0", "-", "–", "—", "/", "\\", "*", "×", "x"}
TWO_DECIMALS = 0.005
"""A reciprocal written with two decimals is at most so far from its step; the steps 1/8 and 1/9 are 0.0139 apart."""
EXACT = 1e-9
SERIALS = range(36_526, 73_051)  # days that stand for the years 2000 to 2099
MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
DATES = (
    re.compile(r"\d{4}[-/.年](?P<a>\d{1,2})[-/.月](?P<b>\d{1,2})日?(?: 0?0:00(?::00)?)?", re.ASCII),
    re.compile(r"(?P<a>\d{1,2})月(?P<b>\d{1,2})日", re.ASCII),
    re.compile(r"(?P<a>\d{1,2})[-/ ](?P<m>[a-z]{3})[a-z]*", re.ASCII),
    re.compile(r"(?P<m>[a-z]{3})[a-z]*[-/ ](?P<a>\d{1,2})", re.ASCII),
)

Said = tuple[str, int]


@dataclass(frozen=True)
class Reading:
    """What a cell says of its row's item against its column's: `said` is which is more important (a is the row's) and
    how much, None where nothing is said. `snapped`: what was typed is near a step, not on it. `date`: a date that was
    probably typed as a fraction. `empty_formula`: a formula without a number. `fault`: what is wrong, how to mend it.
    """

    typed: str = ""
    said: Said | None = None
    snapped: bool = False
    date: bool = False
    empty_formula: bool = False
    fault: tuple[str, str] | None = None


BLANK = Reading()


def read_cell(cell: GridCell | None) -> Reading:
    """Read a cell off the diagonal."""
    if cell is None or (isinstance(cell.value, str) and not cell.value.strip()):
        return BLANK if cell is None or not cell.formula else Reading(empty_formula=True)
    if cell.formula and (cell.value is None or cell.error):
        return Reading(cell.text, empty_formula=True)
    value = cell.value
    if isinstance(value, datetime.date):
        return _date(cell.text, value.month, value.day)
    if isinstance(value, bool | datetime.time | datetime.timedelta) or cell.error:
        return _fault(cell.text)
    if isinstance(value, int | float):
        return _number(cell, float(value))
    return _text(str(value))


def is_diagonal(cell: GridCell | None) -> bool:
    """Say whether the cell may stand where an item meets itself."""
    if cell is None or (cell.formula and cell.value is None):
        return True
    if isinstance(cell.value, int | float):
        return abs(float(cell.value) - 1) < EXACT
    return isinstance(cell.value, str) and unicodedata.normalize("NFKC", cell.value).strip().casefold() in DIAGONAL


def step_text(said: Said) -> str:
    """The step as people write it.

    >>> step_text(("a", 3)), step_text(("b", 3)), step_text(("equal", 1))
    ('3', '1/3', '1')
    """
    return f"1/{said[1]}" if said[0] == "b" else str(said[1])


def turned(said: Said) -> Said:
    """The same answer, seen from the other item."""
    return {"a": "b", "b": "a"}.get(said[0], said[0]), said[1]


def nearest(ratio: float) -> tuple[Said, bool] | None:
    """The step of the scale that is meant, and whether the number is that step; None where none is near.

    >>> nearest(0.33), nearest(1 / 3), nearest(0.13), nearest(2.9), nearest(0.3)
    ((('b', 3), False), (('b', 3), True), (('b', 8), False), None, None)
    """
    if not 0 < ratio < 1_000:
        return None
    small = min(ratio, 1 / ratio)
    strength = min(range(1, 10), key=lambda step: abs(1 / step - small))
    if abs(1 / strength - small) > TWO_DECIMALS + EXACT:
        return None
    exact = abs(1 / strength - small) <= EXACT * small
    return answer_of(float(strength) if ratio > 1 else 1 / strength), exact


def _number(cell: GridCell, number: float) -> Reading:
    if number in SERIALS:
        day = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(number))
        return _date(cell.text, day.month, day.day)
    return _ratio(cell.text, number)


def _text(raw: str) -> Reading:
    text = unicodedata.normalize("NFKC", raw).strip().casefold()
    if text in ("-", "–", "—"):  # a usual sign for nothing
        return BLANK
    fraction = FRACTION.fullmatch(text)
    if fraction:
        over, under = int(fraction[1]), int(fraction[2])
        return _ratio(raw, over / under) if under else _fault(raw)
    number = NUMBER.fullmatch(text)
    if number:
        value = float(text.rstrip("%").replace(",", "."))
        return _ratio(raw, value / 100 if number[1] else value)
    for pattern in DATES:
        found = pattern.fullmatch(text)
        if found:
            parts = found.groupdict()
            other = MONTHS.get(parts["m"], 0) if "m" in parts else int(parts["b"])
            return _date(raw, int(parts["a"]), other)
    return _fault(raw)


def _ratio(typed: str, ratio: float) -> Reading:
    found = nearest(ratio)
    if found is None:
        what = _("“%(text)s” is not near any step of the scale") % {"text": typed[:40]}
        mend = _("write one of 1 to 9 or 1/2 to 1/9; two decimals, as 0.33, are enough")
        return Reading(typed, fault=(what, mend))
    said, exact = found
    return Reading(typed, said, snapped=not exact)


def _date(typed: str, one: int, other: int) -> Reading:
    """A spreadsheet makes 1/3 a day of January or of March: in both, one number is 1 and the other the strength."""
    strength = max(one, other)
    if min(one, other) != 1 or strength > 9:
        what = _("the cell holds the date %(date)s, which is no fraction of the scale") % {"date": typed[:40]}
        return Reading(typed, fault=(what, _("format the cell as text and type what was meant")))
    return Reading(typed, ("equal", 1) if strength == 1 else ("b", strength), date=True)


def _fault(typed: str) -> Reading:
    what = _("“%(text)s” is not a judgment") % {"text": typed[:40]}
    return Reading(typed, fault=(what, _("write one of 1 to 9 or 1/2 to 1/9, or leave the cell blank")))
