"""What a survey says and promises, and its deadline: what may be changed now is a field, the rest is only read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forms.texts import TextsForm, field_name
from surveys.models import Survey
from surveys.services.terms import changeable_terms

TEXTS: dict[str, tuple[Any, int, int]] = {
    "title": (gettext_lazy("Title"), 0, 200),
    "purpose": (gettext_lazy("Purpose"), 3, 2000),
    "inviter": (gettext_lazy("Who asks"), 0, 200),
    "contact": (gettext_lazy("Contact"), 0, 200),
    "privacy": (gettext_lazy("Privacy notice"), 4, 4000),
    "exclusion_rules": (gettext_lazy("Rules for leaving answers out"), 4, 4000),
}
DAYS = re.compile(r"[,，、;；\s]+")


class TermsForm(TextsForm):
    """Texts, languages, anonymity, rules, reminders, as far as they may still be changed."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages of the form"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The experts' pages offer these and no others. None chosen: all."),
    )
    anonymity = forms.ChoiceField(
        label=gettext_lazy("Anonymity"),
        choices=Survey.Anonymity.choices,
        help_text=gettext_lazy(
            "Codes: pages and files that show answers name nobody; names stand in letters and in the progress alone. "
            "Once the survey is open this can be made stricter, never looser."
        ),
    )
    smallest_group = forms.IntegerField(
        label=gettext_lazy("Smallest group that is told"),
        min_value=Survey.SMALLEST_GROUP,
        max_value=1000,
        help_text=gettext_lazy(
            "Breakdowns by group, field or familiarity leave out what fewer experts share, and what would give it "
            "away by subtraction. At least 3; once the survey is open it can be raised, never lowered."
        ),
    )
    names_kept = forms.IntegerField(
        label=gettext_lazy("Erase names so many months after it closed"),
        required=False,
        min_value=1,
        max_value=600,
        help_text=gettext_lazy(
            "Names, addresses and what experts wrote are erased then by themselves; answers stay under their code. "
            "The privacy notice says so. Blank: they stay until somebody erases them."
        ),
    )
    reminders = forms.BooleanField(
        label=gettext_lazy("Remind by mail automatically"),
        required=False,
        help_text=gettext_lazy("Only who has not finished, three times at most, while answers are taken."),
    )
    reminder_days = forms.CharField(
        label=gettext_lazy("Reminders so many days after the invitation"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Up to three numbers, as 3, 7, 10."),
    )

    def __init__(self, data: QueryDict | None = None, *, survey: Survey) -> None:
        initial: dict[str, Any] = {"languages": survey.languages, "anonymity": survey.anonymity}
        initial |= {"smallest_group": survey.smallest_group, "names_kept": survey.names_kept}
        initial |= {"reminders": survey.reminders, "reminder_days": ", ".join(map(str, survey.reminder_days))}
        for name in TEXTS:
            initial |= {field_name(name, tag): text for tag, text in getattr(survey, name).items()}
        super().__init__(data, initial=initial)
        self.survey, self.changeable = survey, changeable_terms(survey)
        for name in ("languages", "anonymity", "smallest_group", "names_kept", "reminders", "reminder_days"):
            if name not in self.changeable:
                del self.fields[name]
        for name, (label, rows, most) in TEXTS.items():
            if name in self.changeable:
                self.add_texts(name, str(label), rows=rows, most=most, help_text=_help(name))

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        grouped = [
            (_("What experts read"), self.fields_of("title", "purpose", "inviter", "contact", "privacy", "languages")),
            (_("Promises; fixed when the survey opens"), self.fields_of("exclusion_rules", "anonymity")),
            (
                _("Privacy; made stricter at most once the survey is open"),
                self.fields_of("smallest_group", "names_kept"),
            ),
            (_("Reminders"), self.fields_of("reminders", "reminder_days")),
        ]
        return [(legend, fields) for legend, fields in grouped if fields]

    def clean_reminder_days(self) -> list[int]:
        parts = [part for part in DAYS.split(self.cleaned_data["reminder_days"].strip()) if part]
        if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= 365 for part in parts):
            raise forms.ValidationError(_("Write whole numbers of days, as 3, 7, 10."))
        return [int(part) for part in parts]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "title" in self.changeable:
            self.require_texts("title", _("Give the survey a title in one language at least."))
        return cleaned

    def terms(self) -> dict[str, Any]:
        """What `terms_change` takes."""
        return {name: self.texts(name) if name in TEXTS else self.cleaned_data[name] for name in self.changeable}


def _help(name: str) -> str:
    if name == "exclusion_rules":
        return _(
            "One rule on a line, as “A matrix with a CR above 0.2 that stays so after one request”. Declared before "
            "anybody answers, printed with every result: a decision that follows no declared rule says so."
        )
    return _("Blank: a usual notice is shown.") if name == "privacy" else ""


class DeadlineForm(forms.Form):
    closes_at = forms.DateTimeField(
        label=gettext_lazy("Deadline"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(label=gettext_lazy("Reason, for the log"), max_length=400, required=False)

    def __init__(self, data: QueryDict | None = None, *, survey: Survey) -> None:
        super().__init__(data, initial={"closes_at": survey.closes_at}, prefix="deadline")
        zone = timezone.get_current_timezone_name()
        self.fields["closes_at"].help_text = _("Time zone: %(zone)s. May stay blank.") % {"zone": zone}
        self.fields["reason"].required = survey.state == Survey.State.OPEN

    @property
    def moment(self) -> datetime | None:
        found: datetime | None = self.cleaned_data["closes_at"]
        return found
