"""Forms about letters: their words, whom they go to, reminders, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.files.problems import Problem
from surveys.files.returned import LARGEST, MOST_FILES, Returned, read_returned
from surveys.forms.texts import TextsForm, field_name, languages
from surveys.letter_words import LONGEST_BODY, LONGEST_SUBJECT, Words, words_problems
from surveys.models import LetterKind, Survey
from surveys.selectors.letters import reminder_days_of
from surveys.services.letters import LONGEST_REASON


class WordsForm(TextsForm):
    """A letter in every language: subject and text side by side."""

    def __init__(self, *args: Any, kind: str, words: Words, **kwargs: Any) -> None:
        initial = {}
        for tag, _language in languages():
            initial[field_name("subject", tag)] = words.subject.get(tag, "")
            initial[field_name("body", tag)] = words.body.get(tag, "")
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.add_texts("subject", _("Subject"), most=LONGEST_SUBJECT)
        self.add_texts("body", _("Text"), rows=18, most=LONGEST_BODY)

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """For each language its tag, its name and its two fields."""
        return [
            (tag, language, [self[field_name("subject", tag)], self[field_name("body", tag)]])
            for tag, language in languages()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for tag, _language in languages():
            subject, body = (cleaned.get(field_name(name, tag), "") for name in ("subject", "body"))
            if not subject and not body:
                continue
            for name, text in (("subject", subject), ("body", body)):
                if not text and field_name(name, tag) not in self.errors:
                    self.add_error(field_name(name, tag), _("A letter has a subject and a text: fill in both."))
            for name, sentence in words_problems(self.kind, subject, body):
                self.add_error(field_name(name, tag), sentence)
        if not self.errors:
            self.require_texts("subject", _("Write the letter in one language at least."))
        return cleaned

    @property
    def words(self) -> Words:
        return Words(self.texts("subject"), self.texts("body"))


MOST_CHOSEN = 5_000
"""Experts that are picked by hand: more than anybody ticks."""


class ChooseForm(forms.Form):
    """Which letter, and to whom: everybody it is for, or single experts. It travels in the address."""

    kind = forms.ChoiceField(label=gettext_lazy("Letter"), choices=LetterKind.choices, widget=forms.RadioSelect)
    only = forms.MultipleChoiceField(label=gettext_lazy("Experts"), required=False)

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = self.data.getlist("only") if isinstance(self.data, QueryDict) else []
        codes = survey.experts.filter(code__in=sent[:MOST_CHOSEN]).order_by("pk").values_list("code", flat=True)
        self.fields["only"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]


class RemindersForm(forms.Form):
    reminders = forms.BooleanField(label=gettext_lazy("Send reminders automatically"), required=False)
    days = forms.CharField(
        label=gettext_lazy("Days after the invitation"),
        max_length=40,
        help_text=gettext_lazy("One to three numbers, at least three apart, such as 3, 7, 10."),
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        usual = {"reminders": survey.reminders, "days": ", ".join(map(str, reminder_days_of(survey)))}
        kwargs["initial"] = usual
        super().__init__(*args, **kwargs)

    def clean_days(self) -> list[int]:
        parts = self.cleaned_data["days"].replace("，", ",").replace("、", ",").split(",")
        try:
            return [int(part) for part in parts if part.strip()]
        except ValueError:
            raise ValidationError(_("Write numbers of days with commas between them, such as 3, 7, 10.")) from None


class AddressForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)


class ReturnedByHandForm(forms.Form):
    words = forms.CharField(required=False, max_length=LONGEST_REASON)


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(_FilesField, self).clean(file, initial) for file in files or [None]]


class ReturnedForm(forms.Form):
    """Returned mails: single ones, or a mailbox of them."""

    returned = _FilesField(
        label=gettext_lazy("Returned mails"),
        widget=_Files(attrs={"accept": ".eml,.mbox,.txt,message/rfc822"}),
        help_text=gettext_lazy("Save them from the mail program as .eml files, or all of them as one mailbox (.mbox)."),
    )

    def clean_returned(self) -> Sequence[UploadedFile[Any]]:
        files: Sequence[UploadedFile[Any]] = self.cleaned_data["returned"]
        if len(files) > MOST_FILES:
            raise ValidationError(_("At most %(most)d files at once.") % {"most": MOST_FILES})
        for file in files:
            if (file.size or 0) > LARGEST:
                raise ValidationError(
                    _("%(name)s has more than %(size)d MB: choose only the returned mails.")
                    % {"name": file.name, "size": LARGEST // (1024 * 1024)}
                )
        return files

    def read(self) -> tuple[list[Returned], list[Problem]]:
        return read_returned([(file.name or "", file.read()) for file in self.cleaned_data["returned"]])
