"""How one node is scored, what holds for all, and the bounds of a base year."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.models import DataSet
from scoring.selectors.runs import usable_weight_sets
from scoring.services.scoring_rules import Whole
from surveys.errors import Refused
from surveys.forms.indicators import AGGREGATIONS, CAPS, NUMBER_LABELS, TRANSFORMS
from surveys.forms.texts import TextsForm
from surveys.models import Indicator, Survey

LARGEST_DRAFT = 400_000
MISSING = [
    ("", gettext_lazy("As the node above says, else refused")),
    ("refuse", gettext_lazy("Refuse the data")),
    ("leave_out", gettext_lazy("Leave the unit out")),
    ("reweight", gettext_lazy("Share its weight among the others")),
    ("mean", gettext_lazy("Mean of all units")),
    ("mean:region", gettext_lazy("Mean of the unit's region")),
    ("mean:province", gettext_lazy("Mean of the unit's province")),
    ("mean:group", gettext_lazy("Mean of the unit's group")),
    ("mean:type", gettext_lazy("Mean of the unit's type")),
    ("value", gettext_lazy("A declared value")),
]


class RuleForm(forms.Form):
    """The rule of one node. `change` gives every field as text; a blank one takes away what the edition says."""

    def __init__(self, *args: Any, leaf: bool, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "r", **kwargs})
        self.leaf = leaf
        scoring = dict(row.scoring)
        kind, _colon, detail = scoring.get("missing", "").partition(":")
        if leaf:
            self._add_leaf(scoring, row.direction or "benefit")
        else:
            self.fields["aggregation"] = forms.ChoiceField(
                label=_("Put together by"), choices=AGGREGATIONS, required=False,
                initial=scoring.get("aggregation", "").replace("arithmetic", ""),
            )  # fmt: skip
        whole = scoring.get("missing", "") if kind == "mean" else kind
        self.fields["missing"] = forms.ChoiceField(
            label=_("Where a value is missing"), choices=MISSING, required=False, initial=whole,
            help_text="" if leaf else _("It holds for everything below that says nothing itself."),
        )  # fmt: skip
        self.fields["missing_detail"] = forms.CharField(
            label=_("Coverage that suffices, or the declared value"), required=False, max_length=40,
            initial=detail if kind in ("reweight", "value") else "",
            help_text=_("As 0.6: so much must be present, by weight and by number. Blank: half."),
        )  # fmt: skip
        if leaf:
            self.fields["neutral"] = forms.CharField(
                label=_("Score where all units are equal"), required=False, max_length=40,
                initial=scoring.get("neutral", ""),
                help_text=_("Within the range of the scores. Blank: such a column is refused."),
            )  # fmt: skip

    def _add_leaf(self, scoring: Mapping[str, str], direction: str) -> None:
        self.fields["direction"] = forms.ChoiceField(
            label=_("Direction"), choices=Indicator.Direction.choices, initial=direction
        )
        for name in ("low", "high", "target_low", "target_high"):
            self.fields[name] = forms.CharField(
                label=NUMBER_LABELS[name], required=False, max_length=40, initial=scoring.get(name, "")
            )
        self.fields["low"].help_text = _("Blank: the least value of the data.")
        self.fields["high"].help_text = _("Blank: the greatest value of the data.")
        self.fields["cap"] = forms.ChoiceField(
            label=_("Values beyond the bounds"), choices=CAPS, required=False,
            initial=scoring.get("cap", "").replace("no", ""),
        )  # fmt: skip
        self.fields["transform"] = forms.ChoiceField(
            label=_("Transform"), choices=TRANSFORMS, required=False,
            initial=scoring.get("transform", "").replace("none", ""),
        )  # fmt: skip

    def change(self) -> dict[str, str]:
        said = dict(self.cleaned_data)
        detail, kind = said.pop("missing_detail"), said["missing"]
        said["missing"] = f"{kind}:{detail}" if detail and kind in ("reweight", "value") else kind
        if kind == "value" and not detail:
            said["missing"] = "value:?"  # which the check of the rules names
        return said


class WholeForm(TextsForm):
    """What holds for all, and why."""

    output_low = forms.CharField(label=gettext_lazy("Scores run from"), max_length=20, initial="0")
    output_high = forms.CharField(
        label=gettext_lazy("to"), max_length=20, initial="100",
        help_text=gettext_lazy(
            "Usually 0 to 100; 60 to 100 for the efficacy form; 1 to 100 where a geometric mean must not meet 0."
        ),
    )  # fmt: skip
    tie_tolerance = forms.CharField(
        label=gettext_lazy("Scores that differ by no more share a rank"), max_length=20, initial="1e-9"
    )
    rank_decimals = forms.CharField(
        label=gettext_lazy("Ranks from scores rounded to so many decimals"), max_length=1, required=False,
        help_text=gettext_lazy("Blank: ranks are taken from unrounded scores."),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why these rules"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
        required=False, help_text=gettext_lazy("It is printed with every result that uses them."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_texts("name", _("Name of these rules"), most=100)

    def whole(self) -> Whole:
        said = self.cleaned_data
        return Whole(*(said[name].strip() for name in ("output_low", "output_high", "tie_tolerance", "rank_decimals")))


class LookForm(forms.Form):
    """Which data the rules are tried on, and with which weights it is told who moves everybody."""

    data_set = forms.ModelChoiceField(
        DataSet.objects.none(), label=gettext_lazy("Data"), empty_label=None, required=False
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = DataSet.objects.filter(survey=survey).order_by("-pk")
        self.fields["data_set"].queryset = found  # type: ignore[attr-defined]
        self.weights = usable_weight_sets(survey).first()


def read_draft(text: str) -> dict[str, dict[str, str]]:
    """The changes that a page carries. They are checked when they are stored; here only their shape."""
    try:
        told: Any = json.loads(text or "{}") if len(text) <= LARGEST_DRAFT else None
    except ValueError:
        told = None
    if not (isinstance(told, dict) and all(_is_change(change) for change in told.values())):
        raise Refused(_("The draft of the rules came back damaged. Begin again from the newest version."))
    found: dict[str, dict[str, str]] = told
    return found


def _is_change(change: Any) -> bool:
    return isinstance(change, dict) and all(isinstance(part, str) for pair in change.items() for part in pair)
