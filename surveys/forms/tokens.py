"""A token for another program."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.models import ApiToken

LIVES = [(30, _("30 days")), (90, _("90 days")), (365, _("One year"))]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"), max_length=120, help_text=_("The program or the machine, so that you know it again.")
    )
    scope = forms.ChoiceField(
        label=_("It may"), choices=ApiToken.Scope.choices, widget=forms.RadioSelect, initial=ApiToken.Scope.READ
    )
    days = forms.TypedChoiceField(label=_("Valid for"), choices=LIVES, coerce=int, initial=90)

    def details(self) -> dict[str, Any]:
        """What `token_create` takes."""
        return dict(self.cleaned_data)
