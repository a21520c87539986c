"""Which sections an expert is asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from surveys.selectors.coverage import SectionsTold


class SectionsForm(forms.Form):
    """A tick for each section, by the code of its node."""

    nodes = forms.MultipleChoiceField(
        label=gettext_lazy("Sections"),
        error_messages={"required": gettext_lazy("Leave at least one section to the expert.")},
    )
    reason = forms.CharField(label=gettext_lazy("Reason, for the log (optional)"), max_length=2000, required=False)

    def __init__(self, *args: Any, told: SectionsTold, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.told = told
        self.fields["nodes"].choices = [(each.node.code, each.node.code) for each in told.sections]  # type: ignore[attr-defined]

    @property
    def ticked(self) -> set[str]:
        """What the page shows as ticked: what was sent, else what is stored."""
        if self.is_bound:
            return set(self.data.getlist("nodes"))  # type: ignore[attr-defined]
        return {each.node.code for each in self.told.sections if each.section.assigned}
