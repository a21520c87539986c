"""Texts that people enter, held per language tag: ``{"zh-hans": "算力", "en": "Computing"}``."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

Texts = Mapping[str, str]


def text_in(texts: Texts, language: str | None = None) -> str:
    """The text in `language` (the active one by default), else in a related one, else in whichever was entered first.

    >>> text_in({"zh-hans": "算力", "en": "Computing"}, "en")
    'Computing'
    >>> text_in({"zh-hans": "算力"}, "en")
    '算力'
    """
    return texts.get(language_of(texts, language), "")


def language_of(texts: Texts, language: str | None = None) -> str:
    """The tag of the text that `text_in` picks: what a page writes into ``lang=""``."""
    wanted = (language or get_language() or "").lower()
    filled = [tag for tag, text in texts.items() if text]
    if wanted in filled:
        return wanted
    base = wanted.split("-")[0]
    related = [tag for tag in filled if tag.split("-")[0] == base]
    return (related or filled or [wanted])[0]
