"""What stands where somebody's name or words were erased, and by what a person is found in words of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

ERASED = "[已删除 erased]"
"""In every language at once: it is stored, and read in all of them."""

IDENTIFYING = ("name", "email", "address", "telephone")
"""By these a sentence names somebody; a unit or a position alone is shared by many."""


def identifying(details: Mapping[str, Any]) -> set[str]:
    """The texts by which these details name somebody.

    >>> sorted(identifying({"name": "Li Wei", "email": "", "title": "professor"}))
    ['Li Wei']
    """
    found = {str(details.get(name) or "").strip() for name in IDENTIFYING}
    return {text for text in found if len(text) > 1}


def unless_erased(text: str, erased_at: datetime | None) -> str:
    """Words that come later, from a file or another site, of somebody whose words were erased here."""
    return ERASED if text and erased_at else text


def names_somebody(value: Any, texts: Iterable[str]) -> bool:
    """Whether one of these texts stands in a sentence, or in any value of what a log entry keeps."""
    if isinstance(value, Mapping):
        return any(names_somebody(each, texts) for each in value.values())
    if isinstance(value, list | tuple):
        return any(names_somebody(each, texts) for each in value)
    written = str(value).casefold()
    return any(text.casefold() in written for text in texts)
