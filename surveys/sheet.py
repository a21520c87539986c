"""The words of an expert's own workbook: who writes it and who reads it back must use the same, in every language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.scale import LEVELS
from surveys.texts import Texts, text_in

Words = Mapping[str, Promise]

QUESTIONS = {"questions": _("Fill in here")}
"""The sheet to be filled in."""
COLUMNS: Words = {
    "pair": _("Pair"),
    "section": _("Section"),
    "left": _("Left item"),
    "right": _("Right item"),
    "which": _("Which is more important"),
    "much": _("How much more important"),
}
SIDES: Words = {
    "left": _("Left"),
    "right": _("Right"),
    "equal": _("Equally important"),
    "cannot_judge": _("Cannot judge"),
}
STRENGTHS = range(2, 10)
_STAMP = re.compile(r"quanheng-questionnaire/1/([0-9a-f-]{36})/(.+)", re.DOTALL)
_SIGNS = " .,、:："


def key_of(text: str) -> str:
    """What two spellings of one word have in common: full-width signs, spaces and case make no difference.

    >>> key_of(" ５  Clearly More") == key_of("5 clearly more")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def names_by_word(words: Words) -> dict[str, str]:
    """The key of each word, in every language of the pages → its name."""
    return {key_of(str(word)): name for _tag in _languages() for name, word in words.items()}


def strengths_by_word() -> dict[str, int]:
    """The key of each level's words, in every language → the level, 1 among them."""
    return {key_of(str(word)): level for _tag in _languages() for level, word in LEVELS.items()}


def _languages() -> Iterator[str]:
    """Each language in turn, active while it is looked at."""
    for tag, _name in settings.LANGUAGES:
        with translation.override(tag):
            yield tag


def strength_label(level: int) -> str:
    """As it stands in the list of a cell: 5 明显重要."""
    return f"{level} {LEVELS[level]}"


def strength_in(text: str, words: Mapping[str, int]) -> int | None:
    """The level that a text names by its digit, by its words, or by both where they agree.

    >>> words = {"clearly": 5}
    >>> [strength_in(text, words) for text in ("5", "５ clearly", "Clearly", "7 clearly", "55", "5.5")]
    [5, 5, 5, None, None, None]
    """
    key = key_of(text)
    if key in words:
        return words[key]
    digit, rest = key[:1], key[1:].lstrip(_SIGNS)
    level = int(digit) if digit and digit in "123456789" else None
    return level if not rest or words.get(rest) == level else None


def pair_id(parent: str, a: str, b: str) -> str:
    """The pair by its codes, the items in tree order: the same for every expert and in every file."""
    return f"{parent}|{a}|{b}"


def item_label(names: Texts, code: str, other: Texts) -> str:
    """The name of an item in the reader's language, with its code where the other item is called the same."""
    name = text_in(names) or code
    return f"{name} ({code})" if key_of(name) == key_of(text_in(other)) else name


def item_keys(names: Texts, code: str) -> set[str]:
    """Everything an item may be called in a file."""
    return {key_of(text) for name in names.values() if name for text in (name, f"{name} ({code})")} | {key_of(code)}


def stamp(survey_key: str, expert_code: str) -> str:
    """Whose workbook it is, as a text that stands hidden in it."""
    return f"quanheng-questionnaire/1/{survey_key}/{expert_code}"


def stamped(text: str) -> tuple[str, str] | None:
    """Survey and expert of a stamp.

    >>> stamped(stamp("0" * 36, "E/7"))[1]
    'E/7'
    """
    found = _STAMP.fullmatch(text.strip())
    return (found[1], found[2]) if found else None
