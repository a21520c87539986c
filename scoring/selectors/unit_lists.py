"""Lists of units as pages and files show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from scoring.models import Unit, UnitList
from surveys.files.writing import Cell
from surveys.models import IndicatorSystem, Survey


def unit_lists_of(survey: Survey) -> QuerySet[UnitList]:
    """The lists that this survey's data may be held against."""
    return UnitList.objects.filter(system=survey.edition.system_id)


def counted_lists_of(survey: Survey) -> QuerySet[UnitList]:
    """With how many units each has, and how many data sets were matched with it."""
    return (
        unit_lists_of(survey)
        .select_related("created_by", "system")
        .annotate(size=Count("units", distinct=True), used=Count("data_sets", distinct=True))
        .order_by("pk")
    )


def units_of_system(system: IndicatorSystem | int) -> QuerySet[Unit]:
    return Unit.objects.filter(unit_list__system=system)


def called(units: QuerySet[Unit]) -> dict[str, str]:
    """What units may be called in a file → their code. A code comes before a name, a name before another name."""
    found: dict[str, str] = {}
    rows = list(units.values_list("code", "name", "aliases"))
    for code, _names, aliases in rows:
        found |= dict.fromkeys(aliases, code)
    for code, names, _aliases in rows:
        found |= dict.fromkeys(names.values(), code)
    return found | {code: code for code, _names, _aliases in rows}


def unit_meant(text: str, system: IndicatorSystem, first: UnitList) -> Unit | None:
    """The unit of the system that a code or a name means; one of the list `first` comes before others."""
    for units in (units_of_system(system).exclude(unit_list=first), units_of_system(system).filter(unit_list=first)):
        code = called(units).get(text)
        if code:
            return units.filter(code=code).first()
    return None


def list_header(language: str) -> list[str]:
    """The headings that `read_units` takes, with a column for each further language."""
    others = [f"_{tag}" for tag, _name in settings.LANGUAGES if tag != language]
    texts = {stem: [stem, *(f"{stem}{tag.replace('-', '_')}" for tag in others)] for stem in ("name", "region", "type")}
    return ["code", *texts["name"], "aliases", *texts["region"], *texts["type"], "parent", "tile_row", "tile_column"]


def list_rows(unit_list: UnitList) -> Iterator[Sequence[Cell]]:
    """The list as the file that would make it."""
    language = unit_list.system.language
    tags = [language, *(tag for tag, _name in settings.LANGUAGES if tag != language)]
    for unit in unit_list.units.select_related("parent").order_by("position"):
        texts = [[str(said.get(tag, "")) for tag in tags] for said in (unit.name, unit.region, unit.kind)]
        tile: list[Cell] = list(unit.tile) or ["", ""]
        parent = unit.parent.code if unit.parent else ""
        yield [unit.code, *texts[0], " | ".join(unit.aliases), *texts[1], *texts[2], parent, *tile]


def list_sheet_name() -> str:
    return _("Units")
