"""Fields for texts that are held per language: one input for each language of the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _


def languages() -> list[tuple[str, str]]:
    return list(settings.LANGUAGES)


def field_name(name: str, tag: str) -> str:
    return f"{name}_{tag.replace('-', '_')}"


class TextsForm(forms.Form):
    """A form with texts in several languages: `add_texts` makes the fields, `texts` gives what was filled in."""

    def add_texts(self, name: str, label: str, *, rows: int = 0, most: int = 400, **options: Any) -> None:
        for tag, language in languages():
            widget = forms.Textarea(attrs={"rows": rows, "lang": tag}) if rows else forms.TextInput(attrs={"lang": tag})
            shown = _("%(label)s (%(language)s)") % {"label": label, "language": language}
            self.fields[field_name(name, tag)] = forms.CharField(
                label=shown, widget=widget, max_length=most, required=False, **options
            )

    def texts(self, name: str) -> dict[str, str]:
        found = {tag: self.cleaned_data.get(field_name(name, tag), "") for tag, _language in languages()}
        return {tag: text for tag, text in found.items() if text}

    def require_texts(self, name: str, sentence: str) -> None:
        """At least one language must be filled in."""
        if not self.texts(name):
            self.add_error(field_name(name, languages()[0][0]), sentence)

    def fields_of(self, *names: str) -> list[forms.BoundField]:
        """The fields of these names, those of a text in all its languages."""
        tags = [tag for tag, _language in languages()]
        wanted = [made for name in names for made in (name, *(field_name(name, tag) for tag in tags))]
        return [self[name] for name in wanted if name in self.fields]
