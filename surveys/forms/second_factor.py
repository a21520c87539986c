"""Signing in by two factors, and saying again who one is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SEED_LIFE = 60 * 60
SALT = "surveys.second_factor.seed"
LONGEST = 60


def code_field() -> forms.CharField:
    """Six digits or a recovery code, however they were typed."""
    return forms.CharField(
        label=gettext_lazy("Verification code"),
        max_length=LONGEST,
        help_text=gettext_lazy("The six digits that the app on your phone shows now, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class CodeForm(forms.Form):
    code = code_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True


class SetUpForm(forms.Form):
    """The seed travels in the page, signed: nothing is stored before the phone has shown that it has the secret."""

    seed = forms.CharField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(
        label=gettext_lazy("Code that the app shows now"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["seed"] = seed_in(given.get("seed", ""))
        if not given["seed"]:
            raise forms.ValidationError(
                _("This page had been open for more than an hour. Scan the new picture, and remove the old entry.")
            )
        return given


def seed_signed(seed: str) -> str:
    return signing.TimestampSigner(salt=SALT).sign(seed)


def seed_in(text: str) -> str:
    """The seed of a page, or "" where it is too old or none of ours."""
    try:
        return signing.TimestampSigner(salt=SALT).unsign(text, max_age=SEED_LIFE)
    except signing.BadSignature:
        return ""


class ProofForm(forms.Form):
    """Password, and a code where the account has a second factor."""

    prefix = "proof"
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = code_field()

    def __init__(self, *args: Any, with_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_code:
            del self.fields["code"]
