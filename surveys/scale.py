"""The scale: what an answer is as a number and in words, and the words of the consistency ratio."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from surveys.counting import ratio_of as ratio_of

CONSISTENT_BELOW = 0.1
POOR_ABOVE = 0.2

LEVELS = {
    1: gettext_lazy("equally important"),
    2: gettext_lazy("between equally and slightly more important"),
    3: gettext_lazy("slightly more important"),
    4: gettext_lazy("between slightly and clearly more important"),
    5: gettext_lazy("clearly more important"),
    6: gettext_lazy("between clearly and strongly more important"),
    7: gettext_lazy("strongly more important"),
    8: gettext_lazy("between strongly and extremely more important"),
    9: gettext_lazy("extremely more important"),
}

MORE = gettext_lazy("%(more)s is %(level)s than %(less)s (%(strength)d)")
EQUAL = gettext_lazy("%(a)s and %(b)s are equally important (1)")
CANNOT_JUDGE = gettext_lazy("Between %(a)s and %(b)s you cannot judge")


def answer_of(ratio: float) -> tuple[str, int]:
    """The way back: which is more important and how much, for a step of the scale.

    >>> answer_of(1 / 3), answer_of(1.0), answer_of(5.0)
    (('b', 3), ('equal', 1), ('a', 5))
    """
    strength = round(max(ratio, 1 / ratio))
    return ("equal" if strength == 1 else "a" if ratio > 1 else "b"), strength


def sentence(more_important: str, strength: int | None, a: object, b: object) -> str:
    """An answer as a sentence: what a page repeats to whoever gave it. `a` and `b` are the names of the items."""
    if more_important not in ("a", "b", "equal"):
        return str(CANNOT_JUDGE) % {"a": a, "b": b}
    if strength == 1 or strength is None:
        return str(EQUAL) % {"a": a, "b": b}
    more, less = (a, b) if more_important == "a" else (b, a)
    words = {"more": more, "less": less, "level": LEVELS[strength], "strength": strength}
    return str(MORE) % words


CONSENSUS_LEVELS = (
    (0.5, gettext_lazy("very low")),
    (0.625, gettext_lazy("low")),
    (0.75, gettext_lazy("moderate")),
    (0.875, gettext_lazy("high")),
)


def consensus_word(s_star: float) -> str:
    """The word of Goepel's scale for S*: four equal steps from 0.5 on, as his program and site have it (2018)."""
    return str(next((word for most, word in CONSENSUS_LEVELS if s_star <= most), _("very high")))


def circle_sentence(a: object, b: object, c: object) -> str:
    """Three answers that run in a circle: a over b, b over c, c over a."""
    words = {"a": a, "b": b, "c": c}
    return _("You said: %(a)s over %(b)s, %(b)s over %(c)s, and %(c)s over %(a)s.") % words


def circle_told(a: object, b: object, c: object) -> str:
    """The same for somebody else to read."""
    words = {"a": a, "b": b, "c": c}
    return _("A circle: %(a)s over %(b)s, %(b)s over %(c)s, %(c)s over %(a)s.") % words


def consistency_level(ratio: float | str | None) -> str:
    """pass, check or poor; untested where there is no ratio. The one place where a CR gets its word."""
    if ratio in (None, ""):
        return "untested"
    value = float(ratio)
    if value < CONSISTENT_BELOW:
        return "pass"
    return "check" if value <= POOR_ABOVE else "poor"


LEVEL_WORDS = {
    "pass": gettext_lazy("Consistent"),
    "check": gettext_lazy("Worth a second look"),
    "poor": gettext_lazy("Needs another look"),
    "incomplete": gettext_lazy("Incomplete"),
    "untestable": gettext_lazy("Not testable"),
    "untested": gettext_lazy("No check needed"),
}

AGREEMENT = ((0.5, "very_low"), (0.625, "low"), (0.75, "moderate"), (0.875, "high"))
AGREEMENT_WORDS = {
    "very_low": pgettext_lazy("agreement", "very low"),
    "low": pgettext_lazy("agreement", "low"),
    "moderate": pgettext_lazy("agreement", "moderate"),
    "high": pgettext_lazy("agreement", "high"),
    "very_high": pgettext_lazy("agreement", "very high"),
}


def agreement_level(share: float) -> str:
    """The word for S*, by the limits of AHP-OS. Chance alone may reach "moderate": show what chance gives beside it."""
    return next((level for limit, level in AGREEMENT if share < limit), "very_high")


def matrix_level(ratio: float | str | None, items: int) -> str:
    """The same for a matrix with weights for so many items: incomplete where it has none; and where there is no ratio,
    untested with one or two items, untestable where too few answers were given to contradict each other.
    """
    if not items:
        return "incomplete"
    level = consistency_level(ratio)
    return "untestable" if level == "untested" and items > 2 else level
