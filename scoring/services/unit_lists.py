"""Lists of units: brought as a file, brought anew, changed unit by unit, deleted while no data use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from scoring.models import DataSet, Unit, UnitList
from scoring.selectors.unit_lists import units_of_system
from scoring.unit_files import UnitRow
from surveys.errors import Refused
from surveys.models import IndicatorSystem, Survey
from surveys.services.audit import audit


@dataclass(frozen=True)
class Said:
    """What is said of one unit beside its code."""

    names: Mapping[str, str]
    aliases: Sequence[str] = ()
    regions: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    parent: Unit | None = None
    tile: Sequence[int] = ()


@transaction.atomic
def unit_list_create(
    survey: Survey, name: Mapping[str, str], rows: Sequence[UnitRow], *, user: User | None
) -> UnitList:
    """A new list for the survey's indicator system, open to all surveys on it."""
    if not any(name.values()):
        raise Refused(_("Name the list in one language at least."))
    made = UnitList.objects.create(
        system=survey.edition.system, name={tag: text for tag, text in name.items() if text}, created_by=user
    )
    _write(made, rows)
    audit("units.imported", made, user=user, survey=survey, new={"list": made.pk, "units": len(rows)})
    return made


@transaction.atomic
def unit_list_renew(unit_list: UnitList, survey: Survey, rows: Sequence[UnitRow], *, user: User | None) -> None:
    """The list becomes what the file says: units are known by their code, and those that it lacks are taken off."""
    _own(unit_list, survey)
    UnitList.objects.select_for_update().get(pk=unit_list.pk)
    gone = unit_list.units.exclude(code__in=[row.code for row in rows])
    held = Unit.objects.filter(parent__in=gone).exclude(unit_list=unit_list).select_related("parent").first()
    if held:
        raise Refused(
            _("%(unit)s is not in the file, but %(part)s of another list lies in it: change that one first.")
            % {"unit": held.parent, "part": held}
        )
    removed = sorted(gone.values_list("code", flat=True))
    unit_list.units.update(parent=None)
    gone.delete()
    _write(unit_list, rows)
    audit("units.imported", unit_list, user=user, survey=survey,
          new={"list": unit_list.pk, "units": len(rows), "removed": removed})  # fmt: skip


@transaction.atomic
def unit_change(unit: Unit, survey: Survey, said: Said, *, user: User | None) -> None:
    """What a unit is called, where it belongs, where its tile lies. Its code stays: data know it by it."""
    _own(unit.unit_list, survey)
    unit = Unit.objects.select_for_update().select_related("unit_list__system").get(pk=unit.pk)
    if not said.names.get(unit.unit_list.system.language):
        raise Refused(_("Name the unit in the language of the indicator system: data are matched by that name."))
    if said.parent and unit.pk in _above(said.parent, unit.unit_list.system):
        raise Refused(_("%(code)s would lie in itself.") % {"code": unit.code})
    if said.tile and unit.unit_list.units.filter(tile=list(said.tile)).exclude(pk=unit.pk).exists():
        raise Refused(_("Another unit has this place in the tile grid."))
    old = _told(unit)
    unit.name, unit.aliases = dict(said.names), list(said.aliases)
    unit.region, unit.kind = dict(said.regions), dict(said.kinds)
    unit.parent, unit.tile = said.parent, list(said.tile)
    unit.save()
    changed = {name: value for name, value in _told(unit).items() if value != old[name]}
    if changed:
        audit("units.changed", unit, user=user, survey=survey, old={name: old[name] for name in changed}, new=changed)


@transaction.atomic
def unit_list_delete(unit_list: UnitList, survey: Survey, *, user: User | None) -> None:
    _own(unit_list, survey)
    used = DataSet.objects.filter(unit_list=unit_list).first()
    if used:
        raise Refused(_("The data “%(data)s” were matched with this list: it stays.") % {"data": used})
    held = Unit.objects.filter(parent__unit_list=unit_list).exclude(unit_list=unit_list).first()
    if held:
        raise Refused(_("%(part)s of another list lies in a unit of this one: change that first.") % {"part": held})
    audit("units.deleted", unit_list, user=user, survey=survey, old={"list": unit_list.pk})
    unit_list.units.update(parent=None)
    unit_list.delete()


def _own(unit_list: UnitList, survey: Survey) -> None:
    if unit_list.system_id != survey.edition.system_id:
        raise Refused(_("This list of units belongs to another indicator system."))


def _write(unit_list: UnitList, rows: Sequence[UnitRow]) -> None:
    """Units first, then what lies in what: a file may name a larger unit below a smaller one."""
    known = {unit.code: unit for unit in unit_list.units.all()}
    for place, row in enumerate(rows, start=1):
        unit = known.get(row.code) or Unit(unit_list=unit_list, code=row.code)
        unit.position, unit.name, unit.aliases = place, dict(row.names), list(row.aliases)
        unit.region, unit.kind, unit.tile = dict(row.regions), dict(row.kinds), list(row.tile)
        known[row.code] = unit
    written = ["position", "name", "aliases", "region", "kind", "tile"]
    Unit.objects.bulk_create([known[row.code] for row in rows if not known[row.code].pk])
    Unit.objects.bulk_update([known[row.code] for row in rows], written, batch_size=500)
    _place(unit_list, rows)


def _place(unit_list: UnitList, rows: Sequence[UnitRow]) -> None:
    """Units of the list itself come before those of others that have the same code."""
    every = {unit.code: unit for unit in units_of_system(unit_list.system).exclude(unit_list=unit_list)}
    own = {unit.code: unit for unit in unit_list.units.all()}
    changed = []
    for row in rows:
        if row.parent:
            own[row.code].parent = own.get(row.parent) or every[row.parent]
            changed.append(own[row.code])
    Unit.objects.bulk_update(changed, ["parent"], batch_size=500)


def _above(unit: Unit, system: IndicatorSystem) -> set[int]:
    """The unit and all that it lies in."""
    parents = dict(units_of_system(system).values_list("pk", "parent"))
    found: set[int] = set()
    key: int | None = unit.pk
    while key is not None and key not in found:
        found.add(key)
        key = parents.get(key)
    return found


def _told(unit: Unit) -> dict[str, object]:
    return {
        "name": unit.name, "aliases": unit.aliases, "region": unit.region, "type": unit.kind,
        "parent": unit.parent.code if unit.parent else "", "tile": unit.tile,
    }  # fmt: skip
