"""What figures say in words: for those who do not see them, and under them in a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

TOP = 10


def score_unit(output: tuple[float, float]) -> str:
    """What scores are measured in: the range that leaves are given."""
    low, high = (f"{end:g}" for end in output)
    return _("score, %(low)s to %(high)s") % {"low": low, "high": high}


def listed(names: Iterable[str]) -> str:
    """Names one after the other, as the reader's language separates them."""
    return pgettext("between names", ", ").join(names)


def beside(name: object, told: str) -> str:
    """A name with a number or a word in brackets."""
    return _("%(name)s (%(score)s)") % {"name": name, "score": told}


def and_more(names: Sequence[str], count: int) -> str:
    """Names, and how many more there are."""
    return _("%(names)s and %(count)d more") % {"names": listed(names), "count": count} if count else listed(names)


def told_together(*sentences: str) -> str:
    """Sentences one after the other: with a space between them where the reader's language has one."""
    told = sentences[0] if sentences else ""
    for sentence in sentences[1:]:
        told = pgettext("two sentences", "%(first)s %(second)s") % {"first": told, "second": sentence}
    return told


def ranking_sentence(names: Sequence[str], ranks: Sequence[int], texts: Sequence[str], *, count: int) -> str:
    """The first three of `count` units, and the ties among the first ten. Names, ranks and printed values in order."""
    if not names:
        return _("No unit has a score here.")
    first = listed(beside(name, text) for name, text in list(zip(names, texts, strict=True))[:3])
    parts = [_("Of %(count)d units, the first are %(names)s.") % {"count": count, "names": first}]
    for rank in sorted(set(ranks[:TOP])):
        sharing = [name for name, own in zip(names, ranks, strict=True) if own == rank]
        if len(sharing) > 1:
            parts.append(_tie(rank, sharing))
    return told_together(*parts)


def order_sentence(title: str, names: Sequence[str]) -> str:
    """The whole list, as a report says it."""
    if not names:
        return _("No unit has a score here.")
    return _("%(title)s: from first to last %(names)s.") % {"title": title, "names": listed(names)}


def _tie(rank: int, sharing: Sequence[str]) -> str:
    if len(sharing) > TOP:
        return _("Rank %(rank)d is shared by %(count)d units.") % {"rank": rank, "count": len(sharing)}
    return _("Rank %(rank)d is shared by %(names)s.") % {"rank": rank, "names": listed(sharing)}
