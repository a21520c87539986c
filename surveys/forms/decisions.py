"""Why answers are accepted or left out, or a decision is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.services.decisions import LONGEST_REASON

NO_RULE = ""


class BecauseForm(forms.Form):
    """A reason, which is printed."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_REASON,
        help_text=_("It stands in the log, in the methods text and in the document of every weight set."),
        error_messages={"required": _("Give the reason in a sentence: it is printed with the result.")},
    )


class ExclusionForm(BecauseForm):
    """The reason, and which of the declared rules says so; `rules` are those of the survey."""

    rule = forms.ChoiceField(label=_("Declared rule"), widget=forms.RadioSelect, required=False)

    def __init__(self, *args: Any, rules: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rule"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = [*((rule, rule) for rule in rules), (NO_RULE, _("None of the declared rules"))]
        if not rules:
            del self.fields["rule"]
        self.order_fields(["rule", "reason"])
