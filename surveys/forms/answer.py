"""The shape of what an expert sends. Whether it may be said is the services' business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from surveys.models import MoreImportant
from surveys.services.judgments import Answer

ROW = [*(f"a{strength}" for strength in range(9, 1, -1)), "equal", *(f"b{strength}" for strength in range(2, 10))]
"""The seventeen cells of the row view, from the left."""


class AnswerForm(forms.Form):
    """One answer, from the card (a side and a strength) or from the row view (one of seventeen cells).

    `next_position` is the pair that the page promised to show next, 0 for the review.
    """

    comparison = forms.IntegerField(min_value=1)
    client_key = forms.UUIDField()
    base_revision = forms.IntegerField(min_value=0)
    next_position = forms.IntegerField(min_value=0)
    more_important = forms.ChoiceField(
        choices=[(said, said) for said in ("a", "b", MoreImportant.CANNOT_JUDGE)], required=False
    )
    strength = forms.IntegerField(min_value=1, max_value=9, required=False)
    cell = forms.ChoiceField(choices=[(cell, cell) for cell in ROW], required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            raise forms.ValidationError(_("Something was missing from what your browser sent. Please answer again."))
        given["answer"] = _from_cell(given["cell"]) if given["cell"] else _from_card(given)
        return given


def _from_cell(cell: str) -> Answer:
    return Answer("equal", 1) if cell == "equal" else Answer(cell[0], int(cell[1:]))


def _from_card(given: dict[str, Any]) -> Answer:
    if given["more_important"] == MoreImportant.CANNOT_JUDGE:
        return Answer(MoreImportant.CANNOT_JUDGE.value, None)
    if given["strength"] == 1:
        return Answer("equal", 1)
    if not given["more_important"] or not given["strength"]:
        raise forms.ValidationError(_("First choose which is more important, then how much."))
    return Answer(given["more_important"], given["strength"])
