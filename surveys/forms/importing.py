"""Judgments in a file of any kind: what the file is, whose matrices it holds, and what is stored of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.files.ahp_os_project import is_json, read_project
from surveys.files.grids import heading_of
from surveys.files.judgments import COLUMNS, LONGEST_EXPERT, JudgmentRow, read_judgments
from surveys.files.matrices import Found, NoMatrix, read_matrices
from surveys.files.matrices.found import fits_code, judgment_rows
from surveys.files.problems import FileErrors
from surveys.files.records import UPLOADED_JUDGMENTS
from surveys.files.tables import read_table
from surveys.forms.uploads import FileForm
from surveys.models import Survey
from surveys.selectors.importing import asked_of, panel_names
from surveys.services.panel import RESERVED_CODES

TABLE, MATRICES, AHP_OS = "table", "matrices", "ahp_os"
KINDS = (
    ("", gettext_lazy("Find out from the file")),
    (TABLE, gettext_lazy("A table: one row for each answer")),
    (MATRICES, gettext_lazy("Square matrices on the sheets of a workbook")),
    (AHP_OS, gettext_lazy("A project of AHP-OS (JSON)")),
)


class JudgmentsForm(FileForm):
    """After `is_valid`, `rows` holds the answers of a table; or `found` the matrices, whose experts are to be named."""

    limits = UPLOADED_JUDGMENTS
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.json"}),
        help_text=gettext_lazy("CSV (UTF-8 or GB18030), XLSX or JSON."),
        error_messages={"empty": gettext_lazy("The file is empty: choose the file that holds the table.")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("What the file holds"), choices=KINDS, required=False)
    field_order = ("kind", "file")

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.survey = survey
        self.found: Found | None = None

    def read_file(self, content: bytes, name: str) -> list[JudgmentRow]:
        asked = asked_of(self.survey)
        said = self.cleaned_data.get("kind")
        kind = said or kind_of(content, name)
        try:
            if kind != TABLE:
                self.found = (read_project if kind == AHP_OS else read_matrices)(content, name, asked)
        except NoMatrix:
            if said:
                raise
        if self.found is None:
            return read_judgments(read_table(content, name, limits=self.limits), asked.tree)
        if not self.found.matrices:
            raise FileErrors(self.found.problems)
        return []


def kind_of(content: bytes, file: str) -> str:
    """Tell by the first bytes, and by the heading of a table. What holds no matrix after all is read as a table."""
    if is_json(content):
        return AHP_OS
    try:
        heading = heading_of(content, file, UPLOADED_JUDGMENTS)
    except FileErrors:
        return TABLE  # whose reader says what is wrong
    return TABLE if heading.intersection(COLUMNS) else MATRICES


@dataclass(frozen=True)
class Chosen:
    """What is to be stored: answers, and the names of those who join the panel by the codes they get."""

    rows: list[JudgmentRow]
    people: dict[str, str]
    left_out: list[str]


class ExpertsOfFileForm(forms.Form):
    """Whose matrices these are. A label without a code is left out, unless everybody is to join the panel."""

    def __init__(self, *args: Any, found: Found, survey: Survey, faulty: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found, self.panel = found, panel_names(survey)
        codes = {matrix.label: matrix.code for matrix in found.matrices}
        for place, label in enumerate(found.labels):
            self.fields[f"expert-{place}"] = forms.CharField(
                label=_("Expert “%(label)s” of the file") % {"label": label},
                max_length=LONGEST_EXPERT,
                required=False,
                initial=codes[label],
                widget=forms.TextInput(
                    attrs={
                        "list": "panel-codes",
                        "autocomplete": "off",
                        "class": "form-control w-auto",
                        "size": 10,
                        "aria-label": _("Code on the panel of “%(label)s”") % {"label": label},
                    }
                ),
            )
        self._add_questions(faulty)

    def _add_questions(self, faulty: int) -> None:
        """Only what the file leaves open."""
        ticked = forms.CheckboxInput(attrs={"class": "form-check-input"})
        if not all(matrix.code for matrix in self.found.matrices):
            label = _("Add everybody without a code to the panel")
            self.fields["add_all"] = forms.BooleanField(label=label, required=False, widget=ticked)
        if any(matrix.dates for matrix in self.found.matrices):
            choices = [
                ("fractions", _("They are fractions that a spreadsheet has changed: take them as such")),
                ("blank", _("They are not: leave these pairs unanswered")),
            ]
            radio = forms.RadioSelect(attrs={"class": "form-check-input"})
            self.fields["dates"] = forms.ChoiceField(label=_("What the dates are"), choices=choices, widget=radio)
        if faulty:
            label = _("Go on without the matrices that cannot be read")
            self.fields["without_faulty"] = forms.BooleanField(label=label, widget=ticked)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if name.startswith("expert-") and value in RESERVED_CODES:
                self.add_error(name, _("The code %(code)s means the whole panel: choose another.") % {"code": value})
        return cleaned

    def lines(self) -> list[tuple[str, int, int, forms.BoundField]]:
        """Each expert of the file: label, matrices, answers, and the field for the code."""
        by_label = {label: [one for one in self.found.matrices if one.label == label] for label in self.found.labels}
        return [
            (
                label,
                len(matrices),
                sum(len(matrix.answers) + len(matrix.dates) for matrix in matrices),
                self[f"expert-{place}"],
            )
            for place, (label, matrices) in enumerate(by_label.items())
        ]

    def chosen(self) -> Chosen:
        """Raises `FileErrors` where two matrices answer one pair of one expert, or nobody is chosen."""
        labels = self.found.labels
        codes = {label: self.cleaned_data.get(f"expert-{place}", "").strip() for place, label in enumerate(labels)}
        people = {code: label for label, code in codes.items() if code and code not in self.panel}
        if self.cleaned_data.get("add_all"):
            fresh = _fresh_codes({*self.panel, *codes.values(), *labels})
            for label in labels:
                if not codes[label]:
                    own = fits_code(label) and label not in self.panel and label not in codes.values()
                    codes[label] = label if own else next(fresh)
                    people[codes[label]] = label
        rows = judgment_rows(self.found, codes, dates=self.cleaned_data.get("dates") == "fractions")
        names = {code: "" if label == code else label for code, label in people.items()}
        return Chosen(rows, names, [label for label, code in codes.items() if not code])


def _fresh_codes(taken: set[str]) -> Iterator[str]:
    return (code for number in count(1) if (code := f"E{number:02d}") not in taken)


def rows_payload(rows: Iterable[JudgmentRow], people: Mapping[str, str]) -> dict[str, Any]:
    return {"rows": [list(vars(row).values()) for row in rows], "people": dict(people)}


def rows_from(payload: Mapping[str, Any]) -> tuple[list[JudgmentRow], dict[str, str]]:
    return [JudgmentRow(*values) for values in payload["rows"]], payload["people"]
