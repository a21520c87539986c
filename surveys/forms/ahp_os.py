"""A hierarchy of AHP-OS, as a file or pasted, on its way to a draft edition."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.files.ahp_os import Hierarchy, decoded, read_hierarchy
from surveys.files.indicators import IndicatorRow
from surveys.forms.uploads import SystemForm


class HierarchyForm(SystemForm):
    """As for a table: after `is_valid`, `rows` holds the tree and `hierarchy` the weights that the text states."""

    file = forms.FileField(
        label=gettext_lazy("Text file"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".txt"}),
        error_messages={"empty": gettext_lazy("The file is empty: choose the file that holds the hierarchy.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hierarchy: Hierarchy | None = None
        pasted = self.fields["pasted"]
        pasted.label, pasted.help_text = _("Or the text itself"), _("As AHP-OS shows it: Goal: A, B; A: a1, a2;")
        language = self.fields["language"]
        language.label, language.help_text = _("Language of the names"), ""

    def read_file(self, content: bytes, name: str) -> list[IndicatorRow]:
        self.hierarchy = read_hierarchy(decoded(content, name), name)
        return self.hierarchy.rows(self.cleaned_data["language"])
