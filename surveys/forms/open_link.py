"""The address of an open link, as the coordinator chooses it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class OpenLinkForm(forms.Form):
    slug = forms.CharField(
        label=_("Address, after /o/"),
        max_length=40,
        required=False,
        help_text=_("Small letters, digits and hyphens, as in computing-2026. Left blank, one is drawn."),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )
