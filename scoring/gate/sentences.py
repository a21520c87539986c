"""Findings as sentences: what is odd, and what it may mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.gate.findings import Finding

SHOWN = 12


@dataclass(frozen=True)
class Told:
    """A finding for people: where it is, what is odd, what it may mean."""

    finding: Finding
    where: str
    what: str
    why: str

    @property
    def place(self) -> str:
        """The column as the file calls it, where that says more."""
        return "" if self.where.endswith(self.finding.place) else self.finding.place


def told(finding: Finding, names: Mapping[str, str]) -> Told:
    """`names` are those of the indicators by code."""
    what, why = SENTENCES[finding.kind](finding, names)
    return Told(finding, _where(finding, names), what, why)


def _where(finding: Finding, names: Mapping[str, str]) -> str:
    row, parts = finding.detail.get("row"), []
    if row:
        parts.append(_("row %(row)d") % {"row": row})
    if finding.unit:
        parts.append(finding.unit)
    if finding.code:
        parts.append(f"{finding.code} {names.get(finding.code, '')}".strip())
    return " · ".join(parts)


def times(power: int) -> str:
    """10^power as people read it.

    >>> times(3), times(-2)
    ('1,000', '100')
    """
    return f"{10 ** abs(power):,}"


def about(value: str, other: str) -> str:
    """How many times the one is the other, or the other the one, to two digits.

    >>> about("760000", "2.2"), about("3", "30")
    ('350,000', '10')
    """
    ratio = abs(float(value) / float(other))
    return f"{float(f'{max(ratio, 1 / ratio):.2g}'):,.0f}"


def _jump(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    middle = finding.detail["middle"]
    named = {"value": finding.value, "times": about(finding.value, middle), "middle": middle}
    if finding.detail["power"] > 0:
        what = (
            _("%(value)s is about %(times)s times the middle of the column (%(middle)s), far from all others") % named
        )
    else:
        what = _("%(value)s is about 1/%(times)s of the middle of the column (%(middle)s), far from all others") % named
    return what, _("Perhaps the decimal point slipped, or this cell is in another unit of measure.")


def _jump_since(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    before = finding.detail["before"]
    named = {"value": finding.value, "times": about(finding.value, before), "before": before}
    if finding.detail["power"] > 0:
        what = _("%(value)s is about %(times)s times what the last version has (%(before)s)") % named
    else:
        what = _("%(value)s is about 1/%(times)s of what the last version has (%(before)s)") % named
    return what, _("Perhaps the decimal point slipped, or this cell is in another unit of measure.")


def _scale_since(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    named = {"times": times(finding.detail["power"])}
    if finding.detail["power"] > 0:
        what = _("the whole column is about %(times)s times that of the last version") % named
    else:
        what = _("the whole column is about 1/%(times)s of that of the last version") % named
    return what, _("Perhaps it is in another unit of measure now, as 万 or 亿.")


def _share(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    named = {"value": finding.value}
    above = float(finding.value) > 100
    what = _("%(value)s %% is above 100 %%") % named if above else _("%(value)s %% is below 0 %%") % named
    return what, _("A share of a whole cannot be; a rate of growth can.")


def _share_scale(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    what = _("all values lie between 0 and %(most)s, though the indicator is measured in %%") % {"most": finding.value}
    return what, _("Perhaps they are shares of 1: then multiply them by 100.")


def _percent_scale(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    what = _("values go up to %(most)s, though the indicator is a share of 1") % {"most": finding.value}
    return what, _("Perhaps they are percent: then divide them by 100.")


def _measure(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    named = {"stated": finding.value, "own": finding.detail["own"]}
    what = _("the file says %(stated)s, the indicator is measured in %(own)s") % named
    return what, _("Confirm only if both mean the same.")


def _blank(_finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    why = _("The rule for missing values then holds for every unit.")
    return _("the column holds no value at all"), why


def _constant(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    what = _("every unit has the value %(value)s") % {"value": finding.value}
    return what, _("It tells no unit from another; perhaps it was filled down by mistake.")


def _same_columns(finding: Finding, names: Mapping[str, str]) -> tuple[str, str]:
    other = finding.detail["as"]
    what = _("every value is that of %(other)s") % {"other": f"{other} {names.get(other, '')}".strip()}
    return what, _("Perhaps one column was pasted twice.")


def _same_units(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    what = _("every value is that of %(other)s") % {"other": finding.detail["as"]}
    return what, _("Perhaps one row was copied.")


def _missing_units(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    units = finding.detail["units"]
    said = ngettext(
        "%(count)d unit of the list is not in the file: %(units)s",
        "%(count)d units of the list are not in the file: %(units)s",
        len(units),
    )
    return said % {"count": len(units), "units": _listed(units)}, _("They get no score and no rank.")


def _gone_units(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    units = finding.detail["units"]
    said = ngettext(
        "%(count)d unit of the last version is not in the file: %(units)s",
        "%(count)d units of the last version are not in the file: %(units)s",
        len(units),
    )
    return said % {"count": len(units), "units": _listed(units)}, _("Everybody below them moves up.")


def _derived(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    named = {"value": finding.value, "computed": finding.detail["computed"], "formula": finding.detail["formula"]}
    what = _("the file says %(value)s, “%(formula)s” gives %(computed)s") % named
    return what, _("What was typed is kept and scored.")


def _named(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    pairs = [f"{typed} → {name}" for typed, name in finding.detail["names"]]
    said = ngettext(
        "%(count)d unit is named as in the list: %(names)s",
        "%(count)d units are named as in the list: %(names)s",
        len(pairs),
    )
    return said % {"count": len(pairs), "names": _listed(pairs)}, ""


def _recomputed(finding: Finding, _names: Mapping[str, str]) -> tuple[str, str]:
    detail = finding.detail
    said = ngettext(
        "“%(formula)s” was computed for %(cells)d unit; %(differ)d differ",
        "“%(formula)s” was computed for %(cells)d units; %(differ)d differ",
        detail["cells"],
    )
    tolerance = _("What differs by less than %(percent)s %% comes from rounding.")
    return said % detail, tolerance % {"percent": f"{float(detail['tolerance']) * 100:g}"}


def _listed(texts: list[str]) -> str:
    shown = _("%(first)s and %(count)d more") % {"first": ", ".join(texts[:SHOWN]), "count": len(texts) - SHOWN}
    return shown if len(texts) > SHOWN else ", ".join(texts)


SENTENCES: dict[str, Callable[[Finding, Any], tuple[str, str]]] = {
    "jump": _jump,
    "jump_since": _jump_since,
    "scale_since": _scale_since,
    "share": _share,
    "share_scale": _share_scale,
    "percent_scale": _percent_scale,
    "measure": _measure,
    "blank": _blank,
    "constant": _constant,
    "same_columns": _same_columns,
    "same_units": _same_units,
    "missing_units": _missing_units,
    "gone_units": _gone_units,
    "derived": _derived,
    "named": _named,
    "recomputed": _recomputed,
}
