"""What stands out in data, in words, with what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.coherence import FEWEST
from scoring.figures.words import and_more, beside
from scoring.selectors.quality import BAD, EQUAL, OK, WARN, DataQuality, Group, Pair

NAMED = 5


@dataclass(frozen=True)
class Finding:
    """Something to know about the data, and what can be done. `tone` is ok, warn or bad."""

    tone: str
    text: str
    advice: str = ""

    @property
    def word(self) -> str:
        return {OK: _("In order"), WARN: _("Worth a look"), BAD: _("Cannot stay so")}[self.tone]


def data_findings(quality: DataQuality) -> list[Finding]:
    """What a reader of a data set should know, the worst first."""
    if len(quality.units) < FEWEST:
        return worst_first([*_gap_findings(quality), too_few(len(quality.units))])
    found = [*_gap_findings(quality), *_equal_findings(quality), _skew_finding(quality), *pair_findings(quality.groups)]
    return worst_first(found)


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: [BAD, WARN, OK].index(finding.tone))


def too_few(count: int) -> Finding:
    text = ngettext(
        "There is %(count)d unit. Skewness and correlations need at least %(fewest)d.",
        "There are %(count)d units. Skewness and correlations need at least %(fewest)d.",
        count,
    )
    return Finding(WARN, text % {"count": count, "fewest": FEWEST})


def pair_findings(groups: Sequence[Group]) -> Iterator[Finding]:
    near = sorted((pair for group in groups for pair in group.near), key=lambda pair: -pair.r)
    against = sorted((pair for group in groups for pair in group.against), key=lambda pair: pair.r)
    if not near and not against:
        yield Finding(OK, _("No siblings say nearly the same, and none pull against each other."))
    if near:
        text = ngettext(
            "%(count)d pair of siblings says nearly the same (correlation above 0.9): %(pairs)s.",
            "%(count)d pairs of siblings say nearly the same (correlation above 0.9): %(pairs)s.",
            len(near),
        )
        advice = _(
            "What they measure counts twice. Ask whether both are needed when the indicator system is next revised."
        )
        yield Finding(WARN, text % {"count": len(near), "pairs": _named(near)}, advice)
    if against:
        text = ngettext(
            "%(count)d pair of siblings pulls against each other (correlation below −0.4): %(pairs)s.",
            "%(count)d pairs of siblings pull against each other (correlation below −0.4): %(pairs)s.",
            len(against),
        )
        advice = _("Who wins on the one loses on the other, and the mean hides both. First check their directions.")
        yield Finding(WARN, text % {"count": len(against), "pairs": _named(against)}, advice)


def _named(pairs: Sequence[Pair]) -> str:
    return some([pair_text(pair) for pair in pairs])


def pair_text(pair: Pair) -> str:
    return beside(f"{pair.a} / {pair.b}", f"{pair.r:.2f}".replace("-", "\N{MINUS SIGN}"))


def some(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    return and_more(names[:NAMED], len(names[NAMED:]))


def _gap_findings(quality: DataQuality) -> Iterator[Finding]:
    missing, empty = quality.missing, [row for row in quality.columns if not row.column.present]
    if not missing:
        yield Finding(OK, _("No value is missing."))
        return
    said: Mapping[str, object] = {
        "missing": missing,
        "cells": quality.cells,
        "columns": sum(bool(row.column.missing) for row in quality.columns),
        "units": len(quality.gaps),
    }
    text = _("%(missing)d of %(cells)d values are missing: in %(columns)d indicators, of %(units)d units.") % said
    yield Finding(
        WARN, text, _("Each gap is treated as the rule for missing values says, and marked beside the score.")
    )
    if empty:
        names = some([str(row.node) for row in empty])
        yield Finding(
            BAD, _("No unit has a value on: %(names)s.") % {"names": names}, _("Bring in data, or leave it out.")
        )


def _equal_findings(quality: DataQuality) -> Iterator[Finding]:
    constant = [str(row.node) for row in quality.columns if row.column.constant]
    mostly = [
        beside(row.node, f"{row.column.same:.0%}")
        for row in quality.columns
        if not row.column.constant and row.column.same > EQUAL
    ]
    if constant:
        text = _("All units have the same value on: %(names)s.") % {"names": some(constant)}
        yield Finding(BAD, text, _("Such an indicator tells nobody apart. It is scored only where bounds are given."))
    if mostly:
        text = _("More than half of the units share one value on: %(names)s.") % {"names": some(mostly)}
        yield Finding(
            WARN, text, _("These indicators separate a few units from all others; many ranks on them are shared.")
        )
    if not constant and not mostly:
        yield Finding(OK, _("No indicator has one value for more than half of the units."))


def _skew_finding(quality: DataQuality) -> Finding:
    flagged = quality.flagged
    if not flagged:
        return Finding(OK, _("No indicator is skewed by a few extreme values."))
    text = ngettext(
        "%(count)d of %(all)d indicators is skewed by a few extreme values: %(names)s.",
        "%(count)d of %(all)d indicators are skewed by a few extreme values: %(names)s.",
        len(flagged),
    ) % {"count": len(flagged), "all": len(quality.columns), "names": some([str(row.node) for row in flagged])}
    advice = _(
        "The extremes set the bounds, and all others crowd at one end of the scale. Look what a treatment would do."
    )
    return Finding(WARN, text, advice)
