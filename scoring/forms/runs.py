"""A run is asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.models import DataSet, ScoringRules, ScoringRun
from scoring.selectors.runs import usable_data_sets, usable_weight_sets
from surveys.models import Survey, WeightSet
from surveys.texts import text_in


class DataSetChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        version = _("version %(number)s") % {"number": obj.version}
        return f"{obj} · {version} · {obj.year}".rstrip(" ·")


class WeightSetChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} · {obj.get_state_display()}"


class RulesChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} · {text_in(obj.name) or obj.reason[:60]}"


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
    rules = RulesChoice(
        ScoringRules.objects.none(),
        label=gettext_lazy("Scoring rules"),
        required=False,
        empty_label=gettext_lazy("As the edition says"),
        help_text=gettext_lazy(
            "Bounds, directions, missing values, means: versions are made on the page of the rules."
        ),
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = {
            "data_set": usable_data_sets(survey), "weight_set": usable_weight_sets(survey),
            "rules": ScoringRules.objects.filter(survey=survey).order_by("-number"),
        }  # fmt: skip
        if not chosen["rules"].exists():
            del chosen["rules"], self.fields["rules"]
        for name, found in chosen.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type checker
            field.queryset = found
