"""What a survey asks and how it computes, in words: free while it is a draft, fixed when it opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import ahp
from surveys.models import Edition, Indicator, Survey

QUESTIONS = ("question_plan", "full_up_to", "questions_per_item", "question_order", "missing_allowed")
METHOD = ("method", "random_index", "aggregation", "gate")
SETTINGS = (*QUESTIONS, *METHOD)


class MethodForm(forms.Form):
    """What is asked, and how it is computed. What each choice changes is said beside it."""

    question_plan = forms.ChoiceField(
        label=gettext_lazy("Questions"),
        choices=Survey.Plan.choices,
        help_text=gettext_lazy(
            "Every pair of a large matrix is tiring: 11 items make 55 questions. Fewer pairs begin with a circle "
            "through all items, then take those that tell most; what is not asked follows from the other answers, "
            "less precisely. The table shows what it means for each section."
        ),
    )
    full_up_to = forms.IntegerField(
        label=gettext_lazy("Every pair up to so many items"),
        min_value=2,
        max_value=50,
        help_text=gettext_lazy(
            "Sections with no more items than this are always asked in full. Counts where fewer pairs are asked."
        ),
    )
    questions_per_item = forms.DecimalField(
        label=gettext_lazy("Questions per item above"),
        min_value=1,
        max_value=25,
        max_digits=4,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.25"}),
        help_text=gettext_lazy(
            "1.5 asks 17 of the 55 pairs of 11 items. More questions make the weights more precise and the "
            "questionnaire longer. Counts where fewer pairs are asked."
        ),
    )
    question_order = forms.ChoiceField(
        label=gettext_lazy("Order of the pairs"),
        choices=Survey.Order.choices,
        help_text=gettext_lazy(
            "Shuffled, so that what comes first or stands on the left favours no item in the panel as a whole. As on "
            "paper, where the panel works from a printed form beside the screen."
        ),
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Weights by"),
        choices=Survey.Method.choices,
        help_text=gettext_lazy(
            "How a matrix becomes weights. The eigenvector is usual; log least squares takes the geometric mean of "
            "each row. On consistent answers both agree, and the other one is always computed beside it."
        ),
    )
    random_index = forms.ChoiceField(
        label=gettext_lazy("Random index"),
        choices=Survey.RandomIndex.choices,
        help_text=gettext_lazy(
            "CR compares the answers with answers at random, whose mean is read from this table. Its name stands with "
            "every CR; the page on consistency shows what another table would say."
        ),
    )
    aggregation = forms.ChoiceField(
        label=gettext_lazy("Aggregation"),
        choices=Survey.Aggregation.choices,
        help_text=gettext_lazy(
            "How the panel becomes one voice. Of judgments: one matrix for the group, as if it sat at one table. Of "
            "weights: each expert's own weights first, then their mean."
        ),
    )
    missing_allowed = forms.BooleanField(
        label=gettext_lazy("Experts may say “cannot judge”"),
        required=False,
        help_text=gettext_lazy(
            "A pair left open so is settled, and its value follows from the expert's other answers. A pair with no "
            "answer at all still has to be answered before submitting."
        ),
    )
    gate = forms.ChoiceField(
        label=gettext_lazy("Consistency gate"),
        choices=Survey.Gate.choices,
        help_text=gettext_lazy("What happens when an expert submits matrices with a CR of 0.1 or more."),
    )

    def check_table(self, edition: Edition) -> None:
        """The table must have a value for the largest matrix."""
        table = self.cleaned_data.get("random_index")
        parents = Indicator.objects.filter(edition=edition, parent__isnull=False).values_list("parent_id", flat=True)
        largest = max(Counter(parents).values(), default=0)
        try:
            if table and largest > 2:
                ahp.random_index(largest, table=table)
        except ahp.RandomIndexError:
            sentence = _("This table has no value for the %(count)d items of the largest matrix: choose another.")
            self.add_error("random_index", sentence % {"count": largest})

    def method_settings(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in SETTINGS}


class MethodSettingsForm(MethodForm):
    """The same for a survey that is there already; `tried` are settings that a preview shows and nobody kept yet."""

    def __init__(
        self, data: QueryDict | None = None, *, survey: Survey, tried: Mapping[str, Any] | None = None
    ) -> None:
        self.survey = survey
        super().__init__(data, initial={name: getattr(survey, name) for name in SETTINGS} | dict(tried or {}))

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            (_("What is asked"), [self[name] for name in QUESTIONS]),
            (_("How it is computed"), [self[name] for name in METHOD]),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.check_table(self.survey.edition)
        return cleaned
