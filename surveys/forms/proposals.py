"""Taking the branch weights that a page proposed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ProposalForm(forms.Form):
    """`seen` is a hash over what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(
        label=_("Reason, kept with every weight"),
        max_length=400,
        error_messages={"required": _("Say in a sentence why these weights hold.")},
    )
