"""A circle among an expert's answers, told as a sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from surveys.models import Expert, Indicator, JudgmentEvent
from surveys.selectors.structure import structure_of


def circle_sentence(expert: Expert, event: JudgmentEvent, third: int) -> str:
    """What the newest answer closed. It says what was said, and asks; it blames nobody."""
    structure = structure_of(expert.survey.edition)
    pair = structure.pairs[event.comparison_id]
    more, less = (pair.item_a, pair.item_b) if event.more_important == "a" else (pair.item_b, pair.item_a)
    items = {item.pk: item for item in structure.items_of(pair.node_id)}
    return circle_words(more, less, items[third])


def circle_words(a: Indicator, b: Indicator, c: Indicator) -> str:
    """a over b, b over c, c over a."""
    words = {"a": a, "b": b, "c": c}
    return (
        _(
            "You said that %(a)s is more important than %(b)s, and %(b)s than %(c)s, but also %(c)s than %(a)s. Would "
            "you like to look again?"
        )
        % words
    )
