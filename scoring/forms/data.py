"""A data file comes in, and what is odd in it is confirmed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.gate.derivations import FormulaError, formulas_in
from scoring.gate.findings import Finding, confirmed
from scoring.gate.reading import Passed, Setting, tables_of, through_the_gate
from scoring.models import DataSet, UnitList
from scoring.selectors.data_sets import earlier_of, known_units
from scoring.selectors.runs import usable_data_sets
from scoring.selectors.scoring_rules import survey_tree
from scoring.selectors.unit_lists import unit_lists_of
from scoring.services.data_sets import About, Provenance
from surveys.errors import Refused
from surveys.files.tables import Table
from surveys.forms.texts import TextsForm
from surveys.forms.uploads import FileForm, table_from, table_payload
from surveys.models import Survey

LONGEST_REASON = 1000
LONGEST_FORMULAS = 4000


@dataclass(frozen=True)
class Brought:
    """A file on its way through the gate: its tables, what was said of it, what it is held against."""

    survey: Survey
    table: Table
    about_columns: Table | None
    sha256: str
    about: About
    unit_list: UnitList | None
    replaces: DataSet | None
    formulas: str

    def passed(self) -> Passed:
        """Raises `FileErrors` with everything wrong."""
        edition = self.survey.edition
        known = known_units(self.unit_list, edition.system.language) if self.unit_list else []
        earlier = earlier_of(self.replaces) if self.replaces else None
        setting = Setting(survey_tree(self.survey), known, earlier, formulas_in(self.formulas))
        return through_the_gate(self.table, self.about_columns, setting)

    def provenance(self, passed: Passed, reason: str) -> Provenance:
        return Provenance(self.unit_list, passed.sources, confirmed(passed.findings, reason))

    def payload(self) -> dict[str, Any]:
        """What travels to the page of questions and back, signed."""
        return {
            "table": table_payload(self.table),
            "about_columns": table_payload(self.about_columns) if self.about_columns else None,
            "sha256": self.sha256,
            "about": asdict(self.about),
            "unit_list": self.unit_list.pk if self.unit_list else None,
            "replaces": self.replaces.pk if self.replaces else None,
            "formulas": self.formulas,
        }


def brought_from(payload: Mapping[str, Any], survey: Survey) -> Brought:
    """Raises Refused where the list or the version that was chosen is no longer there."""
    unit_list = unit_lists_of(survey).filter(pk=payload["unit_list"]).first()
    replaces = usable_data_sets(survey).filter(pk=payload["replaces"]).first()
    if (payload["unit_list"] and not unit_list) or (payload["replaces"] and not replaces):
        raise Refused(_("The list of units or the version to be replaced has changed: bring the file once more."))
    about = payload["about_columns"]
    return Brought(
        survey, table_from(payload["table"]), table_from(about) if about else None, payload["sha256"],
        About(**payload["about"]), unit_list, replaces, payload["formulas"],
    )  # fmt: skip


class DataSetForm(FileForm, TextsForm):
    """A file of units x indicators, with what it is. After `is_valid`, `brought` holds it, `passed` what was found."""

    brought: Brought
    passed: Passed
    unit_list = forms.ModelChoiceField(
        UnitList.objects.none(),
        label=gettext_lazy("List of units"),
        required=False,
        empty_label=gettext_lazy("None: the units are those of the file"),
        help_text=gettext_lazy("Unknown, doubled and missing units are then found, by code, name or another name."),
    )
    replaces = forms.ModelChoiceField(
        DataSet.objects.none(),
        label=gettext_lazy("Next version of"),
        required=False,
        empty_label=gettext_lazy("Nothing: these are new data"),
        help_text=gettext_lazy("What changed by a power of ten is then found."),
    )
    year = forms.CharField(label=gettext_lazy("Year"), max_length=40, required=False)
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("It stands under every figure."),
    )
    formulas = forms.CharField(
        label=gettext_lazy("Derived indicators to be checked"),
        required=False,
        max_length=LONGEST_FORMULAS,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "One formula on each line, as c = a / b or c = a / b × 100, with codes or names. A column that only a "
            "formula names is taken as a helper and not scored."
        ),
    )
    synthetic = forms.BooleanField(
        label=gettext_lazy("These data are synthetic"),
        required=False,
        help_text=gettext_lazy("Every page and export then says so."),
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.survey = survey
        for name, found in (("replaces", usable_data_sets(survey)), ("unit_list", unit_lists_of(survey))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type checker
            field.queryset = found
        self.add_texts("name", _("Name of the data"), most=200)
        names = [name for name in self.fields if name.startswith("name_")]
        self.order_fields(["file", *names, "year", "source", "unit_list", "replaces", "formulas", "synthetic"])

    def clean_formulas(self) -> str:
        text: str = self.cleaned_data["formulas"]
        try:
            formulas_in(text)
        except FormulaError as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.require_texts("name", _("Name the data in one language at least."))
        return cleaned

    def read_file(self, content: bytes, name: str) -> list[Any]:
        said = self.cleaned_data
        table, about_columns = tables_of(content, name)
        self.brought = Brought(
            self.survey, table, about_columns, hashlib.sha256(content).hexdigest(),
            About(self.texts("name"), said["year"], said["source"], said["synthetic"]),
            said["unit_list"], said["replaces"], said["formulas"],
        )  # fmt: skip
        self.passed = self.brought.passed()
        return []


class QuestionsForm(forms.Form):
    """Each odd thing is confirmed by its box, or all of them at once with a reason."""

    all_right = forms.BooleanField(
        label=gettext_lazy("All of them are right"), required=False, help_text=gettext_lazy("Say why below.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stays with the data, under their hash, and is shown on their page."),
    )

    def __init__(self, data: Any = None, *, questions: list[Finding]) -> None:
        super().__init__(data)
        self.questions = questions
        self.ticked = set(data.getlist("right")) if data is not None else set()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("all_right") and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say in a few words why all of it is right, or tick each point by itself."))
        elif not cleaned.get("all_right") and (left := [q for q in self.questions if q.key not in self.ticked]):
            what = _("%(count)d points are not confirmed yet: tick them, or mend the file and bring it once more.")
            self.add_error(None, what % {"count": len(left)})
        return cleaned
