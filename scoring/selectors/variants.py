"""The same answers by another method or another panel: what would be different, in one table. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from scoring.agreement import spearman
from scoring.selectors.effects import Board, Effect, effect
from surveys.models import Indicator, Survey
from surveys.scale import CONSISTENT_BELOW
from surveys.selectors.consistency import method_label
from surveys.selectors.first_answers import first_answers
from surveys.selectors.panel_now import PanelNow
from surveys.services.results import OTHER_METHOD

JUDGMENTS, PRIORITIES = Survey.Aggregation.JUDGMENTS, Survey.Aggregation.PRIORITIES


@dataclass(frozen=True)
class Variant:
    """One other way: `name` is its part of an address."""

    name: str
    label: str
    why: str
    panel: Callable[[PanelNow], PanelNow]


@dataclass(frozen=True)
class VariantRow:
    variant: Variant
    effect: Effect

    @property
    def weights_agree(self) -> float | None:
        """Spearman between the orders of the leaves."""
        leaves = self.effect.leaves
        return spearman([leaf.before for leaf in leaves], [leaf.after for leaf in leaves]) if leaves else None


def variants_of(panel: PanelNow) -> list[Variant]:
    """Those that may differ from what the survey does."""
    aggregation = PRIORITIES if panel.method.aggregation == JUDGMENTS else JUDGMENTS
    method = OTHER_METHOD[panel.method.method]
    found = [
        Variant(
            "aggregation",
            str(Survey.Aggregation(aggregation).label),
            _("the other way of putting the experts together"),
            lambda it: it.computed_by(aggregation=str(aggregation)),
        ),
        Variant(
            "method",
            method_label(method),
            _("the other way of drawing weights from a matrix"),
            lambda it: it.computed_by(method=method),
        ),
        Variant(
            "consistent",
            _("Without matrices of CR 0.10 and above"),
            _("each expert counts only where their own matrix is consistent"),
            _consistent,
        ),
    ]
    if panel.excluded:
        found.append(
            Variant(
                "everybody",
                _("With everything that was left out"),
                _("as if nothing had been decided"),
                lambda it: it.excluding({}),
            )
        )
    if _unequal(panel):
        found.append(
            Variant(
                "equal",
                _("Every expert counts the same"),
                _("without the experts' weights; what is left out stays out"),
                lambda it: it.counting_alike(),
            )
        )
    found.append(
        Variant(
            "first",
            _("First answers alone"),
            _("before anybody looked again, by whatever cause"),
            lambda it: it.answering(first_answers(it).first),
        )
    )
    return found


def variant_rows(panel: PanelNow, board: Board | None) -> list[VariantRow]:
    return [VariantRow(variant, effect(panel, variant.panel(panel), board)) for variant in variants_of(panel)]


def variant_row(panel: PanelNow, name: str, board: Board | None, nodes: list[Indicator]) -> VariantRow | None:
    """One variant in full; None where there is none of that name."""
    variant = next((variant for variant in variants_of(panel) if variant.name == name), None)
    return VariantRow(variant, effect(panel, variant.panel(panel), board, nodes)) if variant else None


def _consistent(panel: PanelNow) -> PanelNow:
    with np.errstate(invalid="ignore"):
        return panel.where(~(panel.ratios >= CONSISTENT_BELOW))


def _unequal(panel: PanelNow) -> bool:
    counted = panel.weights[panel.weights > 0]
    return bool(counted.size and not np.allclose(counted, counted[0]))
