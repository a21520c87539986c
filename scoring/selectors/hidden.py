"""What a hidden unit may be called, and where a text names it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scoring.models import ScoringRun, Unit
from scoring.publishing import Profile


def hidden_names(run: ScoringRun, profile: Profile) -> set[str]:
    """Whatever a hidden unit may be called: its name in the data, in its list of units, and its other names."""
    units = [unit for unit in run.data_set.units.order_by("position") if unit.position - 1 in profile.hidden]
    names = {unit.name for unit in units}
    codes = {unit.code for unit in units if unit.code}
    listed_units = Unit.objects.filter(unit_list=run.data_set.unit_list_id) if run.data_set.unit_list_id else ()
    for unit in listed_units:
        called = {*unit.name.values(), *unit.aliases}
        if unit.code in codes or called & names:
            names |= called
    return {name for name in names if name}


def slips_in(texts: Iterable[tuple[str, str]], names: Iterable[str]) -> list[str]:
    """Where a name stands in a text; Latin names as whole words."""
    patterns = {name: re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", re.I) for name in sorted(names)}
    found = [f"{label}: {name}" for label, text in texts for name, said in patterns.items() if said.search(text)]
    return list(dict.fromkeys(found))
