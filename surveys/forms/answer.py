"""The shape of what an expert sends. Whether it may be said is the services' business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import JudgmentEvent, MoreImportant, Section
from surveys.rows import ROW, value_says
from surveys.services.judgments import Answer, Shown

OPEN = "open"
"""Said of a pair whose answer is taken back."""
LONGEST_LOOK = 60 * 60 * 1000


class _Shared(dict[str, forms.Field]):
    """The fields of a form that only checks: nobody changes or shows them, and no request needs copies of its own."""

    def __deepcopy__(self, _memo: object) -> _Shared:
        return self


class AnswerForm(forms.Form):
    """One answer, from the card (a side and a strength) or from the row view (one of seventeen cells).

    `next_position` is the pair that the page promised to show next, 0 for the review. How the pair was shown comes
    along where a script knows it.
    """

    comparison = forms.IntegerField(min_value=1)
    client_key = forms.UUIDField()
    base_revision = forms.IntegerField(min_value=0)
    next_position = forms.IntegerField(min_value=0, required=False)
    more_important = forms.ChoiceField(
        choices=[(said, said) for said in ("a", "b", "equal", MoreImportant.CANNOT_JUDGE, OPEN)], required=False
    )
    strength = forms.IntegerField(min_value=1, max_value=9, required=False)
    cell = forms.ChoiceField(choices=[(cell, cell) for cell in ROW], required=False)
    view = forms.ChoiceField(choices=JudgmentEvent.View.choices, required=False)
    place = forms.IntegerField(min_value=1, max_value=32767, required=False)
    swapped = forms.TypedChoiceField(
        choices=[("0", "0"), ("1", "1")], coerce=lambda said: said == "1", empty_value=None, required=False
    )
    milliseconds = forms.IntegerField(min_value=0, required=False)
    cause = forms.ChoiceField(choices=JudgmentEvent.Cause.choices, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            raise forms.ValidationError(_("Something was missing from what your browser sent. Please answer again."))
        given["answer"] = Answer(*value_says(given["cell"])) if given["cell"] else _from_card(given)
        return given

    def shown(self) -> Shown:
        given = self.cleaned_data
        looked = given["milliseconds"]
        return Shown(
            view=given["view"] or (JudgmentEvent.View.ROW if given["cell"] else JudgmentEvent.View.CARD),
            place=given["place"],
            swapped=given["swapped"],
            milliseconds=None if looked is None else min(looked, LONGEST_LOOK),
            cause=given["cause"],
        )


# Copying the fields would take longer than all that they check.
AnswerForm.base_fields = _Shared(AnswerForm.base_fields)


def _from_card(given: dict[str, Any]) -> Answer:
    if given["more_important"] == MoreImportant.CANNOT_JUDGE:
        return Answer(MoreImportant.CANNOT_JUDGE.value, None)
    if given["more_important"] == OPEN:
        return Answer("", None)
    if given["strength"] == 1 or given["more_important"] == "equal":
        return Answer("equal", 1)
    if not given["more_important"] or not given["strength"]:
        raise forms.ValidationError(_("First choose which is more important, then how much."))
    return Answer(given["more_important"], given["strength"])


def row_answers(sent: Mapping[str, str], pairs: Iterable[int]) -> tuple[dict[int, Answer], dict[int, int]]:
    """What a page of rows sends: pair → answer, and pair → the revision that the page showed. A blank row says nothing.

    Raises Refused for a value that no row has.
    """
    answers: dict[int, Answer] = {}
    base: dict[int, int] = {}
    for pair in pairs:
        cell = sent.get(f"pair-{pair}", "")
        if not cell:
            continue
        seen = sent.get(f"seen-{pair}", "")
        if cell not in (*ROW, MoreImportant.CANNOT_JUDGE) or not (seen.isascii() and seen.isdigit()):
            raise Refused(_("Something was missing from what your browser sent. Please answer again."))
        answers[pair] = Answer(*value_says(cell))
        base[pair] = int(seen[:9])
    return answers, base


class SectionForm(forms.Form):
    """What an expert says of a whole section. `position` is the pair they were looking at."""

    familiarity = forms.ChoiceField(choices=Section.Familiarity.choices, required=False)
    field = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], required=False)
    position = forms.IntegerField(min_value=1, required=False)
