"""A run is asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.models import DataSet, ScoringRun
from scoring.selectors.runs import usable_data_sets, usable_weight_sets
from surveys.models import Survey, WeightSet


class DataSetChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        version = _("version %(number)s") % {"number": obj.version}
        return f"{obj} · {version} · {obj.year}".rstrip(" ·")


class WeightSetChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} · {obj.get_state_display()}"


class RunForm(forms.Form):
    """Which data, which weights, and which of their two forms."""

    data_set = DataSetChoice(DataSet.objects.none(), label=gettext_lazy("Data"), empty_label=None)
    weight_set = WeightSetChoice(WeightSet.objects.none(), label=gettext_lazy("Weight set"), empty_label=None)
    weights_used = forms.ChoiceField(
        label=gettext_lazy("Weights used"),
        choices=ScoringRun.WeightsUsed.choices,
        widget=forms.RadioSelect,
        initial=ScoringRun.WeightsUsed.EXACT,
        help_text=gettext_lazy("Adopted weights are the rounded percentages that are printed, where the set has them."),
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = {"data_set": usable_data_sets(survey), "weight_set": usable_weight_sets(survey)}
        for name, found in chosen.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type checker
            field.queryset = found
