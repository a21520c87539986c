"""What a coordinator sends to ask an expert to look again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.services.revisions import LONGEST_NOTE


class RevisionForm(forms.Form):
    """Pairs of one matrix, by comparison, and a note. The pairs that may be chosen are given."""

    pairs = forms.TypedMultipleChoiceField(
        label=_("Pairs"), coerce=int, error_messages={"required": _("Choose at least one pair.")}
    )
    note = forms.CharField(
        label=_("Note to the expert"),
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        max_length=LONGEST_NOTE,
        error_messages={"required": _("Write a note to the expert.")},
    )

    def __init__(self, *args: Any, pairs: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pairs"].choices = [(pair, str(pair)) for pair in pairs]  # type: ignore[attr-defined]
