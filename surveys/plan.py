"""Which pairs an expert is asked about, in which order, and on which side each item stands."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import ceil

from django.utils.translation import gettext as _

import ahp
from surveys.models import Comparison, Indicator, Survey

Shown = tuple[int, int]
"""A comparison, and 1 where its second item is shown first."""


def questions_for(items: int, survey: Survey) -> int:
    """How many pairs of so many items are asked.

    >>> from decimal import Decimal
    >>> survey = Survey(question_plan="reduced", full_up_to=5, questions_per_item=Decimal("1.5"))
    >>> [questions_for(items, survey) for items in (2, 5, 6, 11)]
    [1, 10, 9, 17]
    """
    every = items * (items - 1) // 2
    if survey.question_plan == Survey.Plan.FULL or items <= survey.full_up_to:
        return every
    return min(every, ceil(survey.questions_per_item * items))


def order_of(pairs: Sequence[Comparison], items: Sequence[Indicator], survey: Survey, seed: int) -> list[Shown]:
    """Every pair of one node in the order of asking: a circle through all items first, then what tells most.

    On the paper order they stand as the tree has them, except that a reduced plan must still begin with the pairs
    that tell most: those are sorted as on paper.
    """
    placed = {(items.index(pair.item_a), items.index(pair.item_b)): pair.pk for pair in pairs}
    if survey.question_order == Survey.Order.PAPER:
        return [(placed[pair], 0) for pair in _on_paper(placed, len(items), questions_for(len(items), survey))]
    order = ahp.question_order(len(items), seed=seed + items[0].position).pairs
    return [(placed[min(pair), max(pair)], int(pair[0] > pair[1])) for pair in order]


def _on_paper(placed: dict[tuple[int, int], int], items: int, asked: int) -> list[tuple[int, int]]:
    telling = ahp.question_order(items).pairs[:asked]
    return sorted(telling) + [pair for pair in placed if pair not in set(telling)]


def precision_after(items: int, answers: int) -> float:
    """The error to be expected after so many well-chosen answers, over that after all; inf before items are linked."""
    return ahp.question_order(items).precision[answers]


def plan_label(survey: Survey) -> str:
    """What is asked, in words: printed with whatever was computed from the answers."""
    plan = str(Survey.Plan(survey.question_plan).label)
    if survey.question_plan == Survey.Plan.FULL:
        return plan
    return _("%(plan)s: every pair up to %(items)d items, %(questions)s questions per item above") % {
        "plan": plan,
        "items": survey.full_up_to,
        "questions": per_item_text(survey),
    }


def per_item_text(survey: Survey) -> str:
    """The setting as a decimal string: 1.5, not 1.50."""
    return f"{Decimal(survey.questions_per_item).normalize():f}"


def order_label(survey: Survey) -> str:
    return str(Survey.Order(survey.question_order).label)
