"""What the public may see of a run, and a reader's own weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.models import Publication, ScoringRun
from scoring.publishing import CLOSED, KEPT, Profile
from scoring.selectors.runs import NodeRow, RunTree
from surveys.forms.texts import TextsForm, field_name, languages

UPPER_LEVELS = 2
AS_SAID = (
    "top", "names", "ranks", "scores", "parts", "intervals", "band", "gaps", "own_weights", "downloads", "languages",
    "indexed", "licence",
)  # fmt: skip


class PublicationForm(TextsForm):
    """The profile of a public page. After `is_valid`, `profile` is what it says."""

    slug = forms.SlugField(
        label=gettext_lazy("Web address"),
        max_length=80,
        help_text=gettext_lazy("Letters, digits and hyphens; it stands after /p/ and is what you send to people."),
    )
    nodes = forms.MultipleChoiceField(
        label=gettext_lazy("Nodes that are shown"), widget=forms.CheckboxSelectMultiple, choices=()
    )
    top = forms.IntegerField(
        label=gettext_lazy("Down to which rank on each node"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Blank: all units. Those behind appear nowhere, in no file either."),
    )
    names = forms.BooleanField(
        label=gettext_lazy("Show the names of the units"),
        required=False,
        help_text=gettext_lazy("Without them, units are called A, B, C, on each node anew."),
    )
    ranks = forms.BooleanField(
        label=gettext_lazy("Show ranks"),
        required=False,
        help_text=gettext_lazy("Without them, units stand in bands of ranks, inside a band in the order of the data."),
    )
    scores = forms.BooleanField(label=gettext_lazy("Show scores"), required=False)
    parts = forms.BooleanField(
        label=gettext_lazy("Show what the scores are made of"),
        required=False,
        help_text=gettext_lazy("The points from each node below: they tell the scores one level down."),
    )
    intervals = forms.BooleanField(
        label=gettext_lazy("Show rank intervals"),
        required=False,
        help_text=gettext_lazy("Where a study of other panels was computed, and ranks are those of the run."),
    )
    band = forms.IntegerField(label=gettext_lazy("Ranks in a band"), min_value=2, max_value=1000, initial=5)
    hidden = forms.MultipleChoiceField(
        label=gettext_lazy("Units that are hidden"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=gettext_lazy(
            "They appear on no public page and in no byte of a public file. Choose several with Ctrl or ⌘."
        ),
    )
    gaps = forms.ChoiceField(
        label=gettext_lazy("Ranks around a hidden unit"),
        widget=forms.RadioSelect,
        choices=[
            (KEPT, gettext_lazy("As in the run: where a unit is hidden, a rank is left out")),
            (CLOSED, gettext_lazy("Among the units that are shown: no gap, but other numbers than in the run")),
        ],
    )
    own_weights = forms.BooleanField(
        label=gettext_lazy("Readers may try weights of their own"),
        required=False,
        help_text=gettext_lazy(
            "Among the units shown on the first node. By trying, a reader can work out how they stand one level down."
        ),
    )
    downloads = forms.BooleanField(label=gettext_lazy("Offer files and figures for download"), required=False)
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), widget=forms.CheckboxSelectMultiple, choices=languages
    )
    indexed = forms.BooleanField(label=gettext_lazy("Search engines may list the page"), required=False)
    licence = forms.CharField(
        label=gettext_lazy("Licence"), max_length=200, required=False, help_text=gettext_lazy("For example: CC BY 4.0")
    )

    def __init__(self, *args: Any, run: ScoringRun, publication: Publication | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(run, publication))
        super().__init__(*args, **kwargs)
        self.run, self.publication = run, publication
        self.add_texts("title", _("Title"), most=200)
        self.add_texts("words", _("Introduction"), rows=3, most=2000)
        self.rows = RunTree(run).rows
        self._choose("nodes", [(row.node.code, f"{row.node.code} {row.node}") for row in self.rows])
        self._choose("hidden", [(str(unit.position), unit.name) for unit in run.data_set.units.order_by("position")])

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            (_("Page"), self.fields_of("slug", "title", "words", "languages", "licence", "indexed")),
            (_("What is shown"), self.fields_of("nodes", "top", "names", "ranks", "band", "scores", "parts")),
            (_("What is not"), self.fields_of("hidden", "gaps")),
            (_("What readers may do"), self.fields_of("own_weights", "downloads", "intervals")),
        ]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  for the type checker
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.require_texts("title", _("Give the public page a title in one language at least."))
        return cleaned

    @property
    def profile(self) -> Profile:
        said = self.cleaned_data
        return Profile(
            nodes=[row.node.code for row in self.rows if row.node.code in said["nodes"]],
            hidden=frozenset(int(position) - 1 for position in said["hidden"]),
            **{name: said[name] for name in AS_SAID},
        )


class OwnWeightsForm(forms.Form):
    """A whole number of points for each child of a node; what counts is their share. One way in: the address."""

    MOST = 100

    def __init__(self, *args: Any, rows: Sequence[NodeRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[field_of(row)] = forms.IntegerField(
                label=str(row.node),
                validators=[MinValueValidator(0), MaxValueValidator(self.MOST)],
                initial=round(100 * row.local_weight),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Give at least one of them more than 0."))
        return cleaned

    @property
    def weights(self) -> list[float]:
        return [float(self.cleaned_data[field_of(row)]) for row in self.rows]


def field_of(row: NodeRow) -> str:
    return f"w-{row.node.code}"


def _initial(run: ScoringRun, publication: Publication | None) -> dict[str, Any]:
    if publication is None:
        rows = RunTree(run).rows
        profile = Profile(nodes=[row.node.code for row in rows if row.level <= UPPER_LEVELS and not row.leaf])
        return {"slug": f"run-{run.survey_id}-{run.number}", **_of_profile(profile)}
    texts = {"title": publication.title, "words": publication.words}
    filled = {field_name(name, tag): text for name, each in texts.items() for tag, text in each.items()}
    return {"slug": publication.slug, **filled, **_of_profile(Profile.of(publication.profile))}


def _of_profile(profile: Profile) -> dict[str, Any]:
    return {**profile.stored(), "hidden": [str(place + 1) for place in sorted(profile.hidden)]}
