"""How much an expert counts, and where."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import Indicator
from surveys.selectors.trees import Tree
from surveys.services.expert_weights import LARGEST


class ExpertWeightForm(forms.Form):
    """A weight for the whole tree or for one branch. A branch without a number has no weight of its own any more."""

    node = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    weight = forms.DecimalField(
        label=gettext_lazy("Weight"),
        min_value=0,
        max_value=LARGEST,
        max_digits=9,
        decimal_places=4,
        required=False,
        help_text=gettext_lazy(
            "1 is usual; 0 records the answers and does not count them. Blank takes a branch's own weight away."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=400)

    def __init__(self, *args: Any, tree: Tree, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nodes = {node.code: node for node in tree.parents[1:]}
        whole = ("", _("The whole tree"))
        self.fields["node"].choices = [whole, *((code, f"{code} {node}") for code, node in self.nodes.items())]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Indicator | None:
        return self.nodes.get(self.cleaned_data["node"])
