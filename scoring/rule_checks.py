"""Do scoring rules make sense for an indicator tree? Every fault is a sentence that names the indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from scoring.matching import ATTRIBUTES
from scoring.rules import NUMBERS, Codes, ruled
from surveys.files.indicators import CHOICES, row_faults
from surveys.files.tree import Tree

BASES = ("sample", "fixed", "base")
LEAF = ("basis", "direction", "low", "high", "target_low", "target_high", "cap", "transform", "neutral", "missing")
NODE = ("aggregation", "missing")
OPTIONS = ("output_low", "output_high", "tie_tolerance", "rank_decimals")
MOST_DECIMALS = 12


def rule_problems(tree: Tree, codes: Codes, options: Mapping[str, str]) -> list[str]:
    """Everything that is wrong, all at once."""
    known = {code: said for code, said in codes.items() if code in tree.rows}
    problems = [_("There is no indicator %(code)s.") % {"code": code} for code in codes if code not in known]
    for code, said in known.items():
        problems += [f"{code}: {problem}" for problem in _row_problems(tree, code, said)]
    if not problems:
        rows = ruled(tree, known).rows
        problems += [
            _("%(code)s: %(what)s; %(mend)s.") % {"code": code, "what": what, "mend": mend}
            for code in known
            for _name, what, mend in row_faults(rows[code], leaf=not tree.children[code])
        ]
    return [*problems, *_option_problems(options)]


def _row_problems(tree: Tree, code: str, said: Mapping[str, str]) -> Iterator[str]:
    allowed = NODE if tree.children[code] else LEAF
    for name, text in said.items():
        if name not in allowed:
            yield _("“%(name)s” is not said here.") % {"name": name}
        elif name == "missing":
            yield from _missing_problems(text)
        elif name in NUMBERS:
            if _number(text) is None:
                yield _("“%(text)s” is no number.") % {"text": text}
        elif text not in (BASES if name == "basis" else CHOICES[name]):
            yield _("“%(text)s” is not a value of %(name)s.") % {"text": text, "name": name}
    yield from _bounds_problems(said)


def _bounds_problems(said: Mapping[str, str]) -> Iterator[str]:
    basis, bounds = said.get("basis", ""), [name for name in ("low", "high") if name in said]
    if basis == "fixed" and not bounds:
        yield _("fixed bounds need a lower or an upper bound.")
    if basis not in ("fixed", "base") and bounds:
        yield _("bounds are stated, so their basis must be fixed.")


def _missing_problems(text: str) -> Iterator[str]:
    kind, _colon, said = text.partition(":")
    share = _number(said) if said else None
    if kind not in (*CHOICES["missing"], "value"):
        yield _("“%(text)s” is no rule for missing values.") % {"text": text}
    elif kind == "value" and share is None:
        yield _("say which value stands for what is missing.")
    elif kind == "reweight" and said and (share is None or not 0 <= share <= 1):
        yield _("the coverage that suffices is a share between 0 and 1, as 0.5.")
    elif kind == "mean" and said and said not in ATTRIBUTES:
        yield _("“%(text)s” is no attribute of units.") % {"text": said}
    elif kind in ("refuse", "leave_out") and said:
        yield _("“%(text)s” is no rule for missing values.") % {"text": text}


def _option_problems(options: Mapping[str, str]) -> Iterator[str]:
    for name, text in options.items():
        if name not in OPTIONS or _number(text) is None:
            yield _("“%(text)s” is not a value of %(name)s.") % {"text": text, "name": name}
            return
    low, high = float(options.get("output_low", 0)), float(options.get("output_high", 100))
    if not 0 <= low < high:
        yield _("The range of scores must begin at 0 or above, and end above its beginning.")
    if float(options.get("tie_tolerance", 0)) < 0:
        yield _("The tie tolerance cannot be below 0.")
    decimals = options.get("rank_decimals", "0")
    if not decimals.isdecimal() or int(decimals) > MOST_DECIMALS:
        yield _("Scores can be rounded to 0 to %(most)d decimals before they are ranked.") % {"most": MOST_DECIMALS}


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
