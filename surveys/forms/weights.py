"""Forms of a weight set: drafted, imported, fixed, signed, sent back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.errors import Refused
from surveys.files.scans import LARGEST_SCAN, Scan, read_scan
from surveys.files.tables import Table
from surveys.files.tree import Tree
from surveys.files.weights import read_weights_or_percentages
from surveys.forms.uploads import FileForm
from surveys.models import Indicator, Survey
from surveys.selectors.trees import indicator_rows, tree_of

DECIMALS = [("", _("Exact weights only")), *[(str(number), str(number)) for number in range(5)]]


def _decimals(value: str) -> int | None:
    return int(value) if value != "" else None


class DraftForm(forms.Form):
    """The result that the page showed, and how the weights are printed."""

    result = forms.IntegerField(widget=forms.HiddenInput, required=False)
    decimals = forms.TypedChoiceField(
        label=_("Decimals of printed percentages"),
        choices=DECIMALS,
        coerce=_decimals,
        empty_value=None,
        required=False,
        help_text=_("Printed weights are rounded so that they add up: children to their parent, leaves to 100."),
    )


class ReasonForm(forms.Form):
    """Why. `seen_hash` is the content hash of the page: one signs what one saw."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, required=False
    )
    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, label: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label


class SourceForm(forms.Form):
    """Where weights come from that are not from judgments: the three things a referee asks for."""

    source = forms.CharField(
        label=_("Source"), max_length=400, help_text=_("Who decided these weights, and where they are published.")
    )
    reference = forms.CharField(
        label=_("Document number"), max_length=120, help_text=_("If the document has none, write “none”.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why they take the place of judgments. It is printed with every result."),
    )


class WeightFileForm(SourceForm, FileForm):
    """A whole set from a file."""

    decimals = forms.TypedChoiceField(
        label=_("Decimals of printed percentages"), choices=DECIMALS, coerce=_decimals, empty_value=None, required=False
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.survey = survey
        self.local: dict[str, list[float]] = {}
        self.order_fields(["file", "source", "reference", "reason", "decimals"])

    def read(self, table: Table) -> list[Any]:
        self.local = read_weights_or_percentages(table, Tree(indicator_rows(tree_of(self.survey.edition))))
        return list(self.local)


class FixForm(SourceForm):
    """The weights of one node's children, in percent; one field for each."""

    def __init__(self, *args: Any, children: Sequence[Indicator], present: Sequence[float], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.children = children
        for child, weight in zip(children, present, strict=True):
            self.fields[f"weight-{child.pk}"] = forms.DecimalField(
                label=f"{child.code} {child} (%)",
                min_value=Decimal(0),
                max_value=Decimal(100),
                max_digits=12,
                decimal_places=8,
                initial=f"{weight * 100:.2f}",
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                localize=False,
            )
        self.order_fields([*(f"weight-{child.pk}" for child in children), "source", "reference", "reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        found = [cleaned.get(f"weight-{child.pk}") for child in self.children]
        if None not in found:
            total = sum(weight for weight in found if weight is not None)
            if total != 100:
                said = _("The weights add up to %(sum)s %%, not to 100 %%: correct them, nothing is scaled.")
                self.add_error(None, str(said) % {"sum": f"{Decimal(total).normalize():f}"})
        return cleaned

    def weights(self) -> list[float]:
        """As shares of the parent."""
        return [float(self.cleaned_data[f"weight-{child.pk}"] / 100) for child in self.children]

    def source_said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("source", "reference", "reason")}


class SheetForm(forms.Form):
    """The scan of a signed sheet. After `is_valid`, `scan` is the checked file."""

    file = forms.FileField(
        label=_("Scan of the signed sheet"),
        max_length=1000,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=_("PDF, JPEG or PNG, at most 5 MB. Members of the survey can fetch it."),
        error_messages={"empty": _("The file is empty: choose the scan of the sheet.")},
    )
    printed = forms.CharField(
        label=_("First 12 characters of the hash on the sheet"),
        max_length=80,
        help_text=_("They show that the sheet was signed for these weights and no others."),
    )
    note = forms.CharField(
        label=_("Who signed, and when"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scan: Scan | None = None

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            # One byte more than may be is enough to see that it is too much.
            self.scan = read_scan(upload.read(LARGEST_SCAN + 1), upload.name or "")
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return upload

    def refuse(self) -> None:
        """Raises Refused with everything that is wrong, for a page that is shown anew."""
        raise Refused(" ".join(str(said) for errors in self.errors.values() for said in errors))
