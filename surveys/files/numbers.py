"""Numbers as people type them: accepted where there is one reading, refused where there are two.

A number stays the decimal text that was typed. Only two spellings are rewritten, since neither can be misread:
full-width digits and signs become ordinary ones, and a decimal comma becomes a point in a file whose columns are not
separated by commas.
"""

import math
import re
from collections.abc import Iterable
from enum import Enum

from django.utils.translation import gettext as _

PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,6})?", re.ASCII)
WITH_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d{1,6})?", re.ASCII)
GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,，'’ \u00a0\u202f]\d{3})+(?:\.\d+)?", re.ASCII)
LIKE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
SCALED = re.compile(r"[\d.,]+\s*(?:万|亿|千|百|k|m|bn|million|billion|thousand)", re.ASCII | re.IGNORECASE)
PLACEHOLDERS = {"-", "--", "---", "—", "——", "–", "/", "\\", ".", "?", "？", "*", "x", "×"}
NO_VALUE = {"n/a", "na", "n.a.", "#n/a", "null", "none", "missing", "tbd"}
NO_VALUE |= {"缺", "缺失", "空缺", "不详", "未知", "暂无", "暂无数据", "无数据", "未公布", "未统计", "未提供", "不适用"}
PERHAPS_ZERO = {"无", "没有", "nil"}
BELOW_THE_UNIT = {"…", "……", "...", "......", "⋯"}
ROUGH = re.compile(
    r"(?:[<>≤≥≈~～约超近]|大于|小于|不足|超过|approx|ca\.).*\d.*|.*\d\s*(?:余|多|左右|以上|以下|\+)", re.IGNORECASE
)
RANGE = re.compile(r"\d[\d.]*\s*(?:-|–|—|~|～|至|到)\s*\d[\d.]*", re.ASCII)
NOT_FINITE = {"nan", "inf", "infinity", "∞"}

# Not NFKC, which would also turn 10³ into 103.
ORDINARY = str.maketrans("０１２３４５６７８９．，％＋－−Ｅｅ", "0123456789.,%+--Ee")


class DecimalSign(Enum):
    """How the numbers of one file write the decimal sign."""

    POINT = "point"
    COMMA = "comma"
    UNCLEAR = "unclear"


class NumberError(ValueError):
    """A text is no number. `what` says why and `mend` what to write instead."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(f"{what}; {mend}")


def decimal_sign(texts: Iterable[str], separator: str) -> DecimalSign:
    """Return the decimal sign of a file from its cells of numbers and the separator of its columns.

    A comma is a decimal sign only where it does not separate columns. When all of them could as well separate thousands
    (1,234), it is unclear, and each is refused.
    """
    if separator not in (";", "\t"):
        return DecimalSign.POINT
    commas = [text for text in (raw.translate(ORDINARY) for raw in texts) if WITH_COMMA.fullmatch(text)]
    if not commas:
        return DecimalSign.POINT
    unclear = all(LIKE_THOUSANDS.fullmatch(text) for text in commas)
    return DecimalSign.UNCLEAR if unclear else DecimalSign.COMMA


def number_text(raw: str, sign: DecimalSign = DecimalSign.POINT) -> str:
    """Return the number as plain decimal text, exactly as typed otherwise, or raise `NumberError`."""
    text = raw.translate(ORDINARY)
    if sign is DecimalSign.COMMA:
        text = _with_point(raw, text)
    elif sign is DecimalSign.UNCLEAR and WITH_COMMA.fullmatch(text):
        raise NumberError(
            _("“%(text)s” may be %(small)s or %(large)s")
            % {"text": raw, "small": text.replace(",", "."), "large": text.replace(",", "")},
            _("write it with a decimal point, or without a separator"),
        )
    if not PLAIN.fullmatch(text):
        raise _why_not(raw, text)
    _check_range(raw, text)
    return text


def _with_point(raw: str, text: str) -> str:
    if WITH_COMMA.fullmatch(text):
        return text.replace(",", ".")
    if "." in text:
        raise NumberError(
            _("“%(text)s” has a decimal point, other cells of this file have a decimal comma") % {"text": raw},
            _("use one decimal sign in the whole file"),
        )
    return text


def _check_range(raw: str, text: str) -> None:
    value = float(text)
    if math.isinf(value):
        raise NumberError(_("“%(text)s” is too large to compute with") % {"text": raw}, _("check the exponent"))
    mantissa = re.split("[eE]", text)[0]
    if value == 0 and mantissa.strip("+-0."):
        raise NumberError(_("“%(text)s” is too small to compute with") % {"text": raw}, _("check the exponent"))


def _why_not(raw: str, text: str) -> NumberError:
    """Name the reason a person can act on."""
    bare = text.casefold().strip("+-")
    named = {"text": raw}
    if not raw:
        return NumberError(_("the cell is blank"), _("fill in a number, or declare a rule for missing values"))
    if text.casefold() in NO_VALUE:
        return NumberError(
            _("“%(text)s” says that there is no value") % named,
            _("leave the cell blank and declare a rule for missing values, or fill in the number"),
        )
    if text.casefold() in PERHAPS_ZERO:
        return NumberError(
            _("“%(text)s” may mean none at all, or no value") % named,
            _("write 0 for none; leave the cell blank where the value is not known"),
        )
    if text in BELOW_THE_UNIT:
        return NumberError(
            _("“%(text)s” stands in yearbooks for less than half of the last digit") % named,
            _("write the number with more digits, or 0; leave the cell blank where the value is not known"),
        )
    if text.casefold() in PLACEHOLDERS or not bare:
        return NumberError(
            _("“%(text)s” stands where a number should be") % named,
            _("write 0 if it is zero; leave the cell blank if it is missing and a rule for missing values is declared"),
        )
    if bare in NOT_FINITE:
        return NumberError(_("“%(text)s” is not a finite number") % named, _("write an ordinary number"))
    if text.endswith(("%", "‰")):
        return NumberError(
            _("“%(text)s” has a percent sign") % named,
            _("write the number alone, as 12.5, and put % in the unit of the indicator"),
        )
    if GROUPED.fullmatch(text) or WITH_COMMA.fullmatch(text):
        return NumberError(
            _("“%(text)s” has a thousands separator or a decimal comma") % named,
            _("write the digits without separators, and a point as the decimal sign"),
        )
    if SCALED.fullmatch(text):
        return NumberError(
            _("“%(text)s” has a word for its size") % named, _("write the number out in the unit of the indicator")
        )
    if RANGE.fullmatch(text) or ROUGH.fullmatch(text):
        return NumberError(
            _("“%(text)s” is a range or about a number, not one number") % named, _("write the one number that counts")
        )
    return NumberError(_("“%(text)s” is not a number") % named, _("write digits, with a point as the decimal sign"))
