"""Rules of scoring as somebody may bring them: made tidy, and every problem named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scoring.computing import OPTIONS
from scoring.rules import GROUPINGS, Changes, ruled
from surveys.canonical import decimal_text
from surveys.files.indicators import CHOICES, rule_faults
from surveys.files.numbers import NumberError, number_text
from surveys.files.tree import Tree
from surveys.texts import text_in

LEAF_FIELDS = ("direction", "low", "high", "cap", "transform", "target_low", "target_high", "missing", "neutral")
NODE_FIELDS = ("aggregation", "missing")
NUMBERS = ("low", "high", "target_low", "target_high", "neutral")
WITH_NUMBER = ("reweight", "value")
USUAL = {name: CHOICES[name][0] for name in ("direction", "cap", "transform", "aggregation")}
"""What a blank text says. A blank rule for missing values says what the node above says."""
MISSING = re.compile(r"refuse|leave_out|reweight(:\S+)?|mean(:(" + "|".join(GROUPINGS) + r"))?|value:\S+|", re.ASCII)
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Whole:
    """What holds for all indicators: the range of the scores, the tie tolerance, rounding before ranking."""

    output_low: str = OPTIONS["output_low"]
    output_high: str = OPTIONS["output_high"]
    tie_tolerance: str = OPTIONS["tie_tolerance"]
    rank_decimals: str = ""


def tidy(changes: Changes, tree: Tree) -> dict[str, dict[str, str]]:
    """Only what differs from the edition, in tree order, numbers in plain digits."""
    found: dict[str, dict[str, str]] = {}
    for code in [code for code in tree.codes if code in changes] + [code for code in changes if code not in tree.rows]:
        row = tree.rows.get(code)
        own = {**dict(row.scoring), "direction": row.direction} if row else {}
        plain = {name: _plain(name, text) for name, text in changes[code].items()}
        differing = {name: text for name, text in plain.items() if _meant(name, text) != _meant(name, own.get(name))}
        if differing:
            found[code] = differing
    return found


def _plain(name: str, text: str) -> str:
    """Numbers as files hold them, whatever digits were typed; what is no number stays, to be named."""
    kind, colon, detail = text.partition(":")
    if name == "missing" and colon and kind in WITH_NUMBER:
        return f"{kind}:{_plain('value', detail)}"
    try:
        return number_text(text) if name in (*NUMBERS, "value") else text
    except NumberError:
        return text


def _meant(name: str, text: str | None) -> str | float:
    """Two spellings of one thing are no difference."""
    try:
        return float(text) if name in NUMBERS and text else text or USUAL.get(name, "")
    except ValueError:
        return text or ""


def options_of(whole: Whole) -> dict[str, str]:
    """The options of a run under these rules, beyond those that are always the same."""
    numbers = {
        name: decimal_text(float(number_text(getattr(whole, name))))
        for name in ("output_low", "output_high", "tie_tolerance")
    }
    return numbers | ({"rank_decimals": whole.rank_decimals} if whole.rank_decimals else {})


EVER = options_of(Whole())


def rule_problems(changes: Changes, tree: Tree) -> Iterator[str]:
    """What of changed rules cannot be."""
    merged = ruled(tree, changes)
    for code, change in changes.items():
        row = merged.rows.get(code)
        if row is None:
            yield _("%(code)s is no indicator of this edition.") % {"code": code}
            continue
        leaf = not tree.children[code]
        allowed = LEAF_FIELDS if leaf else NODE_FIELDS
        wrong = [*cell_problems(change, allowed), *([] if leaf else _odd_value(change))]
        if not wrong:
            faults = rule_faults(row, leaf=leaf)
            wrong = [_placed(at, _("%(what)s; %(mend)s") % {"what": what, "mend": mend}) for at, what, mend in faults]
        for sentence in wrong:
            yield _("%(code)s %(name)s: %(sentence)s.") % {
                "code": code, "name": text_in(row.names), "sentence": sentence,
            }  # fmt: skip


def readable(changes: Changes, tree: Tree) -> bool:
    """Whether every text says something by itself, so that the rules can be shown, possible together or not."""
    return all(
        code in tree.rows and not any(cell_problems(change, NODE_FIELDS if tree.children[code] else LEAF_FIELDS))
        for code, change in changes.items()
    )


def cell_problems(change: Mapping[str, str], allowed: tuple[str, ...]) -> Iterator[str]:
    """What single texts of a rule cannot be."""
    for name, text in change.items():
        if name not in allowed:
            yield _("%(name)s cannot be set here") % {"name": name}
        elif name in NUMBERS and text:
            yield from _number_problem(name, text)
        elif name == "missing":
            yield from _missing_problem(text)
        elif name in CHOICES and text and text not in CHOICES[name]:
            yield _("“%(text)s” is not a value of %(name)s") % {"text": text, "name": LABELS()[name]}


def _number_problem(name: str, text: str) -> Iterator[str]:
    try:
        number_text(text)
    except NumberError as error:
        yield _placed(name, _("%(what)s; %(mend)s") % {"what": error.what, "mend": error.mend})


def _placed(name: str, sentence: str) -> str:
    """A sentence with the field that it is about."""
    return _("%(field)s: %(sentence)s") % {"field": LABELS().get(name, name), "sentence": sentence}


def _missing_problem(text: str) -> Iterator[str]:
    kind, _colon, detail = text.partition(":")
    if not MISSING.fullmatch(text):
        yield _("“%(text)s” is not a value of %(name)s") % {"text": text, "name": LABELS()["missing"]}
    elif kind in WITH_NUMBER and detail:
        wrong = [*_number_problem("missing", detail)]
        if kind == "reweight" and not wrong and not 0 <= float(number_text(detail)) <= 1:
            wrong = [_("the coverage %(text)s is not between 0 and 1") % {"text": detail}]
        yield from wrong


def _odd_value(change: Mapping[str, str]) -> Iterator[str]:
    """A value for a node would be given to everything below it, in every unit of measure: it is named there."""
    if change.get("missing", "").startswith("value"):
        yield _("a declared value belongs to an indicator that is measured")


def whole_problems(whole: Whole, changes: Changes) -> Iterator[str]:
    """What cannot be of that which holds for all indicators, and beside it."""
    try:
        numbers = [number_text(text) for text in (whole.output_low, whole.output_high, whole.tie_tolerance)]
    except NumberError:
        yield _("The range of the scores and the tie tolerance are numbers.")
        return
    low, high, tie = (float(text) for text in numbers)
    if not 0 <= low < high <= 1000:
        yield _("The range of the scores begins at 0 or above and ends above its beginning.")
    else:
        yield from _neutral_problems(changes, low, high)
    if not 0 <= tie <= 1:
        yield _("The tie tolerance lies between 0 and 1 point.")
    if whole.rank_decimals not in ("", *map(str, range(MOST_DECIMALS + 1))):
        yield _("Ranks are taken from scores of 0 to %(most)d decimals, or from unrounded ones.") % {
            "most": MOST_DECIMALS
        }


def _neutral_problems(changes: Changes, low: float, high: float) -> Iterator[str]:
    for code, change in changes.items():
        try:
            text = number_text(change.get("neutral", "")) if change.get("neutral") else ""
        except NumberError:
            continue  # it is named with the other cells
        if text and not low <= float(text) <= high:
            said = _("%(code)s: the score %(text)s of a column of equal values lies outside the range of the scores.")
            yield said % {"code": code, "text": text}


def LABELS() -> Mapping[str, str]:  # noqa: N802  a table whose words depend on the reader
    """Fields of a rule as its form calls them."""
    return {
        "direction": _("Direction"), "low": _("Lower bound"), "high": _("Upper bound"),
        "target_low": _("Target from"), "target_high": _("Target to"), "cap": _("Values beyond the bounds"),
        "transform": _("Transform"), "aggregation": _("Put together by"), "missing": _("Where a value is missing"),
        "neutral": _("Score where all units are equal"),
    }  # fmt: skip
