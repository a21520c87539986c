"""What a practice page is asked with."""

from __future__ import annotations

from django import forms

PAIRS = 2


class PracticeForm(forms.Form):
    """Which of the practice pairs, and the answer to it. Nonsense is the first pair, without an answer."""

    pair = forms.IntegerField(min_value=1, max_value=PAIRS, required=False)
    more_important = forms.ChoiceField(choices=[("a", "a"), ("b", "b")], required=False)
    strength = forms.IntegerField(min_value=1, max_value=9, required=False)

    def _given(self, name: str) -> object:
        return self.cleaned_data.get(name) if self.is_bound and self.is_valid() else None

    @property
    def number(self) -> int:
        return int(str(self._given("pair") or 1))

    @property
    def said(self) -> tuple[str, int] | None:
        """Side and strength; `equal` needs no side."""
        strength, side = int(str(self._given("strength") or 0)), str(self._given("more_important") or "")
        if strength == 1:
            return "equal", 1
        return (side, strength) if side and strength else None

    @property
    def is_half(self) -> bool:
        """A strength without a side, or the other way round."""
        return self.said is None and bool(self._given("strength") or self._given("more_important"))
