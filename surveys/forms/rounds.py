"""A further round: which pairs, and what the experts are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.forms.texts import TextsForm
from surveys.services.revisions import LONGEST_NOTE
from surveys.whole import whole


class RoundForm(TextsForm):
    """Pairs by comparison, a note in each language. `step`: look at who would be asked, or ask them."""

    PREVIEW, START = "preview", "start"

    pairs = forms.TypedMultipleChoiceField(
        label=_("Pairs"), coerce=int, error_messages={"required": _("Choose at least one pair.")}
    )
    step = forms.ChoiceField(choices=[(PREVIEW, PREVIEW), (START, START)], required=False)

    def __init__(self, *args: Any, pairs: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pairs"].choices = [(pair, str(pair)) for pair in pairs]  # type: ignore[attr-defined]
        self.add_texts("note", str(_("Note to the experts")), rows=4, most=LONGEST_NOTE)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.require_texts("note", str(_("Write a note to the experts, in one language at least.")))
        return given

    @property
    def chosen(self) -> set[int]:
        """What the page shows as ticked."""
        ticked = self.data.getlist("pairs") if self.is_bound else self.initial.get("pairs", [])  # type: ignore[attr-defined]
        return {number for pair in ticked if (number := whole(str(pair))) is not None}
