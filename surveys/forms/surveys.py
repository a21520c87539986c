"""Forms of a survey itself: a new one, its next state, its members."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import ahp
from surveys.access import systems_of
from surveys.forms.texts import TextsForm
from surveys.models import Edition, Indicator, Membership, Survey

SETTINGS = ("method", "random_index", "aggregation", "gate")


class SurveyForm(TextsForm):
    """A new survey. What the method's choices change is said beside each."""

    edition = forms.ModelChoiceField(Edition.objects.none(), label=gettext_lazy("Edition of the indicator system"))
    closes_at = forms.DateTimeField(
        label=gettext_lazy("Deadline"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Weights by"),
        choices=Survey.Method.choices,
        help_text=gettext_lazy("The other method is computed beside it, as a check."),
    )
    random_index = forms.ChoiceField(
        label=gettext_lazy("Random index"),
        choices=Survey.RandomIndex.choices,
        help_text=gettext_lazy("The table that CR is measured by; its name stands with every CR."),
    )
    aggregation = forms.ChoiceField(
        label=gettext_lazy("Aggregation"),
        choices=Survey.Aggregation.choices,
        help_text=gettext_lazy("How the panel becomes one voice: of its judgments, or of its weights."),
    )
    gate = forms.ChoiceField(
        label=gettext_lazy("Consistency gate"),
        choices=Survey.Gate.choices,
        help_text=gettext_lazy("What happens when an expert submits matrices with a CR of 0.1 or more."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
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
            (_("Method; fixed when the survey opens"), self.fields_of(*SETTINGS)),
        ]

    def clean_closes_at(self) -> Any:
        moment = self.cleaned_data["closes_at"]
        if moment and moment <= timezone.now():
            raise forms.ValidationError(_("The deadline lies in the past: choose a later moment, or leave it blank."))
        return moment

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.require_texts("title", _("Give the survey a title in one language at least."))
        if cleaned.get("edition") and cleaned.get("random_index"):
            self._check_table(cleaned["edition"], cleaned["random_index"])
        return cleaned

    def _check_table(self, edition: Edition, table: str) -> None:
        """The table must have a value for the largest matrix."""
        parents = Indicator.objects.filter(edition=edition, parent__isnull=False).values_list("parent_id", flat=True)
        largest = max(Counter(parents).values(), default=0)
        try:
            if largest > 2:
                ahp.random_index(largest, table=table)
        except ahp.RandomIndexError:
            sentence = _("This table has no value for the %(count)d items of the largest matrix: choose another.")
            self.add_error("random_index", sentence % {"count": largest})

    def settings(self) -> dict[str, Any]:
        """What `survey_create` takes beside edition and title."""
        texts = {name: self.texts(name) for name in ("purpose", "inviter", "contact", "privacy")}
        return {**texts, **{name: self.cleaned_data[name] for name in ("closes_at", *SETTINGS)}}


class MoveForm(forms.Form):
    to = forms.ChoiceField(choices=Survey.State.choices)
    reason = forms.CharField(required=False, max_length=2000)


class MemberForm(forms.Form):
    """An account gets a role."""

    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Membership.Role.choices)

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"].strip()
        self.member = User.objects.filter(username=name, is_active=True).first()
        if self.member is None:
            raise forms.ValidationError(
                _("There is no account “%(name)s”: check the spelling, or ask for one to be made.") % {"name": name}
            )
        return name
