"""How a device shows the questionnaire, as the expert chooses it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

SIZES = [("normal", _("Normal")), ("large", _("Large")), ("larger", _("Very large"))]
VIEWS = [
    ("card", _("One pair at a time: first which, then how much")),
    ("row", _("As on the paper form: a row from 9 to 9, on a wide screen")),
]
ADVANCE = [("on", _("The next pair comes by itself after an answer")), ("off", _("I go to the next pair myself"))]
KEYS = [("on", _("A, B and the digits 1 to 9 answer")), ("off", _("Only the usual keys: Tab, arrows, Enter"))]


def _radios() -> forms.RadioSelect:
    return forms.RadioSelect(attrs={"class": "form-check-input"})


class SizeForm(forms.Form):
    size = forms.ChoiceField(label=_("Text size"), choices=SIZES, widget=_radios())


class ReadingForm(SizeForm):
    view = forms.ChoiceField(label=_("How a pair is shown"), choices=VIEWS, widget=_radios())
    advance = forms.ChoiceField(label=_("After an answer"), choices=ADVANCE, widget=_radios())
    keys = forms.ChoiceField(label=_("Keyboard"), choices=KEYS, widget=_radios())
