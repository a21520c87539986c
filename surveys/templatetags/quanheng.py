"""Filters of our own pages: texts in the reader's language, and numbers as they are printed."""

from __future__ import annotations

from django import template

from surveys import scale
from surveys.texts import Texts, language_of, text_in

register = template.Library()

Number = float | str | None


@register.filter
def text(texts: Texts) -> str:
    """{{ indicator.name|text }}: in the reader's language where there is such a text."""
    return text_in(texts)


@register.filter
def lang_of(texts: Texts) -> str:
    """<span lang="{{ indicator.name|lang_of }}">: the language of what `text` shows."""
    return language_of(texts)


@register.filter
def percent(share: Number, decimals: int = 2) -> str:
    """{{ weight|percent:2 }}: 0.184 becomes 18.40 %."""
    return "" if share in (None, "") else f"{float(share) * 100:.{decimals}f} %"  # type: ignore[arg-type]


@register.filter
def decimal(number: Number, decimals: int = 3) -> str:
    """{{ ratio|decimal:3 }}: empty where there is no number."""
    return "" if number in (None, "") else f"{float(number):.{decimals}f}"  # type: ignore[arg-type]


@register.filter
def cr_level(ratio: Number) -> str:
    """The level that _cr_badge.html takes: pass, check, poor or untested."""
    return scale.consistency_level(ratio)
