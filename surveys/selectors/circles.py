"""Circles among answers, told as sentences: the one that an expert's newest answer closed, and all of a matrix."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

import ahp
from surveys import scale
from surveys.models import Expert, Indicator, JudgmentEvent
from surveys.selectors.structure import structure_of


def circle_note(expert: Expert, event: JudgmentEvent, third: int) -> str:
    """It says what was said, and asks; it blames nobody. `third` is the item that closes the circle."""
    structure = structure_of(expert.survey.edition)
    pair = structure.pairs[event.comparison_id]
    more, less = (pair.item_a, pair.item_b) if event.more_important == "a" else (pair.item_b, pair.item_a)
    items = {item.pk: item for item in structure.items_of(pair.node_id)}
    told = scale.circle_sentence(more, less, items[third])
    return f"{told} {_('Would you like to look again?')}"


def circles_told(matrix: ahp.Matrix, items: Mapping[str, Indicator]) -> list[str]:
    """Every circle of three in a matrix, for a coordinator; `items` by code. None where no order contradicts itself."""
    return [scale.circle_told(*(items[str(code)] for code in circle)) for circle in ahp.circular_triads(matrix).circles]
