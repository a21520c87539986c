"""One indicator as a form; where it hangs; a new system, and the label of a next edition."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.files.indicators import CHOICES, LONGEST, NUMBERS
from surveys.files.numbers import NumberError, decimal_sign, number_text
from surveys.forms.texts import TextsForm, field_name, languages
from surveys.models import Indicator
from surveys.selectors.trees import Tree
from surveys.services.indicators import LEAF_ONLY, NodeValues

CAPS = [("", gettext_lazy("No: scores go beyond 0 and 100")), ("yes", gettext_lazy("Yes: scores stay within 0 to 100"))]
TRANSFORMS = [("", gettext_lazy("No transform")), ("ln", gettext_lazy("Natural logarithm"))]
AGGREGATIONS = [
    ("", gettext_lazy("Arithmetic mean")),
    ("geometric", gettext_lazy("Geometric mean")),
    ("harmonic", gettext_lazy("Harmonic mean")),
]
GONE = gettext_lazy("The node above was deleted meanwhile: choose another. What you typed is still here.")
NUMBER_LABELS = {
    "low": gettext_lazy("Lower bound"),
    "high": gettext_lazy("Upper bound"),
    "target_low": gettext_lazy("Target from"),
    "target_high": gettext_lazy("Target to"),
}


class IndicatorForm(TextsForm):
    """What is said of one node. A leaf has unit, direction and bounds; a node with children, how it is put together.

    `parent` is asked for only where a node is added.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, tree: Tree, node: Indicator | None = None, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tree, self.node, self.language = tree, node, language
        self.leaf = node is None or not tree.children_of(node)
        if node is None:
            self.fields["parent"] = forms.TypedChoiceField(
                label=_("Under"), coerce=int, choices=lambda: places(tree), error_messages={"invalid_choice": GONE}
            )
        self.add_texts("name", _("Name of the indicator"), most=LONGEST["name"])
        self.fields["code"] = forms.CharField(
            label=_("Code"), max_length=LONGEST["code"], help_text=_("Unique in this edition, as 1.2.3. It is text.")
        )
        self.add_texts("definition", _("Definition"), rows=3, most=LONGEST["definition"])
        if self.leaf:
            self._add_leaf()
        elif node is not None:
            self.fields["aggregation"] = forms.ChoiceField(
                label=_("Put together by"), choices=AGGREGATIONS, required=False
            )
        self.fields["aliases"] = forms.CharField(
            label=_("Aliases"), required=False, max_length=800,
            help_text=_("Other names in data files, separated by |. What it was called before belongs here."),
        )  # fmt: skip

    def _add_leaf(self) -> None:
        self.fields["unit"] = forms.CharField(label=_("Unit of measure"), required=False, max_length=LONGEST["unit"])
        self.fields["direction"] = forms.ChoiceField(
            label=_("Direction"), choices=Indicator.Direction.choices, initial=Indicator.Direction.BENEFIT
        )
        for name in NUMBERS:
            self.fields[name] = forms.CharField(label=NUMBER_LABELS[name], required=False, max_length=40)
        self.fields["target_low"].help_text = _("For the direction “target” only; both alike where it is one value.")
        self.fields["low"].help_text = _("Blank: the smallest value of the data, or the largest above.")
        self.fields["cap"] = forms.ChoiceField(label=_("Values beyond the bounds"), choices=CAPS, required=False)
        self.fields["transform"] = forms.ChoiceField(label=_("Transform"), choices=TRANSFORMS, required=False)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        groups = [(_("The indicator"), self.fields_of("parent", "name", "code"))]
        groups += [(_("What it means"), self.fields_of("definition", "unit", "direction", "aliases"))]
        scored = self.fields_of("low", "high", "target_low", "target_high", "cap", "transform", "aggregation")
        return [*groups, (_("How it is scored (may be left blank)"), scored)] if scored else groups

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        main = field_name("name", self.language)
        if main in self.fields and not cleaned.get(main) and main not in self.errors:
            self.add_error(main, _("The name in the main language of the system is needed."))
        for name in NUMBERS:
            if cleaned.get(name):
                try:
                    cleaned[name] = number_text(cleaned[name], decimal_sign([cleaned[name]], ""))
                except NumberError as error:
                    self.add_error(name, f"{error.what}; {error.mend}")
        return cleaned

    def values(self) -> NodeValues:
        said = self.cleaned_data
        kept = {} if self.node is None else {"name": self.node.name, "definition": self.node.definition}
        return NodeValues(
            code=said["code"],
            name=_others(kept.get("name", {})) | self.texts("name"),
            definition=_others(kept.get("definition", {})) | self.texts("definition"),
            unit=said.get("unit", self.node.unit if self.node else ""),
            direction=said.get("direction", ""),
            aliases=[alias for part in said["aliases"].split("|") if (alias := part.strip())],
            scoring=self._scoring(),
        )

    def _scoring(self) -> dict[str, str]:
        """What the form does not ask about stays."""
        asked = [name for name in (*LEAF_ONLY, "aggregation") if name in self.fields]
        before = dict(self.node.scoring) if self.node else {}
        for name in asked:
            usual = CHOICES.get(name, ("",))[0]
            if before.get(name) == usual and not self.cleaned_data[name]:
                continue  # the file said the usual choice in so many words
            before.pop(name, None)
            if self.cleaned_data[name]:
                before[name] = self.cleaned_data[name]
        return before


class MoveForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, tree: Tree, node: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = forms.TypedChoiceField(
            label=_("Hang it under"), coerce=int, choices=lambda: places(tree, without=node),
            error_messages={"invalid_choice": _("This place is not there any more: choose another.")},
        )  # fmt: skip


class SystemNewForm(TextsForm):
    """A system by hand: its names, the first edition, and the language in which every indicator has a name."""

    label = forms.CharField(
        label=gettext_lazy("Edition"), max_length=40, help_text=gettext_lazy("What it is called by, as 3.0.")
    )
    language = forms.ChoiceField(label=gettext_lazy("Main language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages()  # type: ignore[attr-defined]
        self.add_texts("name", _("Name of the system"), most=200)
        self.order_fields([name for name in self.fields if name.startswith("name_")])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "language" in cleaned and not cleaned.get(field_name("name", cleaned["language"])):
            self.add_error(field_name("name", cleaned["language"]), _("Name the system in its main language."))
        return cleaned


class NextEditionForm(forms.Form):
    label = forms.CharField(
        label=gettext_lazy("Label of the next edition"),
        max_length=40,
        help_text=gettext_lazy("A draft that begins as a copy: change it, then compare it with this one."),
    )


def initial_of(node: Indicator) -> dict[str, Any]:
    """The node as the form shows it."""
    texts = {
        field_name(name, tag): text for name in ("name", "definition") for tag, text in getattr(node, name).items()
    }
    scoring = {name: text for name, text in node.scoring.items() if text != CHOICES.get(name, ("",))[0]}
    return {
        "code": node.code, "unit": node.unit, "direction": node.direction, "aliases": " | ".join(node.aliases),
        **texts, **scoring,
    }  # fmt: skip


def places(tree: Tree, without: Indicator | None = None) -> list[tuple[int, str]]:
    """Every node under which something may hang, stepped in by its depth; not the node itself and what is below it."""
    closed: set[int] = set()
    found = []
    for node in tree.nodes:
        if (without and node.pk == without.pk) or node.parent_id in closed:
            closed.add(node.pk)
        else:
            found.append((node.pk, f"{'　' * node.depth}{node.code} {node}"))
    return found


def _others(texts: dict[str, str]) -> dict[str, str]:
    """Texts in languages that the form has no field for."""
    asked = {tag for tag, _language in languages()}
    return {tag: text for tag, text in texts.items() if tag not in asked}
