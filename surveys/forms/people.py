"""Somebody in the people book; and a whole panel's fields, groups and weights in one table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from surveys.models import Expert, Person
from surveys.services.expert_weights import LARGEST


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Person
        fields = ("name", "title", "organisation", "field", "email", "telephone", "language")


class DeskForm(forms.Form):
    """One line for each expert: field, group, weight. The reason is needed where a weight changes."""

    reason = forms.CharField(label=gettext_lazy("Reason for new weights"), max_length=400, required=False)

    def __init__(self, *args: Any, experts: Sequence[Expert], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.experts = experts
        for expert in experts:
            self.fields[f"field-{expert.pk}"] = _text(expert.field, 120, gettext_lazy("Field"), expert)
            self.fields[f"group-{expert.pk}"] = _text(expert.group, 80, gettext_lazy("Group"), expert)
            self.fields[f"weight-{expert.pk}"] = _weight(expert)

    @property
    def lines(self) -> list[tuple[Expert, forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [
            (expert, self[f"field-{expert.pk}"], self[f"group-{expert.pk}"], self[f"weight-{expert.pk}"])
            for expert in self.experts
        ]

    def weights(self) -> dict[Expert, Decimal]:
        return {expert: self.cleaned_data[f"weight-{expert.pk}"] for expert in self.experts}

    def places(self) -> dict[Expert, tuple[str, str]]:
        """Expert → field and group."""
        given = self.cleaned_data
        return {expert: (given[f"field-{expert.pk}"], given[f"group-{expert.pk}"]) for expert in self.experts}


def _text(value: str, most: int, label: Any, expert: Expert) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "form-control form-control-sm", "aria-label": f"{expert.code}: {label}"})
    return forms.CharField(
        label=f"{expert.code}: {label}", initial=value, max_length=most, required=False, widget=widget
    )


def _weight(expert: Expert) -> forms.DecimalField:
    label = f"{expert.code}: {gettext_lazy('Weight')}"
    attrs = {"class": "form-control form-control-sm", "aria-label": label, "step": "any", "size": 6}
    return forms.DecimalField(
        label=label,
        initial=f"{expert.weight.normalize():f}",
        min_value=0,
        max_value=LARGEST,
        max_digits=9,
        decimal_places=4,
        widget=forms.NumberInput(attrs=attrs),
    )
