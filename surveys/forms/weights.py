"""Forms of a weight set: drafted, signed, sent back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

DECIMALS = [("", _("Exact weights only")), *[(str(number), str(number)) for number in range(5)]]


def _decimals(value: str) -> int | None:
    return int(value) if value != "" else None


class DraftForm(forms.Form):
    """The result that the page showed, and how the weights are printed."""

    result = forms.IntegerField(widget=forms.HiddenInput, required=False)
    decimals = forms.TypedChoiceField(
        label=_("Decimals of printed percentages"),
        choices=DECIMALS,
        coerce=_decimals,
        empty_value=None,
        required=False,
        help_text=_("Printed weights are rounded so that they add up: children to their parent, leaves to 100."),
    )


class ReasonForm(forms.Form):
    """Why. `seen_hash` is the content hash of the page: one signs what one saw."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, required=False
    )
    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, label: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label
