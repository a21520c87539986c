"""Erasing a person: why, and the name typed once more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class EraseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason, for the log"),
        max_length=400,
        help_text=gettext_lazy("For example: asked for by the person on 3 March. Without name and address: it stays."),
    )
    name = forms.CharField(
        label=gettext_lazy("Type the name once more"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("What is erased does not come back."),
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = name

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if " ".join(typed.split()) != " ".join(self.expected.split()):
            raise forms.ValidationError(_("This is not the name that stands above: nothing was erased."))
        return typed
