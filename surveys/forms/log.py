"""Which entries of the log somebody wants to see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.acts import act_label


class LogForm(forms.Form):
    """Read from the address; what is not understood is passed over."""

    act = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    who = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    subject = forms.CharField(label=gettext_lazy("Of what"), required=False, max_length=100)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any, *, acts: Iterable[str], accounts: Iterable[tuple[int, str]]) -> None:
        super().__init__(data)
        named = sorted(((act, act_label(act)) for act in acts), key=lambda pair: pair[1])
        people = [(str(pk), name) for pk, name in accounts]
        nobody = ("none", _("Experts and the system"))
        self.fields["act"].choices = [("", _("Everything")), *named]  # type: ignore[attr-defined]
        self.fields["who"].choices = [("", _("Everybody")), *people, nobody]  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            kind = "form-select" if name in ("act", "who") else "form-control"
            field.widget.attrs["class"] = kind

    def chosen(self) -> dict[str, Any]:
        """The fields that are filled in and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
