"""A list of units comes in as a file; one of its units is changed by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.models import Unit, UnitList
from scoring.selectors.unit_lists import called, unit_meant, units_of_system
from scoring.services.unit_lists import Said
from scoring.unit_files import LARGEST_TILE, LONGEST, UnitRow, aliases_in, read_units
from surveys.files.tables import Table
from surveys.forms.texts import TextsForm, field_name
from surveys.forms.uploads import FileForm
from surveys.models import IndicatorSystem


class UnitListForm(FileForm, TextsForm):
    """After `is_valid`, `rows` are the checked units. For a list that is there already, its name is not asked again."""

    def __init__(self, *args: Any, system: IndicatorSystem, renews: UnitList | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.system, self.renews = system, renews
        if renews is None:
            self.add_texts("name", _("Name of the list"), most=LONGEST["name"])
            self.order_fields([*[name for name in self.fields if name.startswith("name_")], "file"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.renews is None:
            self.require_texts("name", _("Name the list in one language at least."))
        return cleaned

    def read(self, table: Table) -> list[UnitRow]:
        others = units_of_system(self.system)
        if self.renews:
            others = others.exclude(unit_list=self.renews)
        return read_units(table, self.system.language, called(others))


class UnitForm(TextsForm):
    """One unit. Its code is not among the fields: data know it by it."""

    aliases = forms.CharField(
        label=gettext_lazy("Other names"), required=False, max_length=1000,
        help_text=gettext_lazy("As data may call it; several with | between them."),
    )  # fmt: skip
    parent = forms.CharField(
        label=gettext_lazy("Lies in"), required=False, max_length=LONGEST["parent"],
        help_text=gettext_lazy("Code or name of the larger unit, of this list or another: a city's province."),
    )  # fmt: skip
    tile_row = forms.IntegerField(
        label=gettext_lazy("Row in the tile grid"), required=False, min_value=0, max_value=LARGEST_TILE
    )
    tile_column = forms.IntegerField(
        label=gettext_lazy("Column in the tile grid"), required=False, min_value=0, max_value=LARGEST_TILE,
        help_text=gettext_lazy("Where its tile stands in a sketch; blank: it is not drawn."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, unit: Unit) -> None:
        super().__init__(data, initial=_initial(unit))
        self.unit = unit
        self.add_texts("name", _("Name of the unit"), most=LONGEST["name"])
        self.add_texts("region", _("Region"), most=LONGEST["region"])
        self.add_texts("kind", _("Type"), most=LONGEST["type"])
        tags = {
            stem: [name for name in self.fields if name.startswith(f"{stem}_")] for stem in ("name", "region", "kind")
        }
        self.order_fields(
            [*tags["name"], "aliases", *tags["region"], *tags["kind"], "parent", "tile_row", "tile_column"]
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.require_texts("name", _("Name the unit in one language at least."))
        text = cleaned.get("parent", "")
        cleaned["unit_above"] = unit_meant(text, self.unit.unit_list.system, self.unit.unit_list) if text else None
        if text and cleaned["unit_above"] is None:
            self.add_error("parent", _("There is no unit “%(text)s” in the lists of this system.") % {"text": text})
        tile = [cleaned.get("tile_row"), cleaned.get("tile_column")]
        if tile.count(None) == 1 and not {"tile_row", "tile_column"} & set(self.errors):
            self.add_error("tile_row", _("Fill in both, or neither."))
        cleaned["tile"] = [] if None in tile else tile
        return cleaned

    def said(self) -> Said:
        cleaned = self.cleaned_data
        return Said(
            self.texts("name"), aliases_in(cleaned["aliases"]), self.texts("region"), self.texts("kind"),
            cleaned["unit_above"], cleaned["tile"],
        )  # fmt: skip


def _initial(unit: Unit) -> dict[str, Any]:
    texts = {"name": unit.name, "region": unit.region, "kind": unit.kind}
    tile = dict(zip(("tile_row", "tile_column"), unit.tile, strict=False))
    return {
        **{field_name(name, tag): text for name, said in texts.items() for tag, text in said.items()},
        "aliases": " | ".join(unit.aliases), "parent": unit.parent.code if unit.parent else "", **tile,
    }  # fmt: skip
