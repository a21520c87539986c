"""Answers that are keyed in from paper: how they came, and a page of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.errors import Refused
from surveys.files.scans import LARGEST_SCAN, Scan, read_scan
from surveys.models import Comparison, Transcript
from surveys.rows import value_says
from surveys.services.judgments import Answer
from surveys.whole import whole


class TranscriptForm(forms.Form):
    """How the answers came. After `is_valid`, `scan` is the checked file, where one was sent."""

    way = forms.ChoiceField(label=gettext_lazy("How the answers came"), choices=Transcript.Way.choices)
    received_on = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("Who was on the telephone, which copy of the form it is: whatever helps later."),
    )
    file = forms.FileField(
        label=gettext_lazy("Scan"),
        required=False,
        max_length=1000,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=gettext_lazy("PDF, JPEG or PNG, at most 5 MB. Only those who run this survey can fetch it."),
        error_messages={"empty": gettext_lazy("The file is empty: choose the scan of the form.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = timezone.localdate
        self.scan: Scan | None = None

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The day on which they came lies ahead: choose today or an earlier one."))
        return day

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload:
            try:
                # One byte more than may be is enough to see that it is too much.
                self.scan = read_scan(upload.read(LARGEST_SCAN + 1), upload.name or "")
            except Refused as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return upload


class RowsForm(forms.Form):
    """A page of rows: for each pair a value of the row, empty for none; a pair that is not sent is left alone.

    `base` holds the revision of each answer that stood when the page was shown, as "12:3 15:7".
    """

    base = forms.CharField(required=False, max_length=20_000)

    def __init__(self, data: Mapping[str, Any], *, pairs: Sequence[Comparison]) -> None:
        super().__init__(data)
        for pair in pairs:
            self.fields[field_of(pair)] = forms.CharField(required=False, max_length=20)
        self.numbers = {field_of(pair): pair.pk for pair in pairs}

    def clean_base(self) -> dict[int, int]:
        try:
            parts = (part.split(":") for part in self.cleaned_data["base"].split())
            return {int(pair): int(revision) for pair, revision in parts}
        except ValueError as error:
            raise forms.ValidationError(_SENT_AMISS) from error

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        self.answers = {
            pair: Answer(*value_says(given[field]))
            for field, pair in self.numbers.items()
            if field in self.data and field in given
        }
        try:
            for answer in self.answers.values():
                answer.checked()
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return given


def field_of(pair: Comparison) -> str:
    return f"p{pair.pk}"


def base_text(revisions: Mapping[int, int]) -> str:
    return " ".join(f"{pair}:{revision}" for pair, revision in revisions.items())


_SENT_AMISS = gettext_lazy("Something was missing from what your browser sent. Please save the page once more.")


def seen_from(texts: Iterable[str]) -> tuple[dict[int, Answer], dict[int, int]]:
    """What an expert saw: the prepared answers, and the revision of their own beside each. Raises Refused."""
    seen: dict[int, Answer] = {}
    base: dict[int, int] = {}
    try:
        for text in texts:
            pair, value, revision = text.split(":")
            number, newest = whole(pair), whole(revision)
            if number is None or newest is None:
                raise ValueError(text)
            seen[number] = Answer(*value_says(value)).checked()
            base[number] = newest
    except ValueError as error:
        raise Refused(str(_SENT_AMISS)) from error
    return seen, base
