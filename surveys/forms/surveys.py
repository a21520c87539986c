"""Forms of a survey itself: a new one, its next state, its members."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.access import systems_of
from surveys.forms.method import METHOD, QUESTIONS, MethodForm
from surveys.forms.texts import TextsForm
from surveys.models import Edition, Survey
from surveys.services.surveys import PILOT_COUNTS, PILOT_LEFT_OUT


class SurveyForm(MethodForm, TextsForm):
    """A new survey. “Cannot judge” is offered to begin with: nobody should have to invent an answer."""

    edition = forms.ModelChoiceField(Edition.objects.none(), label=gettext_lazy("Edition of the indicator system"))
    closes_at = forms.DateTimeField(
        label=gettext_lazy("Deadline"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        usual = {name: Survey._meta.get_field(name).get_default() for name in QUESTIONS}  # type: ignore[union-attr]
        kwargs["initial"] = usual | {"missing_allowed": True} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        editions = Edition.objects.filter(system__in=systems_of(user)).select_related("system").order_by("-id")
        self.fields["edition"].queryset = editions  # type: ignore[attr-defined]
        zone = timezone.get_current_timezone_name()
        self.fields["closes_at"].help_text = _("Time zone: %(zone)s. May stay blank.") % {"zone": zone}
        self.add_texts("title", _("Title"), most=200)
        self.add_texts("purpose", _("Purpose"), rows=3, most=2000)
        self.add_texts("inviter", _("Who asks"), most=200)
        self.add_texts("contact", _("Contact"), most=200)
        self.add_texts("privacy", _("Privacy notice"), rows=3, most=4000)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            (_("What is asked"), self.fields_of("edition", "title", "closes_at")),
            (_("What experts read"), self.fields_of("purpose", "inviter", "contact", "privacy")),
            (_("The questions; fixed when the survey opens"), self.fields_of(*QUESTIONS)),
            (_("Method; fixed when the survey opens"), self.fields_of(*METHOD)),
        ]

    def clean_closes_at(self) -> Any:
        moment = self.cleaned_data["closes_at"]
        if moment and moment <= timezone.now():
            raise forms.ValidationError(_("The deadline lies in the past: choose a later moment, or leave it blank."))
        return moment

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.require_texts("title", _("Give the survey a title in one language at least."))
        if cleaned.get("edition"):
            self.check_table(cleaned["edition"])
        return cleaned

    def settings(self) -> dict[str, Any]:
        """What `survey_create` takes beside edition and title."""
        texts = {name: self.texts(name) for name in ("purpose", "inviter", "contact", "privacy")}
        return {**texts, "closes_at": self.cleaned_data["closes_at"], **self.method_settings()}


class MoveForm(forms.Form):
    to = forms.ChoiceField(choices=Survey.State.choices)
    reason = forms.CharField(required=False, max_length=2000)
    pilot = forms.ChoiceField(required=False, choices=[(PILOT_COUNTS, ""), (PILOT_LEFT_OUT, "")])
