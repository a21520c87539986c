"""A questionnaire that comes back as a file, and its changes on their way from the preview to the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from surveys.files.questionnaire import AnswerRow, read_answers
from surveys.forms.uploads import ACCEPTED, FileForm
from surveys.models import Expert, JudgmentEvent
from surveys.selectors.sheet import SheetPreview, asked_of
from surveys.services.judgments import Answer, Shown


class AnswersForm(FileForm):
    """One expert's file. `tells`: where it is somebody else's, it may be said whose."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        help_text=gettext_lazy("The workbook (.xlsx) as it was saved after filling it in."),
        error_messages={"empty": gettext_lazy("The file is empty: choose the workbook that was filled in.")},
    )

    def __init__(self, *args: Any, expert: Expert, tells: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expert, self.tells = expert, tells

    def read_file(self, content: bytes, name: str) -> list[AnswerRow]:
        return read_answers(content, name, asked_of(self.expert, tells=self.tells), self.limits)


@dataclass(frozen=True)
class Brought:
    """What is to be stored: answers, the revisions that the preview showed, and how the pairs were shown."""

    answers: dict[int, Answer]
    base: dict[int, int]
    shown: dict[int, Shown]


def changes_payload(preview: SheetPreview) -> list[list[Any]]:
    """Only what would change: what the file repeats must not be said again over something newer."""
    return [
        [
            change.comparison.pk,
            change.row.more_important,
            change.row.strength,
            change.before.revision if change.before else 0,
            change.row.row,
            change.row.swapped,
        ]
        for change in preview.changes
    ]


def changes_from(payload: list[list[Any]]) -> Brought:
    brought = Brought({}, {}, {})
    for pair, more_important, strength, revision, row, swapped in payload:
        brought.answers[pair] = Answer(more_important, strength)
        brought.base[pair] = revision
        place = None if swapped is None else row - 1  # the heading is the first row
        brought.shown[pair] = Shown(view=JudgmentEvent.View.SHEET, place=place, swapped=swapped)
    return brought
