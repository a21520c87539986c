"""Which figures a report has, and what a set is made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.models import ReportTemplate, ScoringRun
from scoring.report.plan import PAIRS, Item
from scoring.selectors.report import other_runs
from scoring.selectors.runs import RunTree
from surveys.forms.texts import languages

ADDED = (
    ("bars", gettext_lazy("Scores, the first units")),
    ("values", gettext_lazy("Values of an indicator, the first units")),
    ("makeup", gettext_lazy("Make-up of the scores")),
    ("tiles", gettext_lazy("Tile grid")),
    ("twins", gettext_lazy("Two indicators side by side")),
    ("scatter", gettext_lazy("Two indicators against each other")),
)
WITHOUT = {
    "outline": gettext_lazy("Indicator system"),
    "definitions": gettext_lazy("How the indicators are measured"),
    "weights": gettext_lazy("Weights"),
}


class RunChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} · {obj.data_set}"


class FigureSetForm(forms.Form):
    """What a set is made with."""

    language = forms.ChoiceField(label=gettext_lazy("Language"))
    other = RunChoice(
        ScoringRun.objects.none(),
        label=gettext_lazy("Run of the other units"),
        required=False,
        empty_label=gettext_lazy("No other run"),
    )
    template = forms.ModelChoiceField(
        ReportTemplate.objects.none(),
        label=gettext_lazy("Word template"),
        required=False,
        empty_label=gettext_lazy("A plain document"),
    )

    def __init__(self, *args: Any, run: ScoringRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        templates = ReportTemplate.objects.filter(survey=run.survey_id).defer("content")
        others = other_runs(run)
        self.fields["language"].choices = languages()  # type: ignore[attr-defined]
        self.fields["other"].queryset = others  # type: ignore[attr-defined]
        self.fields["other"].initial = others.first()
        self.fields["template"].queryset = templates  # type: ignore[attr-defined]


class TemplateForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Word template (DOCX)"), widget=forms.ClearableFileInput(attrs={"accept": ".docx"})
    )


class PlanForm(forms.Form):
    """Place, number, title and length of every figure, which are shown, and one more."""

    def __init__(self, *args: Any, items: Sequence[Item], run: ScoringRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(items)
        for place, item in enumerate(self.items):
            self._add_item(place, item)
        nodes = [(row.node.code, f"{row.node.code} {row.node}") for row in RunTree(run).rows]
        self.nodes = dict(nodes)
        kinds = [("", _("No further figure")), *ADDED]
        self.fields["add-kind"] = forms.ChoiceField(required=False, label=_("One more figure"), choices=kinds)
        self.fields["add-node"] = forms.ChoiceField(required=False, label=_("of"), choices=nodes)
        self.fields["add-other"] = forms.ChoiceField(
            required=False, label=_("against (for two indicators)"), choices=[("", "–"), *nodes]
        )

    def _add_item(self, place: int, item: Item) -> None:
        self.fields[f"place-{place}"] = forms.IntegerField(
            min_value=1, max_value=999, initial=place + 1, label=_("Order in the list")
        )
        self.fields[f"shown-{place}"] = forms.BooleanField(required=False, initial=item.shown, label=_("Show"))
        self.fields[f"number-{place}"] = forms.CharField(
            required=False, max_length=8, initial=item.number, label=_("Number of the figure")
        )
        for tag, name in languages():
            self.fields[f"title-{tag}-{place}"] = forms.CharField(
                required=False,
                max_length=200,
                initial=item.title.get(tag, ""),
                label=_("Title (%(language)s)") % {"language": name},
                widget=forms.TextInput(attrs={"lang": tag}),
            )
        self.fields[f"top-{place}"] = forms.IntegerField(
            required=False, min_value=1, max_value=10_000, initial=item.top, label=_("How many")
        )

    def rows(self) -> list[tuple[Item, str, list[forms.BoundField]]]:
        """Each figure, what it is about in words, and its fields."""
        names = ["place", "shown", "number", *(f"title-{tag}" for tag, _name in languages()), "top"]
        return [
            (item, self._about(item), [self[f"{name}-{place}"] for name in names])
            for place, item in enumerate(self.items)
        ]

    def _about(self, item: Item) -> str:
        kind = str({**dict(ADDED), **WITHOUT}[item.kind])
        nodes = [self.nodes.get(code, code) for code in (item.node, item.other) if code]
        return f"{' × '.join(nodes)} · {kind}" if nodes else kind

    def added(self) -> list[forms.BoundField]:
        return [self["add-kind"], self["add-node"], self["add-other"]]

    def changed_items(self) -> list[Item]:
        said = self.cleaned_data
        order = sorted(range(len(self.items)), key=lambda place: (said[f"place-{place}"], place))
        found = [self._changed(place, self.items[place]) for place in order]
        if said["add-kind"]:
            other = said["add-other"] if said["add-kind"] in PAIRS else ""
            found.append(Item(kind=said["add-kind"], node=said["add-node"], other=other))
        return found

    def _changed(self, place: int, item: Item) -> Item:
        said = self.cleaned_data
        titles = {tag: said[f"title-{tag}-{place}"].strip() for tag, _name in languages()}
        return replace(
            item,
            shown=said[f"shown-{place}"],
            number=said[f"number-{place}"].strip(),
            top=said[f"top-{place}"],
            title={tag: text for tag, text in titles.items() if text},
        )
