"""The units of a file against a list: by code, name or another name. The closest is suggested, never taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from django.utils.translation import gettext as _

from scoring.gate.findings import Finding
from surveys.files.problems import Findings
from surveys.files.tables import Row, Table

CODE_HEADINGS = {"code", "代码", "编码", "行政区划代码", "区划代码", "adcode"}


@dataclass(frozen=True)
class KnownUnit:
    """One unit of a list; `name` is what it is called in the data."""

    code: str
    name: str
    names: Mapping[str, str]
    aliases: Sequence[str] = ()


@dataclass(frozen=True)
class Matched:
    """The table with the list's names in its first column, each unit's code, and what is to be said about it."""

    table: Table
    codes: tuple[str, ...]
    findings: tuple[Finding, ...]


def code_columns(table: Table) -> list[str]:
    """Headings of columns that hold the codes of units beside their names."""
    return [heading for heading in table.header[1:] if heading.casefold() in CODE_HEADINGS]


def match_units(table: Table, known: Sequence[KnownUnit], findings: Findings) -> Matched:
    """Notes unknown and doubled units as faults; those that are missing are asked about."""
    meanings = _meanings(known)
    found = [_unit(row, table, meanings, findings) for row in table.rows]
    _check_codes(table, found, findings)
    first: dict[str, Row] = {}
    for row, unit in zip(table.rows, found, strict=True):
        if unit and unit.code in first and row.cells[0] != first[unit.code].cells[0]:
            _note_double(row, first[unit.code], unit, table, findings)
        elif unit:
            first.setdefault(unit.code, row)
    rows = tuple(
        replace(row, cells=(unit.name, *row.cells[1:])) if unit else row
        for row, unit in zip(table.rows, found, strict=True)
    )
    said = tuple(_said(table, found, [unit for unit in known if unit.code not in first]))
    return Matched(replace(table, rows=rows), tuple(unit.code if unit else "" for unit in found), said)


def _meanings(known: Sequence[KnownUnit]) -> list[dict[str, list[KnownUnit]]]:
    """Codes come before names, names before other names."""
    codes: dict[str, list[KnownUnit]] = {}
    names: dict[str, list[KnownUnit]] = {}
    aliases: dict[str, list[KnownUnit]] = {}
    for unit in known:
        codes.setdefault(unit.code.casefold(), []).append(unit)
        for name in {unit.name, *unit.names.values()}:
            names.setdefault(name.casefold(), []).append(unit)
        for alias in set(unit.aliases):
            aliases.setdefault(alias.casefold(), []).append(unit)
    return [codes, names, aliases]


def _unit(
    row: Row, table: Table, meanings: Sequence[Mapping[str, list[KnownUnit]]], findings: Findings
) -> KnownUnit | None:
    text = row.cells[0]
    found = next((level[text.casefold()] for level in meanings if text.casefold() in level), [])
    if len(found) == 1:
        return found[0]
    if text:  # a blank one is said by the reader
        findings.add(*_unknown(text, found, meanings), row=row.number, column=table.column(0, row.number))
    return None


def _unknown(
    text: str, found: Sequence[KnownUnit], meanings: Sequence[Mapping[str, list[KnownUnit]]]
) -> tuple[str, str]:
    if found:
        what = _("“%(text)s” may mean %(units)s") % {
            "text": text,
            "units": ", ".join(f"{u.code} {u.name}" for u in found),
        }
        return what, _("write the code of the one that is meant")
    what = _("the unit “%(text)s” is not in the list of units") % {"text": text}
    near = get_close_matches(text.casefold(), [name for level in meanings for name in level], 1, cutoff=0.5)
    unit = next((level[near[0]][0] for level in meanings if near and near[0] in level), None)
    if unit:
        return what, _("did you mean “%(near)s”? Write it so, or add this name to its other names") % {
            "near": unit.name
        }
    return what, _("correct it, remove the row, or add the unit to the list")


def _note_double(row: Row, first: Row, unit: KnownUnit, table: Table, findings: Findings) -> None:
    named = {"text": row.cells[0], "unit": unit.name, "row": first.number, "first": first.cells[0]}
    what = _("“%(text)s” is %(unit)s, which stands in row %(row)d already as “%(first)s”") % named
    findings.add(what, _("keep one row for each unit"), row=row.number, column=table.column(0, row.number))


def _check_codes(table: Table, found: Sequence[KnownUnit | None], findings: Findings) -> None:
    """A column of codes beside the names must say the same: a row that slipped is found so."""
    for heading in code_columns(table):
        place = table.header.index(heading)
        for row, unit in zip(table.rows, found, strict=True):
            code = row.cells[place]
            if unit and code and code != unit.code:
                what = _("the code %(code)s is not that of %(unit)s, which is %(own)s") % {
                    "code": code, "unit": unit.name, "own": unit.code,
                }  # fmt: skip
                mend = _("correct the code or the name: one of them slipped")
                findings.add(what, mend, row=row.number, column=table.column(place, row.number))


def _said(table: Table, found: Sequence[KnownUnit | None], missing: Sequence[KnownUnit]) -> list[Finding]:
    renamed = [
        [row.cells[0], unit.name]
        for row, unit in zip(table.rows, found, strict=True)
        if unit and row.cells[0] not in (unit.name, unit.code)
    ]
    said = [Finding("named", detail={"names": renamed})] if renamed else []
    if missing and any(found):
        said.append(Finding("missing_units", detail={"units": [unit.name for unit in missing]}))
    return said
