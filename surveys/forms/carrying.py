"""How answers are carried over: from which survey, how experts are matched, and whether other words count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from surveys.models import Survey
from surveys.selectors.carrying import BY_CODE, BY_PERSON, Chosen


class CarryForm(forms.Form):
    source = forms.TypedChoiceField(label=gettext_lazy("From"), coerce=int)
    match = forms.ChoiceField(
        label=gettext_lazy("The same expert is who"),
        choices=[
            (
                BY_PERSON,
                gettext_lazy("is the same person: the same entry of the people book, or the same e-mail address"),
            ),
            (BY_CODE, gettext_lazy("has the same code in both surveys")),
        ],
        widget=forms.RadioSelect,
    )
    renamed = forms.BooleanField(
        label=gettext_lazy("Also pairs in which a name was changed"),
        required=False,
        help_text=gettext_lazy("The expert compared under the old name; the note of each answer says so."),
    )
    redefined = forms.BooleanField(
        label=gettext_lazy("Also pairs in which a definition was changed"),
        required=False,
        help_text=gettext_lazy("Only where you are sure that the change would not have altered an answer."),
    )

    def __init__(self, *args: Any, sources: Sequence[Survey], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources = sources
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            (survey.pk, f"{survey} · {survey.edition.label} · {survey.get_state_display()}") for survey in sources
        ]

    @property
    def earlier(self) -> Survey:
        return next(survey for survey in self.sources if survey.pk == self.cleaned_data["source"])

    @property
    def chosen(self) -> Chosen:
        said = self.cleaned_data
        return Chosen(said["match"], said["renamed"], said["redefined"])
