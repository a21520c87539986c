"""A pair on one row of seventeen, 9 … 1 … 9, as on the paper form: drawn without the template engine.

A page may hold 55 such rows, 935 radio buttons, which the template engine would take a second for. What all rows share
is made once for each language; a row only puts its own words in.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from surveys.scale import sentence
from surveys.texts import Texts, language_of, text_in

ROW = (*(f"a{strength}" for strength in range(9, 1, -1)), "equal", *(f"b{strength}" for strength in range(2, 10)))
"""The seventeen cells of a row, from the left: which item is more important, and how much."""

Other = tuple[str, str]
"""A choice beside the seventeen: its value, and its label."""

# Names are put in escaped: no name can hold one of these, since none can hold an angle bracket.
_FIELD, _NUMBER, _LEFT, _RIGHT, _LEFT_LANG, _RIGHT_LANG, _NOTE = (
    f"<<{name}>>" for name in ("field", "number", "left", "right", "left-lang", "right-lang", "note")
)


def scale_row(
    field: str,
    left: Texts,
    right: Texts,
    *,
    number: int | str = "",
    chosen: str | None = None,
    swapped: bool = False,
    others: Sequence[Other] = (),
    note: str = "",
) -> SafeString:
    """A fieldset of native radio buttons called `field`, whose values are those of ROW, and of `others` behind them.

    `left` and `right` are the names as they stand; with `swapped` the pair's second item stands on the left, and the
    values change sides with it. `chosen` is the value that is checked, None for none. `note` is a word below the row.
    """
    row = _fragment(get_language() or "", swapped, tuple(others))
    if chosen is not None:
        row = row.replace(f'value="{escape(chosen)}">', f'value="{escape(chosen)}" checked>')
    for place, text in (
        (_FIELD, field),
        (_NUMBER, number),
        (_LEFT, text_in(left)),
        (_RIGHT, text_in(right)),
        (_LEFT_LANG, language_of(left)),
        (_RIGHT_LANG, language_of(right)),
        (_NOTE, note),
    ):
        row = row.replace(place, escape(text))
    return mark_safe(row)  # noqa: S308  every word that is put in was escaped


def value_of(more_important: str, strength: int | None) -> str:
    """The value of an answer on the row.

    >>> value_of("a", 3), value_of("equal", 1), value_of("cannot_judge", None)
    ('a3', 'equal', 'cannot_judge')
    """
    return f"{more_important}{strength}" if more_important in ("a", "b") else more_important


def value_says(value: str) -> tuple[str, int | None]:
    """What a value says: the other way round. An empty one takes an answer back.

    >>> value_says("b9"), value_says("equal"), value_says("")
    (('b', 9), ('equal', 1), ('', None))
    """
    if value == "equal":
        return value, 1
    return (value[0], int(value[1:])) if value in ROW else (value, None)


@lru_cache(maxsize=64)
def _fragment(_language: str, swapped: bool, others: tuple[Other, ...]) -> str:
    """What all rows share: the words follow the active language, which is part of the key."""
    cells = "".join(_cell(value, swapped) for value in _values(swapped))
    beside = "".join(_other(value, label) for value, label in others)
    return (
        f'<fieldset class="q-scale" id="{_FIELD}"><legend class="visually-hidden">{_NUMBER} A: '
        f'<span lang="{_LEFT_LANG}">{_LEFT}</span>, B: <span lang="{_RIGHT_LANG}">{_RIGHT}</span> {_NOTE}</legend>'
        f'<span class="q-scale-number" aria-hidden="true">{_NUMBER}</span>'
        f'<span class="q-scale-left" lang="{_LEFT_LANG}" aria-hidden="true">{_LEFT}</span>'
        f'<span class="q-scale-cells">{cells}</span>'
        f'<span class="q-scale-right" lang="{_RIGHT_LANG}" aria-hidden="true">{_RIGHT}</span>'
        + (f'<span class="q-scale-others">{beside}</span>' if beside else "")
        + f'<span class="q-scale-note" aria-hidden="true">{_NOTE}</span></fieldset>'
    )


def _values(swapped: bool) -> tuple[str, ...]:
    return ROW[::-1] if swapped else ROW


def _cell(value: str, swapped: bool) -> str:
    """The label says which side and how much; the legend says which side is whose: short, for there are seventeen."""
    more, strength = value_says(value)
    sides = ("B", "A") if swapped else ("A", "B")
    spoken = escape(sentence(more, strength, *sides))
    return (
        f'<label title="{spoken}"><input type="radio" name="{_FIELD}" aria-label="{spoken}" value="{value}">'
        f"<span>{strength}</span></label>"
    )


def _other(value: str, label: str) -> str:
    return f'<label><input type="radio" name="{_FIELD}" value="{escape(value)}"><span>{escape(label)}</span></label>'
