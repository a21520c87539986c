"""A data file comes in; a run is asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.files import DataTable, read_data
from scoring.models import DataSet, ScoringRules, ScoringRun
from scoring.selectors.runs import usable_data_sets, usable_weight_sets
from scoring.services.data_sets import About
from scoring.services.scoring_rules import survey_tree
from surveys.files.tables import Table
from surveys.forms.texts import TextsForm
from surveys.forms.uploads import FileForm
from surveys.models import Survey, WeightSet
from surveys.texts import text_in


class DataSetForm(FileForm, TextsForm):
    """A file of units x indicators, with what it is. After `is_valid`, `table` is checked."""

    table: DataTable
    replaces = forms.ModelChoiceField(
        DataSet.objects.none(),
        label=gettext_lazy("Next version of"),
        required=False,
        empty_label=gettext_lazy("Nothing: these are new data"),
    )
    year = forms.CharField(label=gettext_lazy("Year"), max_length=40, required=False)
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("It stands under every figure."),
    )
    synthetic = forms.BooleanField(
        label=gettext_lazy("These data are synthetic"),
        required=False,
        help_text=gettext_lazy("Every page and export then says so."),
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.survey = survey
        field = self.fields["replaces"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type checker
        field.queryset = usable_data_sets(survey)
        self.add_texts("name", _("Name of the data"), most=200)
        names = [name for name in self.fields if name.startswith("name_")]
        self.order_fields(["file", *names, "year", "source", "replaces", "synthetic"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.require_texts("name", _("Name the data in one language at least."))
        return cleaned

    def read(self, table: Table) -> list[Any]:
        self.table = read_data(table, survey_tree(self.survey))
        return []

    def content(self) -> bytes:
        """The bytes of the file, as they came."""
        upload = self.cleaned_data["file"]
        upload.seek(0)
        content: bytes = upload.read()
        return content

    def about(self) -> About:
        said = self.cleaned_data
        return About(self.texts("name"), said["year"], said["source"], said["synthetic"])


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
