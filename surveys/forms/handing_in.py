"""What an expert sends from the review: a hint that is taken, an answer that is kept, and the final check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.authority import BASIS, BASIS_WORDS, EXTENT_WORDS
from surveys.services.judgments import Answer
from surveys.services.keeping import LONGEST_REASON


class TakeForm(forms.Form):
    """A suggestion as the page showed it, with the revision of the answer that it is about."""

    comparison = forms.IntegerField(min_value=1)
    client_key = forms.UUIDField()
    base_revision = forms.IntegerField(min_value=1)
    more_important = forms.ChoiceField(choices=[(said, said) for said in ("a", "b", "equal")])
    strength = forms.IntegerField(min_value=1, max_value=9)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            raise forms.ValidationError(_("Something was missing from what your browser sent. Please answer again."))
        given["answer"] = Answer(given["more_important"], given["strength"])
        return given


class KeepForm(forms.Form):
    """The answer of this revision stays, and why; `explained`: a reason is asked for."""

    comparison = forms.IntegerField(min_value=1)
    revision = forms.IntegerField(min_value=0)
    reason = forms.CharField(max_length=LONGEST_REASON, strip=True)

    def __init__(self, *args: Any, explained: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = explained

    def problem(self) -> str:
        """One sentence for what is missing."""
        if "comparison" in self.errors or "revision" in self.errors:
            return _("Something was missing from what your browser sent. Please answer again.")
        if self.data.get("reason", "").strip():
            return _("Please say it in at most %(count)d characters.") % {"count": LONGEST_REASON}
        return _("Say in a few words why you keep this answer.")


class BasisForm(forms.Form):
    """What the judgment rests on: a choice for each kind, none of them asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, extents in BASIS.items():
            choices = [(extent, EXTENT_WORDS[extent]) for extent in extents]
            self.fields[f"basis_{kind}"] = forms.ChoiceField(
                label=BASIS_WORDS[kind], choices=choices, widget=forms.RadioSelect, required=False
            )

    @classmethod
    def of(cls, basis: Mapping[str, str]) -> BasisForm:
        """With what was said before."""
        return cls(initial={f"basis_{kind}": extent for kind, extent in basis.items()})

    @property
    def basis(self) -> dict[str, str]:
        return {kind: self.cleaned_data[f"basis_{kind}"] for kind in BASIS}


class SubmitForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why you keep these answers"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        max_length=2000,
        required=False,
    )
    remark = forms.CharField(
        label=gettext_lazy("A remark for the people who run the survey (optional)"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        max_length=2000,
        required=False,
    )
