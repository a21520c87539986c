"""The ways back in: a one-time code or a personal link, typed or pasted; and the consent."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.services.devices import ALPHABET, CODE_LENGTH, code_read
from surveys.tokens import new_token

LINK = re.compile(r"/i/([\w-]+)")
JOIN = re.compile(r"/join/([\w-]+)")
TOKEN = re.compile(r"[\w-]{40,}")


class BeginForm(forms.Form):
    """Begin or go on. `notice` is the hash of the privacy notice that was on the page; `to` leads to the practice."""

    consent = forms.BooleanField(label=gettext_lazy("I have read the privacy notice and agree to it."), required=False)
    notice = forms.CharField(max_length=64, required=False)
    to = forms.CharField(max_length=20, required=False)


class JoinForm(forms.Form):
    """`device` is a secret of the page, so that a button pressed twice is one device."""

    device = forms.CharField(max_length=100, required=False)

    def clean_device(self) -> str:
        return str(self.cleaned_data["device"] or new_token())


class ResumeForm(JoinForm):
    """A code or a link, however it was copied: the whole message, the address, only its token, small letters, full
    width. Cleaned to `token` or `code`; the other one is empty.
    """

    key = forms.CharField(
        label=gettext_lazy("One-time code or personal link"),
        max_length=4000,
        error_messages={
            "required": gettext_lazy("Enter the code from your other device, or paste your personal link.")
        },
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "autocapitalize": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "key" in given:
            given["token"], given["code"] = _read(unicodedata.normalize("NFKC", given["key"]).strip())
        return given


def _read(typed: str) -> tuple[str, str]:
    link, join = LINK.search(typed), JOIN.search(typed)
    if link:
        return link[1], ""
    code = code_read(join[1] if join else typed)
    if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET):
        return "", code
    token = TOKEN.fullmatch(typed)
    if token:
        return token[0], ""
    raise forms.ValidationError(
        {"key": _("This is neither a code of eight characters nor a personal link. Please copy it once more, whole.")}
    )
